/**
 * The policy: one document that says who may enter and what is public. It is taken whole or
 * not at all, because a policy half understood might admit someone.
 */
import { joinNetworks, type Networks, parseNetwork } from './address.ts'
import type { Credentials } from './credentials.ts'
import { joinRules, parseRule, type Rules } from './rules.ts'
import { REALM } from './settings.ts'
import { parseVerifier, type Verifier } from './verifier.ts'

/** A user as written. */
export interface UserDocument {
  verifier: string
  /** Rules of what this user may see; everything where left out. */
  paths?: string[]
  /** Names of what this user may do, for the app to ask about. */
  roles?: string[]
  /** When the credentials stop being right: a date-time of RFC 3339. */
  expires?: string
}

/** The policy as written: in `STAGEDOOR_POLICY`, or in the item of a store. */
export interface PolicyDocument {
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
export interface Account {
  userId: string
  /** What a session hangs on: it is another one after the password was changed. */
  mark: string
  /** Rules of what they may see; `null` for everything. */
  paths: Rules | null
  roles: string[]
}

/** A user, read. `expires` is in milliseconds since the epoch. */
export interface User extends Account {
  verifier: Verifier
  expires: number
  /** The password that was right once. It goes when the policy changes. */
  remembered?: string
}

/** Whose the credentials are, or why nobody comes in with them. */
export type Verdict = Account | 'wrong credentials' | 'too many attempts' | 'verify failed'

/** A check under way. */
export interface Check extends Credentials {
  verdict: Promise<Verdict>
}

/** The policy, read. */
export interface Policy {
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
export class PolicyError extends Error {
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
export function parsePolicy(input: unknown): Policy {
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
export function readRights(value: unknown, at: string): Pick<Account, 'paths' | 'roles'> {
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
