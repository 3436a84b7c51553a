/** Passes that are given: signing them, and what each use of one says. */
import { encodeText, toBase64url } from './bytes.ts'
import { type Claims, remember, sign, type Use } from './pass.ts'
import type { Account } from './policy.ts'
import { writeRule } from './rules.ts'

/** What passes hang on beside the policy. */
export interface Keys {
  /** Signs them; empty where there are none. */
  secret: string
  /** The platform's secret for automation; empty where it has none. */
  bypass: string
  /** Whether there are users whom the policy does not name. */
  verifies: boolean
}

// Seconds: a working day, and then the password again.
export const SESSION = 43_200
// Seconds for the app to ask who sent a request: what the longest one takes.
const IDENTITY = 300

/** Mark of users whom the policy does not name: their session itself says what they may see. */
export const VERIFIED = 'verified'

const HEADER = toBase64url(encodeText('{"alg":"HS256","typ":"JWT"}'))

const issued = new Map<string, Promise<string>>()

/** Signs a pass. */
export function issuePass(claims: Omit<Claims, 'iss'>, secret: string): Promise<string> {
  const payload = JSON.stringify({ iss: 'stagedoor', ...claims })
  return remember(issued, secret + payload, async () => {
    const input = `${HEADER}.${toBase64url(encodeText(payload))}`
    return `${input}.${await sign(input, secret)}`
  })
}

/** Tells one text from another without telling the text, to whoever has not the secret. */
export function fingerprint(text: string, secret: string): Promise<string> {
  // The space keeps it apart from what is signed of a pass.
  return sign(`fingerprint ${text}`, secret)
}

/** The pass that a browser keeps of somebody who is in. */
export async function issueSession(account: Account, keys: Keys, now: number): Promise<string> {
  const { userId, mark, paths, roles } = account
  // Of the others the policy says it.
  const own = mark === VERIFIED ? { roles, ...(paths && { paths: paths.map(writeRule) }) } : {}
  const fpr = await fingerprint(mark, keys.secret)
  return issuePass({ ...stamp(userId, 'session', SESSION, now), ...own, fpr }, keys.secret)
}

/** The pass that a browser keeps in place of the platform's secret, for as long as that is it. */
export async function issueBypass(keys: Keys, now: number): Promise<string> {
  const fpr = await fingerprint(bypassMark(keys), keys.secret)
  return issuePass({ ...stamp('bypass', 'bypass', SESSION, now), fpr }, keys.secret)
}

/** What tells the app who sent a request. It opens nothing. */
export function issueIdentity(account: Account, keys: Keys, now: number): Promise<string> {
  const { userId, roles } = account
  return issuePass({ ...stamp(userId, 'identity', IDENTITY, now), roles }, keys.secret)
}

/** Times by the minute, so that of a page's hundred requests one is signed. */
function stamp(sub: string, use: Use, seconds: number, now: number) {
  const iat = Math.floor(now / 60_000) * 60
  return { sub, use, iat, exp: iat + seconds, jti: `${sub}.${iat.toString(36)}` }
}

/** What a pass in place of the platform's secret hangs on. */
export function bypassMark({ bypass }: Keys): string {
  return `bypass ${bypass}`
}
