/** Deciding one request. To be read from top to bottom: the first answer is the answer. */
import { isOtherScheme, parseCredentials } from './credentials.ts'
import type { Policy } from './policy.ts'
import { covers } from './rules.ts'
import { isUnder } from './target.ts'
import { checkCredentials } from './users.ts'

/** What of a request decides. `path` is a target's; `authorization` is empty without the field. */
export interface Facts {
  method: string
  path: string[] | null
  authorization: string
  now: number
  mayTry(userId: string): boolean | Promise<boolean>
}

/** What to do, and why. `user` is named only where proven, `everywhere` of one without limits. */
export type Decision =
  | { admit: true; reason: 'open' | 'allowed' }
  | { admit: true; reason: 'credentials'; user: string; everywhere: boolean }
  | Refusal

export type Refusal = { admit: false } & (
  | { status: 401; challenge: 'Basic'; reason: 'no credentials' | 'wrong credentials' }
  | { status: 401; challenge: 'Bearer'; reason: 'other scheme' }
  | { status: 403; reason: 'path not covered'; user: string }
  | { status: 429; reason: 'too many attempts' }
  | { status: 503; reason: 'no policy' }
)

/**
 * Decides one request. Refuses where there is no policy: a gate that nobody has configured
 * stays shut. Never throws for anything that a client can send.
 */
export async function decide(facts: Facts, policy: Policy | null): Promise<Decision> {
  const { method, path, authorization, now } = facts
  if (!policy) return { admit: false, status: 503, reason: 'no policy' }
  if (policy.open) return { admit: true, reason: 'open' }
  if (covers(policy.allow, method, path)) return { admit: true, reason: 'allowed' }

  const basic = { admit: false, status: 401, challenge: 'Basic' } as const
  if (!authorization) return { ...basic, reason: 'no credentials' }
  // A Basic challenge to another scheme makes a browser drop the good credentials it holds.
  if (isOtherScheme(authorization)) return { ...basic, challenge: 'Bearer', reason: 'other scheme' }

  const credentials = parseCredentials(authorization)
  if (!credentials) return { ...basic, reason: 'wrong credentials' }
  const mayTry = await facts.mayTry(credentials.userId)
  const user = mayTry ? await checkCredentials(credentials, policy, now) : 'busy'
  if (user === 'busy') return { admit: false, status: 429, reason: 'too many attempts' }
  if (user === 'wrong') return { ...basic, reason: 'wrong credentials' }
  // Without the build's scripts and styles no page would work, whatever the user may see.
  if (!user.paths || isUnder('static', path) || covers(user.paths, method, path)) {
    return { admit: true, reason: 'credentials', user: user.userId, everywhere: !user.paths }
  }
  return { admit: false, status: 403, reason: 'path not covered', user: user.userId }
}
