/**
 * Passes as a client holds them: signed here by RFC 7515 and RFC 7519 alone, so that a mistake of
 * src/gate is not repeated; and what an answer does with them.
 */
import type { Gate } from '../../src/gate/gate.ts'
import { ALICE, type Answer, base64url, request, visit } from './visit.ts'

/** 32 bytes: the fewest that sign. */
export const SECRET = 'S3CRET-OF-32-BYTES-THAT-SIGNS-IT'
export const OTHER_SECRET = 'AN0THER-OF-32-BYTES-THAT-SIGNS-X'

/** What a browser sends where a page is to be shown, and where a script asks. */
export const NAVIGATE = { 'Sec-Fetch-Mode': 'navigate', Accept: 'text/html' }
export const CORS = { 'Sec-Fetch-Mode': 'cors' }

export const SESSION_COOKIE = '__Host-stagedoor'

export type Claims = { [name: string]: unknown }

const encoder = new TextEncoder()

/** Seconds since the epoch. */
export function seconds(): number {
  return Math.floor(Date.now() / 1000)
}

const keys = new Map<string, Promise<CryptoKey>>()

/** HMAC with SHA-256 of a text (RFC 7518 §3.2). */
export async function hmac(input: string, secret: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const importKey = () =>
    crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['sign'])
  const key = keys.get(secret) ?? importKey()
  keys.set(secret, key)
  const bits = await crypto.subtle.sign('HMAC', await key, encoder.encode(input))
  return base64url(new Uint8Array(bits))
}

export const HS256 = '{"alg":"HS256","typ":"JWT"}'

/** A token of any header and payload (RFC 7515 §7.1). */
export async function sign(
  payload: Claims | string | Uint8Array,
  { secret = SECRET, header = HS256 } = {},
): Promise<string> {
  const text = payload instanceof Uint8Array ? payload : encoder.encode(textOf(payload))
  const input = `${base64url(encoder.encode(header))}.${base64url(text)}`
  return `${input}.${await hmac(input, secret)}`
}

function textOf(payload: Claims | string): string {
  return typeof payload === 'string' ? payload : JSON.stringify(payload)
}

/** Claims of a good pass, for an hour from now on. */
export function claimsOf(use: string, more: Claims = {}): Claims {
  const now = seconds()
  const claims = { iss: 'stagedoor', sub: 'x', use, iat: now, exp: now + 3600, jti: `id-of-${use}` }
  return { ...claims, ...more }
}

/** A link to /pricing. */
export function shareToken(more: Claims = {}, secret = SECRET): Promise<string> {
  return sign(claimsOf('share', { sub: 'client', paths: ['/pricing'], ...more }), { secret })
}

export function automationToken(more: Claims = {}, secret = SECRET): Promise<string> {
  return sign(claimsOf('automation', { sub: 'ci', ...more }), { secret })
}

/** The claims of a token, whose signature is checked. */
export async function readToken(token: string | undefined, secret = SECRET): Promise<Claims> {
  const [header = '', payload = '', signature] = (token ?? '').split('.')
  if (signature !== (await hmac(`${header}.${payload}`, secret))) throw new Error('wrongly signed')
  return decode(payload)
}

/** A segment, whoever signed it. */
export function decode(segment: string): Claims {
  const binary = atob(segment.replaceAll('-', '+').replaceAll('_', '/'))
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
  return JSON.parse(new TextDecoder().decode(bytes))
}

/** Name, value and attributes of the one cookie that an answer sets. */
export function cookieOf(answer: Answer | undefined) {
  const [, name = '', value = '', attributes = ''] =
    /^([^=]+)=([^;]*); (.*)$/.exec(answer?.headers['set-cookie'] ?? '') ?? []
  return { name, value, attributes }
}

/** What a browser sends of a token that it keeps. */
export function cookie(token: string, name = SESSION_COOKIE): { Cookie: string } {
  return { Cookie: `${name}=${token}` }
}

/** Signs in by Basic and returns the token of the session. */
export async function signInto(gate: Gate, headers: HeadersInit = ALICE): Promise<string> {
  const { value } = cookieOf(await visit(gate, '/', headers))
  if (!value) throw new Error('no session began')
  return value
}

/** Header fields that the app gets of a request that went through. */
export function seenBy(answer: Answer | undefined, asked: HeadersInit = {}) {
  const said = answer?.headers ?? {}
  const names = said['x-middleware-override-headers']
  if (names === undefined) return Object.fromEntries(new Headers(asked))
  const list = names.split(',').filter((name) => name !== '')
  return Object.fromEntries(list.map((name) => [name, said[`x-middleware-request-${name}`]]))
}

/** What the app gets of a request. */
export async function appSees(
  gate: Gate,
  headers: { [name: string]: string },
  path = '/',
  method = 'GET',
) {
  const answer = await visit(gate, request(path, headers, { method }))
  const isThrough = answer && 'x-middleware-next' in answer.headers
  return isThrough ? seenBy(answer, headers) : answer?.status
}

/** Who the app is told sent a request, or what stands there in its place. */
export async function identityOf(
  gate: Gate,
  headers: { [name: string]: string },
  path = '/',
  method = 'GET',
): Promise<Claims | string | undefined> {
  const seen = await appSees(gate, headers, path, method)
  if (typeof seen !== 'object') return `${seen}`
  const said = seen['x-stagedoor-user']
  return said === undefined ? undefined : readToken(said)
}
