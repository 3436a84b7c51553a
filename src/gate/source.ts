/**
 * Where the policy comes from: the store that was handed in, else the environment. A store's
 * client is not trusted to answer: it may hang, throw, or serve for ever what it once had.
 */
import { environment } from './environment.ts'
import { log } from './log.ts'
import { type Policy, type PolicyDocument, PolicyError, parsePolicy } from './policy.ts'
import { MAX_STALE } from './settings.ts'
import { inTime, nameError } from './untrusted.ts'

// Milliseconds: a copy this young is served as it is; an older one is renewed behind the
// requests, and waited for when older still. A request never waits longer than the last.
const FRESH_FOR = 5_000
const REFRESH_AFTER = 10_000
const STORE_TIMEOUT = 1_000

/** A store's client: `@vercel/edge-config`'s, or anything else with `get`. */
export interface Store {
  get(key: string): Promise<unknown>
}

/** The policy in force, or `null`; never throws. `defer` lets work outlive the answer. */
type Source = (now: number, defer: (work: Promise<unknown>) => void) => Promise<Policy | null>

/** Makes a source. A `document` stands in place of the environment's policy. */
export function createSource(store?: () => Store, document?: PolicyDocument): Source {
  let text: string | undefined
  let policy: Policy | null = null
  const fixed = document && JSON.stringify(document)
  function base() {
    const written = fixed ?? environment.policy()
    const current = written || JSON.stringify([environment.userId(), environment.password()])
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
    log('error', 'policy invalid', { reason: nameError(error) })
    return null
  }
}

/** The policy of `AUTH_USER` and `AUTH_PASSWORD`. An empty password is no password. */
function pairPolicy(): Policy | null {
  const [userId, password] = [environment.userId(), environment.password()]
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

function createStoreSource(store: () => Store, base: () => Policy | null): Source {
  let client: Store | undefined
  let copy: Copy | undefined
  let checkedAt = -Infinity
  let failure: string | undefined
  let isInvalid = false
  let reading: Promise<void> | undefined

  async function read(now: number) {
    const before = failure
    try {
      // Made late, because it throws without a connection string, and anew after a failure,
      // from which a client may not recover.
      client ??= store()
      copy = nextCopy(await inTime(client.get(environment.key()), STORE_TIMEOUT), copy, now)
      failure = undefined
    } catch (error) {
      client = undefined
      isInvalid = error instanceof PolicyError
      failure = nameError(error)
      // A line a change, not a line a request.
      if (failure !== before) log('error', 'store failed', { reason: failure })
    }
    if (before && !failure) log('info', 'store recovered')
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
    return failure && isInvalid ? null : base()
  }
}

/** @throws {PolicyError} */
function nextCopy(item: unknown, copy: Copy | undefined, now: number): Copy {
  const text = typeof item === 'string' ? item : JSON.stringify(item ?? undefined)
  // The same text keeps the same policy, and in it the passwords that were right once.
  if (copy && text === copy.text) return { ...copy, readAt: now }
  return { text, policy: text === undefined ? undefined : parsePolicy(text), readAt: now }
}

/** Milliseconds. */
function maxStale(): number {
  const seconds = Number(environment.maxStale() || NaN)
  return seconds >= 0 ? seconds * 1000 : MAX_STALE
}
