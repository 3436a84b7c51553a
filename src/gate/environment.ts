/**
 * The one place that reads `process.env`. By literal name, which is all that a bundler sees, and
 * never at import, because a value captured there would be the build's.
 */

// Declared here, so that the file compiles without @types/node.
declare const process: { env: { [name in Variable]?: string | undefined } }

type Variable =
  | 'AUTH_PASSWORD'
  | 'AUTH_USER'
  | 'NODE_ENV'
  | 'STAGEDOOR'
  | 'STAGEDOOR_COOKIE'
  | 'STAGEDOOR_IP_HEADER'
  | 'STAGEDOOR_KEY'
  | 'STAGEDOOR_MAX_STALE'
  | 'STAGEDOOR_POLICY'
  | 'STAGEDOOR_SECRET'
  | 'STAGEDOOR_SIGN_IN'
  | 'VERCEL'
  | 'VERCEL_AUTOMATION_BYPASS_SECRET'
  | 'VERCEL_ENV'
  | 'VERCEL_TARGET_ENV'

export const environment = {
  switch: () => process.env.STAGEDOOR,
  /** Which deployment this is. `self-hosted`, which is gated, where nothing tells. */
  name: () =>
    process.env.VERCEL_TARGET_ENV ||
    process.env.VERCEL_ENV ||
    (process.env.NODE_ENV === 'development' ? 'development' : 'self-hosted'),
  policy: () => process.env.STAGEDOOR_POLICY,
  userId: () => process.env.AUTH_USER,
  password: () => process.env.AUTH_PASSWORD,
  /** Signs passes; without it there are none. */
  secret: () => process.env.STAGEDOOR_SECRET ?? '',
  signIn: () => process.env.STAGEDOOR_SIGN_IN,
  /** Whether the site is shown in frames of other sites. */
  isFramed: () => process.env.STAGEDOOR_COOKIE === 'none',
  bypassSecret: () => process.env.VERCEL_AUTOMATION_BYPASS_SECRET ?? '',
  /** Name of the header that tells the client's address and that no client can set. */
  addressHeader: () =>
    process.env.STAGEDOOR_IP_HEADER || (process.env.VERCEL === '1' ? 'x-real-ip' : ''),
  key: () => process.env.STAGEDOOR_KEY?.trim() || 'stagedoor',
  /** Seconds. */
  maxStale: () => process.env.STAGEDOOR_MAX_STALE,
}
