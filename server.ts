/**
 * Who sent a request, asked next to the data.
 *
 * Copy this file into your app, beside the code that reads data, or import it as
 * `stagedoor/server`. A gate in front is a first check and must not be the only one: a request
 * that went round it, or that forged a header, is nobody here.
 *
 * Works in route handlers, server components, server actions and API routes. Needs the
 * `STAGEDOOR_SECRET` with which the gate signs. Where the gate is off, nobody is signed in.
 */

// Made from src/server (sha256 78084e863227bc9d). Edit nothing.

// The parts. Each stands below what it needs, so the file reads best from its end:
//
//   switch       Whether this deployment is gated
//   pass         Passes: signed tokens that expire
//   bytes        Bytes and their spellings, and comparing texts that are secret
//   environment  The one place that reads `process.env`

// --- ../gate/environment.ts ------------------------------------------------------------------
/**
 * The one place that reads `process.env`. By literal name, which is all that a bundler sees, and
 * never at import, because a value captured there would be the build's.
 */

// Declared here, so that the file compiles without @types/node.
declare const process: { env: { [name in Variable]?: string | undefined } }

type Variable =
  | 'AUTH_PASSWORD'
  | 'AUTH_USER'
  | 'NODE_ENV'
  | 'STAGEDOOR'
  | 'STAGEDOOR_COOKIE'
  | 'STAGEDOOR_IP_HEADER'
  | 'STAGEDOOR_KEY'
  | 'STAGEDOOR_MAX_STALE'
  | 'STAGEDOOR_POLICY'
  | 'STAGEDOOR_SECRET'
  | 'STAGEDOOR_SIGN_IN'
  | 'VERCEL'
  | 'VERCEL_AUTOMATION_BYPASS_SECRET'
  | 'VERCEL_ENV'
  | 'VERCEL_TARGET_ENV'

const environment = {
  switch: () => process.env.STAGEDOOR,
  /** Which deployment this is. `self-hosted`, which is gated, where nothing tells. */
  name: () =>
    process.env.VERCEL_TARGET_ENV ||
    process.env.VERCEL_ENV ||
    (process.env.NODE_ENV === 'development' ? 'development' : 'self-hosted'),
  policy: () => process.env.STAGEDOOR_POLICY,
  userId: () => process.env.AUTH_USER,
  password: () => process.env.AUTH_PASSWORD,
  /** Signs passes; without it there are none. */
  secret: () => process.env.STAGEDOOR_SECRET ?? '',
  signIn: () => process.env.STAGEDOOR_SIGN_IN,
  /** Whether the site is shown in frames of other sites. */
  isFramed: () => process.env.STAGEDOOR_COOKIE === 'none',
  bypassSecret: () => process.env.VERCEL_AUTOMATION_BYPASS_SECRET ?? '',
  /** Name of the header that tells the client's address and that no client can set. */
  addressHeader: () =>
    process.env.STAGEDOOR_IP_HEADER || (process.env.VERCEL === '1' ? 'x-real-ip' : ''),
  key: () => process.env.STAGEDOOR_KEY?.trim() || 'stagedoor',
  /** Seconds. */
  maxStale: () => process.env.STAGEDOOR_MAX_STALE,
}

// --- ../gate/bytes.ts ------------------------------------------------------------------------
/** Bytes and their spellings, and comparing texts that are secret. */

/** `Uint8Array`, spelled so that TypeScript 5.4 and 7 both take it for Web Crypto. */
type Bytes = ReturnType<TextEncoder['encode']>

const encoder = new TextEncoder()
// `fatal`: a lenient decoder turns every bad byte into U+FFFD, so two different passwords
// would compare equal. `ignoreBOM` keeps a leading U+FEFF, for the same reason.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** UTF-8 of a text. */
function encodeText(text: string): Bytes {
  return encoder.encode(text)
}

/** @throws {TypeError} for bytes that are not UTF-8 */
function decodeText(bytes: Bytes): string {
  return decoder.decode(bytes)
}

/** One byte a character: what `atob` returns. */
function bytesOf(binary: string): Bytes {
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

/** base64url without padding (RFC 4648 §5). */
function toBase64url(bytes: Bytes): string {
  // Not by an iterator, which takes many times as long on the edge.
  let binary = ''
  for (let i = 0; i < bytes.length; i++) binary += String.fromCharCode(bytes[i] as number)
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}

/** @throws {DOMException} for what is no base64 at all */
function fromBase64url(text: string): Bytes {
  return bytesOf(atob(text.replace(/-/g, '+').replace(/_/g, '/')))
}

/**
 * Whether a presented text is the kept one, in time by the length of what is presented, which
 * its sender knows, and not by the kept text or by where they differ. JavaScript promises
 * nothing about time; this leaves an observer nothing to choose by.
 */
function sameText(presented: string, kept: string): boolean {
  let difference = presented.length ^ kept.length
  for (let i = 0; i < presented.length; i++) {
    // Of an empty `kept` this is NaN, which `^` takes as 0: the lengths have told already.
    difference |= presented.charCodeAt(i) ^ kept.charCodeAt(i % kept.length)
  }
  return difference === 0
}

// --- ../gate/pass.ts -------------------------------------------------------------------------
/**
 * Passes: signed tokens that expire. Each is a JWT (RFC 7519) in compact form, signed with HS256
 * (RFC 7518 §3.2); nothing else is read. What a pass opens is not decided here.
 */

/** What a pass is good for, and it is for nothing else. `identity` tells the app who is there. */
type Use = 'session' | 'share' | 'automation' | 'bypass' | 'identity'

/** Claims as they are signed (RFC 7519 §4.1). Times are in seconds since the epoch. */
interface Claims {
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
type Pass = Readonly<Claims>

// Bytes: a key as long as the digest, or longer (RFC 7518 §3.2).
const SHORTEST_SECRET = 32
/** Seconds between `iat` and `exp`: a year. Each revoked id is kept for good. */
const LONGEST_PASS = 366 * 86_400
// Seconds that two clocks may differ (RFC 7519 §4.1.4).
const LEEWAY = 60
// Characters: far more than any pass has, far less than a request may hold.
const LONGEST_TOKEN = 4096

/** `{"alg":"HS256","typ":"JWT"}`: how every pass of ours begins. */
const HEADER = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9'
const COMPACT_JWS = /^([\w-]+)\.([\w-]+)\.([\w-]{43})$/
const CLAIMS = ['iss', 'sub', 'use', 'iat', 'exp', 'jti', 'paths', 'roles', 'fpr']

/** Whether a secret can sign passes. Without one there are none. */
function isSecret(secret: string): boolean {
  // No character has less than a byte.
  return secret.length >= SHORTEST_SECRET || encodeText(secret).length >= SHORTEST_SECRET
}

/**
 * Reads a pass of one of these uses.
 *
 * @param now milliseconds since the epoch
 * @returns `null` for anything else; never throws
 */
async function readPass(
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
function signOnce(
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
function sign(text: string, secret: string): Promise<string> {
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

// --- ../gate/switch.ts -----------------------------------------------------------------------
/** Whether this deployment is gated. Decided from the environment, never from the network. */

/** The switch, read. `fault` is a value that is neither on nor off, which counts as on. */
interface Switch {
  gated: boolean
  fault?: string
}

/** Reads the value of `STAGEDOOR`; without one, all but production and development are gated. */
function readSwitch(value: string | undefined, environmentName: string): Switch {
  if (!value) return { gated: !['production', 'development'].includes(environmentName) }
  if (['off', 'false', '0'].includes(value)) return { gated: false }
  return ['on', 'true', '1'].includes(value) ? { gated: true } : { gated: true, fault: value }
}

// --- index.ts --------------------------------------------------------------------------------
/** Who was let in. */
export interface CurrentUser {
  /** The user-id; `automation:NAME` or `share:NAME` for the holder of a pass, who is no user. */
  userId: string
  roles: readonly string[]
}

/** Header fields: of `headers()`, of a `Request`, or of Node.js. */
export type HeaderFields =
  | { get(name: string): string | null }
  | { [name: string]: string | string[] | undefined }

/**
 * Nobody is signed in (401), or somebody who may not (403).
 *
 * From server components, route handlers and server actions Next.js 15 and later answer it with
 * that status. Everywhere else it is an error like any other: catch it, and answer `status`.
 */
export class AccessError extends Error {
  readonly status: 401 | 403
  /** By this Next.js knows its own `unauthorized()` and `forbidden()`. */
  readonly digest: string

  constructor(status: 401 | 403, message: string) {
    super(message)
    this.name = 'AccessError'
    this.status = status
    this.digest = `NEXT_HTTP_ERROR_FALLBACK;${status}`
  }
}

/** Name of the field in which the gate says who it let in. */
const IDENTITY_FIELD = 'x-stagedoor-user'

/**
 * Who sent the request; `null` for nobody. Never throws.
 *
 * Nobody too: visitors of a path on the allow list, and those whom their address or the
 * platform's bypass let in without a pass.
 *
 * @example
 * const user = await currentUser(await headers())
 */
export async function currentUser(
  headers: HeaderFields | Promise<HeaderFields>,
): Promise<CurrentUser | null> {
  if (!readSwitch(environment.switch(), environment.name()).gated) return null
  const token = readField(await headers)
  const pass = await readPass(token, ['identity'], environment.secret(), Date.now())
  // A list of its own: what a caller does to it must not be the next one's.
  return pass && { userId: pass.sub, roles: [...(pass.roles ?? [])] }
}

/**
 * Who sent the request.
 *
 * @throws {AccessError} 401 where it is nobody
 */
export async function requireUser(
  headers: HeaderFields | Promise<HeaderFields>,
): Promise<CurrentUser> {
  const user = await currentUser(headers)
  if (!user)
    throw new AccessError(
      401,
      'nobody is signed in (in `next dev` the gate is off, unless switched on)',
    )
  return user
}

/**
 * Who sent the request, where they have the role.
 *
 * @throws {AccessError} 401 where it is nobody, 403 where it is somebody without that role
 */
export async function requireRole(
  headers: HeaderFields | Promise<HeaderFields>,
  role: string,
): Promise<CurrentUser> {
  const user = await requireUser(headers)
  if (!user.roles.includes(role)) throw new AccessError(403, 'a role is missing')
  return user
}

/** Of Node.js a field that came twice is one text with a comma in it, which is no pass. */
function readField(headers: HeaderFields): string {
  const value =
    typeof headers.get === 'function'
      ? headers.get(IDENTITY_FIELD)
      : (headers as { [name: string]: unknown })[IDENTITY_FIELD]
  return typeof value === 'string' ? value : ''
}
