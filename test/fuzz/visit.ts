/** Makes the requests that come to a world. */
import { makeCookie, mutate } from './mutate.ts'
import type { Random } from './random.ts'
import { type Fingerprint, makeToken } from './tokens.ts'
import type { Visit, World } from './vector.ts'
import { ADDRESSES, FIELDS, METHODS, PASSWORDS, RULES, SEGMENTS, SITES, USER_IDS } from './words.ts'
import { VERIFIED } from './world.ts'

/** Makes one request. @param now milliseconds, when it comes */
export function makeVisit(
  random: Random,
  world: World,
  now: number,
  fingerprint: Fingerprint,
): Visit {
  const token = () => makeToken(random, world, now, fingerprint)
  const bypass = () => makeBypass(random, world)
  const site = random.oneIn(6) ? (SITES[1] as string) : (SITES[0] as string)
  const path = makePath(random, world)
  const query = makeQuery(random, token, bypass)
  const basePath = random.oneIn(10) ? random.pick(['/base', '/a b', '/open']) : ''
  const visit: Visit = {
    method: random.oneIn(2) ? 'GET' : random.pick(METHODS),
    url: `${site}${basePath}${path}${query}`,
    headers: makeHeaders(random, world, site, token, bypass),
  }
  if (basePath || random.oneIn(3)) {
    visit.nextUrl = { basePath, pathname: random.oneIn(5) ? path : pathOf(site + path) }
  }
  const isDesk = path.includes('.stagedoor')
  if (isDesk && !random.oneIn(4)) visit.method = 'POST'
  if (isDesk && !random.oneIn(3)) visit.headers.push(['sec-fetch-site', 'same-origin'])
  if (visit.method === 'POST' && (isDesk || random.oneIn(2))) {
    visit.body = makeForm(random, world)
    const type = 'application/x-www-form-urlencoded'
    if (!random.oneIn(4)) visit.headers.push(['content-type', type])
  }
  if (random.oneIn(12)) visit.wait = random.pick([1, 1000, 6000, 11_000, 60_000, 400_000])
  else if (random.oneIn(2)) visit.joins = true
  return random.oneIn(4) ? mutate(random, visit) : visit
}

function pathOf(url: string): string {
  try {
    return new URL(url).pathname
  } catch {
    return '/'
  }
}

const SIGN_IN = '/.stagedoor/sign-in'
const OWN = [
  SIGN_IN,
  SIGN_IN,
  SIGN_IN,
  '/.stagedoor/sign-out',
  '/.stagedoor/sign-in/',
  '/.stagedoor',
]

function makePath(random: Random, world: World): string {
  const path = random.weigh(
    [5, () => fill(random, random.pick(rulesOf(world)))],
    [2, () => fill(random, random.pick(RULES))],
    [3, () => `/${random.some(4, () => random.pick(SEGMENTS)).join('/')}`],
    [world.environment['STAGEDOOR_SIGN_IN'] ? 3 : 1, () => random.pick(OWN)],
    [1, () => `/_next/image${imageQuery(random, world)}`],
    [
      1,
      () => `/_next/static/chunks/${random.pick(['main.js', 'a%2Fb.js', '../../admin', '%2e%2e'])}`,
    ],
    [1, () => `/_next/data/build${fill(random, random.pick(rulesOf(world)))}.json`],
  )
  if (!random.oneIn(5)) return path
  return random.pick([
    `/${path}`,
    `${path}/`,
    `${path}//`,
    `/en${path}`,
    `${path}.rsc`,
    `${path}/..;/admin`,
    `${path}/%2e%2e/admin`,
    `${path}\\admin`,
    `/admin/..%2f${path.slice(1)}`,
    path.toUpperCase(),
    path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    path.replace(/[a-z]/, (letter) => `%25${letter.charCodeAt(0).toString(16)}`),
    path.normalize('NFD'),
    `${path}?_rsc=1`,
    `${path};jsessionid=1`,
    `${path}%00.png`,
    `${path}%0a`,
    `//evil.example${path}`,
  ])
}

function rulesOf({ allow, people }: World): readonly string[] {
  const rules = [...allow, ...people.flatMap(({ paths = [] }) => paths)]
  return rules.length > 0 ? rules : RULES
}

/** A path that a rule covers, or nearly. */
function fill(random: Random, rule: string): string {
  return rule
    .replace(/^[A-Z,]+ /, '')
    .replace(/\*\*/g, () => random.some(3, () => random.pick(SEGMENTS)).join('/'))
    .replace(/\*/g, () => random.pick(['', 'x', 'b-c', 'caf%C3%A9', 'a/b', '%2A', '*']))
}

function imageQuery(random: Random, world: World): string {
  const path = fill(random, random.pick(rulesOf(world)))
  const source = random.pick([
    path,
    `${path}?x=1`,
    `/base${path}`,
    `//evil.example${path}`,
    `/\\evil.example${path}`,
    `https://evil.example${path}`,
    `https://staging.example${path}`,
    `HTTPS://staging.example${path}`,
    `/../..${path}`,
    `/_next/image?url=${path}`,
    path.slice(1),
    ' /a',
    '',
  ])
  const once = `?url=${random.oneIn(3) ? source : encodeURIComponent(source)}&w=64&q=75`
  return random.oneIn(6) ? `${once}&url=%2Fopen` : once
}

function makeQuery(random: Random, token: () => string, bypass: () => string): string {
  if (!random.oneIn(3)) return ''
  const pairs = random.some(3, () =>
    random.weigh(
      [3, () => `stagedoor=${token()}`],
      [1, () => `x-vercel-protection-bypass=${bypass()}`],
      [1, () => `x-vercel-set-bypass-cookie=${random.pick(['true', 'samesitenone', '1'])}`],
      [
        3,
        () => random.pick(['a=1', 'a=%20', 'stagedoor', 'stagedoor=', 'url=%2Fopen', '_rsc=x', '']),
      ],
    ),
  )
  return `?${pairs.join('&')}`
}

function makeBypass(random: Random, world: World): string {
  const secret = world.environment['VERCEL_AUTOMATION_BYPASS_SECRET'] ?? ''
  if (!random.oneIn(3)) return secret
  return random.pick(['', secret.slice(0, -1), `${secret}x`, secret.toUpperCase(), 'undefined'])
}

function makeHeaders(
  random: Random,
  world: World,
  site: string,
  token: () => string,
  bypass: () => string,
): Visit['headers'] {
  const headers: Visit['headers'] = []
  const add = (cases: number, name: string, make: () => string) => {
    if (random.oneIn(cases)) headers.push([name, make()])
  }
  add(2, 'authorization', () => makeAuthorization(random, world, token))
  add(40, 'Authorization', () => makeAuthorization(random, world, token))
  add(3, 'cookie', () => makeCookie(random, site, token))
  add(40, 'Cookie', () => makeCookie(random, site, token))
  add(8, 'x-stagedoor-pass', token)
  add(8, 'x-vercel-protection-bypass', bypass)
  add(5, world.environment['STAGEDOOR_IP_HEADER'] ?? 'x-real-ip', () => random.pick(ADDRESSES))
  add(16, 'x-client-ip', () => random.pick(ADDRESSES))
  const most = random.pick([0, 1, 3, 6])
  for (const [name, values] of random.some(most, () => random.pick(FIELDS))) {
    headers.push([name, random.pick(values)])
  }
  return headers.filter(([name]) => /^[!#$%&'*+.^`|~\w-]+$/.test(name))
}

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

function makeAuthorization(random: Random, world: World, token: () => string): string {
  return random.weigh(
    [9, () => basic(makePair(random, world))],
    [2, () => `Bearer ${token()}`],
    [1, () => `bEARER  ${token()}`],
    [2, () => oddBasic(random, world)],
    [
      1,
      () =>
        random.pick([
          'Bearer of-the-app',
          'Basic',
          'Basic ',
          'Basic Og==',
          'Basic\tYTpi',
          'basicYTpi',
          'Digest username="alice"',
          'Negotiate x',
          'Bearer',
          '',
          'Basic =',
          'Basic ====',
          'Basic YTpi, Bearer x',
        ]),
    ],
  )
}

/** `user-id:password` of somebody, or nearly. */
function makePair(random: Random, world: World): string {
  const [userId, password] = makeCredentials(random, world)
  if (random.oneIn(6))
    return `${userId}:${password}`.normalize(random.pick(['NFD', 'NFKC', 'NFKD']))
  return `${userId}:${password}`
}

function makeCredentials(random: Random, world: World): [userId: string, password: string] {
  const verified = Object.entries(VERIFIED).map(([userId, { password }]) => ({ userId, password }))
  const people = world.verifies ? [...world.people, ...verified] : world.people
  const person = people.length > 0 ? random.pick(people) : undefined
  if (!person || random.oneIn(5)) return [random.pick(USER_IDS), random.pick(PASSWORDS)]
  const { userId, password } = person
  return random.weigh<[string, string]>(
    [6, () => [userId, password]],
    [1, () => [userId, random.pick(PASSWORDS)]],
    [1, () => [userId, password.slice(0, -1)]],
    [1, () => [userId, `${password}${random.pick(['\0', ' ', 'x', '\n', '\u0301'])}`]],
    [1, () => [userId, password.split(':')[0] ?? '']],
    [1, () => [userId, password.toUpperCase()]],
    [1, () => [userId.toUpperCase(), password]],
    [1, () => [random.pick(USER_IDS), password]],
    [1, () => [userId, person === world.people[0] ? 'A'.repeat(43) : password]],
  )
}

/** Credentials in a form that RFC 7617 does not allow, or only just. */
function oddBasic(random: Random, world: World): string {
  const pair = makePair(random, world)
  const base64 = Buffer.from(pair).toString('base64')
  return random.pick([
    `basic ${base64}`,
    `BASIC   ${base64}`,
    `Basic ${base64.replace(/=+$/, '')}`,
    `Basic ${base64}=`,
    `Basic ${base64} `,
    `Basic  ${base64} x`,
    `Basic ${base64.slice(0, -1)}`,
    `Basic ${base64.replace(/\+/g, '-').replace(/\//g, '_')}`,
    `Basic ${Buffer.from(pair, 'latin1').toString('base64')}`,
    `Basic ${Buffer.from(pair, 'utf16le').toString('base64')}`,
    `Basic ${Buffer.from(`\uFEFF${pair}`).toString('base64')}`,
    `Basic ${Buffer.from(`${pair}\0`).toString('base64')}`,
    `Basic ${Buffer.concat([Buffer.from(pair), Buffer.from([0xff])]).toString('base64')}`,
    `Basic ${Buffer.concat([Buffer.from([0xc0, 0x80]), Buffer.from(pair)]).toString('base64')}`,
    `Basic ${Buffer.from(pair.replace(':', '')).toString('base64')}`,
    `Basic "${base64}"`,
    `Basic ${base64},${base64}`,
    `Basic, ${base64}`,
    `Proxy-Basic ${base64}`,
    pair.replace(/[^ -~]/g, '?'),
    // Another spelling of the same bytes: bits left over are not zero.
    `Basic ${base64.replace(/[AQgw](?==)/, (letter) => ({ A: 'B', Q: 'R', g: 'h', w: 'x' })[letter] ?? '')}`,
  ])
}

function makeForm(random: Random, world: World): string {
  const [user, password] = makeCredentials(random, world)
  const to = random.pick([
    '/open?x=1',
    '//evil.example',
    '/\\evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    '/.stagedoor/sign-out',
    '/%2e%2e//evil.example',
    '',
    'relative',
    '/\t/evil.example',
  ])
  const form = new URLSearchParams({ user, password, to }).toString()
  return random.weigh(
    [8, () => form],
    [1, () => form.replace('password=', 'password=%FF')],
    [1, () => `user=alice&${form}`],
    [1, () => form.slice(0, random.below(form.length + 1))],
    [1, () => `${form}&pad=${'x'.repeat(20_000)}`],
    [1, () => `pad=${'x'.repeat(16_384)}&${form}`],
    [1, () => JSON.stringify({ user, password, to }).replace(/[^ -~]/g, '?')],
  )
}
