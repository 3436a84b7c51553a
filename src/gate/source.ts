/**
 * Where the policy comes from: the store that was handed in, else the environment. A store's
 * client is not trusted to answer: it may hang, throw, or serve for ever what it once had.
 */
import type { Environment } from './circumstances.ts'
import { log } from './log.ts'
import { type Policy, type PolicyDocument, PolicyError, parsePolicy } from './policy.ts'
import { MAX_STALE } from './settings.ts'
import { inTime, nameError } from './untrusted.ts'

// Milliseconds: a copy this young is served as it is; an older one is renewed behind the
// requests, and waited for when older still: the last at most, or twice that where the read that
// a request joined had hung already.
const FRESH_FOR = 5_000
const REFRESH_AFTER = 10_000
const STORE_TIMEOUT = 1_000

/** How a store fails that may have an item. */
const AWAY = 'away'

/** A store's client: `@vercel/edge-config`'s, or anything else with `get`. */
export interface Store {
  get(key: string): Promise<unknown>
}

/** The policy in force, or `null`; never throws. `defer` lets work outlive the answer. */
type Source = (
  environment: Environment,
  now: number,
  defer: (work: Promise<unknown>) => void,
) => Promise<Policy | null>

/** Makes a source. A `document` stands in place of the environment's policy. */
export function createSource(store?: () => Store, document?: PolicyDocument): Source {
  let text: string | undefined
  let policy: Policy | null = null
  const fixed = document && JSON.stringify(document)
  function base(environment: Environment) {
    const written = fixed ?? environment.policy
    const current = written || JSON.stringify([environment.userId, environment.password])
    // Read again only where it has changed.
    if (text !== current) policy = written ? readPolicy(written) : pairPolicy(environment)
    text = current
    return policy
  }
  return store ? createStoreSource(store, base) : async (environment) => base(environment)
}

function readPolicy(input: unknown): Policy | null {
  try {
    return parsePolicy(input)
  } catch (error) {
    log('error', 'policy invalid', { reason: nameError(error) })
    return null
  }
}

/** The policy of `AUTH_USER` and `AUTH_PASSWORD`. An empty password is no password. */
function pairPolicy({ userId, password }: Environment): Policy | null {
  if (!userId || !password) return null
  // A verifier that no password meets: this one is remembered from the start.
  const verifier = `sha256:${'A'.repeat(22)}:${'A'.repeat(43)}`
  const policy = readPolicy({ version: 1, users: { [userId]: { verifier } } })
  for (const user of policy?.users.values() ?? []) {
    user.remembered = password.normalize('NFC')
    user.mark = `password ${user.remembered}`
  }
  return policy
}

/** What the store last answered well; no `text` and no `policy` where it has no such item. */
interface Copy {
  text: string | undefined
  policy: Policy | undefined
  readAt: number
}

function createStoreSource(
  store: () => Store,
  base: (environment: Environment) => Policy | null,
): Source {
  let client: Store | undefined
  let copy: Copy | undefined
  let checkedAt = -Infinity
  /** `AWAY`, or the fault of an item that is no policy. */
  let failure: string | undefined
  let reading: Promise<void> | undefined

  async function read(key: string, now: number) {
    const before = failure
    try {
      // Made late, because it throws without a connection string, and anew after a failure,
      // from which a client may not recover.
      client ??= store()
      copy = nextCopy(await inTime(client.get(key), STORE_TIMEOUT), copy, now)
      failure = undefined
    } catch (error) {
      client = undefined
      const reason = nameError(error)
      // An item that is no policy stays that until something else has been read.
      failure = error instanceof PolicyError ? reason : (failure ?? AWAY)
      // A line a change, not a line a request, nor one for each way in turn of being away.
      if (failure !== before) log('error', 'store failed', { reason })
    }
    if (before && !failure) log('info', 'store recovered')
    checkedAt = now
  }

  /** Reads, or joins the read under way. */
  async function refresh(key: string, now: number) {
    reading ??= read(key, now)
    const joined = reading
    // Timed once more: who began it may have been cut off since, and its own timer with it.
    await inTime(joined, STORE_TIMEOUT).catch(() => {})
    if (reading === joined) reading = undefined
  }

  return async (environment, now, defer) => {
    const { key, maxStale } = environment
    // Absolute, for a clock that was set back.
    const age = () => Math.abs(now - checkedAt)
    if (age() > REFRESH_AFTER) await refresh(key, now)
    // Again, where that read had begun before the machine slept, or never ended.
    if (age() > REFRESH_AFTER) await refresh(key, now)
    else if (age() > FRESH_FOR) defer(refresh(key, now))
    const isChecked = !failure && age() <= REFRESH_AFTER
    const isRecent = copy && Math.abs(now - copy.readAt) <= readMaxStale(maxStale)
    if (copy && (isChecked || isRecent)) return copy.policy ?? base(environment)
    // An invalid item is not a store that is away: the environment may still name somebody
    // whom the item left out.
    return failure && failure !== AWAY ? null : base(environment)
  }
}

/** @throws {PolicyError} */
function nextCopy(item: unknown, copy: Copy | undefined, now: number): Copy {
  const text = item === undefined || item === null ? undefined : textOf(item)
  // The same text keeps the same policy, and in it the passwords that were right once.
  if (copy && text === copy.text) return { ...copy, readAt: now }
  return { text, policy: text === undefined ? undefined : parsePolicy(text), readAt: now }
}

/** What JSON has no text for, such as a function, is no policy rather than none. */
function textOf(item: unknown): string {
  try {
    return typeof item === 'string' ? item : (JSON.stringify(item) ?? '')
  } catch {
    return ''
  }
}

/** Milliseconds. */
function readMaxStale(text: string | undefined): number {
  const seconds = Number(text || NaN)
  return seconds >= 0 ? seconds * 1000 : MAX_STALE
}
