/**
 * The one place that reads `process.env`: by literal name, which is all that a bundler sees,
 * and at each use, because a value captured at import would be the build's.
 */

// Declared here, so that the file compiles without @types/node.
declare const process: { env: { [name in Variable]?: string | undefined } }

type Variable =
  | 'AUTH_PASSWORD'
  | 'AUTH_USER'
  | 'NODE_ENV'
  | 'STAGEDOOR'
  | 'STAGEDOOR_KEY'
  | 'STAGEDOOR_MAX_STALE'
  | 'STAGEDOOR_POLICY'
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
  key: () => process.env.STAGEDOOR_KEY || 'stagedoor',
  /** Seconds. */
  maxStale: () => process.env.STAGEDOOR_MAX_STALE,
}
