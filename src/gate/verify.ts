/** Users whom the policy does not name: a backend's own sign-in decides on them. */
import { sameText } from './bytes.ts'
import type { Credentials } from './credentials.ts'
import { VERIFIED } from './holder.ts'
import { log } from './log.ts'
import { type Account, type Check, readRights, type Verdict } from './policy.ts'
import { inTime, nameError } from './untrusted.ts'
import { shareCheck } from './users.ts'

/** What is said of right credentials. Everything may be seen where `paths` is left out. */
export interface Verified {
  paths?: string[]
  roles?: string[]
}

/** Says whether credentials are right. `false`, `null` and nothing say that they are not. */
export type Verify = (
  userId: string,
  password: string,
  request: Request,
) => Answer | Promise<Answer>
type Answer = Verified | boolean | null | undefined

// Milliseconds that an answer is good for: browsers send their credentials with each request.
const REMEMBERED = 300_000
const MOST_REMEMBERED = 1000
// Milliseconds; and requests that may wait for an answer at a time.
const VERIFY_TIMEOUT = 5_000
const MOST_ASKING = 50

/** Makes the check of credentials by `verify`. It is asked once for requests that come at once. */
export function createVerifier(verify: Verify) {
  const right = new Map<string, { password: string; account: Account; until: number }>()
  const asking = new Set<Check>()

  async function ask({ userId, password }: Credentials, request: Request, now: number) {
    try {
      const answer = await inTime(verify(userId, password, request), VERIFY_TIMEOUT)
      if (!answer) return 'wrong credentials'
      const rights = readRights(answer === true ? {} : answer, 'answer')
      const account: Account = { userId, mark: VERIFIED, ...rights }
      if (right.size >= MOST_REMEMBERED) right.clear()
      right.set(userId, { password, account, until: now + REMEMBERED })
      return account
    } catch (error) {
      log('error', 'verify failed', { reason: nameError(error) })
      return 'verify failed'
    }
  }

  return async (credentials: Credentials, request: Request, now: number): Promise<Verdict> => {
    const known = right.get(credentials.userId)
    if (known && sameText(credentials.password, known.password) && now < known.until) {
      return known.account
    }
    if (asking.size >= MOST_ASKING) return 'too many attempts'
    return shareCheck(asking, credentials, () => ask(credentials, request, now))
  }
}
