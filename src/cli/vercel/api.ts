/**
 * Vercel's REST API: asking again where that may help, and waiting where Vercel asks for it. Facts
 * about it that could not be confirmed without an account are listed in docs/vercel.md.
 */
import type { CommonOptions, Io } from '../io.ts'
import { waiting } from '../waiting.ts'
import { Outdated, VercelError } from './errors.ts'
import { Lost, type Sent, type Transport } from './exchange.ts'
import { type Outcome, readOutcome, secretsOf, waitOf } from './outcome.ts'

/** The API, for one account. */
export interface Api {
  /** Asks for something, and again where that may help. */
  get(doing: string, path: string, query?: Query): Promise<unknown>
  /**
   * Changes something, once.
   *
   * @throws {Unanswered} where it may have been done all the same
   * @throws {Outdated} where it is to be asked again: see {@link patiently}
   */
  send(doing: string, method: Method, path: string, body?: unknown, query?: Query): Promise<unknown>
}

type Query = Record<string, string>
type Method = 'POST' | 'PATCH' | 'DELETE'

// What a request for something is repeated after, in milliseconds: a line that was cut off, 5xx.
const PAUSES = [500, 2_000]
// Seconds. A command that waits longer than this looks like one that hangs.
const LONGEST_WAIT = 60
// How often a request waits because Vercel asks for it.
const WAITS = 5

/**
 * Opens the API.
 *
 * @param orgId account of the project; one of a team is named with each request
 */
export function openApi(
  transport: Transport,
  orgId: string | undefined,
  options: CommonOptions,
  io: Io,
): Api {
  const isOfTeam = orgId?.startsWith('team_') ?? false
  const reading = { host: transport.host, isOfTeam }
  const say = `asking ${transport.host}`
  const ask = (sent: Sent) => waiting(io, options, say, () => attempt(transport, sent))

  /** As {@link ask}. Where Vercel asks to wait, that is done, and `undefined` is given. */
  const askInTime = async (doing: string, sent: Sent) => {
    const outcome = await ask(sent)
    const seconds = waitOf(outcome)
    if (seconds === undefined) return outcome
    await waitFor(seconds, doing, options, io)
    return undefined
  }

  return {
    async get(doing, path, query) {
      const pauses = PAUSES[Symbol.iterator]()
      for (let waits = 0; waits < WAITS; ) {
        const outcome = await askInTime(doing, { method: 'GET', path: full(path, query) })
        if (outcome === undefined) waits += 1
        else {
          const pause = isPassing(outcome) ? pauses.next().value : undefined
          if (pause === undefined) return readOutcome(doing, reading, outcome)
          await io.pause(pause)
        }
      }
      throw tooMany(doing)
    },
    async send(doing, method, path, body, query) {
      const sent = { method, path: full(path, query), ...(body !== undefined && { body }) }
      const outcome = await askInTime(doing, sent)
      if (outcome === undefined) throw new Outdated(tooMany(doing).message)
      return readOutcome(doing, reading, outcome, secretsOf(body))
    },
  }

  function full(path: string, query: Query = {}): string {
    const team: Query = orgId !== undefined && isOfTeam ? { teamId: orgId } : {}
    const search = new URLSearchParams({ ...query, ...team }).toString()
    return search ? `${path}?${search}` : path
  }
}

/** Does what stands alone, such as making a token, again where Vercel asked to wait. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let waits = 1; ; waits++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Outdated) || waits >= WAITS) throw error
    }
  }
}

function tooMany(doing: string): VercelError {
  return new VercelError(
    `cannot ${doing}: Vercel asks to wait, again and again`,
    429,
    'run the command again in some minutes',
  )
}

async function attempt(transport: Transport, sent: Sent): Promise<Outcome> {
  try {
    return await transport.send(sent)
  } catch (error) {
    if (error instanceof Lost) return error
    throw error
  }
}

/** What may be better in a moment. */
function isPassing(outcome: Outcome): boolean {
  return outcome instanceof Lost ? outcome.hint === undefined : outcome.status >= 500
}

async function waitFor(seconds: number, doing: string, options: CommonOptions, io: Io) {
  if (seconds > LONGEST_WAIT) {
    const until = new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+/, '')
    throw new VercelError(
      `cannot ${doing}: Vercel takes no more requests of this account until ${until}`,
      429,
      'run the command again then; nothing was changed by this request',
    )
  }
  const text = `Vercel asks to wait ${seconds} s before the next request`
  await waiting(io, options, text, () => io.pause(seconds * 1000))
}
