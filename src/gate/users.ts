/**
 * Checking credentials against a policy's users.
 *
 * From outside, a wrong password and an unknown user-id look alike and last as long: either
 * takes one digest, and as many iterations as the dearest verifier of the policy.
 */
import { sameBytes, sameText } from './bytes.ts'
import type { Credentials } from './credentials.ts'
import type { Policy, User } from './policy.ts'
import { derivePassword, digestPassword, type Verifier } from './verifier.ts'

// Slow derivations at a time, and requests that may wait for one: wrong passwords must not
// take the whole instance.
const AT_ONCE = 2
const WAITING = 8
/** Stands in for the verifier of a user who does not exist. */
const DECOY: Verifier = { iterations: 0, salt: new Uint8Array(16), key: new Uint8Array(32) }

/**
 * Whose credentials they are.
 *
 * @returns `busy`, which is no verdict, where too many checks wait; an expired user is `wrong`
 */
export async function checkCredentials(
  { userId, password }: Credentials,
  policy: Policy,
  now: number,
): Promise<User | 'wrong' | 'busy'> {
  const user = policy.users.get(userId)
  const known = sameText(password, user?.remembered ?? '') && user?.remembered !== undefined
  const verdict = known ? user : await shareCheck(user, userId, password, policy)
  return typeof verdict === 'object' && verdict.expires <= now ? 'wrong' : verdict
}

/** The requests of one page come at once and share one check. */
function shareCheck(
  user: User | undefined,
  userId: string,
  password: string,
  { checks, dearest }: Policy,
) {
  const other = checks.get(userId)
  if (other && sameText(password, other.password)) return other.verdict
  const verdict = checkPassword(user, password, dearest).finally(() => checks.delete(userId))
  checks.set(userId, { password, verdict })
  return verdict
}

async function checkPassword(user: User | undefined, password: string, dearest: number) {
  const { iterations, salt, key } = user?.verifier ?? DECOY
  const digest = await digestPassword(password, salt)
  let right = iterations === 0 && sameBytes(digest, key)
  if (!right && dearest > 0) {
    const derived = await inTurn(async () => {
      if (iterations && sameBytes(await derivePassword(password, salt, iterations), key))
        return true
      // What is left of the dearest verifier's work; the result is of no use.
      if (iterations < dearest) await derivePassword(password, salt, dearest - iterations)
      return false
    })
    if (derived === 'busy') return 'busy'
    right = derived
  }
  if (!user || !right) return 'wrong'
  user.remembered = password
  return user
}

let running = 0
const waiting: (() => void)[] = []

async function inTurn<T>(work: () => Promise<T>): Promise<T | 'busy'> {
  if (running === AT_ONCE) {
    if (waiting.length === WAITING) return 'busy'
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
