/** Passes that the tests make themselves, good ones and forged ones. */
import { createHmac } from 'node:crypto'
import { issueIdentity, issuePass } from '../../src/gate/holder.ts'
import { type Claims, readPass } from '../../src/gate/pass.ts'

/** `STAGEDOOR_SECRET` of the sites that sign: 43 characters. */
export const SECRET = 'the-curtain-rises-at-eight-and-falls-at-ten'
const ANOTHER_SECRET = 'the-curtain-rises-at-seven-and-falls-at-ten'
const DAY = 86_400

/** A good pass; `more` says what is other about it. */
export function pass(
  use: Claims['use'],
  more: Partial<Claims> = {},
  secret = SECRET,
): Promise<string> {
  const iat = Math.floor(Date.now() / 1000)
  const claims = { sub: 'ci', use, iat, exp: iat + DAY, jti: `${use}-of-the-tests`, ...more }
  return issuePass(claims, secret)
}

/** An identity as the gate gives it to the app. */
export function identity(userId: string, roles: string[] = [], now = Date.now()): Promise<string> {
  const account = { userId, roles, mark: '', paths: null }
  return issueIdentity(account, { secret: SECRET, bypass: '', verifies: false }, now)
}

/** Identities that are none, by what is wrong with them. */
export async function forgedIdentities(): Promise<{ [fault: string]: string }> {
  const good = await identity('alice', ['admin'])
  const [header = '', payload = '', signature = ''] = good.split('.')
  const claims = { sub: 'alice', roles: ['admin'] }
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const none = encode({ alg: 'none', typ: 'JWT' })
  const signed = (input: string, hash: string) =>
    `${input}.${createHmac(hash, SECRET).update(input).digest('base64url')}`
  return {
    garbage: 'alice',
    'no signature': `${header}.${payload}.`,
    'alg none': `${none}.${payload}.`,
    'alg none, with a signature': `${none}.${payload}.${signature}`,
    'alg none, signed': signed(`${none}.${payload}`, 'sha256'),
    'alg HS512': signed(`${encode({ alg: 'HS512', typ: 'JWT' })}.${payload}`, 'sha512'),
    'other claims': `${header}.${encode({ ...claims, iss: 'stagedoor' })}.${signature}`,
    'another secret': await pass('identity', claims, ANOTHER_SECRET),
    'a session': await pass('session', claims),
    'an automation pass': await pass('automation', claims),
    'a share link': await pass('share', claims),
    "in place of the platform's secret": await pass('bypass', claims),
    expired: await identity('alice', ['admin'], Date.now() - 3_600_000),
    twice: `${good}, ${good}`,
  }
}

/** Passes that open nothing, wherever they are shown. */
export async function uselessPasses(): Promise<{ [fault: string]: string }> {
  const past = Math.floor(Date.now() / 1000) - 2 * DAY
  const { iat, exp } = { iat: past, exp: past + DAY }
  const [header, payload] = (await pass('automation')).split('.')
  const none = Buffer.from('{"alg":"none"}').toString('base64url')
  return {
    garbage: 'e30.e30.e30',
    'alg none': `${none}.${payload}.`,
    'no signature': `${header}.${payload}.${'A'.repeat(43)}`,
    'another secret': await pass('automation', {}, ANOTHER_SECRET),
    expired: await pass('automation', { iat, exp }),
    'an identity': await identity('alice', ['admin']),
    'a session without a fingerprint': await pass('session', { sub: 'alice' }),
    'a session with another fingerprint': await pass('session', { sub: 'alice', fpr: 'A' }),
    'in place of no secret': await pass('bypass'),
    'in place of another secret': await pass('bypass', { fpr: 'A' }),
    'a session of nobody': await pass('session', { sub: 'nobody' }),
  }
}

const COMPACT_JWS = /\beyJ[\w-]+\.[\w-]+\.[\w-]{43}/g
const SESSION_COOKIE =
  /(, )?\b(stagedoor|__Host-stagedoor)=(eyJ[\w-]+\.[\w-]+\.[\w-]{43}); Path=\/; Max-Age=43200; HttpOnly;( Secure;)? SameSite=Lax/

/** The user-id of an identity, or of a session; nothing where it is none. */
export async function subjectOf(token: string, use: Claims['use']): Promise<string | undefined> {
  return (await readPass(token, [use], SECRET, Date.now()))?.sub
}

/** A field value without the cookie of a session, and whose session it was. */
export async function takeSession(setCookie = '') {
  const [whole = '', , , token = ''] = SESSION_COOKIE.exec(setCookie) ?? []
  const rest = setCookie.replace(whole, '').replace(/^, /, '')
  return { rest: rest || undefined, begun: await subjectOf(token, 'session') }
}

/** A text in which `null` stands for each identity of a user, with the quotes around it. */
export async function withoutIdentity(text: string, userId: string): Promise<string> {
  let result = text
  for (const token of new Set(text.match(COMPACT_JWS))) {
    if ((await subjectOf(token, 'identity')) !== userId) continue
    result = result.replaceAll(new RegExp(`(\\\\*"|&quot;)${token}\\1|${token}`, 'g'), 'null')
  }
  return result
}
