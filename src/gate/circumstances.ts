/** What decides beside the request: the environment, and the secrets in it. */
import { environment } from './environment.ts'
import { FIELD_NAME } from './fields.ts'
import type { Keys } from './holder.ts'
import { isSecret } from './pass.ts'
import type { Policy } from './policy.ts'

/** The environment at one moment. */
export type Environment = {
  [Name in keyof typeof environment]: ReturnType<(typeof environment)[Name]>
}

export interface Circumstances {
  environment: Environment
  /** Secrets that passes hang on, as far as the environment has good ones. */
  keys: Keys
}

// Milliseconds. Reading it takes as long as all else does, since Node.js makes a new text of a
// variable each time, and only `next dev` ever changes one.
const KNOWN_FOR = 1_000

/** Makes what reads them, once a second at most. @param verifies see {@link Keys} */
export function createCircumstances(verifies: boolean): (now: number) => Circumstances {
  let known: Circumstances | undefined
  let readAt = 0
  return (now) => {
    // Absolute, for a clock that was set back.
    if (known && Math.abs(now - readAt) < KNOWN_FOR) return known
    const entries = Object.entries(environment).map(([name, read]) => [name, read()])
    const environmentNow: Environment = Object.fromEntries(entries)
    const { secret, bypassSecret } = environmentNow
    const keys = { secret: isSecret(secret) ? secret : '', bypass: bypassSecret, verifies }
    readAt = now
    known = { environment: environmentNow, keys }
    return known
  }
}

/** What is set and has no effect, for the log: a name, and why. */
export function findFaults(
  { environment: { addressHeader, secret, signIn = 'basic' }, keys }: Circumstances,
  policy: Policy | null,
): [string, string][] {
  const isKnown = ['basic', 'page', ''].includes(signIn)
  const ignoresIps = policy && policy.ips.size > 0 && !FIELD_NAME.test(addressHeader)
  return [
    secret && !keys.secret && ['no passes', 'STAGEDOOR_SECRET is too short'],
    signIn === 'page' && !keys.secret && ['no sign-in page', 'no STAGEDOOR_SECRET'],
    !isKnown && ['no sign-in page', 'STAGEDOOR_SIGN_IN is neither basic nor page'],
    ignoresIps && ['ips ignored', 'no header tells the address: see STAGEDOOR_IP_HEADER'],
  ].filter(Boolean) as [string, string][]
}
