/** Passes, good ones and bad ones, signed by RFC 7515 alone. */
import { createHmac } from 'node:crypto'
import type { Random } from './random.ts'
import type { World } from './vector.ts'
import { FOREIGN_SECRET, RULES } from './words.ts'
import { PASS_IDS, VERIFIED } from './world.ts'

/** HMAC with SHA-256, in base64url (RFC 7518 §3.2). */
export function hmac(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url')
}

/** A token of any header and payload. */
export function sign(payload: string, secret: string, header = HS256): string {
  const input = `${encode(header)}.${encode(payload)}`
  return `${input}.${hmac(input, secret)}`
}

const HS256 = '{"alg":"HS256","typ":"JWT"}'
const encode = (text: string) => Buffer.from(text).toString('base64url')

const HEADERS = [
  '{"alg":"none"}',
  '{"alg":"HS512","typ":"JWT"}',
  '{"alg":"hs256"}',
  '{"alg":"HS256","crit":["exp"]}',
  '{"alg":"HS256","alg":"none"}',
  '{"alg":["HS256"]}',
  '{"typ":"JWT"}',
  '[]',
  'null',
  '',
  '{"alg":"HS256","kid":"../../dev/null"}',
  ' {"alg":"HS256"} ',
]

/** What a session or another pass hangs on, as the gate itself writes it: told by who has asked it. */
export type Fingerprint = (what: 'user' | 'pair' | 'verified' | 'bypass', of: string) => string

/** Claims of a pass that somebody may have been given in this world. */
function makeClaims(random: Random, world: World, now: number, fingerprint: Fingerprint) {
  const use = random.pick(['session', 'session', 'share', 'automation', 'bypass', 'identity'])
  const iat = Math.floor(now / 1000) - random.pick([0, 0, 60, 3600, 86_400])
  const exp = Math.floor(now / 1000) + random.pick([600, 3600, 43_200])
  const claims: { [name: string]: unknown } = { iss: 'stagedoor', sub: 'x', use, iat, exp }
  claims['jti'] = random.pick(PASS_IDS)
  if (use === 'share' || (use !== 'session' && random.oneIn(2))) {
    claims['paths'] = random.some(3, () => random.pick(RULES))
  }
  if (random.oneIn(5)) claims['roles'] = ['viewer']
  if (use === 'session') {
    const person = world.people.length > 0 ? random.pick(world.people) : undefined
    if (person && !random.oneIn(5)) {
      claims['sub'] = person.userId
      claims['fpr'] = person.verifier
        ? fingerprint('user', person.verifier)
        : fingerprint('pair', person.password)
    } else {
      claims['sub'] = random.pick([...Object.keys(VERIFIED), 'alice'])
      claims['fpr'] = fingerprint('verified', '')
    }
  } else if (use === 'bypass') {
    const secret = world.environment['VERCEL_AUTOMATION_BYPASS_SECRET'] ?? ''
    claims['fpr'] = fingerprint('bypass', secret)
  }
  return claims
}

/** A token: most are good, others have a fault. */
export function makeToken(
  random: Random,
  world: World,
  now: number,
  fingerprint: Fingerprint,
): string {
  const secret = world.environment['STAGEDOOR_SECRET'] ?? ''
  const claims = makeClaims(random, world, now, fingerprint)
  return random.weigh(
    [8, () => sign(JSON.stringify(claims), secret)],
    [2, () => sign(JSON.stringify(claims), random.pick([FOREIGN_SECRET, '', 'alice']))],
    [2, () => sign(JSON.stringify(claims), secret, random.pick(HEADERS))],
    [6, () => sign(spoil(random, claims, now, fingerprint), secret)],
    [1, () => unsign(random, sign(JSON.stringify(claims), secret))],
  )
}

/** A payload with one claim that is odd. */
function spoil(
  random: Random,
  claims: { [name: string]: unknown },
  now: number,
  fingerprint: Fingerprint,
): string {
  const at = Math.floor(now / 1000)
  const set = (name: string, values: readonly unknown[]) => () =>
    JSON.stringify({ ...claims, [name]: random.pick(values) })
  return random.weigh(
    [3, set('exp', [at - 61, at - 60, at - 59, at, at + 1, 1e15, '9999999999', null, undefined])],
    [2, set('iat', [at + 59, at + 60, at + 61, at - 366 * 86_400, 0, -1e300, '0', undefined])],
    [1, set('iss', ['stagedoor ', '', undefined, ['stagedoor']])],
    [1, set('sub', ['', 'alice', '__proto__', 1, undefined, 'automation:ci'])],
    [2, set('use', ['', 'Session', 'identity', 'automation', 'share', 'session', ['session'], 1])],
    [1, set('jti', ['id-1', 1, undefined, null])],
    [1, set('paths', ['/**', ['open'], [], [1], {}, null, ['/**'], ['/open', '/a%2fb']])],
    [1, set('roles', ['admin', [1], null, []])],
    [2, set('fpr', ['', undefined, 1, 'x'.repeat(43), fingerprint('verified', '')])],
    [1, set(random.pick(['aud', 'nbf', 'admin', 'toString', 'iss ']), [1, 'stagedoor', null])],
    [
      1,
      () =>
        random.pick([
          '[]',
          'null',
          '{}',
          '"stagedoor"',
          '1',
          '',
          '{',
          `{"__proto__":${JSON.stringify(claims)}}`,
          `${JSON.stringify(claims).slice(0, -1)},"__proto__":{}}`,
          `\uFEFF${JSON.stringify(claims)}`,
          ` ${JSON.stringify(claims)}\n`,
          JSON.stringify({ ...claims, sub: 'x'.repeat(4000) }),
          JSON.stringify(claims).replace('"exp":', '"exp":1e999,"x":'),
          JSON.stringify(claims).replace('"use"', '"\\u0075se"'),
        ]),
    ],
  )
}

/** A token whose text has been tampered with. */
function unsign(random: Random, token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.')
  return random.pick([
    `${header}.${payload}.`,
    `${header}.${payload}`,
    `${header}.${payload}.${signature.slice(0, -1)}`,
    `${header}.${payload}.${signature}A`,
    `${header}.${payload}.${signature}=`,
    `${header}.${payload}.${signature.slice(0, -1)}${signature.endsWith('B') ? 'C' : 'B'}`,
    `${header}.${payload.slice(0, -2)}.${signature}`,
    `${header}.${payload}.${signature}.${signature}`,
    `${header}=.${payload}.${signature}`,
    `.${payload}.${signature}`,
    `${payload}.${header}.${signature}`,
    token.toLowerCase(),
    token.replaceAll('-', '+').replaceAll('_', '/'),
    ` ${token}`,
    `${token} `,
    '..',
    'x',
  ])
}
