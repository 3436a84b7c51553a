/** Passes under a policy: who is given which, and who holds one. */
import { encodeText, toBase64url } from './bytes.ts'
import { type Claims, HEADER, type Pass, readPass, sign, signOnce, type Use } from './pass.ts'
import type { Account, Policy } from './policy.ts'
import { readRules } from './rules.ts'

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

/** Signs a pass. */
export async function issuePass(claims: Omit<Claims, 'iss'>, secret: string): Promise<string> {
  const payload = toBase64url(encodeText(JSON.stringify({ iss: 'stagedoor', ...claims })))
  return `${HEADER}.${payload}.${await sign(`${HEADER}.${payload}`, secret)}`
}

/** Tells one text from another without telling the text, to whoever has not the secret. */
function fingerprint(text: string, secret: string): Promise<string> {
  // The space keeps it apart from what is signed of a pass.
  return sign(`fingerprint ${text}`, secret)
}

/** The pass that a browser keeps of somebody who is in. */
export async function issueSession(account: Account, keys: Keys, now: number): Promise<string> {
  const { userId, mark, paths, roles } = account
  // Of the others the policy says it.
  const own =
    mark === VERIFIED ? { roles, ...(paths && { paths: paths.list.map(({ text }) => text) }) } : {}
  const claims = { ...stamp(userId, 'session', SESSION, now), ...own }
  return signOnce(`session ${mark} ${JSON.stringify(claims)}`, keys.secret, async () => {
    return issuePass({ ...claims, fpr: await fingerprint(mark, keys.secret) }, keys.secret)
  })
}

/** The pass that a browser keeps in place of the platform's secret, for as long as that is it. */
export async function issueBypass(keys: Keys, now: number): Promise<string> {
  const fpr = await fingerprint(bypassMark(keys), keys.secret)
  return issuePass({ ...stamp('bypass', 'bypass', SESSION, now), fpr }, keys.secret)
}

/** What tells the app who sent a request. It opens nothing. */
export function issueIdentity(account: Account, keys: Keys, now: number): Promise<string> {
  const { userId, roles } = account
  const claims = stamp(userId, 'identity', IDENTITY, now)
  const name = `identity ${JSON.stringify([claims.jti, roles])}`
  return signOnce(name, keys.secret, () => issuePass({ ...claims, roles }, keys.secret))
}

/** Times by the minute, so that of a page's hundred requests one is signed. */
function stamp(sub: string, use: Use, seconds: number, now: number) {
  const iat = Math.floor(now / 60_000) * 60
  return { sub, use, iat, exp: iat + seconds, jti: `${sub}.${iat.toString(36)}` }
}

/** What a pass in place of the platform's secret hangs on. */
function bypassMark({ bypass }: Keys): string {
  return `bypass ${bypass}`
}

/** A pass that counts, and what its holder may see. */
export interface Holder extends Account {
  pass: Pass
}

/** The holder of a pass; `null` where it does not count, or is for something else. */
export async function findHolder(
  token: string,
  uses: Use[],
  policy: Policy,
  keys: Keys,
  now: number,
): Promise<Holder | null> {
  const pass = token ? await readPass(token, uses, keys.secret, now) : null
  if (!pass || policy.revoked.has(pass.jti)) return null
  const account = findAccount(pass, policy, keys, now)
  // Most passes hang on nothing.
  const fpr = account?.mark ? await fingerprint(account.mark, keys.secret) : undefined
  if (!account || pass.fpr !== fpr) return null
  const { userId, mark, paths, roles } = account
  return { userId, mark, paths, roles, pass }
}

/** Whose pass it is: of a user's session what the policy says now, of others what the pass says. */
function findAccount(pass: Pass, policy: Policy, keys: Keys, now: number): Account | null {
  const { sub, use, paths: texts, roles = [] } = pass
  const user = use === 'session' ? policy.users.get(sub) : undefined
  if (user) return user.expires > now ? user : null
  const paths = texts ? readRules(use === 'share' ? [...texts, REMOTE_IMAGES] : texts) : null
  if (texts && !paths) return null
  if (use === 'session') return keys.verifies ? { userId: sub, mark: VERIFIED, paths, roles } : null
  // No user-id has a colon (RFC 7617 §2): a machine's name is never a person's.
  return { userId: `${use}:${sub}`, mark: use === 'bypass' ? bypassMark(keys) : '', paths, roles }
}

/** For a link, made for a page: those of other hosts, public there. A user's `paths` are as written. */
const REMOTE_IMAGES = 'GET,HEAD /_next/image'
