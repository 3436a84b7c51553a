/**
 * Stagedoor: keeps a staging or preview deployment private.
 *
 * Copy this file into your app as `middleware.ts` (Next.js 13 to 15) or `proxy.ts` (16), next
 * to `app` or `pages`, and set `AUTH_USER` and `AUTH_PASSWORD`, or a policy. It imports nothing,
 * and it exports no `config`: every matcher leaves some page open, so the gate sees all requests
 * and decides inside.
 *
 * It refuses whatever it does not understand: no policy, an unreadable one, a path that could
 * mean two things, credentials that are not exactly those of RFC 7617.
 */

// --- settings.ts -----------------------------------------------------------------------------
/** Settings: all that you may edit here. Credentials do not belong in this file. */

/** The challenge's realm where the policy names none. Printable ASCII. */
const REALM = 'Staging'
/** Milliseconds that the last good copy outlives the store, unless `STAGEDOOR_MAX_STALE` says. */
const MAX_STALE = 3_600_000

// Made from src/gate (sha256 4ab70f8fd99d5c9e). Edit nothing but the settings.

// The parts. Each stands below what it needs, so the file reads best from its end:
//
//   gate         The gate: request in, response out, alone or around the app's own middleware
//   verify       Users whom the policy does not name: a backend's own sign-in decides on them
//   users        Checking credentials against a policy's users
//   switch       Whether this deployment is gated
//   source       Where the policy comes from: the store that was handed in, else the environment
//   untrusted    Calling what is not ours: a store's client, a backend
//   sign-in      Signing in by a page of the gate's own; and signing out
//   log          The log: one JSON line an event
//   keep         The pass that a browser keeps of a visitor who has come in
//   admit        Letting a request through
//   decide       Deciding one request
//   facts        What a request brings that decides: of its URL, its headers and the environment
//   target       What a request is for: read from the URL alone, never from a header that a client can set
//   circumstances What decides beside the request: the environment, and the secrets in it
//   holder       Passes under a policy: who is given which, and who holds one
//   policy       The policy: one document that says who may enter and what is public
//   verifier     What is stored of a password
//   rules        Which paths a rule covers: `[METHOD[,METHOD] ]PATTERN`
//   pass         Passes: signed tokens that expire
//   environment  The one place that reads `process.env`
//   credentials  Reading `Authorization: Basic …` (RFC 7617)
//   bytes        Bytes and their spellings, and comparing texts that are secret
//   address      Addresses of clients, and networks of them (RFC 4291, RFC 4632)
//   cookies      The cookie that carries a pass (RFC 6265bis)
//   answer       The challenge and the refusals
//   fields       Header fields of a request, all read at once: listing `Headers` costs what a few look-ups do

// --- fields.ts -------------------------------------------------------------------------------
/** Header fields of a request, all read at once: listing `Headers` costs what a few look-ups do. */

/** Values by names, which `Headers` lists in lower case. */
type Fields = Map<Lowercase<string>, string>

// token (RFC 9110 §5.6.2)
const FIELD_NAME = /^[!#$%&'*+.^`|~\w-]+$/

function readFields(headers: Headers): Fields {
  const fields: Fields = new Map()
  // Not `new Map(headers)`: iterators take twice as long.
  headers.forEach((value, name) => void fields.set(name as Lowercase<string>, value))
  return fields
}

// --- answer.ts -------------------------------------------------------------------------------
/** The challenge and the refusals. Those of one status are alike; why stands in the log. */

/** On every answer of a gated site: no index, and no cache that serves one visitor's to another. */
const GATED = { 'X-Robots-Tag': 'noindex, nofollow', Vary: 'Authorization, Cookie' }

const CSP = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'"

/** What the pages of a site show and lead to. */
interface Site {
  realm: string
  basePath: string
  /** Whether visitors sign in by a page. */
  hasPage: boolean
  /** Whether it is shown in frames of other sites. */
  isFramed: boolean
}

/** What shows of a refusal. */
interface Refused {
  status: keyof typeof TEXTS
  challenge?: 'Basic' | 'Bearer'
}

const TEXTS = {
  401: ['Unauthorized', 'This site is private. Reload the page to sign in.'],
  403: ['Forbidden', 'This part of the site is not open to you.'],
  429: ['Too Many Requests', 'Too many attempts at once. Wait a few seconds, then reload.'],
  503: [
    'Service Unavailable',
    'This site can let nobody in at the moment, so it stays shut. Its log says why.',
  ],
} as const

/** Where the gate itself answers. */
const SIGN_IN = '/.stagedoor/sign-in'
const SIGN_OUT = '/.stagedoor/sign-out'

// Seconds. The slowest queue, ten derivations of a quarter of a second two at a time, is over.
const RETRY_AFTER = '2'

/** The response that refuses a request: as a page, a problem (RFC 9457) or text, as is asked for. */
function refuse(request: Request, refused: Refused, site: Site): Response {
  const { realm, basePath } = site
  const { status, challenge = 'Basic' } = refused
  const [title, detail] = TEXTS[status]
  const accept = request.headers.get('Accept') ?? ''
  let response: Response
  if (isNavigation(request.headers) || accept.includes('text/html')) {
    const way =
      status === 403 ? `\n<p><a href="${escapeHtml(basePath + SIGN_OUT)}">Sign out</a></p>` : ''
    response = answerPage(request, site, status, title, `<h1>${title}</h1>\n<p>${detail}</p>${way}`)
  } else if (/[/+]json\b/.test(accept)) {
    const problem = JSON.stringify({ type: 'about:blank', title, status, detail })
    response = respond(request, site, status, 'application/problem+json', problem)
  } else {
    response = respond(request, site, status, 'text/plain; charset=utf-8', `${title}. ${detail}\n`)
  }
  if (status === 401) response.headers.set('WWW-Authenticate', writeChallenge(challenge, realm))
  return response
}

function respond(
  request: Request,
  { isFramed }: Site,
  status: number,
  type: string,
  body: string,
): Response {
  const headers = {
    ...GATED,
    'Cache-Control': 'no-store',
    'Content-Security-Policy': `${CSP}${isFramed ? '' : "; frame-ancestors 'none'"}`,
    'Content-Type': type,
    'X-Content-Type-Options': 'nosniff',
    ...(status === 429 && { 'Retry-After': RETRY_AFTER }),
  }
  return new Response(request.method === 'HEAD' ? null : body, { status, headers })
}

/** Sends a browser on with its new cookie. 303: by GET, whatever came (RFC 9110 §15.4.4). */
function redirect(url: string): Response {
  const own = { 'Cache-Control': 'no-store', Location: url, 'Referrer-Policy': 'no-referrer' }
  return new Response(null, { status: 303, headers: { ...GATED, ...own } })
}

/** Value of `WWW-Authenticate` (RFC 9110 §11.6.1); `charset` is Basic's alone (RFC 7617 §2.1). */
function writeChallenge(scheme: 'Basic' | 'Bearer', realm: string): string {
  // quoted-pair (RFC 9110 §5.6.4)
  const quoted = `${scheme} realm="${realm.replace(/["\\]/g, '\\$&')}"`
  return scheme === 'Basic' ? `${quoted}, charset="UTF-8"` : quoted
}

/** Whether a browser will show the answer as a page. Older ones, and plain http, do not say so. */
function isNavigation(fields: Pick<Headers | Fields, 'get'>): boolean {
  const mode = fields.get('sec-fetch-mode')
  return mode ? mode === 'navigate' : (fields.get('accept') ?? '').includes('text/html')
}

/** A page that needs nothing else. @param main HTML. @param style CSS beside that of all pages */
function answerPage(
  request: Request,
  site: Site,
  status: number,
  title: string,
  main: string,
  style = '',
): Response {
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>
body { display: grid; place-content: center; min-height: 90vh; margin: 5vh 2rem 0; text-align: center; font: 1.1rem/1.5 system-ui, sans-serif }
h1 { margin: 0; font-size: 1.6rem }
a { color: inherit }
${style}</style>
<main>
${main}
</main>
</html>
`
  return respond(request, site, status, 'text/html; charset=utf-8', html)
}

/** A text as HTML, in an attribute too. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}

// --- cookies.ts ------------------------------------------------------------------------------
/** The cookie that carries a pass (RFC 6265bis). */

// `__Host-`: only this very host can have set it, over TLS (RFC 6265bis §4.1.3.2). Browsers refuse
// that name on plain http.
const NAMES = { secure: '__Host-stagedoor', plain: 'stagedoor' }

/** Where it goes: `none` also into frames that another site shows. */
type SameSite = 'lax' | 'none'
// Without `Partitioned`, browsers that keep cookies out of frames would keep this one out.
const KINDS = { lax: 'SameSite=Lax', none: 'SameSite=None; Partitioned' }

/** Value of our cookie; empty without. Of two by one name one was planted, so neither counts. */
function readCookie(fields: Fields, url: string): string {
  const field = fields.get('cookie')
  if (!field?.includes(`${NAMES.plain}=`)) return ''
  const own = nameFor(url)
  const values = pairs(field)
    .filter(([name]) => name === own)
    .map(([, value]) => value)
  return values.length === 1 ? (values[0] as string) : ''
}

/** Makes Next.js forget those of our cookies that it has read and that the field has no more. */
function forgetCookies(request: Request): void {
  const { cookies } = request as {
    cookies?: { getAll(): { name: string }[]; delete(name: string): unknown }
  }
  const field = request.headers.get('Cookie')
  const left = pairs(field).map(([name]) => name)
  for (const { name } of cookies?.getAll() ?? []) {
    if (isOwnName(name) && !left.includes(name)) cookies?.delete(name)
  }
  // `delete` has written the field anew, and other cookies in it another way.
  if (field === null) request.headers.delete('Cookie')
  else request.headers.set('Cookie', field)
}

/** What is left of a `Cookie` field without ours: the app has no use for it. */
function withoutCookie(field: string): string {
  if (!field.includes(NAMES.plain)) return field
  const all = pairs(field)
  const others = all.filter(([name]) => !isOwnName(name))
  return others.length === all.length ? field : others.map(([, , text]) => text).join('; ')
}

/**
 * Values of `Set-Cookie`: the cookie for so many seconds, or none any more for 0. Browsers keep a
 * cookie for frames apart from one of that name that is not: what they sent may be of either
 * kind, so both are taken away.
 */
function writeCookie(
  request: Request,
  token: string,
  seconds: number,
  sameSite: SameSite,
): string[] {
  const name = nameFor(request.url)
  const cookie = (value: string, age: number, kind: SameSite) => {
    const start = `${name}=${value}; Path=/; Max-Age=${Math.floor(age)}; HttpOnly`
    return name === NAMES.plain ? `${start}; SameSite=Lax` : `${start}; Secure; ${KINDS[kind]}`
  }
  const written = cookie(token, seconds, sameSite)
  const isFirst = token !== '' && !(request.headers.get('Cookie') ?? '').includes(`${name}=`)
  if (isFirst || name === NAMES.plain) return [written]
  return [cookie('', 0, sameSite === 'none' ? 'lax' : 'none'), written]
}

/** Puts values of `Set-Cookie` on a response, and returns it. */
function setCookies(response: Response, cookies: string[]): Response {
  for (const cookie of cookies) response.headers.append('Set-Cookie', cookie)
  return response
}

/** Also where white space is cut off, as parsers do, and HTTP at the ends of a field (RFC 9110 §5.5). */
function isOwnName(name: string): boolean {
  return Object.values(NAMES).includes(name.trim())
}

function nameFor(url: string): string {
  return url.startsWith('https:') ? NAMES.secure : NAMES.plain
}

function pairs(field: string | null | undefined): [name: string, value: string, text: string][] {
  return (field ?? '').split(';').map((pair) => {
    // SP alone (RFC 6265bis §4.2.1): `trim` takes U+00A0 too, and browsers let anybody set a cookie
    // of a name that starts with that and goes on with `__Host-`.
    const text = pair.replace(/^ +/, '')
    const [name = ''] = text.split('=', 1)
    return [name, text.slice(name.length + 1), text]
  })
}

// --- address.ts ------------------------------------------------------------------------------
/** Addresses of clients, and networks of them (RFC 4291, RFC 4632). */

/** Eight groups of 16 bits. One of IPv4 is mapped into IPv6 (RFC 4291 §2.5.5.2). */
type Address = number[]

/** Addresses whose first `bits` are those of `address`. */
interface Network {
  address: Address
  bits: number
}

// All that either kind is spelled with: nothing that would mean something in a URL. The longest
// has 45 characters.
const ADDRESS = /^[\da-f.:]{2,45}$/i
const NETWORK = /^([^/]+)(?:\/(0|[1-9]\d{0,2}))?$/
// Bits before the 32 of a mapped address.
const MAPPED = 96
const MAPPED_PREFIX = [0, 0, 0, 0, 0, 0xffff]

/** Reads an address; `null` for anything else, with a port or a zone too. */
function parseAddress(text: string): Address | null {
  if (!ADDRESS.test(text)) return null
  try {
    // The URL parser reads IPv6 strictly, and dotted decimals at its end, and spells it one way.
    const { hostname } = new URL(`http://[${isIpv4(text) ? `::ffff:${text}` : text}]`)
    const [head = '', tail = ''] = hostname.slice(1, -1).split('::')
    const [left, right] = [head, tail].map((part) => (part ? part.split(':') : [])) as [
      string[],
      string[],
    ]
    const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0')
    return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16))
  } catch {
    return null
  }
}

/** Reads a network in CIDR notation, or an address, which is a network of one. */
function parseNetwork(text: string): Network | null {
  const [, base = '', length] = NETWORK.exec(text) ?? []
  const address = parseAddress(base)
  const before = isIpv4(base) ? MAPPED : 0
  const bits = before + Number(length ?? 128 - before)
  return address && bits <= 128 ? { address, bits } : null
}

/** Prefixes of networks by their length, so that it hardly matters how many there are. */
type Networks = Map<number, Set<string>>

function joinNetworks(list: Network[]): Networks {
  const networks: Networks = new Map()
  for (const { address, bits } of list) {
    const prefixes = networks.get(bits) ?? new Set()
    networks.set(bits, prefixes.add(prefixOf(address, bits)))
  }
  return networks
}

/** Whether one of the networks has the address. */
function isWithin(networks: Networks, address: Address): boolean {
  // `::/0` is all of IPv6, and nothing of the IPv4 that is mapped into it.
  const isMapped = MAPPED_PREFIX.every((group, i) => group === address[i])
  for (const [bits, prefixes] of networks) {
    if (isMapped && bits < MAPPED) continue
    if (prefixes.has(prefixOf(address, bits))) return true
  }
  return false
}

/** The first bits of an address, spelled one way. */
function prefixOf(address: Address, bits: number): string {
  return address
    .map((group, i) => group >> (16 - Math.min(16, Math.max(0, bits - 16 * i))))
    .join(':')
}

function isIpv4(text: string): boolean {
  return /^\d+(\.\d+){3}$/.test(text)
}

// --- bytes.ts --------------------------------------------------------------------------------
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

// --- credentials.ts --------------------------------------------------------------------------
/** Reading `Authorization: Basic …` (RFC 7617). Nothing here decides who may enter. */

/** User-id and password, both in Normalization Form C (RFC 7617 §2.1). */
interface Credentials {
  userId: string
  password: string
}

// credentials = "Basic" 1*SP token68, scheme in any case (RFC 9110 §11.1, §11.4).
// The token68 alphabet is narrowed to RFC 4648 §4: `-` and `_` are another encoding.
const BASIC_CREDENTIALS = /^basic +([A-Za-z0-9+/]+)(={0,2})$/i
const NOT_ASCII = /[\x80-\xFF]/
// CTL = %x00-1F / %x7F (RFC 5234 B.1), in neither user-id nor password (RFC 7617 §2).
const CTL = /[\x00-\x1F\x7F]/
// More marks in a row than Stream-Safe Text has (UAX #15 §13): nobody's password, and NFC
// takes time by the square of their number.
const MANY_MARKS = /\p{M}{31}/u

/** Reads a field value: `null` for another scheme, and for anything RFC 7617 does not allow. */
function parseCredentials(field: string): Credentials | null {
  // The user-id ends at the first colon; every later one is the password's (RFC 7617 §2).
  const [userId = '', ...rest] = decodeUserPass(field)?.split(':') ?? []
  return rest.length > 0 ? toCredentials(userId, rest.join(':')) : null
}

/** Credentials of a user-id and a password: `null` where RFC 7617 allows none such. */
function toCredentials(userId: string, password: string): Credentials | null {
  const userPass = `${userId}:${password}`
  if (userId.includes(':') || CTL.test(userPass) || MANY_MARKS.test(userPass)) return null
  return { userId: userId.normalize('NFC'), password: password.normalize('NFC') }
}

/** Whether a field value is of the scheme Basic, well-formed or not. Of another it is the app's. */
function isBasic(field: string): boolean {
  return /^basic( |$)/i.test(field)
}

function decodeUserPass(field: string): string | null {
  const [, symbols = '', padding = ''] = BASIC_CREDENTIALS.exec(field) ?? []
  const padded = symbols.padEnd(Math.ceil(symbols.length / 4) * 4, '=')
  if (padding && symbols + padding !== padded) return null
  try {
    const binary = atob(padded)
    // Bits left over in the last symbol must be zero (RFC 4648 §3.5): one spelling a value.
    if (btoa(binary) !== padded) return null
    // ASCII is its own UTF-8.
    return NOT_ASCII.test(binary) ? decodeText(bytesOf(binary)) : binary
  } catch {
    return null
  }
}

// --- environment.ts --------------------------------------------------------------------------
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

// --- pass.ts ---------------------------------------------------------------------------------
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

// --- rules.ts --------------------------------------------------------------------------------
/**
 * Which paths a rule covers: `[METHOD[,METHOD] ]PATTERN`. In a pattern `**` as a whole segment matches any
 * number of segments, none too, and `*` matches within one. A slash at the end means nothing.
 *
 * Where a path could mean two things to two readers, no rule covers it.
 */

/** A rule, read. No `methods` means any. */
interface Rule {
  /** As it is written. */
  text: string
  methods: string[] | null
  segments: string[]
}

const RULE = /^(?:([A-Z]+(?:,[A-Z]+)*) )?(\/.*)$/
// What would make a pattern match nothing, or not what its author thinks: escapes (write the
// path decoded), `\`, controls, `?` and `#` (only the path is looked at).
const NOT_IN_PATTERN = /[%\\?#\x00-\x1F\x7F]/
const NOT_IN_SEGMENT = /[%/\\\x00-\x1F\x7F]/
// Of an unreserved character (RFC 3986 §2.3): Next.js takes `/%61` for the value of a dynamic
// route, not for the page `/a`.
const NEEDLESS_ESCAPE = /%(2[DE]|3\d|[46][1-9A-F]|[57][\dA]|5F|7E)/i

/** Reads a rule; `null` where the text is none. */
function parseRule(text: string): Rule | null {
  const [, methods, pattern] = RULE.exec(text) ?? []
  if (pattern === undefined || NOT_IN_PATTERN.test(pattern)) return null
  const segments = splitPath(pattern)
  if (segments.some((segment) => segment === '' || isDots(segment))) return null
  if (segments.some((segment) => segment !== '**' && segment.includes('**'))) return null
  return { text, methods: methods?.split(',') ?? null, segments }
}

/** Rules that are asked together. */
interface Rules {
  list: Rule[]
  /**
   * The same as a tree of their segments, so that asking takes time by the path and not by how many
   * rules there are. Made when first asked: of a thousand users few come.
   */
  root?: Node
}

/** What may stand at one place of a path. */
interface Node {
  /** Methods of the rules that end here; `*` is any. */
  ends: Set<string>
  literal: Map<string, Node>
  /** Segments with a `*` in them. */
  pattern: Map<string, Node>
  /** After `**`. */
  rest?: Node
  isRest: boolean
}

/** Reads a list of rules; `null` where one is none. */
function readRules(texts: string[]): Rules | null {
  const rules = texts.map(parseRule)
  return rules.includes(null) ? null : joinRules(rules as Rule[])
}

function joinRules(list: Rule[]): Rules {
  return { list }
}

function makeTree(list: Rule[]): Node {
  const root = newNode()
  for (const { methods, segments } of list) {
    let node = root
    for (const segment of segments) node = nodeAfter(node, segment)
    for (const method of methods ?? ['*']) node.ends.add(method)
  }
  return root
}

function newNode(isRest = false): Node {
  return { ends: new Set(), literal: new Map(), pattern: new Map(), isRest }
}

function nodeAfter(node: Node, segment: string): Node {
  if (segment === '**') {
    node.rest ??= newNode(true)
    return node.rest
  }
  const kind = segment.includes('*') ? node.pattern : node.literal
  const next = kind.get(segment) ?? newNode()
  kind.set(segment, next)
  return next
}

/**
 * Segments of a request's path, decoded once; `null` where it could be read two ways: an escape
 * that is bad or of a character that needs none, an empty or dot segment, and `/`, `\`, `%` or
 * a CTL that an escape hid in a segment.
 */
function parsePath(path: string): string[] | null {
  if (!path.startsWith('/')) return null
  try {
    const segments = splitPath(path).map(decodeURIComponent)
    const isOdd = segments.some((s) => s === '' || isDots(s) || NOT_IN_SEGMENT.test(s))
    return isOdd || NEEDLESS_ESCAPE.test(path) ? null : segments
  } catch {
    return null
  }
}

/** Whether any of the rules covers the path, which is `null` where it is on no list. */
function covers(rules: Rules, method: string, path: string[] | null): boolean {
  if (path === null || rules.list.length === 0) return false
  rules.root ??= makeTree(rules.list)
  // All places in the tree that what has been read of the path may have led to: no path makes
  // this slow, as it could a regular expression.
  let places = reach([rules.root])
  for (const segment of path) {
    places = reach(places.flatMap((node) => step(node, segment)))
    if (places.length === 0) return false
  }
  return places.some(({ ends }) => ends.has(method) || ends.has('*'))
}

/** The places, each once, and those after a `**` there, which may stand for nothing. */
function reach(nodes: Node[]): Node[] {
  const found = new Set(nodes)
  for (const { rest } of found) if (rest) found.add(rest)
  return [...found]
}

function step(node: Node, segment: string): Node[] {
  const { isRest, literal, pattern } = node
  const nodes = isRest ? [node] : []
  const next = literal.get(segment)
  if (next) nodes.push(next)
  for (const [wild, after] of pattern) if (matchSegment(wild, segment)) nodes.push(after)
  return nodes
}

/**
 * Matches a segment with a pattern in which `*` stands for any run, an empty one too. It goes
 * back to the latest `*` only, which suffices, so its work is at most pattern times segment.
 */
function matchSegment(pattern: string, segment: string): boolean {
  let p = 0
  let retry: { p: number; i: number } | undefined
  for (let i = 0; i < segment.length; ) {
    if (pattern[p] === '*') {
      retry = { p: ++p, i }
    } else if (p < pattern.length && pattern[p] === segment[i]) {
      p++
      i++
    } else if (retry) {
      p = retry.p
      i = ++retry.i
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

function splitPath(path: string): string[] {
  return path === '/' ? [] : path.replace(/\/$/, '').slice(1).split('/')
}

/** `..;x` too: servers behind a rewrite may take `;` for the start of a parameter. */
function isDots(segment: string): boolean {
  return /^\.\.?(;|$)/.test(segment)
}

// --- verifier.ts -----------------------------------------------------------------------------
/**
 * What is stored of a password. Without `$`, quotes, spaces, `#` and `\`, because `.env` files
 * expand and strip those.
 *
 *     sha256:<salt>:<key>                         for passwords of 128 random bits or more
 *     pbkdf2-sha256:<iterations>:<salt>:<key>     for passwords that a person chose
 */

/** A verifier, read. `iterations` is 0 for `sha256`; the key is as {@link hashPassword} gives it. */
interface Verifier {
  iterations: number
  salt: Bytes
  key: string
}

// Salt of 16 bytes and key of 32 in base64url without padding (RFC 4648 §5), bits left over
// being zero; iterations from 1,000.
const VERIFIER =
  /^(?:sha256|pbkdf2-sha256:([1-9]\d{3,6})):([\w-]{21}[AQgw]):([\w-]{42}[AEIMQUYcgkosw048])$/
// More would take an instance longer than a visitor waits.
const MAX_ITERATIONS = 5_000_000

/** Reads a stored verifier. @returns `null` for anything else. */
function parseVerifier(text: string): Verifier | null {
  const [, iterations = '0', salt, key] = VERIFIER.exec(text) ?? []
  if (salt === undefined || key === undefined || Number(iterations) > MAX_ITERATIONS) return null
  return { iterations: Number(iterations), salt: fromBase64url(salt), key }
}

/**
 * The key of a password, in base64url: PBKDF2 with HMAC-SHA-256 and 32 bytes of output (RFC 8018
 * §5.2), or for no iterations SHA-256 of the salt and, after it, the password. The password is
 * taken as UTF-8 after NFC (RFC 7617 §2.1).
 */
async function hashPassword(
  password: string,
  salt: Bytes,
  iterations: number,
): Promise<string> {
  const text = encodeText(password.normalize('NFC'))
  let bits: ArrayBuffer
  if (iterations > 0) {
    const key = await crypto.subtle.importKey('raw', text, 'PBKDF2', false, ['deriveBits'])
    const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations }
    bits = await crypto.subtle.deriveBits(algorithm, key, 256)
  } else {
    bits = await crypto.subtle.digest('SHA-256', new Uint8Array([...salt, ...text]))
  }
  return toBase64url(new Uint8Array(bits))
}

// --- policy.ts -------------------------------------------------------------------------------
/**
 * The policy: one document that says who may enter and what is public. It is taken whole or
 * not at all, because a policy half understood might admit someone.
 */

/** A user as written. */
interface UserDocument {
  verifier: string
  /** Rules of what this user may see; everything where left out. */
  paths?: string[]
  /** Names of what this user may do, for the app to ask about. */
  roles?: string[]
  /** When the credentials stop being right: a date-time of RFC 3339. */
  expires?: string
}

/** The policy as written: in `STAGEDOOR_POLICY`, or in the item of a store. */
interface PolicyDocument {
  version: 1
  realm?: string
  users?: { [userId: string]: UserDocument }
  /** Rules of what everybody may see. */
  allow?: string[]
  /** Addresses, and networks in CIDR notation, that need no credentials. */
  ips?: string[]
  /** Ids of passes that are none any more. */
  revoked?: string[]
  open?: boolean
}

/** Somebody who has proven who they are. */
interface Account {
  userId: string
  /** What a session hangs on: it is another one after the password was changed. */
  mark: string
  /** Rules of what they may see; `null` for everything. */
  paths: Rules | null
  roles: string[]
}

/** A user, read. `expires` is in milliseconds since the epoch. */
interface User extends Account {
  verifier: Verifier
  expires: number
  /** The password that was right once. It goes when the policy changes. */
  remembered?: string
}

/** Whose the credentials are, or why nobody comes in with them. */
type Verdict = Account | 'wrong credentials' | 'too many attempts' | 'verify failed'

/** A check under way. */
interface Check extends Credentials {
  verdict: Promise<Verdict>
}

/** The policy, read. */
interface Policy {
  realm: string
  users: Map<string, User>
  allow: Rules
  ips: Networks
  revoked: Set<string>
  open: boolean
  /** Iterations of the dearest verifier: what any wrong password costs. */
  dearest: number
  /** Slow checks under way. */
  checks: Set<Check>
}

/** A document is no policy: `at` is the JSON path of the fault, never its value, a secret maybe. */
class PolicyError extends Error {
  readonly at: string

  constructor(at: string) {
    super(`${at} is not valid`)
    this.name = 'PolicyError'
    this.at = at
  }
}

function check(ok: unknown, at: string): asserts ok {
  if (!ok) throw new PolicyError(at)
}

// date-time (RFC 3339 §5.6); `Date.parse` alone takes much more, in the machine's own zone.
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/
// What a field value carries and every browser shows (RFC 9110 §5.5).
const PRINTABLE_ASCII = /^[ -~]+$/
// With a colon or a CTL in it, a user-id could never sign in (RFC 7617 §2).
const USER_ID = /^[^:\x00-\x1F\x7F]*$/

const POLICY_KEYS = ['version', 'realm', 'users', 'allow', 'ips', 'revoked', 'open'] as const
const USER_KEYS = ['verifier', 'paths', 'roles', 'expires'] as const
const RIGHTS_KEYS = ['paths', 'roles'] as const

/**
 * Reads a policy: the document, or its JSON.
 *
 * @throws {PolicyError} where it is none
 */
function parsePolicy(input: unknown): Policy {
  const fields = pickFields(typeof input === 'string' ? parseJson(input) : input, '$', POLICY_KEYS)
  const { version, realm = REALM, open = false } = fields
  check(version === 1, '$.version')
  check(typeof open === 'boolean', '$.open')
  const users = readUsers(fields.users)
  return {
    realm: readText(realm, '$.realm', PRINTABLE_ASCII),
    users,
    allow: joinRules(readList(fields.allow, '$.allow', parseRule)),
    ips: joinNetworks(readList(fields.ips, '$.ips', parseNetwork)),
    revoked: new Set(readList(fields.revoked, '$.revoked', String)),
    open,
    dearest: Math.max(0, ...[...users.values()].map(({ verifier }) => verifier.iterations)),
    checks: new Set(),
  }
}

function readUsers(value: unknown = {}): Map<string, User> {
  const users = new Map<string, User>()
  for (const [key, fields] of Object.entries(pickFields(value, '$.users'))) {
    const at = `$.users[${JSON.stringify(key)}]`
    // Not by its name, which may be a user-pass by mistake.
    const userId = readText(key, '$.users', USER_ID).normalize('NFC')
    check(!users.has(userId), at)
    users.set(userId, readUser(userId, fields, at))
  }
  return users
}

function readUser(userId: string, value: unknown, at: string): User {
  const { verifier: text, paths, roles, expires } = pickFields(value, at, USER_KEYS)
  const mark = readText(text, `${at}.verifier`)
  const verifier = parseVerifier(mark)
  check(verifier, `${at}.verifier`)
  return {
    userId,
    verifier,
    mark,
    ...readRights({ paths, roles }, at),
    expires: expires === undefined ? Infinity : readTime(expires, `${at}.expires`),
  }
}

/** What somebody may see and do. @throws {PolicyError} for anything else: it might be a limit */
function readRights(value: unknown, at: string): Pick<Account, 'paths' | 'roles'> {
  const { paths, roles } = pickFields(value, at, RIGHTS_KEYS)
  return {
    paths: paths === undefined ? null : joinRules(readList(paths, `${at}.paths`, parseRule)),
    roles: readList(roles, `${at}.roles`, String),
  }
}

function readTime(value: unknown, at: string): number {
  const text = readText(value, at, DATE_TIME)
  // A day that the month has not, `Date.parse` takes for one of the next month.
  const isDay = new Date(text.slice(0, 10)).getUTCDate() === Number(text.slice(8, 10))
  check(isDay && !Number.isNaN(Date.parse(text)), at)
  return Date.parse(text)
}

/** A list of texts, each of them read by `parse`, which gives `null` for a bad one. */
function readList<T>(value: unknown, at: string, parse: (text: string) => T | null): T[] {
  if (value === undefined) return []
  check(Array.isArray(value), at)
  return value.map((item, i) => {
    const read = parse(readText(item, `${at}[${i}]`))
    check(read !== null, `${at}[${i}]`)
    return read
  })
}

function readText(value: unknown, at: string, pattern = /^/): string {
  check(typeof value === 'string' && pattern.test(value), at)
  return value
}

/** The fields of an object, all of them `known` where that is given. */
function pickFields<K extends string>(value: unknown, at: string, known?: readonly K[]) {
  check(typeof value === 'object' && value !== null && !Array.isArray(value), at)
  const strange = Object.keys(value).find((key) => known && !known.includes(key as K))
  check(strange === undefined, `${at}[${JSON.stringify(strange)}]`)
  return { ...value } as { [key in K]?: unknown }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Without its cause: the engine's message quotes the text, verifiers and all.
    throw new PolicyError('$')
  }
}

// --- holder.ts -------------------------------------------------------------------------------
/** Passes under a policy: who is given which, and who holds one. */

/** What passes hang on beside the policy. */
interface Keys {
  /** Signs them; empty where there are none. */
  secret: string
  /** The platform's secret for automation; empty where it has none. */
  bypass: string
  /** Whether there are users whom the policy does not name. */
  verifies: boolean
}

// Seconds: a working day, and then the password again.
const SESSION = 43_200
// Seconds for the app to ask who sent a request: what the longest one takes.
const IDENTITY = 300

/** Mark of users whom the policy does not name: their session itself says what they may see. */
const VERIFIED = 'verified'

/** Signs a pass. */
async function issuePass(claims: Omit<Claims, 'iss'>, secret: string): Promise<string> {
  const payload = toBase64url(encodeText(JSON.stringify({ iss: 'stagedoor', ...claims })))
  return `${HEADER}.${payload}.${await sign(`${HEADER}.${payload}`, secret)}`
}

/** Tells one text from another without telling the text, to whoever has not the secret. */
function fingerprint(text: string, secret: string): Promise<string> {
  // The space keeps it apart from what is signed of a pass.
  return sign(`fingerprint ${text}`, secret)
}

/** The pass that a browser keeps of somebody who is in. */
async function issueSession(account: Account, keys: Keys, now: number): Promise<string> {
  const { userId, mark, paths, roles } = account
  // Of the others the policy says it.
  const own =
    mark === VERIFIED ? { roles, ...(paths && { paths: paths.list.map(({ text }) => text) }) } : {}
  const claims = { ...stamp(userId, 'session', SESSION, now), ...own }
  return signOnce(`session ${mark} ${JSON.stringify(claims)}`, keys.secret, async () => {
    return issuePass({ ...claims, fpr: await fingerprint(mark, keys.secret) }, keys.secret)
  })
}

/** The pass that a browser keeps in place of the platform's secret, for as long as that is it. */
async function issueBypass(keys: Keys, now: number): Promise<string> {
  const fpr = await fingerprint(bypassMark(keys), keys.secret)
  return issuePass({ ...stamp('bypass', 'bypass', SESSION, now), fpr }, keys.secret)
}

/** What tells the app who sent a request. It opens nothing. */
function issueIdentity(account: Account, keys: Keys, now: number): Promise<string> {
  const { userId, roles } = account
  const claims = stamp(userId, 'identity', IDENTITY, now)
  const name = `identity ${JSON.stringify([claims.jti, roles])}`
  return signOnce(name, keys.secret, () => issuePass({ ...claims, roles }, keys.secret))
}

/** Times by the minute, so that of a page's hundred requests one is signed. */
function stamp(sub: string, use: Use, seconds: number, now: number) {
  const iat = Math.floor(now / 60_000) * 60
  return { sub, use, iat, exp: iat + seconds, jti: `${sub}.${iat.toString(36)}` }
}

/** What a pass in place of the platform's secret hangs on. */
function bypassMark({ bypass }: Keys): string {
  return `bypass ${bypass}`
}

/** A pass that counts, and what its holder may see. */
interface Holder extends Account {
  pass: Pass
}

/** The holder of a pass; `null` where it does not count, or is for something else. */
async function findHolder(
  token: string,
  uses: Use[],
  policy: Policy,
  keys: Keys,
  now: number,
): Promise<Holder | null> {
  const pass = token ? await readPass(token, uses, keys.secret, now) : null
  if (!pass || policy.revoked.has(pass.jti)) return null
  const account = findAccount(pass, policy, keys, now)
  // Most passes hang on nothing.
  const fpr = account?.mark ? await fingerprint(account.mark, keys.secret) : undefined
  if (!account || pass.fpr !== fpr) return null
  const { userId, mark, paths, roles } = account
  return { userId, mark, paths, roles, pass }
}

/** Whose pass it is: of a user's session what the policy says now, of others what the pass says. */
function findAccount(pass: Pass, policy: Policy, keys: Keys, now: number): Account | null {
  const { sub, use, paths: texts, roles = [] } = pass
  const user = use === 'session' ? policy.users.get(sub) : undefined
  if (user) return user.expires > now ? user : null
  const paths = texts ? readRules(use === 'share' ? [...texts, REMOTE_IMAGES] : texts) : null
  if (texts && !paths) return null
  if (use === 'session') return keys.verifies ? { userId: sub, mark: VERIFIED, paths, roles } : null
  // No user-id has a colon (RFC 7617 §2): a machine's name is never a person's.
  return { userId: `${use}:${sub}`, mark: use === 'bypass' ? bypassMark(keys) : '', paths, roles }
}

/** For a link, made for a page: those of other hosts, public there. A user's `paths` are as written. */
const REMOTE_IMAGES = 'GET,HEAD /_next/image'

// --- circumstances.ts ------------------------------------------------------------------------
/** What decides beside the request: the environment, and the secrets in it. */

/** The environment at one moment. */
type Environment = {
  [Name in keyof typeof environment]: ReturnType<(typeof environment)[Name]>
}

interface Circumstances {
  environment: Environment
  /** Secrets that passes hang on, as far as the environment has good ones. */
  keys: Keys
}

// Milliseconds. Reading it takes as long as all else does, since Node.js makes a new text of a
// variable each time, and only `next dev` ever changes one.
const KNOWN_FOR = 1_000

/** Makes what reads them, once a second at most. @param verifies see {@link Keys} */
function createCircumstances(verifies: boolean): (now: number) => Circumstances {
  let known: Circumstances | undefined
  let readAt = 0
  return (now) => {
    // Absolute, for a clock that was set back.
    if (known && Math.abs(now - readAt) < KNOWN_FOR) return known
    const entries = Object.entries(environment).map(([name, read]) => [name, read()])
    const environmentNow: Environment = Object.fromEntries(entries)
    const { secret, bypassSecret } = environmentNow
    const keys = { secret: isSecret(secret) ? secret : '', bypass: bypassSecret, verifies }
    readAt = now
    known = { environment: environmentNow, keys }
    return known
  }
}

/** What is set and has no effect, for the log: a name, and why. */
function findFaults(
  { environment: { addressHeader, secret, signIn = 'basic' }, keys }: Circumstances,
  policy: Policy | null,
): [string, string][] {
  const isKnown = ['basic', 'page', ''].includes(signIn)
  const ignoresIps = policy && policy.ips.size > 0 && !FIELD_NAME.test(addressHeader)
  return [
    secret && !keys.secret && ['no passes', 'STAGEDOOR_SECRET is too short'],
    signIn === 'page' && !keys.secret && ['no sign-in page', 'no STAGEDOOR_SECRET'],
    !isKnown && ['no sign-in page', 'STAGEDOOR_SIGN_IN is neither basic nor page'],
    ignoresIps && ['ips ignored', 'no header tells the address: see STAGEDOOR_IP_HEADER'],
  ].filter(Boolean) as [string, string][]
}

// --- target.ts -------------------------------------------------------------------------------
/** What a request is for: read from the URL alone, never from a header that a client can set. */

interface Target {
  /** As asked for, without the query, where a secret might stand. For the log. */
  pathname: string
  /** Segments that rules are held against; `null` for a path that is on no list. */
  path: string[] | null
  /** Where the file is of an image that would be optimised. */
  image: URL | undefined
  /** What stands before the app's own paths. */
  basePath: string
}

/** The URL as Next.js gives it, without base path and locale. */
interface NextRequestLike {
  nextUrl?: { pathname: string; basePath: string; searchParams: URLSearchParams }
}

/** Reads what a request is for. */
function readTarget(request: Request): Target {
  const { nextUrl } = request as NextRequestLike
  const url = nextUrl ?? new URL(request.url)
  const { pathname } = url
  const basePath = nextUrl?.basePath ?? ''
  const path = parsePath(pathname)
  if (isUnder('image', path)) {
    const sources = url.searchParams.getAll('url')
    const { path: inner, image } = readImage(request.url, basePath, sources)
    return { pathname, path: inner, image, basePath }
  }
  // Next.js has named the page of a data request already. One that it has not, such as
  // `/en/_next/data/…`, it may still answer with a page.
  const named = isUnder('data', path) ? null : path
  return { pathname, path: named, image: undefined, basePath }
}

/**
 * Values of parameters, and the URL without them, the others byte for byte as they came; no URL
 * where it has none of them.
 */
function takeParameters(href: string, ...names: string[]) {
  const url = new URL(href)
  const pairs = url.search.slice(1).split('&')
  const find = (name: string) => pairs.find((pair) => pair.startsWith(`${name}=`)) ?? ''
  const found = names.map((name) => find(name).slice(name.length + 1))
  const others = pairs.filter((pair) => !names.some((name) => pair.startsWith(`${name}=`)))
  url.search = others.join('&')
  return { found, rest: others.length < pairs.length ? url.href : '' }
}

/** Whether a path is below `/_next/<folder>`; `static` has what the build made for the pages. */
function isUnder(folder: string, path: string[] | null): boolean {
  return path?.[0] === '_next' && path[1] === folder
}

/**
 * `/_next/image?url=/a.png` is for `/a.png`: whoever may see the one may see the other. An
 * image of another host is for `/_next/image` itself.
 */
function readImage(
  base: string,
  basePath: string,
  sources: string[],
): { path: string[] | null; image?: URL } {
  const [source = ''] = sources
  if (sources.length === 1 && /^https?:\/\//.test(source)) return { path: ['_next', 'image'] }
  try {
    const image = new URL(source, base)
    const path = parsePath(image.pathname.slice(basePath.length))
    // `//host` and `/\host` start with a slash too, and `..` may lead out of the base path.
    const isLocal = source.startsWith('/') && image.origin === new URL(base).origin
    const isInApp = image.pathname.startsWith(`${basePath}/`) && !isUnder('image', path)
    if (sources.length === 1 && isLocal && isInApp) return { path, image }
  } catch {}
  return { path: null }
}

// --- facts.ts --------------------------------------------------------------------------------
/** What a request brings that decides: of its URL, its headers and the environment. */

/** Texts are empty where there are none. */
interface Facts extends Target, Circumstances {
  method: string
  fields: Fields
  /** Whether a browser is to show the answer as a page. */
  navigates: boolean
  authorization: string
  /** Passes as they came: in the URL, in a header of their own, in the cookie. */
  link: string
  pass: string
  cookie: string
  /** Whether the platform's secret for automation came along. */
  bypasses: boolean
  address: Address | null
  now: number
  check(credentials: Credentials | null): Promise<Verdict>
}

/** Name of the parameter of a share link. */
const LINK = 'stagedoor'
/** The platform's way in for automation, in the header or the query; and how to keep it. */
const BYPASS = 'x-vercel-protection-bypass'
const BYPASS_COOKIE = 'x-vercel-set-bypass-cookie'

function readFacts(
  request: Request,
  { environment, keys }: Circumstances,
  now: number,
  check: Facts['check'],
): Facts {
  const { method, url } = request
  const fields = readFields(request.headers)
  const [link = '', bypass = ''] = mayHave(url) ? takeParameters(url, LINK, BYPASS).found : []
  // Spelled out: spreading the target would cost as much as reading all of the request.
  const { pathname, path, image, basePath } = readTarget(request)
  return {
    pathname,
    path,
    image,
    basePath,
    method,
    fields,
    navigates: isNavigation(fields),
    authorization: fields.get('authorization') ?? '',
    link,
    pass: fields.get('x-stagedoor-pass') ?? '',
    cookie: readCookie(fields, url),
    bypasses: keys.bypass !== '' && sameText(fields.get(BYPASS) ?? bypass, keys.bypass),
    address: readAddress(fields, environment),
    environment,
    keys,
    now,
    check,
  }
}

/** Whether there is a parameter to look for: few URLs have one, and taking one apart takes time. */
function mayHave(url: string): boolean {
  return url.includes(`${LINK}=`) || url.includes(`${BYPASS}=`)
}

/** Whether a browser may be sent on to the same URL: a path such as `//host` would lead away. */
function isRedirectable({ method, path }: Facts): boolean {
  return path !== null && (method === 'GET' || method === 'HEAD')
}

/** The client's, from the one header that no client can set; `null` where there is none such. */
function readAddress(fields: Fields, { addressHeader }: Environment): Address | null {
  const name = addressHeader.toLowerCase() as Lowercase<string>
  return FIELD_NAME.test(name) ? parseAddress(fields.get(name) ?? '') : null
}

// --- decide.ts -------------------------------------------------------------------------------
/** Deciding one request. To be read from top to bottom: the first answer is the answer. */

/** What to do, and why. `user` is named only where proven. */
type Decision = Admission | Refusal

interface Admission {
  admit: true
  reason: Exclude<Use, 'identity'> | 'open' | 'allowed' | 'link' | 'address' | 'credentials'
  user?: string
}

const REFUSALS = {
  'no policy': { status: 503 },
  'verify failed': { status: 503 },
  'too many attempts': { status: 429 },
  'path not covered': { status: 403 },
  'cross-site post': { status: 403 },
  'no credentials': { status: 401, challenge: 'Basic' },
  'pass not valid': { status: 401, challenge: 'Basic' },
  'wrong credentials': { status: 401, challenge: 'Basic' },
  // A Basic challenge to another scheme makes a browser drop the good credentials it holds.
  'other scheme': { status: 401, challenge: 'Bearer' },
} as const

type Refusals = { [R in keyof typeof REFUSALS]: { reason: R } & (typeof REFUSALS)[R] }
type Refusal = { admit: false; user?: string } & Refusals[keyof Refusals]

/** A decision, and what comes of it beside the answer. */
interface Outcome {
  decision: Decision
  /** Who it is, where proven. */
  account?: Account | null | undefined
  /** Whether `Authorization` was for the gate, and so is none of the app's business. */
  took?: boolean | undefined
  /** Whether the browser is to keep a pass of the account, and has none yet. */
  begins?: boolean | undefined
  /** When the pass of a share link ends. Seconds since the epoch. */
  expires?: number | undefined
}

// What a cookie may hold.
const KEPT: Use[] = ['session', 'share', 'bypass']
const BEARER = /^bearer +([\w.-]+)$/i

/**
 * Decides one request. Refuses where there is no policy: a gate that nobody has configured
 * stays shut. Never throws for anything that a client can send.
 */
async function decide(facts: Facts, policy: Policy | null): Promise<Outcome> {
  const { method, path, authorization, keys, now } = facts
  if (!policy) return refused('no policy')
  if (policy.open) return admitted('open', null)

  const find = (token: string, uses: Use[]) => findHolder(token, uses, policy, keys, now)
  const link = facts.link && isRedirectable(facts) ? await find(facts.link, ['share']) : null
  if (link && sees(link, facts)) {
    const session = await find(facts.cookie, ['session'])
    const begins = !session || !sees(session, facts)
    return admitted('link', link, { begins, expires: link.pass.exp })
  }

  const token = BEARER.exec(authorization)?.[1]
  const bearer = token ? await find(token, ['automation']) : null
  const took = bearer !== null
  if (covers(policy.allow, method, path)) return admitted('allowed', null, { took })

  const machine = (facts.pass && (await find(facts.pass, ['automation']))) || bearer
  const holder = machine ?? (facts.cookie ? await find(facts.cookie, KEPT) : null)
  const known = holder && sees(holder, facts) ? holder : null
  // Beside a machine's pass Basic credentials are the app's. Beside a cookie they are ours, and
  // refused where they are wrong.
  if (known && (machine || !isBasic(authorization))) return byPass(known, took)
  if (facts.bypasses) return admitted('bypass', known, { took, begins: known === null })
  if (facts.address && isWithin(policy.ips, facts.address))
    return admitted('address', known, { took })
  return isBasic(authorization) ? judgeBasic(facts, known) : refuseHolder(facts, holder)
}

/** Admits the holder of a pass. */
function byPass(holder: Holder, took: boolean): Outcome {
  return admitted(holder.pass.use as Admission['reason'], holder, { took })
}

async function judgeBasic(facts: Facts, known: Holder | null): Promise<Outcome> {
  const verdict = await facts.check(parseCredentials(facts.authorization))
  if (typeof verdict === 'object' && sees(verdict, facts)) {
    const begins = known?.pass.use !== 'session' || known.userId !== verdict.userId
    return admitted('credentials', verdict, { took: true, begins })
  }
  // The pass that came with them opens what they do not.
  if (known && verdict !== 'wrong credentials') return byPass(known, true)
  return typeof verdict === 'object' ? refused('path not covered', verdict) : refused(verdict)
}

function refuseHolder({ navigates, authorization, pass, link }: Facts, holder: Holder | null) {
  // Who follows a share link's page to another one may still sign in; its scripts may not ask.
  if (holder && !(holder.pass.use === 'share' && navigates)) {
    return refused('path not covered', holder)
  }
  if (authorization) return refused('other scheme')
  return refused(pass || link ? 'pass not valid' : 'no credentials')
}

function sees({ paths }: Account, { method, path }: Facts): boolean {
  // Without the build's scripts and styles no page would work, whatever its visitor may see.
  return !paths || isUnder('static', path) || covers(paths, method, path)
}

function admitted(
  reason: Admission['reason'],
  holder: Account | Holder | null,
  more: Omit<Outcome, 'decision'> = {},
): Outcome {
  // Who holds the platform's secret, or the pass for it, is nobody in particular.
  const account = holder && 'pass' in holder && holder.pass.use === 'bypass' ? null : holder
  const decision: Admission = { admit: true, reason }
  if (account) decision.user = account.userId
  // Spelled out: spreading what there is more of takes many times as long.
  const { took, begins, expires } = more
  return { decision, account, took, begins, expires }
}

function refused(reason: keyof typeof REFUSALS, account?: Account): Outcome {
  const user = account && { user: account.userId }
  return { decision: { admit: false, reason, ...REFUSALS[reason], ...user } as Refusal }
}

// --- admit.ts --------------------------------------------------------------------------------
/**
 * Letting a request through. By the `x-middleware-*` response headers that `NextResponse` and
 * `@vercel/functions` set too, so that Next.js, and Vercel under any framework, understand it.
 */

const NEXT = 'x-middleware-next'
const REWRITE = 'x-middleware-rewrite'
const OVERRIDE = 'x-middleware-override-headers'

/** Says who sent a request, signed: for `stagedoor/server`. */
const USER = 'x-stagedoor-user'

/** The app's own middleware, with what Next.js hands to it. */
type Next = () => Promise<Response | undefined>

/** Lets a request through to the app's own middleware, and on. What that has answered is kept. */
async function admit(
  request: Request,
  outcome: Outcome,
  facts: Facts,
  next?: Next,
): Promise<Response> {
  const { keys, now } = facts
  const identity =
    outcome.account && keys.secret ? await issueIdentity(outcome.account, keys, now) : ''
  const sent = changeFields(outcome, facts, identity)
  // The app's own middleware gets the request itself; what it does to that is its own affair.
  if (sent && next) changeRequest(request, facts.fields, sent)
  return answerThrough(await next?.(), sent, facts)
}

/**
 * Takes out of a request's fields what the app must not get, and puts in who sent it.
 *
 * @param identity signed, or empty
 * @returns the fields that the app gets; nothing where they are as they came
 */
function changeFields(
  { decision, account, took }: Outcome,
  { bypasses, fields, method }: Facts,
  identity: string,
): Fields | undefined {
  let sent = fields
  /** An empty value takes the field out. */
  const set = (name: Lowercase<string>, value = '') => {
    if ((sent.get(name) ?? null) === (value || null)) return
    if (sent === fields) sent = new Map(fields)
    if (value) sent.set(name, value)
    else sent.delete(name)
  }
  for (const name of fields.keys()) if (name.startsWith('x-stagedoor-')) set(name)
  set(USER, identity)
  // By `Next-Url` alone, Next.js shows a page inside another (intercepting routes), whose layout
  // may be one that this visitor may not see.
  if (decision.reason === 'allowed' || account?.paths) set('next-url')
  if (bypasses) for (const name of [BYPASS, BYPASS_COOKIE] as const) set(name)
  // What the gate used is not the app's, nor that of a host behind a rewrite. Only a server
  // action keeps it, which Next.js may send on to itself with these headers.
  if (!(method === 'POST' && fields.has('next-action'))) {
    if (took) set('authorization')
    const cookie = fields.get('cookie')
    if (cookie) set('cookie', withoutCookie(cookie))
  }
  return sent === fields ? undefined : sent
}

function changeRequest(request: Request, came: Fields, sent: Fields): void {
  for (const name of came.keys()) if (!sent.has(name)) request.headers.delete(name)
  for (const [name, value] of sent) {
    if (value !== came.get(name)) request.headers.set(name, value)
  }
  forgetCookies(request)
}

/** The response that lets a request through; `sent` are the fields that the app gets, undefined: all. */
function answerThrough(
  own: Response | null | undefined,
  sent: Fields | undefined,
  { environment, image, path }: Facts,
): Response {
  const before = own?.headers ?? new Map([[NEXT, '1']])
  const isBuilt = isUnder('static', path) && environment.name !== 'development'
  // All at once: setting one header after the other takes twice as long.
  const set: { [name: string]: string } = {
    Vary: [before.get('Vary'), GATED.Vary].filter(Boolean).join(', '),
    'X-Robots-Tag': GATED['X-Robots-Tag'],
    'Cache-Control': cacheControl(before.get('Cache-Control'), isBuilt),
    // For caches that would follow this field and not the other (RFC 9213 §2.2).
    'CDN-Cache-Control': 'no-store',
  }
  const rewritesImage = image && before.has(NEXT)
  // To the file as it is: the optimiser would fetch it without the visitor's credentials,
  // and answers `public`, for caches that everybody shares.
  if (rewritesImage) set[REWRITE] = image.href
  else if (!own) set[NEXT] = '1'
  // The app's middleware got these same headers: a list of its own is right as it is.
  const goesOn = before.has(NEXT) || before.has(REWRITE)
  if (sent && goesOn && !before.has(OVERRIDE)) {
    set[OVERRIDE] = [...sent.keys()].join(',')
    for (const [name, value] of sent) set[`x-middleware-request-${name}`] = value
  }
  if (!own) return new Response(null, { headers: set })
  const response = new Response(own.body, own)
  if (rewritesImage) response.headers.delete(NEXT)
  for (const [name, value] of Object.entries(set)) response.headers.set(name, value)
  return response
}

/** What a visitor's own cache may keep and a shared one may not (RFC 9111 §5.2.2.7). */
function cacheControl(own: string | null | undefined, isBuilt: boolean): string {
  if (own && /(^|,) *(private|no-store) *(,|$)/i.test(own)) return own
  return isBuilt ? 'private, max-age=31536000, immutable' : 'private, no-cache'
}

// --- keep.ts ---------------------------------------------------------------------------------
/** The pass that a browser keeps of a visitor who has come in. */

// What a pass looks like.
const SIGNED = /^[\w-]+\.[\w-]+\.[\w-]+$/
// What admits a browser that holds a pass already, unless one begins.
const HOLDS = ['session', 'share', 'bypass', 'credentials']

/**
 * What an answer does beside letting somebody in: values of `Set-Cookie`, and the same URL without
 * what opened it, to go on to, or nothing.
 */
async function keepPass(request: Request, outcome: Outcome, facts: Facts) {
  const { begins, decision } = outcome
  const cookies = begins ? await beginPass(request, outcome, facts) : []
  const holds = begins ? cookies.length > 0 : HOLDS.includes(decision.reason)
  // Neither is for the app, nor for what the page links to.
  const taken = [
    ...(SIGNED.test(facts.link) ? [LINK] : []),
    ...(holds && facts.bypasses && request.url.includes(BYPASS) ? [BYPASS, BYPASS_COOKIE] : []),
  ]
  const leaves = taken.length > 0 && isRedirectable(facts)
  return { cookies, url: leaves ? takeParameters(request.url, ...taken).rest : '' }
}

async function beginPass(request: Request, outcome: Outcome, facts: Facts): Promise<string[]> {
  const { account, decision, expires = 0 } = outcome
  const { environment, fields, keys, link, now } = facts
  const { url } = request
  const usual = environment.isFramed ? 'none' : 'lax'
  if (decision.reason === 'link') return writeCookie(request, link, expires - now / 1000, usual)
  if (!keys.secret) return []
  if (decision.reason === 'bypass') {
    const wish = fields.get(BYPASS_COOKIE) ?? takeParameters(url, BYPASS_COOKIE).found[0]
    if (wish !== 'true' && wish !== 'samesitenone') return []
    const sameSite = wish === 'true' ? usual : 'none'
    return writeCookie(request, await issueBypass(keys, now), SESSION, sameSite)
  }
  // Not with what scripts fetch: Next.js copies the answer's headers into the request, which
  // `rewrites()` may send on to another host.
  if (!account || (fields.get('sec-fetch-mode') ?? 'navigate') !== 'navigate') return []
  return writeCookie(request, await issueSession(account, keys, now), SESSION, usual)
}

// --- log.ts ----------------------------------------------------------------------------------
/** The log: one JSON line an event. */

/** Logs an event as a JSON line. Never a secret, a field value, or a query, which may hold one. */
function log(level: 'info' | 'error', event: string, details: object = {}): void {
  console[level](JSON.stringify({ source: 'stagedoor', event, ...details }))
}

// --- sign-in.ts ------------------------------------------------------------------------------
/** Signing in by a page of the gate's own; and signing out. */

/** A form that was posted. */
interface Form {
  /** `null` where nobody could have such. */
  credentials: Credentials | null
  /** Whether it came from a page of this site. */
  isOurs: boolean
  userId: string
  /** Where to go afterwards: a path of this site, or nothing. */
  to: string
}

// Bytes: many times what a user-id, a password and a path need.
const LONGEST_FORM = 16_384

const STYLE = `form, [role] { box-sizing: border-box; width: min(20rem, 80vw); margin-inline: auto; text-align: start }
form { display: grid; gap: .3rem }
input, button { padding: .6rem; border: 1px solid GrayText; border-radius: .4rem; font: inherit }
input { margin-bottom: .7rem; background: Canvas; color: CanvasText }
button { margin-top: .3rem; background: CanvasText; color: Canvas; font-weight: 600; cursor: pointer }
[role] { border-inline-start: .3rem solid GrayText; padding-inline-start: .7rem }
[role=alert] { border-color: #d33 }
`

const MESSAGES: { [status: number]: string } = {
  401: 'The user name or the password is wrong.',
  403: 'That form came from another site. Sign in here.',
  429: 'Too many attempts at once. Wait a few seconds, then try again.',
  503: 'Signing in does not work at the moment. Try again in a minute.',
}

const GONE = 'The link does not open this page, or not any more. Sign in, or ask for another.'

/** What an address of the gate's own answers, or the form that was posted there; else `null`. */
async function visitDesk(
  request: Request,
  { path }: Facts,
  site: Site,
): Promise<Response | Form | null> {
  const address = path && `/${path.join('/')}`
  if (address === SIGN_OUT && isMeant(request)) return signOut(request, site)
  if (address !== SIGN_IN || !site.hasPage) return null
  if (request.method === 'POST') return readForm(request)
  return signInPage(request, 200, site, { userId: '', to: '' })
}

/** Judges a form. Which paths the user may see is judged afterwards. */
async function judgeForm(form: Form, check: Facts['check']): Promise<Outcome> {
  if (!form.isOurs) return refused('cross-site post')
  const verdict = await check(form.credentials)
  return typeof verdict === 'object'
    ? admitted('credentials', verdict, { begins: true })
    : refused(verdict)
}

/** Refuses a request, by the page where a person can sign in with it. */
function refuseOrAsk(
  request: Request,
  refusal: Refusal,
  site: Site,
  form: Form | null,
): Response {
  const { status, reason } = refusal
  const { headers } = request
  if (form) return signInPage(request, status, site, form, MESSAGES[status])
  // Credentials that are wrong are the browser's own: it drops them where its box comes up.
  const isNobody = reason === 'no credentials' || reason === 'pass not valid'
  if (!site.hasPage || !isNobody) return refuse(request, refusal, site)
  if (isNavigation(headers)) {
    const to = request.method === 'GET' ? localPath(request.url, request.url) : ''
    const message = reason === 'pass not valid' ? GONE : ''
    return signInPage(request, status, site, { userId: '', to }, message)
  }
  // No box may come up over a page whose session has ended while its scripts go on asking.
  const isScript = headers.has('Sec-Fetch-Mode')
  return refuse(request, isScript ? { status, challenge: 'Bearer' } : refusal, site)
}

/** The page. Its 401 carries a challenge (RFC 9110 §15.5.2), one for which no browser asks. */
function signInPage(
  request: Request,
  status: number,
  site: Site,
  { userId, to }: Pick<Form, 'userId' | 'to'>,
  message = '',
): Response {
  const { realm, basePath } = site
  const name = escapeHtml(realm)
  const wrong = userId ? 'aria-invalid="true" aria-describedby="message"' : ''
  const [first, second] = userId ? ['', 'autofocus'] : ['autofocus', '']
  const main = `<h1>Sign in</h1>
<p>${name} is private.</p>
${message && `<p role="${userId ? 'alert' : 'status'}" id="message">${message}</p>`}
<form method="post" action="${escapeHtml(basePath + SIGN_IN)}">
<input type="hidden" name="to" value="${escapeHtml(to)}">
<label for="user">User name</label>
<input id="user" name="user" value="${escapeHtml(userId)}" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" required ${first} ${wrong}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required ${second} ${wrong}>
<button>Sign in</button>
</form>`
  const response = answerPage(request, site, status, `Sign in: ${name}`, main, STYLE)
  if (status === 401) response.headers.set('WWW-Authenticate', writeChallenge('Bearer', realm))
  // With none, a browser would post the form without its origin.
  response.headers.set('Referrer-Policy', 'same-origin')
  return response
}

/** Reads a form, of any site. */
async function readForm(request: Request): Promise<Form> {
  const fields = new URLSearchParams(await readBody(request))
  const [user = '', password = '', to = ''] = ['user', 'password', 'to'].map(
    (name) => fields.get(name) ?? '',
  )
  // U+FFFD stands for bytes that are no UTF-8, which is nobody's password.
  const isOdd = /\uFFFD/.test(user + password)
  const isOurs = isSameSite(request.headers)
  return {
    credentials: isOdd ? null : toCredentials(user, password),
    userId: isOurs ? user : '',
    to: to && localPath(to, request.url),
    isOurs,
  }
}

/** Whether a form came from this site. Another's might sign a visitor in as somebody else. */
function isSameSite(headers: Headers): boolean {
  const site = headers.get('Sec-Fetch-Site')
  if (site) return site === 'same-origin'
  // Older browsers, and plain http.
  const [, host = ''] = /^https?:\/\/([^/]+)$/.exec(headers.get('Origin') ?? '') ?? []
  return host !== '' && [headers.get('Host'), headers.get('X-Forwarded-Host')].includes(host)
}

/** Path and query of a URL of this site; nothing for any other. */
function localPath(url: string, base: string): string {
  try {
    const { origin, pathname, search } = new URL(url, base)
    // Alone, a path that starts with two slashes names a host. The gate's own lead nowhere.
    const isOdd = pathname.startsWith('//') || pathname.includes('/.stagedoor/')
    return origin === new URL(base).origin && !isOdd ? pathname + search : ''
  } catch {
    return ''
  }
}

async function readBody(request: Request): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  try {
    const reader = request.body?.getReader()
    while (reader && length <= LONGEST_FORM) {
      const { done, value } = await reader.read()
      if (done) return text + decoder.decode()
      length += value.length
      text += decoder.decode(value, { stream: true })
    }
    await reader?.cancel()
  } catch {
    // Whoever sent it has gone.
  }
  return ''
}

/** Whether a request to sign out is meant so, and is no script's fetching of links in advance. */
function isMeant({ method, headers }: Request): boolean {
  const mode = headers.get('Sec-Fetch-Mode') ?? 'navigate'
  return method === 'POST' || (mode === 'navigate' && !headers.has('Sec-Purpose'))
}

/**
 * Takes the pass away. The browser forgets credentials that are refused, for the realm under
 * which it holds them.
 */
function signOut(request: Request, site: Site): Response {
  const { basePath, hasPage, realm } = site
  const asks = !hasPage || request.headers.has('Authorization')
  const again = `<a href="${escapeHtml(basePath)}/">Sign in again</a>`
  const response = asks
    ? answerPage(request, site, 401, 'Signed out', `<h1>Signed out</h1>\n<p>${again}</p>`)
    : signInPage(request, 401, site, { userId: '', to: '' }, 'You are signed out.')
  if (asks) response.headers.set('WWW-Authenticate', writeChallenge('Basic', realm))
  return setCookies(response, writeCookie(request, '', 0, 'lax'))
}

// --- untrusted.ts ----------------------------------------------------------------------------
/** Calling what is not ours: a store's client, a backend. It may hang, or throw anything. */

/** Waits for work that long at most. @throws {DOMException} `TimeoutError` */
function inTime<T>(work: T | Promise<T>, milliseconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new DOMException('', 'TimeoutError'))
    const timer = setTimeout(late, milliseconds)
    Promise.resolve(work)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}

/** An error, for the log. Of others' its name and code: a message may quote a connection string. */
function nameError(error: unknown): string {
  if (error instanceof PolicyError) return error.message
  const { name, code: own, cause } = Object(error) as { [key: string]: unknown }
  const { code = own } = Object(cause) as { code?: unknown }
  const known = typeof name === 'string' && name ? name : typeof error
  return typeof code === 'string' && /^[A-Z_]+$/.test(code) ? `${known} ${code}` : known
}

// --- source.ts -------------------------------------------------------------------------------
/**
 * Where the policy comes from: the store that was handed in, else the environment. A store's
 * client is not trusted to answer: it may hang, throw, or serve for ever what it once had.
 */

// Milliseconds: a copy this young is served as it is; an older one is renewed behind the
// requests, and waited for when older still: the last at most, or twice that where the read that
// a request joined had hung already.
const FRESH_FOR = 5_000
const REFRESH_AFTER = 10_000
const STORE_TIMEOUT = 1_000

/** How a store fails that may have an item. */
const AWAY = 'away'

/** A store's client: `@vercel/edge-config`'s, or anything else with `get`. */
interface Store {
  get(key: string): Promise<unknown>
}

/** The policy in force, or `null`; never throws. `defer` lets work outlive the answer. */
type Source = (
  environment: Environment,
  now: number,
  defer: (work: Promise<unknown>) => void,
) => Promise<Policy | null>

/** Makes a source. A `document` stands in place of the environment's policy. */
function createSource(store?: () => Store, document?: PolicyDocument): Source {
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

// --- switch.ts -------------------------------------------------------------------------------
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

// --- users.ts --------------------------------------------------------------------------------
/**
 * Checking credentials against a policy's users. A wrong password and an unknown user-id last
 * as long: one digest, and two derivations that have the iterations of the dearest verifier.
 */

// Slow derivations at a time, and requests that may wait for one: wrong passwords must not
// take the whole instance.
const AT_ONCE = 2
const WAITING = 8
/**
 * Stands in for the verifier of a user who does not exist. Its key is made as all keys are: one by
 * `repeat` is kept in pieces, and takes longer to compare.
 */
const DECOY = { iterations: 0, salt: new Uint8Array(16), key: toBase64url(new Uint8Array(32)) }

/** Whose credentials they are; an expired user's are wrong. */
async function checkCredentials(
  credentials: Credentials,
  policy: Policy,
  now: number,
): Promise<Verdict> {
  const { userId, password } = credentials
  const { checks, dearest } = policy
  const user = policy.users.get(userId)
  const check = () => checkPassword(user, password, dearest)
  const known = sameText(password, user?.remembered ?? DECOY.key) && user?.remembered !== undefined
  // A quick one is not worth sharing.
  const once = () => (dearest > 0 ? shareCheck(checks, credentials, check) : check())
  const verdict = known ? user : await once()
  return verdict === user && user.expires <= now ? 'wrong credentials' : verdict
}

/** The requests of one page come at once and share one check. */
function shareCheck(
  checks: Set<Check>,
  { userId, password }: Credentials,
  work: () => Promise<Verdict>,
): Promise<Verdict> {
  for (const other of checks) {
    if (other.userId === userId && sameText(password, other.password)) return other.verdict
  }
  const verdict = work().finally(() => checks.delete(check))
  const check = { userId, password, verdict }
  checks.add(check)
  return verdict
}

async function checkPassword(
  user: User | undefined,
  password: string,
  dearest: number,
): Promise<Verdict> {
  const { iterations, salt, key } = user?.verifier ?? DECOY
  // Compared first, so that each attempt costs the digest and the comparison.
  let right = sameText(await hashPassword(password, salt, 0), key) && iterations === 0
  if (!right && dearest > 0) {
    const derived = await inTurn(async () => {
      // Twice for everybody: a derivation more would tell, however few iterations it has.
      const first = iterations || 1
      const isKey = sameText(await hashPassword(password, salt, first), key)
      if (isKey && iterations > 0) return true
      // What is left of the dearest verifier's work; its result is of no use.
      await hashPassword(password, salt, dearest + 1 - first)
      return false
    })
    if (derived === null) return 'too many attempts'
    right = derived
  }
  if (!user || !right) return 'wrong credentials'
  user.remembered = password
  return user
}

let running = 0
const waiting: (() => void)[] = []

/** `null` where too many wait. */
async function inTurn<T>(work: () => Promise<T>): Promise<T | null> {
  if (running === AT_ONCE) {
    if (waiting.length === WAITING) return null
    await new Promise<void>((resolve) => waiting.push(resolve))
  } else running++
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}

// --- verify.ts -------------------------------------------------------------------------------
/** Users whom the policy does not name: a backend's own sign-in decides on them. */

/** What is said of right credentials. Everything may be seen where `paths` is left out. */
interface Verified {
  paths?: string[]
  roles?: string[]
}

/** Says whether credentials are right. `false`, `null` and nothing say that they are not. */
type Verify = (
  userId: string,
  password: string,
  request: Request,
) => Answer | Promise<Answer>
type Answer = Verified | boolean | null | undefined

// Milliseconds that an answer is good for: browsers send their credentials with each request.
const REMEMBERED = 300_000
const MOST_REMEMBERED = 1000
// Milliseconds; and requests that may wait for an answer at a time.
const VERIFY_TIMEOUT = 5_000
const MOST_ASKING = 50

/** Makes the check of credentials by `verify`. It is asked once for requests that come at once. */
function createVerifier(verify: Verify) {
  const right = new Map<string, { password: string; account: Account; until: number }>()
  const asking = new Set<Check>()

  async function ask({ userId, password }: Credentials, request: Request, now: number) {
    try {
      const answer = await inTime(verify(userId, password, request), VERIFY_TIMEOUT)
      if (!answer) return 'wrong credentials'
      const rights = readRights(answer === true ? {} : answer, 'answer')
      const account: Account = { userId, mark: VERIFIED, ...rights }
      if (right.size >= MOST_REMEMBERED) right.clear()
      right.set(userId, { password, account, until: now + REMEMBERED })
      return account
    } catch (error) {
      log('error', 'verify failed', { reason: nameError(error) })
      return 'verify failed'
    }
  }

  return async (credentials: Credentials, request: Request, now: number): Promise<Verdict> => {
    const known = right.get(credentials.userId)
    if (known && sameText(credentials.password, known.password) && now < known.until) {
      return known.account
    }
    if (asking.size >= MOST_ASKING) return 'too many attempts'
    return shareCheck(asking, credentials, () => ask(credentials, request, now))
  }
}

// --- gate.ts ---------------------------------------------------------------------------------
/** The gate: request in, response out, alone or around the app's own middleware. */

/** What Next.js hands to a middleware beside the request. */
type GateEvent = { waitUntil?(work: Promise<unknown>): void }
type MaybePromise<T> = T | Promise<T>

interface GateOptions {
  /** Makes the client of the store that holds the policy. Called late, and after a failure. */
  store?: () => Store
  /** A policy in place of the environment's. */
  policy?: PolicyDocument
  /** The app's own middleware, for who is admitted. A method, so that it may take NextRequest. */
  next?(request: Request, event: GateEvent): MaybePromise<Response | null | undefined | void>
  /** Decides on users whom the policy does not name: by a backend's own sign-in, say. */
  verify?: Verify
  /** Asked before credentials are checked; `false` answers 429. */
  limiter?(request: Request, userId: string): MaybePromise<boolean>
  /** Told each decision, for logs and counters of your own. */
  onDecision?(decision: Decision, request: Request): void
}

// Characters: enough to know a page by, and no more for whoever would fill the log.
const LOGGED_PATH = 500

/** Returns nothing where the gate is off. */
type Gate = (request: Request, event?: GateEvent) => Promise<Response | undefined>

/**
 * Makes a gate: what `middleware.ts` or `proxy.ts` exports by default.
 *
 * @example
 * export default createGate({ next: myMiddleware })
 */
export function createGate(options: GateOptions = {}): Gate {
  const source = createSource(options.store, options.policy)
  const verifier = options.verify && createVerifier(options.verify)
  const circumstances = createCircumstances(verifier !== undefined)
  const said = new Set<string>()
  /** The policy whose faults have been looked for. */
  let checked: Policy | null | undefined

  /** Says what is set wrong, once and not with each request. */
  function complain(event: string, reason: string) {
    if (!said.has(event + reason)) log('error', event, { reason })
    said.add(event + reason)
  }

  function createCheck(request: Request, policy: Policy | null, now: number): Facts['check'] {
    return async (credentials) => {
      if (!credentials || !policy) return 'wrong credentials'
      const mayTry = (await options.limiter?.(request, credentials.userId)) ?? true
      if (!mayTry) return 'too many attempts'
      return verifier && !policy.users.has(credentials.userId)
        ? verifier(credentials, request, now)
        : checkCredentials(credentials, policy, now)
    }
  }

  return async function gate(request, event = {}) {
    const next = async () => (await options.next?.(request, event)) as Response | undefined
    const { gated, fault } = readSwitch(environment.switch(), environment.name())
    if (!gated) return next()

    const now = Date.now()
    const known = circumstances(now)
    const { signIn, isFramed } = known.environment
    const policy = await source(known.environment, now, (work) => event.waitUntil?.(work))
    if (fault) complain('switch unreadable', fault)
    if (policy !== checked) for (const found of findFaults(known, policy)) complain(...found)
    checked = policy
    const facts = readFacts(request, known, now, createCheck(request, policy, now))

    const hasPage = signIn === 'page' && known.keys.secret !== '' && policy?.open === false
    const { basePath } = facts
    const site = { realm: policy?.realm ?? REALM, basePath, hasPage, isFramed }
    const own = await visitDesk(request, facts, site)
    if (own instanceof Response) return own

    const outcome = own ? await judgeForm(own, facts.check) : await decide(facts, policy)
    const { decision } = outcome
    options.onDecision?.(decision, request)
    // Not `!decision.admit`: in an app that is not strict, TypeScript would not understand it.
    if (decision.admit === false) {
      const path = facts.pathname.slice(0, LOGGED_PATH)
      log('info', 'refused', { path, ...decision, admit: undefined })
      return refuseOrAsk(request, decision, site, own)
    }
    if (decision.reason === 'open') return next()

    const { cookies, url } = await keepPass(request, outcome, facts)
    const to = own ? new URL(own.to || `${basePath}/`, request.url).href : url
    const response = to ? redirect(to) : await admit(request, outcome, facts, options.next && next)
    return setCookies(response, cookies)
  }
}

// --- index.ts --------------------------------------------------------------------------------
export default createGate()
