/**
 * Checking credentials against a policy's users. A wrong password and an unknown user-id last
 * as long: one digest, and two derivations that have the iterations of the dearest verifier.
 */
import { sameText, toBase64url } from './bytes.ts'
import type { Credentials } from './credentials.ts'
import type { Check, Policy, User, Verdict } from './policy.ts'
import { hashPassword } from './verifier.ts'

// Slow derivations at a time, and requests that may wait for one: wrong passwords must not
// take the whole instance.
const AT_ONCE = 2
const WAITING = 8
/**
 * Stands in for the verifier of a user who does not exist. Its key is made as all keys are: one by
 * `repeat` is kept in pieces, and takes longer to compare.
 */
const DECOY = { iterations: 0, salt: new Uint8Array(16), key: toBase64url(new Uint8Array(32)) }

/** Whose credentials they are; an expired user's are wrong. */
export async function checkCredentials(
  credentials: Credentials,
  policy: Policy,
  now: number,
): Promise<Verdict> {
  const { userId, password } = credentials
  const { checks, dearest } = policy
  const user = policy.users.get(userId)
  const check = () => checkPassword(user, password, dearest)
  const known = sameText(password, user?.remembered ?? DECOY.key) && user?.remembered !== undefined
  // A quick one is not worth sharing.
  const once = () => (dearest > 0 ? shareCheck(checks, credentials, check) : check())
  const verdict = known ? user : await once()
  return verdict === user && user.expires <= now ? 'wrong credentials' : verdict
}

/** The requests of one page come at once and share one check. */
export function shareCheck(
  checks: Set<Check>,
  { userId, password }: Credentials,
  work: () => Promise<Verdict>,
): Promise<Verdict> {
  for (const other of checks) {
    if (other.userId === userId && sameText(password, other.password)) return other.verdict
  }
  const verdict = work().finally(() => checks.delete(check))
  const check = { userId, password, verdict }
  checks.add(check)
  return verdict
}

async function checkPassword(
  user: User | undefined,
  password: string,
  dearest: number,
): Promise<Verdict> {
  const { iterations, salt, key } = user?.verifier ?? DECOY
  // Compared first, so that each attempt costs the digest and the comparison.
  let right = sameText(await hashPassword(password, salt, 0), key) && iterations === 0
  if (!right && dearest > 0) {
    const derived = await inTurn(async () => {
      // Twice for everybody: a derivation more would tell, however few iterations it has.
      const first = iterations || 1
      const isKey = sameText(await hashPassword(password, salt, first), key)
      if (isKey && iterations > 0) return true
      // What is left of the dearest verifier's work; its result is of no use.
      await hashPassword(password, salt, dearest + 1 - first)
      return false
    })
    if (derived === null) return 'too many attempts'
    right = derived
  }
  if (!user || !right) return 'wrong credentials'
  user.remembered = password
  return user
}

let running = 0
const waiting: (() => void)[] = []

/** `null` where too many wait. */
async function inTurn<T>(work: () => Promise<T>): Promise<T | null> {
  if (running === AT_ONCE) {
    if (waiting.length === WAITING) return null
    await new Promise<void>((resolve) => waiting.push(resolve))
  } else running++
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}
