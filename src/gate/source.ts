/**
 * Where the policy comes from: the store that was handed in, else the environment.
 *
 * The store is asked for one key, one read at a time, and not trusted to answer: a client of
 * its own may hang, throw, or serve for ever what it once had.
 */
import { environment } from './environment.ts'
import { log } from './log.ts'
import { type Policy, type PolicyDocument, PolicyError, parsePolicy } from './policy.ts'
import { FRESH_FOR, MAX_STALE, REFRESH_AFTER, STORE_TIMEOUT } from './settings.ts'

/** A store's client: `@vercel/edge-config`'s, or anything else with `get`. */
export interface Store {
  get(key: string): Promise<unknown>
}

/**
 * The policy in force, or `null` where there is none. Never throws.
 *
 * @param defer lets work go on after the answer was sent
 */
export type Source = (
  now: number,
  defer: (work: Promise<unknown>) => void,
) => Promise<Policy | null>

/** Makes a source. A `document` stands in place of the environment's policy. */
export function createSource(store?: () => Store, document?: PolicyDocument): Source {
  let text: string | undefined
  let policy: Policy | null = null
  function base() {
    const pair = JSON.stringify([environment.userId(), environment.password()])
    const written = document ? JSON.stringify(document) : environment.policy()
    const current = written || pair
    // Read again only where it has changed.
    if (text !== current) policy = written ? readPolicy(written) : pairPolicy()
    text = current
    return policy
  }
  return store ? createStoreSource(store, base) : async () => base()
}

function readPolicy(input: unknown): Policy | null {
  try {
    return parsePolicy(input)
  } catch (error) {
    log('error', { event: 'policy invalid', reason: (error as PolicyError).message })
    return null
  }
}

/** The policy of `AUTH_USER` and `AUTH_PASSWORD`. An empty password is no password. */
function pairPolicy(): Policy | null {
  const [userId, password] = [environment.userId(), environment.password()]
  if (!userId || !password) return null
  // A verifier that no password meets: this one is known already.
  const verifier = `sha256:${'A'.repeat(22)}:${'A'.repeat(43)}`
  const policy = readPolicy({ version: 1, users: { [userId]: { verifier } } })
  for (const user of policy?.users.values() ?? []) user.remembered = password.normalize('NFC')
  return policy
}

/** What the store last answered well; no `text` and no `policy` where it has no such item. */
interface Copy {
  text: string | undefined
  policy: Policy | undefined
  readAt: number
}

function createStoreSource(store: () => Store, base: () => Policy | null): Source {
  let client: Store | undefined
  let copy: Copy | undefined
  let checkedAt = -Infinity
  let failure: unknown
  let reading: Promise<void> | undefined

  async function read(now: number) {
    const before = failure && nameFailure(failure)
    try {
      // Made late, because it throws without a connection string, and anew after a failure,
      // from which a client may not recover.
      client ??= store()
      copy = nextCopy(await inTime(client.get(environment.key())), copy, now)
      failure = undefined
    } catch (error) {
      client = undefined
      failure = error ?? 'nothing'
      const reason = nameFailure(failure)
      // A line a change, not a line a request.
      if (reason !== before) log('error', { event: 'store failed', reason })
    }
    if (before && !failure) log('info', { event: 'store recovered' })
    checkedAt = now
  }

  return async (now, defer) => {
    // Absolute, for a clock that was set back.
    const age = Math.abs(now - checkedAt)
    if (age > FRESH_FOR) reading ??= read(now).finally(() => (reading = undefined))
    if (age > REFRESH_AFTER) await reading
    else if (reading) defer(reading)
    if (copy && (!failure || now - copy.readAt <= maxStale())) return copy.policy ?? base()
    // An invalid item is not a store that is away: the environment may still name somebody
    // whom the item left out.
    return failure instanceof PolicyError ? null : base()
  }
}

/** @throws {PolicyError} */
function nextCopy(item: unknown, copy: Copy | undefined, now: number): Copy {
  const text = typeof item === 'string' ? item : JSON.stringify(item ?? undefined)
  // The same text keeps the same policy, and in it the passwords that were right once.
  if (copy && text === copy.text) return { ...copy, readAt: now }
  return { text, policy: text === undefined ? undefined : parsePolicy(text), readAt: now }
}

function inTime<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = new DOMException('', 'TimeoutError')
    const timer = setTimeout(() => reject(late), STORE_TIMEOUT)
    Promise.resolve(work)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}

/** Never the message of a client's own error: it may quote the connection string. */
function nameFailure(failure: unknown): string {
  if (failure instanceof PolicyError) return failure.message
  const { name } = failure as { name?: unknown }
  return typeof name === 'string' ? name : typeof failure
}

/** Milliseconds. */
function maxStale(): number {
  const seconds = Number(environment.maxStale() || NaN)
  return seconds >= 0 ? seconds * 1000 : MAX_STALE
}
