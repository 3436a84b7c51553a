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

// Made from src/gate (sha256 50006917fcdc8483). Edit nothing but the settings.

// --- bytes.ts --------------------------------------------------------------------------------
/** Bytes, and comparing texts that are secret. */

/** `Uint8Array`, spelled so that TypeScript 5.4 and 7 both take it for Web Crypto. */
type Bytes = ReturnType<TextEncoder['encode']>

/** One byte a character: what `atob` returns. */
function bytesOf(binary: string): Bytes {
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
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
// No value at all, or one of the scheme Basic, well-formed or not.
const BASIC_OR_NONE = /^(basic( .*)?)?$/i
// CTL = %x00-1F / %x7F (RFC 5234 B.1), in neither user-id nor password (RFC 7617 §2).
const CTL = /[\x00-\x1F\x7F]/
// More marks in a row than Stream-Safe Text has (UAX #15 §13): nobody's password, and NFC
// takes time by the square of their number.
const MANY_MARKS = /\p{M}{31}/u

// `fatal`: a lenient decoder turns every bad byte into U+FFFD, so two different passwords
// would compare equal. `ignoreBOM` keeps a leading U+FEFF, for the same reason.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads a field value: `null` for another scheme, and for anything RFC 7617 does not allow. */
function parseCredentials(field: string): Credentials | null {
  const userPass = decodeUserPass(field)
  // The user-id ends at the first colon; every later one is the password's (RFC 7617 §2).
  const colon = userPass?.indexOf(':') ?? -1
  if (userPass === null || colon < 0 || CTL.test(userPass) || MANY_MARKS.test(userPass)) return null
  const [userId, password] = [userPass.slice(0, colon), userPass.slice(colon + 1)]
  return { userId: userId.normalize('NFC'), password: password.normalize('NFC') }
}

/** Whether a field value is of another scheme: credentials that are the app's, not ours. */
function isOtherScheme(field: string): boolean {
  return !BASIC_OR_NONE.test(field)
}

function decodeUserPass(field: string): string | null {
  const [, symbols = '', padding = ''] = BASIC_CREDENTIALS.exec(field) ?? []
  const padded = symbols.padEnd(Math.ceil(symbols.length / 4) * 4, '=')
  if (padding && symbols + padding !== padded) return null
  try {
    const binary = atob(padded)
    // Bits left over in the last symbol must be zero (RFC 4648 §3.5): one spelling a value.
    return btoa(binary) === padded ? utf8.decode(bytesOf(binary)) : null
  } catch {
    return null
  }
}

// --- rules.ts --------------------------------------------------------------------------------
/**
 * Path rules: `[METHOD[,METHOD] ]PATTERN`. In a pattern `**` as a whole segment matches any
 * number of segments, none too, and `*` matches within one. A slash at the end means nothing.
 *
 * Where a path could mean two things to two readers, no rule covers it.
 */

/** A rule, read. No `methods` means any. */
interface Rule {
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
  return { methods: methods?.split(',') ?? null, segments }
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
function covers(rules: Rule[], method: string, path: string[] | null): boolean {
  if (path === null) return false
  return rules.some(
    (rule) =>
      (rule.methods?.includes(method) ?? true) &&
      matchWildcards(rule.segments, '**', path, matchSegment),
  )
}

function matchSegment(pattern: string, segment: string): boolean {
  if (!pattern.includes('*')) return pattern === segment
  return matchWildcards(pattern, '*', segment, (a, b) => a === b)
}

/**
 * Matches a sequence in which `wildcard` stands for any run, an empty one too. It goes back
 * to the latest wildcard only, which suffices, so its work is at most pattern times input:
 * a path cannot make it slow as it could a regular expression.
 */
function matchWildcards(
  pattern: ArrayLike<string>,
  wildcard: string,
  input: ArrayLike<string>,
  same: (expected: string, actual: string) => boolean,
): boolean {
  let p = 0
  let retry: { p: number; i: number } | undefined
  for (let i = 0; i < input.length; ) {
    const expected = pattern[p]
    if (expected === wildcard) {
      retry = { p: ++p, i }
    } else if (expected !== undefined && same(expected, input[i] as string)) {
      p++
      i++
    } else if (retry) {
      p = retry.p
      i = ++retry.i
    } else return false
  }
  while (pattern[p] === wildcard) p++
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

const encoder = new TextEncoder()

/** Reads a stored verifier. @returns `null` for anything else. */
function parseVerifier(text: string): Verifier | null {
  const [, iterations = '0', salt, key] = VERIFIER.exec(text) ?? []
  if (salt === undefined || key === undefined || Number(iterations) > MAX_ITERATIONS) return null
  const base64 = salt.replace(/-/g, '+').replace(/_/g, '/')
  return { iterations: Number(iterations), salt: bytesOf(atob(base64)), key }
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
  const text = encoder.encode(password.normalize('NFC'))
  let bits: ArrayBuffer
  if (iterations > 0) {
    const key = await crypto.subtle.importKey('raw', text, 'PBKDF2', false, ['deriveBits'])
    const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations }
    bits = await crypto.subtle.deriveBits(algorithm, key, 256)
  } else {
    bits = await crypto.subtle.digest('SHA-256', new Uint8Array([...salt, ...text]))
  }
  const base64 = btoa(String.fromCharCode(...new Uint8Array(bits)))
  return base64.replace(/\+/g, '-').replace(/\//g, '_').replace('=', '')
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
  roles?: string[]
  /** When the credentials stop being right: a date-time of RFC 3339. */
  expires?: string
}

/** The policy as written: in `STAGEDOOR_POLICY`, or in the item of a store. */
interface PolicyDocument {
  version: 1
  realm?: string
  users?: { [userId: string]: UserDocument }
  allow?: string[]
  ips?: string[]
  revoked?: string[]
  open?: boolean
}

/** A user, read. `expires` is in milliseconds since the epoch. */
interface User {
  userId: string
  verifier: Verifier
  paths: Rule[] | null
  expires: number
  /** The password that was right once. It goes when the policy changes. */
  remembered?: string
}

/** Whose credentials are right, or none's: `busy` is no verdict on them. */
type Verdict = User | 'wrong' | 'busy'

/** The policy, read. */
interface Policy {
  realm: string
  users: Map<string, User>
  allow: Rule[]
  open: boolean
  /** Iterations of the dearest verifier: what any wrong password costs. */
  dearest: number
  /** Slow checks under way. */
  checks: Set<{ userId: string; password: string; verdict: Promise<Verdict> }>
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

/**
 * Reads a policy: the document, or its JSON.
 *
 * @throws {PolicyError} where it is none
 */
function parsePolicy(input: unknown): Policy {
  const fields = readFields(typeof input === 'string' ? parseJson(input) : input, '$', POLICY_KEYS)
  const { version, realm = REALM, open = false } = fields
  check(version === 1, '$.version')
  check(typeof open === 'boolean', '$.open')
  readList(fields.ips, '$.ips', readText)
  readList(fields.revoked, '$.revoked', readText)
  const users = readUsers(fields.users)
  return {
    realm: readText(realm, '$.realm', PRINTABLE_ASCII),
    users,
    allow: readList(fields.allow, '$.allow', readRule),
    open,
    dearest: Math.max(0, ...[...users.values()].map(({ verifier }) => verifier.iterations)),
    checks: new Set(),
  }
}

function readUsers(value: unknown = {}): Map<string, User> {
  const users = new Map<string, User>()
  for (const [key, fields] of Object.entries(readFields(value, '$.users'))) {
    const at = `$.users[${JSON.stringify(key)}]`
    // Not by its name, which may be a user-pass by mistake.
    const userId = readText(key, '$.users', USER_ID).normalize('NFC')
    check(!users.has(userId), at)
    users.set(userId, readUser(userId, fields, at))
  }
  return users
}

function readUser(userId: string, value: unknown, at: string): User {
  const { verifier: text, paths, roles, expires } = readFields(value, at, USER_KEYS)
  const verifier = parseVerifier(readText(text, `${at}.verifier`))
  check(verifier, `${at}.verifier`)
  readList(roles, `${at}.roles`, readText)
  return {
    userId,
    verifier,
    paths: paths === undefined ? null : readList(paths, `${at}.paths`, readRule),
    expires: expires === undefined ? Infinity : readTime(expires, `${at}.expires`),
  }
}

function readTime(value: unknown, at: string): number {
  const text = readText(value, at, DATE_TIME)
  // A day that the month has not, `Date.parse` takes for one of the next month.
  const isDay = new Date(text.slice(0, 10)).getUTCDate() === Number(text.slice(8, 10))
  check(isDay && !Number.isNaN(Date.parse(text)), at)
  return Date.parse(text)
}

function readRule(value: unknown, at: string): Rule {
  const rule = parseRule(readText(value, at))
  check(rule, at)
  return rule
}

function readList<T>(value: unknown, at: string, read: (item: unknown, at: string) => T): T[] {
  if (value === undefined) return []
  check(Array.isArray(value), at)
  return value.map((item, i) => read(item, `${at}[${i}]`))
}

function readText(value: unknown, at: string, pattern = /^/): string {
  check(typeof value === 'string' && pattern.test(value), at)
  return value
}

/** The fields of an object, all of them `known` where that is given. */
function readFields<K extends string>(value: unknown, at: string, known?: readonly K[]) {
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

// --- target.ts -------------------------------------------------------------------------------
/** What a request is for: read from the URL alone, never from a header that a client can set. */

interface Target {
  /** As asked for, without the query, where a secret might stand. For the log. */
  pathname: string
  /** Segments that rules are held against; `null` for a path that is on no list. */
  path: string[] | null
  /** Where the file is of an image that would be optimised. */
  image?: URL
}

/** The URL as Next.js gives it, without base path and locale. */
interface NextRequestLike {
  nextUrl?: { pathname: string; basePath: string; searchParams: URLSearchParams }
}

/** Reads what a request is for. */
function readTarget(request: Request): Target {
  const { nextUrl } = request as NextRequestLike
  const { pathname, searchParams } = nextUrl ?? new URL(request.url)
  const path = parsePath(pathname)
  if (isUnder('image', path)) {
    const sources = searchParams.getAll('url')
    return { pathname, ...readImage(request.url, nextUrl?.basePath ?? '', sources) }
  }
  // Next.js has named the page of a data request already. One that it has not, such as
  // `/en/_next/data/…`, it may still answer with a page.
  return { pathname, path: isUnder('data', path) ? null : path }
}

/** Whether a path is below `/_next/<folder>`; `static` has what the build made for the pages. */
function isUnder(folder: string, path: string[] | null): boolean {
  return path?.[0] === '_next' && path[1] === folder
}

/**
 * `/_next/image?url=/a.png` is for `/a.png`: whoever may see the one may see the other. An
 * image of another host is for `/_next/image` itself.
 */
function readImage(base: string, basePath: string, sources: string[]): Omit<Target, 'pathname'> {
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

// --- users.ts --------------------------------------------------------------------------------
/**
 * Checking credentials against a policy's users. A wrong password and an unknown user-id last
 * as long: one digest, and as many iterations as the dearest verifier of the policy.
 */

// Slow derivations at a time, and requests that may wait for one: wrong passwords must not
// take the whole instance.
const AT_ONCE = 2
const WAITING = 8
/** Stands in for the verifier of a user who does not exist. */
const DECOY = { iterations: 0, salt: new Uint8Array(16), key: 'A'.repeat(43) }

/** Whose credentials they are; an expired user's are `wrong`. `busy` where too many checks wait. */
async function checkCredentials(
  { userId, password }: Credentials,
  policy: Policy,
  now: number,
): Promise<Verdict> {
  const user = policy.users.get(userId)
  const known = sameText(password, user?.remembered ?? DECOY.key) && user?.remembered !== undefined
  const verdict = known ? user : await shareCheck(user, userId, password, policy)
  return typeof verdict === 'object' && verdict.expires <= now ? 'wrong' : verdict
}

/** The requests of one page come at once and share one check, where it is a slow one. */
function shareCheck(user: User | undefined, userId: string, password: string, policy: Policy) {
  const { checks, dearest } = policy
  if (dearest === 0) return checkPassword(user, password, dearest)
  for (const other of checks) {
    if (other.userId === userId && sameText(password, other.password)) return other.verdict
  }
  const verdict = checkPassword(user, password, dearest).finally(() => checks.delete(check))
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
      const rest = dearest - iterations
      if (iterations && sameText(await hashPassword(password, salt, iterations), key)) return true
      // What is left of the dearest verifier's work; its result is of no use.
      if (rest) await hashPassword(password, salt, rest)
      return false
    })
    if (derived === 'busy') return derived
    right = derived
  }
  if (!user || !right) return 'wrong'
  user.remembered = password
  return user
}

let running = 0
const waiting: (() => void)[] = []

async function inTurn<T>(work: () => Promise<T>): Promise<T | 'busy'> {
  if (running === AT_ONCE) {
    if (waiting.length === WAITING) return 'busy'
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

// --- decide.ts -------------------------------------------------------------------------------
/** Deciding one request. To be read from top to bottom: the first answer is the answer. */

/** What of a request decides. `path` is a target's; `authorization` is empty without the field. */
interface Facts {
  method: string
  path: string[] | null
  authorization: string
  now: number
  mayTry(userId: string): boolean | Promise<boolean>
}

/** What to do, and why. `user` is named only where proven, `everywhere` of one without limits. */
type Decision =
  | { admit: true; reason: 'open' | 'allowed' }
  | { admit: true; reason: 'credentials'; user: string; everywhere: boolean }
  | Refusal

type Refusal = { admit: false } & (
  | { status: 401; challenge: 'Basic'; reason: 'no credentials' | 'wrong credentials' }
  | { status: 401; challenge: 'Bearer'; reason: 'other scheme' }
  | { status: 403; reason: 'path not covered'; user: string }
  | { status: 429; reason: 'too many attempts' }
  | { status: 503; reason: 'no policy' }
)

/**
 * Decides one request. Refuses where there is no policy: a gate that nobody has configured
 * stays shut. Never throws for anything that a client can send.
 */
async function decide(facts: Facts, policy: Policy | null): Promise<Decision> {
  const { method, path, authorization, now } = facts
  if (!policy) return { admit: false, status: 503, reason: 'no policy' }
  if (policy.open) return { admit: true, reason: 'open' }
  if (covers(policy.allow, method, path)) return { admit: true, reason: 'allowed' }

  const basic = { admit: false, status: 401, challenge: 'Basic' } as const
  if (!authorization) return { ...basic, reason: 'no credentials' }
  // A Basic challenge to another scheme makes a browser drop the good credentials it holds.
  if (isOtherScheme(authorization)) return { ...basic, challenge: 'Bearer', reason: 'other scheme' }

  const credentials = parseCredentials(authorization)
  if (!credentials) return { ...basic, reason: 'wrong credentials' }
  const mayTry = await facts.mayTry(credentials.userId)
  const user = mayTry ? await checkCredentials(credentials, policy, now) : 'busy'
  if (user === 'busy') return { admit: false, status: 429, reason: 'too many attempts' }
  if (user === 'wrong') return { ...basic, reason: 'wrong credentials' }
  // Without the build's scripts and styles no page would work, whatever the user may see.
  if (!user.paths || isUnder('static', path) || covers(user.paths, method, path)) {
    return { admit: true, reason: 'credentials', user: user.userId, everywhere: !user.paths }
  }
  return { admit: false, status: 403, reason: 'path not covered', user: user.userId }
}

// --- answer.ts -------------------------------------------------------------------------------
/** The challenge and the refusals. Those of one status are alike; why stands in the log. */

/** On every answer of a gated site: no index, and no cache that serves one visitor's to another. */
const GATED = { 'X-Robots-Tag': 'noindex, nofollow', Vary: 'Authorization, Cookie' }

const TEXTS = {
  401: ['Unauthorized', 'This site is private. Reload the page to sign in.'],
  403: ['Forbidden', 'You are signed in, but this part of the site is not open to you.'],
  429: ['Too Many Requests', 'Too many attempts at once. Wait a few seconds, then reload.'],
  503: [
    'Service Unavailable',
    'This site has no valid policy yet, so it stays shut. Its log says why.',
  ],
} as const

// Seconds. The slowest queue, ten derivations of a quarter of a second two at a time, is over.
const RETRY_AFTER = '2'

/** The response that refuses a request. */
function refuse(request: Request, refusal: Refusal, realm = REALM): Response {
  const [type, body] = writeBody(refusal.status, request.headers)
  const headers = new Headers({
    ...GATED,
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
    'Content-Type': type,
    'X-Content-Type-Options': 'nosniff',
  })
  if (refusal.status === 401) headers.set('WWW-Authenticate', challenge(refusal.challenge, realm))
  if (refusal.status === 429) headers.set('Retry-After', RETRY_AFTER)
  return new Response(request.method === 'HEAD' ? null : body, { status: refusal.status, headers })
}

/** Value of `WWW-Authenticate` (RFC 9110 §11.6.1); `charset` is Basic's alone (RFC 7617 §2.1). */
function challenge(scheme: 'Basic' | 'Bearer', realm: string): string {
  // quoted-pair (RFC 9110 §5.6.4)
  const quoted = `${scheme} realm="${realm.replace(/["\\]/g, '\\$&')}"`
  return scheme === 'Basic' ? `${quoted}, charset="UTF-8"` : quoted
}

function writeBody(status: Refusal['status'], headers: Headers): [type: string, body: string] {
  const [title, detail] = TEXTS[status]
  const accept = headers.get('Accept') ?? ''
  if (headers.get('Sec-Fetch-Mode') === 'navigate' || accept.includes('text/html')) {
    return ['text/html; charset=utf-8', page(title, detail)]
  }
  if (/[/+]json\b/.test(accept)) {
    const problem = { type: 'about:blank', title, status, detail }
    return ['application/problem+json', JSON.stringify(problem)]
  }
  return ['text/plain; charset=utf-8', `${title}. ${detail}\n`]
}

function page(title: string, detail: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>
body { display: grid; place-content: center; min-height: 90vh; margin: 5vh 2rem 0; text-align: center; font: 1.1rem/1.5 system-ui, sans-serif }
h1 { margin: 0; font-size: 1.5rem }
</style>
<h1>${title}</h1>
<p>${detail}</p>
</html>
`
}

// --- environment.ts --------------------------------------------------------------------------
/**
 * The one place that reads `process.env`: by literal name, which is all that a bundler sees,
 * and at each use, because a value captured at import would be the build's.
 */

// Declared here, so that the file compiles without @types/node.
declare const process: { env: { [name in Variable]?: string | undefined } }

type Variable =
  | 'AUTH_PASSWORD'
  | 'AUTH_USER'
  | 'NODE_ENV'
  | 'STAGEDOOR'
  | 'STAGEDOOR_KEY'
  | 'STAGEDOOR_MAX_STALE'
  | 'STAGEDOOR_POLICY'
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
  key: () => process.env.STAGEDOOR_KEY || 'stagedoor',
  /** Seconds. */
  maxStale: () => process.env.STAGEDOOR_MAX_STALE,
}

// --- admit.ts --------------------------------------------------------------------------------
/**
 * Letting a request through: by the `x-middleware-*` response headers that `NextResponse` and
 * `@vercel/functions` set too, so that Next.js, and Vercel under any framework, understand it.
 */

const NEXT = 'x-middleware-next'
const REWRITE = 'x-middleware-rewrite'
const OVERRIDE = 'x-middleware-override-headers'

/** Takes out of a request's headers what the app must not get. @returns whether it had any */
function dropHeaders(headers: Headers, decision: Decision, method: string): boolean {
  const isProven = decision.reason === 'credentials'
  // By `Next-Url` alone, Next.js shows a page inside another (intercepting routes), whose layout
  // may be one that this visitor may not see.
  const unwanted = isProven && decision.everywhere ? [] : ['next-url']
  // What the gate used is not the app's, nor that of a host behind a rewrite. Only a server
  // action keeps it, which Next.js may send on to itself with these headers.
  const isAction = method === 'POST' && headers.has('next-action')
  if (isProven && !isAction) unwanted.push('authorization')
  const dropped = [...headers.keys()].filter(
    (name) => unwanted.includes(name) || name.startsWith('x-stagedoor-'),
  )
  for (const name of dropped) headers.delete(name)
  return dropped.length > 0
}

/**
 * The response that lets a request through. What the app's `own` middleware answered is kept;
 * `headers` are what the app gets of the request's, all where undefined.
 */
function admit(
  own: Response | null | undefined,
  headers: Headers | undefined,
  { image, path }: Target,
): Response {
  const response = new Response(own?.body, own ?? { headers: { [NEXT]: '1' } })
  const result = response.headers
  if (image && result.has(NEXT)) {
    // To the file as it is: the optimiser would fetch it without the visitor's credentials,
    // and answers `public`, for caches that everybody shares.
    result.delete(NEXT)
    result.set(REWRITE, image.href)
  }
  // The app's middleware got these same headers: a list of its own is right as it is.
  const goesOn = result.has(NEXT) || result.has(REWRITE)
  if (headers && goesOn && !result.has(OVERRIDE)) {
    result.set(OVERRIDE, [...headers.keys()].join(','))
    for (const [name, value] of headers) result.set(`x-middleware-request-${name}`, value)
  }
  result.append('Vary', GATED.Vary)
  result.set('X-Robots-Tag', GATED['X-Robots-Tag'])
  result.set('Cache-Control', cacheControl(result.get('Cache-Control'), path))
  // For caches that would follow this field and not the other (RFC 9213 §2.2).
  result.set('CDN-Cache-Control', 'no-store')
  return response
}

/** What a visitor's own cache may keep and a shared one may not (RFC 9111 §5.2.2.7). */
function cacheControl(own: string | null, path: string[] | null): string {
  if (own && /(^|,) *(private|no-store) *(,|$)/i.test(own)) return own
  return isUnder('static', path) && environment.name() !== 'development'
    ? 'private, max-age=31536000, immutable'
    : 'private, no-cache'
}

// --- log.ts ----------------------------------------------------------------------------------
/** Logs an event as a JSON line. Never a secret, a field value, or a query, which may hold one. */
function log(level: 'info' | 'error', event: string, details: object = {}): void {
  console[level](JSON.stringify({ source: 'stagedoor', event, ...details }))
}

// --- source.ts -------------------------------------------------------------------------------
/**
 * Where the policy comes from: the store that was handed in, else the environment. A store's
 * client is not trusted to answer: it may hang, throw, or serve for ever what it once had.
 */

// Milliseconds: a copy this young is served as it is; an older one is renewed behind the
// requests, and waited for when older still. A request never waits longer than the last.
const FRESH_FOR = 5_000
const REFRESH_AFTER = 10_000
const STORE_TIMEOUT = 1_000

/** A store's client: `@vercel/edge-config`'s, or anything else with `get`. */
interface Store {
  get(key: string): Promise<unknown>
}

/** The policy in force, or `null`; never throws. `defer` lets work outlive the answer. */
type Source = (now: number, defer: (work: Promise<unknown>) => void) => Promise<Policy | null>

/** Makes a source. A `document` stands in place of the environment's policy. */
function createSource(store?: () => Store, document?: PolicyDocument): Source {
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
    log('error', 'policy invalid', { reason: (error as PolicyError).message })
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
  let failure: string | undefined
  let isInvalid = false
  let reading: Promise<void> | undefined

  async function read(now: number) {
    const before = failure
    try {
      // Made late, because it throws without a connection string, and anew after a failure,
      // from which a client may not recover.
      client ??= store()
      copy = nextCopy(await inTime(client.get(environment.key())), copy, now)
      failure = undefined
    } catch (error) {
      client = undefined
      isInvalid = error instanceof PolicyError
      failure = nameFailure(error)
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

function inTime<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new DOMException('', 'TimeoutError'))
    const timer = setTimeout(late, STORE_TIMEOUT)
    Promise.resolve(work)
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}

/** Never the message of a client's own error: it may quote the connection string. */
function nameFailure(failure: unknown): string {
  if (failure instanceof PolicyError) return failure.message
  const { name } = Object(failure) as { name?: unknown }
  return typeof name === 'string' && name ? name : typeof failure
}

/** Milliseconds. */
function maxStale(): number {
  const seconds = Number(environment.maxStale() || NaN)
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
  let reported: string | undefined

  return async function gate(request, event = {}) {
    const next = async () => (await options.next?.(request, event)) as Response | undefined
    const { gated, fault } = readSwitch(environment.switch(), environment.name())
    if (!gated) return next()
    if (fault && fault !== reported) log('error', 'switch unreadable', { reason: fault })
    reported = fault

    const now = Date.now()
    const policy = await source(now, (work) => event.waitUntil?.(work))
    const target = readTarget(request)
    const decision = await decide(
      {
        method: request.method,
        path: target.path,
        authorization: request.headers.get('Authorization') ?? '',
        now,
        mayTry: (userId) => options.limiter?.(request, userId) ?? true,
      },
      policy,
    )
    options.onDecision?.(decision, request)
    if (decision.admit === false) {
      const path = target.pathname.slice(0, LOGGED_PATH)
      log('info', 'refused', { path, ...decision, admit: undefined })
      return refuse(request, decision, policy?.realm)
    }
    if (decision.reason === 'open') return next()

    const headers = new Headers(request.headers)
    const changed = dropHeaders(headers, decision, request.method)
    if (changed && options.next) dropHeaders(request.headers, decision, request.method)
    return admit(await next(), changed ? headers : undefined, target)
  }
}

// --- index.ts --------------------------------------------------------------------------------
export default createGate()
