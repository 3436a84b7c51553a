/**
 * Checking credentials against a policy's users.
 *
 * From outside, a wrong password and an unknown user-id look alike and last as long: either
 * takes one digest, and as many iterations as the dearest verifier of the policy.
 */
import { sameText } from './bytes.ts'
import type { Credentials } from './credentials.ts'
import type { Policy, User } from './policy.ts'
import { hashPassword } from './verifier.ts'

// Slow derivations at a time, and requests that may wait for one: wrong passwords must not
// take the whole instance.
const AT_ONCE = 2
const WAITING = 8
/** Stands in for the verifier of a user who does not exist. */
const DECOY = { iterations: 0, salt: new Uint8Array(16), key: 'A'.repeat(43) }

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
function shareCheck(user: User | undefined, userId: string, password: string, policy: Policy) {
  const other = policy.checks.get(userId)
  if (other && sameText(password, other.password)) return other.verdict
  const verdict = checkPassword(user, password, policy.dearest)
  policy.checks.set(userId, { password, verdict })
  return verdict.finally(() => policy.checks.delete(userId))
}

async function checkPassword(user: User | undefined, password: string, dearest: number) {
  const { iterations, salt, key } = user?.verifier ?? DECOY
  let right = sameText(await hashPassword(password, salt, 0), key) && iterations === 0
  if (!right && dearest > 0) {
    const derived = await inTurn(async () => {
      const rest = dearest - iterations
      if (iterations && sameText(await hashPassword(password, salt, iterations), key)) return true
      // What is left of the dearest verifier's work; its result is of no use.
      if (rest) await hashPassword(password, salt, rest)
      return false
    })
    if (derived === 'busy') return derived
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
