/**
 * Vercel's REST API: requests, and what to say where they fail. Facts about it that could not be
 * confirmed without an account are listed in docs/vercel.md.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { CliError, EXIT } from '../errors.ts'
import type { CommonOptions, Io } from '../io.ts'
import { printable } from '../talk.ts'
import { waiting } from '../waiting.ts'
import { type Answer, HOW_TO_GET_A_TOKEN, Lost, type Sent, type Transport } from './exchange.ts'

/** The API, for one account. */
export interface Api {
  /** For talk: `api.vercel.com`. */
  readonly host: string
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

export type Query = Record<string, string>
export type Method = 'POST' | 'PATCH' | 'DELETE'

/** A refusal of Vercel's. */
export class VercelError extends CliError {
  readonly status: number
  /** Vercel's own name for it: `not_found`, `ENV_CONFLICT`, …; empty where it gave none. */
  readonly code: string

  constructor(message: string, status: number, code: string, hint: string) {
    const exitCode = status === 401 || status === 403 ? EXIT.unauthorised : EXIT.failed
    super(message, { hint, exitCode })
    this.name = 'VercelError'
    this.status = status
    this.code = code
  }
}

/** No answer came, or none that can be read: nobody knows what was done. */
export class Unanswered extends CliError {}

/** Nothing was done, and what was read before is old: Vercel asked to wait, or others were faster. */
export class Outdated extends CliError {}

// What a request for something is repeated after, in milliseconds: a line that was cut off, 5xx.
const PAUSES = [500, 2_000]
// Seconds. A command that waits longer than this looks like one that hangs.
const LONGEST_WAIT = 60
const YEAR = 366 * 24 * 3600
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
    host: transport.host,
    async get(doing, path, query) {
      const pauses = PAUSES[Symbol.iterator]()
      for (let waits = 0; waits < WAITS; ) {
        const outcome = await askInTime(doing, { method: 'GET', path: full(path, query) })
        if (outcome === undefined) waits += 1
        else {
          const pause = isPassing(outcome) ? pauses.next().value : undefined
          if (pause === undefined) return read(doing, reading, outcome)
          await sleep(pause)
        }
      }
      throw tooMany(doing)
    },
    async send(doing, method, path, body, query) {
      const sent = { method, path: full(path, query), ...(body !== undefined && { body }) }
      const outcome = await askInTime(doing, sent)
      if (outcome === undefined) throw new Outdated(tooMany(doing).message)
      return read(doing, reading, outcome, secretsOf(body))
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
    'rate_limited',
    'run the command again in some minutes',
  )
}

type Outcome = Answer | Lost

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

/**
 * Seconds until a request that came too early (RFC 6585 §4) may come again: the `reset` of
 * Vercel's answer, or `Retry-After` (RFC 9110 §10.2.3). `undefined` for any other answer.
 */
function waitOf(outcome: Outcome): number | undefined {
  if (outcome instanceof Lost || outcome.status !== 429) return undefined
  const { limit } = errorOf(outcome)
  const reset = Number(limit?.reset ?? outcome.headers.get('x-ratelimit-reset') ?? NaN)
  const seconds = Number.isFinite(reset)
    ? reset - Date.now() / 1000
    : secondsOf(outcome.headers.get('retry-after') ?? '')
  // One is nothing to be seen, and a clock that is wrong gives less; a date has an end.
  return Math.min(Math.max(1, Math.ceil(Number.isFinite(seconds) ? seconds : 1)), YEAR)
}

/** Of `Retry-After`: seconds, or a date. */
function secondsOf(field: string): number {
  return /^\d+$/.test(field) ? Number(field) : (Date.parse(field) - Date.now()) / 1000
}

async function waitFor(seconds: number, doing: string, options: CommonOptions, io: Io) {
  if (seconds > LONGEST_WAIT) {
    const until = new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+/, '')
    throw new VercelError(
      `cannot ${doing}: Vercel takes no more requests of this account until ${until}`,
      429,
      'rate_limited',
      'run the command again then; nothing was changed by this request',
    )
  }
  const text = `Vercel asks to wait ${seconds} s before the next request`
  await waiting(io, options, text, () => sleep(seconds * 1000))
}

/**
 * The JSON of an answer.
 *
 * @param secrets what is never said again, whoever quotes it
 * @throws {CliError} for everything but success
 */
function read(
  doing: string,
  { host, isOfTeam }: Reading,
  outcome: Outcome,
  secrets: string[] = [],
): unknown {
  if (outcome instanceof Lost) {
    const reason = without(secrets, printable(outcome.reason))
    const where = outcome.hint === undefined ? ` (${host})` : ''
    throw new Unanswered(`cannot ${doing}: ${reason}${where}`, {
      hint: outcome.hint ?? LOST_HINT,
      cause: outcome,
    })
  }
  const { status, text } = outcome
  const json = parse(text)
  if (status >= 200 && status < 300 && (json !== undefined || text === '')) return json
  if (json === undefined && text.trim() !== '') throw noJson(doing, host, status)
  const said = saidBy(outcome, secrets)
  if (status >= 500) {
    throw new Unanswered(`cannot ${doing}: Vercel answered ${status}${said}`, {
      hint: 'see https://www.vercel-status.com, and run the command again',
    })
  }
  throw refusalOf(doing, outcome, said, isOfTeam)
}

const LOST_HINT = 'look at the network and https://www.vercel-status.com, and run the command again'

/** What somebody reads an answer with. */
interface Reading {
  host: string
  /** Whether a team was named. */
  isOfTeam: boolean
}

function refusalOf(doing: string, answer: Answer, said: string, isOfTeam: boolean): VercelError {
  const fault = errorOf(answer)
  const code = String(fault.code ?? '')
  const kind = kindOf(answer.status, code, fault)
  const why = WHY[kind] ?? `Vercel answered ${kind}`
  const hint = fault.saml ? samlHint(fault, isOfTeam) : HINTS[kind]
  return new VercelError(
    `cannot ${doing}: ${why}${said}`,
    kind,
    code,
    hint ?? 'mend what it says, and run the command again',
  )
}

/** `enforced: false` comes where it is no matter of SAML, but of a token for another team. */
function samlHint({ enforced }: Fault, isOfTeam: boolean): string {
  if (!isOfTeam) return NO_TEAM
  return enforced === false ? OTHER_TEAM : SAML
}

/** The status that says what it is about. */
function kindOf(status: number, code: string, fault: Fault): number {
  // A token that is no good gets 403 too.
  if (fault.invalidToken || fault.missingToken) return 401
  // Of a variable that somebody else has just made.
  return code.toUpperCase() === 'ENV_ALREADY_EXISTS' ? 409 : status
}

/** Texts of a request that are secret, or may be. */
function secretsOf(body: unknown): string[] {
  const { value } = Object(body) as { value?: unknown }
  if (typeof value !== 'string' || value.length < 8) return []
  // Quoted in JSON too.
  return [value, JSON.stringify(value).slice(1, -1)]
}

const VERIFIER = /\b(?:pbkdf2-)?sha256:[\w:-]+/g
const TOKEN = /\btoken=[\w-]+/g

function without(secrets: string[], text: string): string {
  const left = secrets.reduce((rest, secret) => rest.replaceAll(secret, '…'), text)
  return left.replace(VERIFIER, '…').replace(TOKEN, 'token=…')
}

function noJson(doing: string, host: string, status: number): CliError {
  return new Unanswered(
    `cannot ${doing}: ${host} answered ${status} with something that is not JSON`,
    {
      hint: 'a proxy or a sign-in of this network may stand in between: look at it in a browser, and run the command again',
    },
  )
}

const WHY: Record<number, string> = {
  401: 'Vercel does not take this token',
  403: 'this token may not do that',
  404: 'Vercel does not find it, or this token may not see it',
  409: 'somebody else is changing it just now',
}

const HINTS: Record<number, string> = {
  401: HOW_TO_GET_A_TOKEN,
  403: `see that the token has not ended, and is one for the team of this project; ${HOW_TO_GET_A_TOKEN}`,
  404: 'see that .vercel/project.json names the right project (`vercel link` writes it), and that the token is one for its team',
  409: 'run the command again',
}

const SAML =
  'the team asks for a sign-in by SAML first: open the team on vercel.com, and run the command again'

const NO_TEAM =
  'the token is one of a team, and none was named: run `npx vercel link` in the folder of the app, or set VERCEL_ORG_ID and VERCEL_PROJECT_ID'

const OTHER_TEAM = `the token is one of another team: ${HOW_TO_GET_A_TOKEN}`

interface Fault {
  code?: unknown
  message?: unknown
  limit?: { reset?: unknown }
  invalidToken?: unknown
  missingToken?: unknown
  saml?: unknown
  enforced?: unknown
}

/** `{"error":{"code","message"}}` of Vercel's refusals; old routes give what is in it alone. */
function errorOf({ text }: Answer): Fault {
  const document = Object(parse(text)) as { error?: unknown }
  return Object(document.error ?? document) as Fault
}

function saidBy(answer: Answer, secrets: string[]): string {
  const { message } = errorOf(answer)
  if (typeof message !== 'string' || message === '') return ''
  // Taken out before it is cut: a part of a secret is one.
  return `: ${printable(without(secrets, message).slice(0, 300))}`
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** An answer is not of the form that this version knows. */
export function unknownForm(doing: string): CliError {
  return new CliError(`cannot ${doing}: Vercel's answer has a form that is not known here`, {
    hint: 'see whether there is a newer version of stagedoor',
  })
}

/** The same of an answer to a change, which may have been made. */
export function unknownAnswer(doing: string): Unanswered {
  return new Unanswered(unknownForm(doing).message, {
    hint: 'run the command again, and see whether there is a newer version of stagedoor',
  })
}
