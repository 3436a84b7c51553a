/**
 * What a gate must do with a request. Written from docs/policy.md, docs/passes.md and docs/nextjs.md
 * alone, with other means than the gate's, and never by calling it: so that a mistake of src/gate is
 * not repeated here.
 */
import type { Fingerprint } from '../tokens.ts'
import type { World } from '../vector.ts'
import { LIMITED, VERIFIED } from '../world.ts'
import { isInNetworks } from './addresses.ts'
import { type Asked, addressOf, ownCookie, parameterOf, targetOf } from './asked.ts'
import { isBasic, normalizePair, readBasic } from './credentials.ts'
import { endOf, type Holder, readPass, secretOf } from './passes.ts'
import { isCovered } from './paths.ts'

/** Somebody who has proven who they are. */
type Person = Pick<Holder, 'userId' | 'paths' | 'roles'>

/** What must come of a request. */
export type Expected =
  | { kind: 'untouched' }
  | { kind: 'sign-in page' }
  | { kind: 'signed out'; challenge: string }
  | { kind: 'refused'; status: number; reason: string; challenge?: string; isForm?: true }
  | {
      kind: 'through'
      reason: string
      /** Whom the app is told of. */
      person: Person | null
      /** Whether the gate has used `Authorization`. */
      took: boolean
      /** The cookie that begins. */
      begins: Begins
      /** Whether the platform's secret came, and the browser has a cookie now in place of it. */
      isKept?: boolean
      isForm?: true
    }

type Begins = 'nothing' | 'link' | 'session' | 'bypass'

const REFUSED: { [reason: string]: [status: number, challenge?: string] } = {
  'no policy': [503],
  'verify failed': [503],
  'too many attempts': [429],
  'path not covered': [403],
  'cross-site post': [403],
  'no credentials': [401, 'Basic'],
  'pass not valid': [401, 'Basic'],
  'wrong credentials': [401, 'Basic'],
  'other scheme': [401, 'Bearer'],
}

/** What must come of a request in a world. @param now milliseconds */
export function expect(
  world: World,
  asked: Asked,
  now: number,
  fingerprint: Fingerprint,
): Expected {
  if (!isGated(world.environment)) return { kind: 'untouched' }
  const { path } = targetOf(asked)
  const hasPage =
    world.environment['STAGEDOOR_SIGN_IN'] === 'page' &&
    secretOf(world) !== '' &&
    !world.isFaulty &&
    !world.open
  const desk = path ? `/${path.join('/')}` : ''
  if (desk === '/.stagedoor/sign-out' && isMeant(asked)) {
    const asks = !hasPage || asked.headers.has('authorization')
    return { kind: 'signed out', challenge: asks ? 'Basic' : 'Bearer' }
  }
  if (desk === '/.stagedoor/sign-in' && hasPage) {
    return asked.method === 'POST' ? judgeForm(world, asked, now) : { kind: 'sign-in page' }
  }
  if (world.isFaulty) return refuse('no policy')
  if (world.open) return { kind: 'untouched' }
  const expected = judge(world, asked, path, now, fingerprint)
  if (expected.kind !== 'through') return hasPage ? onPage(expected, asked) : expected
  // Beside the platform's secret a good pass is a cookie that stays.
  const isHeld = ['session', 'share', 'link'].includes(expected.reason) && hasBypass(world, asked)
  return { ...expected, isKept: expected.isKept ?? isHeld }
}

/** docs: README, "When is it on?". */
function isGated(environment: World['environment']): boolean {
  const { STAGEDOOR, VERCEL_TARGET_ENV, VERCEL_ENV, NODE_ENV } = environment
  if (STAGEDOOR) return !['off', 'false', '0'].includes(STAGEDOOR)
  const name = VERCEL_TARGET_ENV || VERCEL_ENV || NODE_ENV
  return VERCEL_TARGET_ENV || VERCEL_ENV
    ? name !== 'production' && name !== 'development'
    : name !== 'development'
}

/** A link's address fetched in advance signs nobody out. */
function isMeant({ method, headers }: Asked): boolean {
  if (method === 'POST') return true
  const mode = headers.get('sec-fetch-mode')
  return (mode === null || mode === 'navigate') && !headers.has('sec-purpose')
}

function refuse(reason: string): Expected {
  const [status, challenge] = REFUSED[reason] as [number, string?]
  return { kind: 'refused', status, reason, ...(challenge && { challenge }) }
}

function through(
  reason: string,
  person: Person | null,
  took = false,
  begins: Begins = 'nothing',
): Expected {
  return { kind: 'through', reason, person, took, begins }
}

/** docs/passes.md, "The sign-in page": which challenge comes in place of the browser's box. */
function onPage(expected: Expected, { headers }: Asked): Expected {
  if (expected.kind !== 'refused' || expected.status !== 401) return expected
  if (!['no credentials', 'pass not valid'].includes(expected.reason)) return expected
  const isBrowser = headers.has('sec-fetch-mode') || navigates(headers)
  return isBrowser ? { ...expected, challenge: 'Bearer' } : expected
}

/** Whether a browser will show the answer. */
export function navigates(headers: Headers): boolean {
  const mode = headers.get('sec-fetch-mode')
  return mode ? mode === 'navigate' : (headers.get('accept') ?? '').includes('text/html')
}

function judge(
  world: World,
  asked: Asked,
  path: string[] | null,
  now: number,
  fingerprint: Fingerprint,
): Expected {
  const { method, url, headers } = asked
  const read = (token: string, ...uses: string[]) => readPass(token, uses, world, now, fingerprint)
  const sees = ({ paths }: Person) =>
    paths === null ||
    (path?.[0] === '_next' && path[1] === 'static') ||
    isCovered(paths, method, path)
  const cookie = ownCookie(asked)

  const linked = parameterOf(url, 'stagedoor') ?? ''
  const link = path && (method === 'GET' || method === 'HEAD') ? read(linked, 'share') : null
  if (link && sees(link)) {
    const session = read(cookie, 'session')
    return through('link', link, false, session && sees(session) ? 'nothing' : 'link')
  }
  const authorization = headers.get('authorization') ?? ''
  const [scheme = '', ...rest] = authorization.split(/ +/)
  const token = scheme.toLowerCase() === 'bearer' && rest.length === 1 ? (rest[0] ?? '') : ''
  const bearer = read(token, 'automation')
  const took = bearer !== null
  if (isCovered(world.allow, method, path)) return through('allowed', null, took)

  const machine = read(headers.get('x-stagedoor-pass') ?? '', 'automation') ?? bearer
  const holder = machine ?? read(cookie, 'session', 'share', 'bypass')
  const known = holder && sees(holder) ? holder : null
  // Of the platform's pass nobody is the holder.
  const person = known?.use === 'bypass' ? null : known
  const basic = isBasic(authorization)
  if (known && (machine || !basic)) {
    const expected = through(known.use, person, took)
    // Whoever holds the platform's pass needs its secret in the address no more.
    if (known.use === 'bypass' && hasBypass(world, asked)) Object.assign(expected, { isKept: true })
    return expected
  }
  if (hasBypass(world, asked)) {
    const begun = known === null && wants(asked, world) ? 'bypass' : 'nothing'
    const expected = through('bypass', person, took, begun)
    return { ...expected, isKept: known !== null || begun === 'bypass' } as Expected
  }
  if (isInNetworks(world.ips, addressOf(world, headers))) return through('address', person, took)
  if (!basic) {
    const isOnPage = holder?.use === 'share' && navigates(headers)
    if (holder && !isOnPage) return refuse('path not covered')
    if (authorization !== '') return refuse('other scheme')
    const isPassed = (headers.get('x-stagedoor-pass') ?? '') !== '' || linked !== ''
    return refuse(isPassed ? 'pass not valid' : 'no credentials')
  }
  const verdict = check(world, readBasic(authorization), now)
  if (typeof verdict === 'object' && sees(verdict)) {
    const isSame = known?.use === 'session' && known.userId === verdict.userId
    return through('credentials', verdict, true, isSame ? 'nothing' : begins(world, asked))
  }
  if (known && verdict !== 'wrong credentials') return through(known.use, person, true)
  return refuse(typeof verdict === 'object' ? 'path not covered' : verdict)
}

function begins(world: World, { headers }: Asked): 'session' | 'nothing' {
  const mode = headers.get('sec-fetch-mode')
  const isPage = mode === null || mode === 'navigate'
  return isPage && secretOf(world) !== '' ? 'session' : 'nothing'
}

function hasBypass({ environment }: World, { url, headers }: Asked): boolean {
  const secret = environment['VERCEL_AUTOMATION_BYPASS_SECRET'] ?? ''
  const shown =
    headers.get('x-vercel-protection-bypass') ?? parameterOf(url, 'x-vercel-protection-bypass')
  return secret !== '' && shown === secret
}

function wants({ url, headers }: Asked, world: World): boolean {
  const name = 'x-vercel-set-bypass-cookie'
  const wish = headers.get(name) ?? parameterOf(url, name) ?? ''
  return ['true', 'samesitenone'].includes(wish) && secretOf(world) !== ''
}

type Verdict = Person | 'wrong credentials' | 'too many attempts' | 'verify failed'

/** Whose the credentials are. */
function check(world: World, pair: [string, string] | null, now: number): Verdict {
  if (pair === null) return 'wrong credentials'
  const [userId, password] = pair
  if (world.limits && userId === LIMITED) return 'too many attempts'
  const user = world.people.find((person) => person.userId === userId)
  if (user) {
    const isRight = user.password.normalize('NFC') === password && endOf(user) > now
    return isRight
      ? { userId, paths: user.paths ?? null, roles: user.roles ?? [] }
      : 'wrong credentials'
  }
  const verified = world.verifies && Object.hasOwn(VERIFIED, userId) ? VERIFIED[userId] : undefined
  if (userId === 'broken' && verified) return 'verify failed'
  if (verified?.password !== password) return 'wrong credentials'
  const { answer } = verified
  if (answer === true) return { userId, paths: null, roles: [] }
  const { paths, roles = [] } = Object(answer) as { paths?: unknown; roles?: string[] }
  return Array.isArray(paths) ? { userId, paths, roles } : 'verify failed'
}

/** A form of the sign-in page. */
function judgeForm(world: World, asked: Asked, now: number): Expected {
  const { headers } = asked
  const site = headers.get('sec-fetch-site')
  const origin = /^https?:\/\/([^/]+)$/.exec(headers.get('origin') ?? '')?.[1]
  const hosts = [headers.get('host'), headers.get('x-forwarded-host')]
  const isOurs = site ? site === 'same-origin' : origin !== undefined && hosts.includes(origin)
  if (!isOurs) return { ...refuse('cross-site post'), isForm: true } as Expected
  const body = asked.body.length > 16_384 ? '' : Buffer.from(asked.body, 'latin1').toString('utf8')
  const fields = new URLSearchParams(body.replace(/^\uFEFF/, ''))
  const [user, password] = [fields.get('user') ?? '', fields.get('password') ?? '']
  const isOdd = (user + password).includes('\uFFFD')
  const verdict = check(world, isOdd ? null : normalizePair(user, password), now)
  const expected =
    typeof verdict === 'object'
      ? through('credentials', verdict, false, begins(world, asked))
      : refuse(verdict)
  // The page asks by a challenge for which no box comes up.
  const challenge = expected.kind === 'refused' &&
    expected.status === 401 && { challenge: 'Bearer' }
  return { ...expected, ...challenge, isForm: true } as Expected
}
