/** Settings: all that you may edit here. Credentials do not belong in this file. */

/** Shown in the browser's box where the policy names no realm. Printable ASCII. */
export const REALM = 'Staging'
/** Milliseconds that a copy of the store's policy is served without asking again. */
export const FRESH_FOR = 5_000
/** Milliseconds after which a request waits for a newer copy instead of getting the old one. */
export const REFRESH_AFTER = 10_000
/** Milliseconds that a request waits for the store. */
export const STORE_TIMEOUT = 1_000
/** Milliseconds that the last good copy outlives the store, unless `STAGEDOOR_MAX_STALE` says. */
export const MAX_STALE = 3_600_000
