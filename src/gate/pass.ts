/**
 * Passes: signed tokens that expire. Each is a JWT (RFC 7519) in compact form, signed with HS256
 * (RFC 7518 §3.2); nothing else is read. What a pass opens is not decided here.
 */
import { decodeText, encodeText, fromBase64url, sameText, toBase64url } from './bytes.ts'

/** What a pass is good for, and it is for nothing else. `identity` tells the app who is there. */
export type Use = 'session' | 'share' | 'automation' | 'bypass' | 'identity'

/** Claims as they are signed (RFC 7519 §4.1). Times are in seconds since the epoch. */
export interface Claims {
  iss: 'stagedoor'
  sub: string
  use: Use
  iat: number
  exp: number
  jti: string
  /** Rules of what the pass opens; everything where left out. */
  paths?: string[]
  roles?: string[]
  /** {@link fingerprint} of what the pass hangs on: once that is another, the pass is none. */
  fpr?: string
}

/** Claims of a pass whose signature, issuer, use and times are right. */
export type Pass = Readonly<Claims>

// Bytes: a key as long as the digest, or longer (RFC 7518 §3.2).
const SHORTEST_SECRET = 32
/** Seconds between `iat` and `exp`: a year. Each revoked id is kept for good. */
export const LONGEST_PASS = 366 * 86_400
// Seconds that two clocks may differ (RFC 7519 §4.1.4).
const LEEWAY = 60
// Characters: far more than any pass has, far less than a request may hold.
const LONGEST_TOKEN = 4096

/** `{"alg":"HS256","typ":"JWT"}`: how every pass of ours begins. */
export const HEADER = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9'
const COMPACT_JWS = /^([\w-]+)\.([\w-]+)\.([\w-]{43})$/
const CLAIMS = ['iss', 'sub', 'use', 'iat', 'exp', 'jti', 'paths', 'roles', 'fpr']

/** Whether a secret can sign passes. Without one there are none. */
export function isSecret(secret: string): boolean {
  // No character has less than a byte.
  return secret.length >= SHORTEST_SECRET || encodeText(secret).length >= SHORTEST_SECRET
}

/**
 * Reads a pass of one of these uses.
 *
 * @param now milliseconds since the epoch
 * @returns `null` for anything else; never throws
 */
export async function readPass(
  token: string,
  uses: Use[],
  secret: string,
  now: number,
): Promise<Pass | null> {
  if (token.length > LONGEST_TOKEN || !isSecret(secret)) return null
  const [, header = '', payload = '', signature] = COMPACT_JWS.exec(token) ?? []
  if (signature === undefined) return null
  // Before anything else: an algorithm of the token's own choice is how JWTs get forged (RFC
  // 8725 §3.1).
  if (header !== HEADER && !isOurs(readJson(header))) return null
  if (!sameText(signature, await sign(`${header}.${payload}`, secret))) return null
  return readClaims(readSigned(payload), uses, now / 1000)
}

/** What `crit` names must be understood, and nothing is (RFC 7515 §4.1.11). */
function isOurs({ alg, crit }: { [name: string]: unknown }): boolean {
  return alg === 'HS256' && crit === undefined
}

function readClaims(
  claims: { [name in keyof Claims]?: unknown },
  uses: Use[],
  now: number,
): Pass | null {
  const { iss, sub, use, iat, exp, jti, paths, roles, fpr = '' } = claims
  // A claim that is not known might be a limit: of `aud` and `nbf` RFC 7519 says so.
  if (iss !== 'stagedoor' || Object.keys(claims).some((name) => !CLAIMS.includes(name))) return null
  if (![sub, jti, fpr].every((claim) => typeof claim === 'string')) return null
  if (![paths, roles].every((claim) => claim === undefined || isTexts(claim))) return null
  if (!uses.includes(use as Use) || typeof iat !== 'number' || typeof exp !== 'number') return null
  // An identity is as old as its request.
  const grace = use === 'identity' ? 0 : LEEWAY
  const isNow = iat - LEEWAY <= now && now < exp + grace && exp - iat <= LONGEST_PASS
  return isNow ? (claims as unknown as Pass) : null
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function readJson(base64: string): { [name: string]: unknown } {
  try {
    const value = JSON.parse(decodeText(fromBase64url(base64)))
    return typeof value === 'object' && !Array.isArray(value) ? (value ?? {}) : {}
  } catch {
    return {}
  }
}

// What a secret has signed of late: a browser shows its pass with each request, and each call
// of Web Crypto takes 60 to 90 µs. At most 1,000 texts of 4 KB, whoever sent them.
const MOST_SIGNED = 1000
let signer = newSigner('')

interface Signer {
  secret: string
  key?: ReturnType<typeof importKey>
  signed: Map<string, Promise<string>>
  /** By the payload of a pass whose signature was right. */
  claims: Map<string, { [name: string]: unknown }>
}

function newSigner(secret: string): Signer {
  return { secret, signed: new Map(), claims: new Map() }
}

/** Reading claims takes longer than all else about a pass, so it is done once. */
function readSigned(payload: string): { [name: string]: unknown } {
  const { claims } = signer
  const read = claims.get(payload) ?? readJson(payload)
  claims.set(payload, read)
  return read
}

/** What `work` signs with a secret, once for each text that names it. */
export function signOnce(
  text: string,
  secret: string,
  work: () => Promise<string>,
): Promise<string> {
  if (signer.secret !== secret || signer.signed.size >= MOST_SIGNED) {
    signer = newSigner(secret)
  }
  const known = signer.signed.get(text) ?? work()
  signer.signed.set(text, known)
  return known
}

/** HMAC with SHA-256 (RFC 2104) of a text, in base64url. */
export function sign(text: string, secret: string): Promise<string> {
  return signOnce(text, secret, () => computeHmac(text))
}

async function computeHmac(text: string): Promise<string> {
  // Of this very moment: another secret may have come by when the key is there.
  signer.key ??= importKey(signer.secret)
  const key = await signer.key
  return toBase64url(new Uint8Array(await crypto.subtle.sign('HMAC', key, encodeText(text))))
}

function importKey(secret: string) {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  return crypto.subtle.importKey('raw', encodeText(secret), algorithm, false, ['sign'])
}
