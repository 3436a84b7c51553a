/**
 * What becomes of a request, told alike for the function of an artefact and for `next start`: what
 * the gate answers, or what the app gets and what the gate adds to its answer.
 */
import { type Ask, ask, type Answer as WireAnswer } from '../next/wire.ts'
import type { Answered, Loaded } from './function.ts'
import type { Started } from './started.ts'

export interface Outcome {
  status: number | 'through'
  /** Fields of the gate's in the answer. */
  headers: { [name: string]: string }
  /** The gate's own; what the app answers is its affair. */
  body?: string
  /** Fields that the app gets, of those that the client has sent and those that the gate makes. */
  got?: { [name: string]: string }
  /** Where the request goes on to: segments of the path, decoded. */
  path?: string
}

const COMPACT_JWS = /\beyJ[\w-]+\.[\w-]+\.[\w-]{43}/g

/** As the platform and a proxy that ends TLS say it: cookies are then those of https. */
export const SECURE: [string, string] = ['x-forwarded-proto', 'https']

/** Asks the function, and does what the platform does with its answer. */
export async function askFunction(
  loaded: Loaded,
  { target, method = 'GET', headers = [], body }: Ask,
  host: string,
): Promise<Outcome> {
  const sent: [string, string][] = [['host', host], SECURE, ...headers]
  const url = `https://${host}${target}`
  const asked = { url, method, headers: sent, ...(body !== undefined && { body }) }
  const answered = await loaded.ask(asked)
  const said = joined(answered)
  const rewrite = said['x-middleware-rewrite']
  if (said['x-middleware-next'] !== '1' && rewrite === undefined) {
    return answer(answered.status, said, answered.body)
  }
  const goesTo = new URL(rewrite ?? url, url)
  return {
    status: 'through',
    headers: ofGate(said),
    got: gotOf(headers, overridden(said, joined({ ...answered, headers: sent }))),
    path: segmentsOf(goesTo.pathname),
  }
}

function segmentsOf(pathname: string): string {
  const segments = pathname.split('/').filter(Boolean)
  return segments.map((segment) => decodeURIComponent(segment)).join('/')
}

/** What the app gets of a request's fields (`x-middleware-override-headers` is a list of all). */
function overridden(
  said: { [name: string]: string },
  sent: { [name: string]: string },
): { [name: string]: string } {
  const list = said['x-middleware-override-headers']
  if (list === undefined) return sent
  const names = list.split(',').filter(Boolean)
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = said[`x-middleware-request-${name}`]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

/** Asks the app under `next start`, whose route says what it got. */
export async function askStarted(started: Started, asked: Ask): Promise<Outcome> {
  const { headers = [] } = asked
  return told(await ask(started.port, { ...asked, headers: [SECURE, ...headers] }), headers)
}

function told({ status, headers, body }: WireAnswer, sent: [string, string][]): Outcome {
  const { 'x-got': text } = headers
  if (text !== undefined) {
    const { headers: got, path } = JSON.parse(Buffer.from(text, 'base64url').toString())
    return {
      status: 'through',
      headers: ofGate(headers),
      got: gotOf(sent, got),
      path: segmentsOf(path.join('/')),
    }
  }
  // A file, or a page that was made at build time: neither says what it got.
  if (`${body}`.includes('BACKSTAGE')) return { status: 'through', headers: ofGate(headers) }
  return answer(status, headers, `${body}`)
}

/** A redirection of the gate's has no body; Next.js writes the address there. */
function answer(status: number, headers: { [name: string]: string }, body: string): Outcome {
  const shows = headers['location'] === undefined ? body : ''
  return { status, headers: ofGate(headers), body: plain(shows) }
}

function joined({ headers }: Pick<Answered, 'headers'>): { [name: string]: string } {
  const all: { [name: string]: string } = {}
  for (const [given, value] of headers) {
    const name = given.toLowerCase()
    all[name] = name in all ? `${all[name]}, ${value}` : value
  }
  return all
}

/** Fields that a gate sets. Next.js adds to `Vary` what its own pages vary by. */
const GATES = [
  ...['allow', 'cache-control', 'cdn-cache-control', 'content-security-policy', 'content-type'],
  ...['location', 'permissions-policy', 'referrer-policy', 'retry-after', 'set-cookie'],
  ...['www-authenticate', 'x-content-type-options', 'x-frame-options', 'x-robots-tag'],
]

function ofGate(headers: { [name: string]: string }): Outcome['headers'] {
  const names = GATES.filter((name) => headers[name] !== undefined)
  const vary = (headers['vary'] ?? '').split(/, */).filter((name) => /^(auth|cookie)/i.test(name))
  return {
    ...Object.fromEntries(names.map((name) => [name, plain(inSite(name, headers[name] ?? ''))])),
    vary: [...new Set(vary)].sort().join(', '),
  }
}

/** `next start` of 15 says a place of its own host by its path alone. */
function inSite(name: string, value: string): string {
  return name === 'location' ? value.replace(/^https:\/\/localhost:\d+(?=\/)/, '') : value
}

const UNSAID = /^(gets .*|path|answers vary)$/
const OF_THE_APP = /^answers (content-type|cache-control)$/

/** Whether Next.js has answered by itself, before any gate: with an address, or that it cannot read one. */
export function isBeforeTheGate({ status, headers }: Outcome): boolean {
  return (status === 308 || status === 400) && headers['x-robots-tag'] === undefined
}

/** Where two outcomes differ, in a line; empty where they do not. */
export function difference(ours: Outcome, theirs: Outcome): string {
  const [flatOurs, flatTheirs] = [flat(ours), flat(theirs)]
  const names = new Set([...Object.keys(flatOurs), ...Object.keys(flatTheirs)])
  return (
    [...names]
      .filter((name) => flatOurs[name] !== flatTheirs[name])
      // What lets through need not say this of its own; what is let through does.
      .filter((name) => !(ours.status === 'through' && !flatOurs[name] && OF_THE_APP.test(name)))
      // A file, or a page that was made at build time, does not say what it got; and Next.js puts a
      // `Vary` of such a page in place of the gate's.
      .filter((name) => theirs.got || ours.status !== 'through' || !UNSAID.test(name))
      .map((name) => `${name}: ${flatOurs[name]}, under next start ${flatTheirs[name]}`)
      .join('; ')
  )
}

function flat({ status, headers, body, got, path }: Outcome): {
  [name: string]: string | undefined
} {
  const prefixed = (prefix: string, fields: { [name: string]: string } = {}) =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [`${prefix} ${name}`, value]))
  return {
    status: `${status}`,
    body,
    path,
    ...prefixed('answers', headers),
    ...prefixed('gets', got),
  }
}

function gotOf(sent: [string, string][], got: { [name: string]: string }): Outcome['got'] & {} {
  const names = new Set([
    ...sent.map(([name]) => name.toLowerCase()),
    ...Object.keys(got).filter((name) => name.startsWith('x-stagedoor')),
  ])
  const found = [...names].filter((name) => got[name] !== undefined).sort()
  return Object.fromEntries(found.map((name) => [name, plain(got[name] ?? '')]))
}

/** A text in which each token stands for what it says, without its time and number. */
function plain(text: string): string {
  return text.replace(COMPACT_JWS, (token) => {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
    const { iat, exp, jti, ...claims } = JSON.parse(payload)
    return JSON.stringify({ ...claims, seconds: exp - iat, named: typeof jti })
  })
}
