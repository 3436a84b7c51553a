/**
 * The policy: one document that says who may enter and what is public.
 *
 * It is taken whole or not at all: an unknown key, a wrong type, a bad rule or a bad verifier
 * makes all of it invalid, because a policy half understood might admit someone.
 */
import { parseRule, type Rule } from './rules.ts'
import { REALM } from './settings.ts'
import { parseVerifier, type Verifier } from './verifier.ts'

/** A user as written. */
export interface UserDocument {
  verifier: string
  /** Rules of what this user may see; everything where left out. */
  paths?: string[]
  roles?: string[]
  /** When the credentials stop being right: a date-time of RFC 3339. */
  expires?: string
}

/** The policy as written: in `STAGEDOOR_POLICY`, or in the item of a store. */
export interface PolicyDocument {
  version: 1
  realm?: string
  users?: { [userId: string]: UserDocument }
  allow?: string[]
  ips?: string[]
  revoked?: string[]
  open?: boolean
}

/** A user, read. */
export interface User {
  userId: string
  verifier: Verifier
  paths: Rule[] | null
  roles: string[]
  /** Milliseconds since the epoch. */
  expires: number
  /** The password that was right once. It goes when the policy changes. */
  remembered?: string
}

/** The policy, read. */
export interface Policy {
  realm: string
  users: Map<string, User>
  allow: Rule[]
  open: boolean
  /** Iterations of the dearest verifier: what any wrong password costs. */
  dearest: number
  /** Checks under way, by user-id, so that the requests of one page share one. */
  checks: Map<string, { password: string; verdict: Promise<User | 'wrong' | 'busy'> }>
}

/** A document is no policy: names the place of the fault, never the value, a secret maybe. */
export class PolicyError extends Error {
  /** JSON path of the fault. */
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

/**
 * Reads a policy.
 *
 * @param input the document, or its JSON
 * @throws {PolicyError} where it is none
 */
export function parsePolicy(input: unknown): Policy {
  const {
    version,
    realm = REALM,
    users,
    allow,
    ips,
    revoked,
    open = false,
  } = readFields(typeof input === 'string' ? parseJson(input) : input, '$', [
    'version',
    'realm',
    'users',
    'allow',
    'ips',
    'revoked',
    'open',
  ])
  check(version === 1, '$.version')
  check(typeof open === 'boolean', '$.open')
  readList(ips, '$.ips', readText)
  readList(revoked, '$.revoked', readText)
  const byId = readUsers(users)
  return {
    realm: readText(realm, '$.realm', PRINTABLE_ASCII),
    users: byId,
    allow: readList(allow, '$.allow', readRule),
    open,
    dearest: [...byId.values()].reduce(
      (most, { verifier }) => Math.max(most, verifier.iterations),
      0,
    ),
    checks: new Map(),
  }
}

function readUsers(value: unknown = {}): Map<string, User> {
  const users = new Map<string, User>()
  for (const [key, fields] of Object.entries(readFields(value, '$.users'))) {
    const at = `$.users[${JSON.stringify(key)}]`
    const userId = readText(key, at, USER_ID).normalize('NFC')
    check(!users.has(userId), at)
    users.set(userId, readUser(userId, fields, at))
  }
  return users
}

function readUser(userId: string, value: unknown, at: string): User {
  const fields = readFields(value, at, ['verifier', 'paths', 'roles', 'expires'])
  const verifier = parseVerifier(readText(fields.verifier, `${at}.verifier`))
  check(verifier, `${at}.verifier`)
  const paths = fields.paths === undefined ? null : readList(fields.paths, `${at}.paths`, readRule)
  const roles = readList(fields.roles, `${at}.roles`, readText)
  const expires =
    fields.expires === undefined ? Infinity : readTime(fields.expires, `${at}.expires`)
  return { userId, verifier, paths, roles, expires }
}

function readTime(value: unknown, at: string): number {
  const text = readText(value, at, DATE_TIME)
  // A day that the month has not, `Date.parse` takes for one of the next month.
  check(new Date(text.slice(0, 10)).getUTCDate() === Number(text.slice(8, 10)), at)
  const time = Date.parse(text)
  check(!Number.isNaN(time), at)
  return time
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
function readFields<K extends string>(
  value: unknown,
  at: string,
  known?: K[],
): { [key in K]?: unknown } {
  check(typeof value === 'object' && value !== null && !Array.isArray(value), at)
  for (const key of Object.keys(value)) {
    check(known?.includes(key as K) ?? true, `${at}[${JSON.stringify(key)}]`)
  }
  return { ...value }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Without its cause: the engine's message quotes the text, verifiers and all.
    throw new PolicyError('$')
  }
}
