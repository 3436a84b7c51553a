/** Makes worlds: policies of all features, sound ones and faulty ones, and environments. */
import type { Random } from './random.ts'
import type { Person, World } from './vector.ts'
import {
  BYPASS_SECRETS,
  NETWORKS,
  PASSWORDS,
  RULES,
  SECRETS,
  SHORT_SECRET,
  START,
  USER_IDS,
  VERIFIERS,
} from './words.ts'

/** Ids of passes, some of which policies revoke. */
export const PASS_IDS = ['id-1', 'id-2', 'id-3', '', '__proto__']

/** Whom the app's `verify` knows; the answer of `odd` is none, and for `broken` it throws. */
export const VERIFIED: { [userId: string]: { password: string; answer: unknown } } = {
  vera: { password: 'veras-own-password', answer: true },
  victor: {
    password: 'victors-own-password',
    answer: { paths: ['/open/**', 'GET /api/items/*'], roles: ['viewer'] },
  },
  odd: { password: 'odd-ones-password', answer: { paths: '/open' } },
  yes: { password: 'yes-ones-password', answer: 'yes' },
  broken: { password: 'broken-ones-password', answer: null },
}

/** Whom the app's `limiter` lets try nothing. */
export const LIMITED = 'limited'

type Document = { [key: string]: unknown }

// What makes a whole document none (docs/policy.md).
const FAULTS: ((policy: Document) => unknown)[] = [
  (policy) => ({ ...policy, users: [] }),
  (policy) => ({ ...policy, version: 2 }),
  (policy) => ({ ...policy, version: '1' }),
  (policy) => ({ ...policy, opened: true }),
  (policy) => ({ ...policy, open: 'true' }),
  (policy) => ({ ...policy, open: 1 }),
  (policy) => ({ ...policy, allow: '/**' }),
  (policy) => ({ ...policy, allow: ['open'] }),
  (policy) => ({ ...policy, allow: ['/a%2fb'] }),
  (policy) => ({ ...policy, allow: ['get /open'] }),
  (policy) => ({ ...policy, allow: ['/a//b'] }),
  (policy) => ({ ...policy, allow: ['/a/../b'] }),
  (policy) => ({ ...policy, allow: ['/a**'] }),
  (policy) => ({ ...policy, allow: ['/a?b'] }),
  (policy) => ({ ...policy, allow: [null] }),
  (policy) => ({ ...policy, ips: ['0.0.0.0/33'] }),
  (policy) => ({ ...policy, ips: ['::/129'] }),
  (policy) => ({ ...policy, ips: ['localhost'] }),
  (policy) => ({ ...policy, ips: ['203.0.113.0/024'] }),
  (policy) => ({ ...policy, realm: 'ümlaut' }),
  (policy) => ({ ...policy, realm: 'a\r\nb' }),
  (policy) => ({ ...policy, revoked: [1] }),
  (policy) => ({ ...policy, users: { ['a:b']: { verifier: VERIFIERS.get('a')?.[0] } } }),
  (policy) => ({ ...policy, users: { alice: { verifier: 'sha256:x' } } }),
  (policy) => ({ ...policy, users: { alice: {} } }),
  (policy) => ({ ...policy, users: { alice: { verifier: VERIFIERS.get('a')?.[0], admin: true } } }),
  (policy) => ({
    ...policy,
    users: { alice: { verifier: VERIFIERS.get('a')?.[0], expires: '2099-02-30T00:00:00Z' } },
  }),
  (policy) => ({
    ...policy,
    users: { alice: { verifier: VERIFIERS.get('a')?.[0], expires: 'tomorrow' } },
  }),
  () => [],
  () => null,
  () => 'open',
]

/** What is there and is no policy either: texts that are no JSON. */
const NO_JSON = ['{', '{"version":1,}', 'open', '{"version":1}{"open":true}']

/** Makes a world. */
export function makeWorld(random: Random): World {
  const place = random.weigh<World['place']>(
    [10, () => 'option'],
    [6, () => 'environment'],
    [4, () => 'store'],
    [2, () => 'pair'],
    [1, () => 'none'],
  )
  const world: World = {
    place,
    policy: '',
    isFaulty: false,
    people: place === 'none' ? [] : makePeople(random),
    allow: random.some(4, () => random.pick(RULES)),
    ips: random.oneIn(3) ? random.some(3, () => random.pick(NETWORKS)) : [],
    revoked: random.some(2, () => random.pick(PASS_IDS)),
    realm: random.pick(['Staging', 'Staging', 'A "quoted" \\ realm', '<b>&amp;', '~']),
    open: random.oneIn(25),
    environment: makeEnvironment(random),
    verifies: random.oneIn(6),
    limits: random.oneIn(8),
    app: random.weigh<World['app']>(
      [14, () => 'none'],
      [2, () => 'nothing'],
      [1, () => 'next'],
      [1, () => 'redirect'],
      [1, () => 'page'],
      [1, () => 'override'],
    ),
    clock: START + random.below(60_000),
  }
  if (place === 'pair') return withPair(world, random)
  if (place === 'none') return { ...world, ...NOTHING, policy: '', isFaulty: true }
  return withDocument(world, random)
}

const NOTHING = { people: [], allow: [], ips: [], revoked: [], realm: 'Staging', open: false }

function makePeople(random: Random): Person[] {
  const names = [...new Set(random.some(5, () => random.pick(USER_IDS).normalize('NFC')))]
  return names.map((userId) => {
    const password = random.pick(PASSWORDS)
    const verifiers = VERIFIERS.get(password) as string[]
    const person: Person = { userId, password, verifier: verifiers[0] as string }
    // Few are slow, because they are.
    if (random.oneIn(40)) person.verifier = verifiers[1] as string
    if (random.oneIn(3)) person.paths = random.some(3, () => random.pick(RULES))
    if (random.oneIn(3)) person.roles = random.some(2, () => random.pick(['admin', 'viewer', 'ü']))
    if (random.oneIn(4)) person.expires = makeTime(random)
    return person
  })
}

/** Before, at, or after the start of the worlds, in odd zones too. */
function makeTime(random: Random): string {
  const at = START + random.pick([-86_400_000, -1000, 0, 30_000, 600_000, 86_400_000, 1e11])
  const zone = random.pick([0, 0, 2, -5])
  const local = new Date(at + zone * 3_600_000).toISOString().slice(0, 19)
  const sign = zone < 0 ? '-' : '+'
  return local + (zone === 0 ? 'Z' : `${sign}0${Math.abs(zone)}:00`)
}

function makeEnvironment(random: Random): World['environment'] {
  const environment: World['environment'] = {}
  const set = (name: string, cases: number, values: readonly string[]) => {
    if (random.oneIn(cases)) environment[name] = random.pick(values)
  }
  if (!random.oneIn(10)) environment['STAGEDOOR_SECRET'] = random.pick(SECRETS)
  else if (random.oneIn(2)) environment['STAGEDOOR_SECRET'] = SHORT_SECRET
  set('STAGEDOOR_SIGN_IN', 3, ['page', 'page', 'page', 'box'])
  set('STAGEDOOR_COOKIE', 6, ['none', 'lax'])
  set('VERCEL_AUTOMATION_BYPASS_SECRET', 3, BYPASS_SECRETS)
  set('VERCEL', 2, ['1'])
  set('STAGEDOOR_IP_HEADER', 8, ['x-forwarded-for', 'x-client-ip', 'not a token'])
  set('STAGEDOOR', 4, ['on', 'on', 'on', 'true', '1', 'yes', 'off'])
  set('VERCEL_ENV', 4, ['preview', 'preview', 'development', 'production'])
  set('VERCEL_TARGET_ENV', 8, ['staging'])
  set('NODE_ENV', 3, ['production', 'development'])
  return environment
}

function withPair(world: World, random: Random): World {
  const userId = random.pick(['alice', 'jürgen', 'Å', 'a:b', ''])
  const password = random.pick(PASSWORDS)
  const environment = { ...world.environment, AUTH_USER: userId, AUTH_PASSWORD: password }
  const isFaulty = userId === '' || password === '' || userId.includes(':')
  const people = isFaulty ? [] : [{ userId: userId.normalize('NFC'), password, verifier: '' }]
  return { ...world, ...NOTHING, people, isFaulty, environment }
}

function withDocument(world: World, random: Random): World {
  const users = Object.create(null) as { [userId: string]: object }
  for (const { userId, password: _, ...user } of world.people) {
    // As somebody may have typed it.
    users[random.oneIn(6) ? userId.normalize('NFD') : userId] = user
  }
  const { allow, ips, revoked, realm, open } = world
  const policy = JSON.stringify({ version: 1, users, allow, ips, revoked, realm, open })
  const made = { ...world, policy }
  if (random.oneIn(3)) {
    // An `open` without a fault would hide it.
    const faulty = random.pick(FAULTS)({ ...JSON.parse(policy), open: true })
    return { ...made, isFaulty: true, policy: JSON.stringify(faulty) }
  }
  const isText = world.place === 'environment' || world.place === 'store'
  if (isText && random.oneIn(30)) return { ...made, isFaulty: true, policy: random.pick(NO_JSON) }
  return made
}
