/** What came of a request: the JSON of its answer, or why there is none, in words. */
import type { CliError } from '../errors.ts'
import { printable } from '../talk.ts'
import { HOW_TO_GET_A_TOKEN, Unanswered, VercelError } from './errors.ts'
import { type Answer, Lost } from './exchange.ts'

export type Outcome = Answer | Lost

// Seconds.
const YEAR = 366 * 24 * 3600

/**
 * Seconds until a request that came too early (RFC 6585 §4) may come again: the `reset` of
 * Vercel's answer, or `Retry-After` (RFC 9110 §10.2.3). `undefined` for any other answer.
 */
export function waitOf(outcome: Outcome): number | undefined {
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

/**
 * The JSON of an answer.
 *
 * @param secrets what is never said again, whoever quotes it
 * @throws {CliError} for everything but success
 */
export function readOutcome(
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
export function secretsOf(body: unknown): string[] {
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
      hint: 'a proxy or a sign-in of this network may stand in between: look at it, and run the command again',
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
  404: 'see that .vercel/project.json names the right project, and that the token is one for its team',
  409: 'run the command again',
}

const SAML =
  'the team asks for a sign-in by SAML first: open the team on vercel.com, and run the command again'

const NO_TEAM =
  'the token is one of a team, and none was named: run `npx vercel link` in the folder of the app'

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
