/** Settings: all that you may edit here. Credentials do not belong in this file. */

/** The challenge's realm where the policy names none. Printable ASCII. */
export const REALM = 'Staging'
/** Milliseconds that the last good copy outlives the store, unless `STAGEDOOR_MAX_STALE` says. */
export const MAX_STALE = 3_600_000
