/** Credentials that are none: a gate must take them for nothing, and must not break on one. */
import type { Asked, Fields } from '../exchange.ts'

export interface Stranger {
  /** In words, for the report. */
  credential: string
  fields: Fields
  /** Put after the target. */
  query?: string
  /** Of the finding where it lets somebody in; `served-to-wrong-credential` without. */
  rule?: string
}

/** Nobody's user-id. Not the one that was given, which some sites would lock. */
const NAME = 'stagedoor-check'

const base64 = (text: string, encoding: BufferEncoding = 'utf8') =>
  Buffer.from(text, encoding).toString('base64')
const basic = (userPass: string, encoding?: BufferEncoding): Fields => [
  ['Authorization', `Basic ${base64(userPass, encoding)}`],
]
const field = (value: string): Fields => [['Authorization', value]]

/** What is tried at every kind of URL: a guess, and the credential of another scheme. */
export function usualStrangers(random: string): Stranger[] {
  return [
    { credential: 'a wrong password', fields: basic(`${NAME}:${random}`) },
    // Snippets that pass on whatever is not Basic, for the app's own API.
    { credential: 'Bearer x', fields: field('Bearer x') },
  ]
}

/**
 * What is tried at one URL.
 *
 * @param userId who is known to be there: a wrong password for them, once
 */
export function oddStrangers(random: string, userId: string | undefined): Stranger[] {
  const name = userId ?? 'admin'
  return [
    { credential: 'a wrong password of a real user', fields: basic(`${name}:${random}`) },
    { credential: 'an empty password', fields: basic(`${NAME}:`) },
    { credential: 'only a colon', fields: basic(':') },
    // `"undefined" === String(process.env.PASSWORD)`, where the variable was forgotten.
    { credential: 'undefined:undefined', fields: basic('undefined:undefined') },
    { credential: 'no colon', fields: basic(NAME) },
    { credential: 'Basic with nothing after it', fields: field('Basic') },
    { credential: 'an empty field', fields: field('') },
    // RFC 4648 §4 has no such characters: `atob` throws, and a gate with it.
    { credential: 'Basic with what is not base64', fields: field('Basic %%%') },
    { credential: 'Basic with bad padding', fields: field('Basic YQ=a') },
    { credential: 'control characters', fields: basic(`${NAME}\0\r\n:\x07${random}`) },
    // RFC 7617 §2.1: the encoding is UTF-8 where the challenge says so.
    { credential: 'what is not UTF-8', fields: basic(`\xff\xfe:\xc3\x28`, 'latin1') },
    { credential: 'a bad escape', fields: basic('%:%E0%A4%A') },
    { credential: 'a scheme in another case', fields: field(`bAsIc ${base64(`${NAME}:x`)}`) },
    { credential: '8 KB', fields: basic(`${NAME}:${'x'.repeat(6_100)}`) },
    { credential: 'two fields', fields: [...basic(`${NAME}:x`), ...field('Bearer x')] },
    { credential: 'Digest', fields: field(`Digest username="${NAME}"`) },
    {
      credential: 'Proxy-Authorization',
      fields: [['Proxy-Authorization', basic(':')[0]?.[1] ?? '']],
    },
    ...forged(random),
  ]
}

/** Proofs that somebody was let in before, made by nobody. */
function forged(random: string): Stranger[] {
  const rule = 'forged-pass'
  const token = unsigned()
  const withCookie = (value: string): Fields => [['Cookie', value]]
  return [
    { credential: 'an unsigned token', rule, fields: field(`Bearer ${token}`) },
    {
      credential: 'an unsigned session cookie',
      rule,
      fields: withCookie(`stagedoor=${token}; __Host-stagedoor=${token}; token=${token}`),
    },
    {
      credential: 'cookies that say yes',
      rule,
      fields: withCookie('auth=1; authenticated=true; loggedIn=true; isLoggedIn=true; session=1'),
    },
    { credential: 'a name in x-stagedoor-user', rule, fields: [['x-stagedoor-user', 'admin']] },
    { credential: 'an unsigned x-stagedoor-user', rule, fields: [['x-stagedoor-user', token]] },
    { credential: 'an unsigned x-stagedoor-pass', rule, fields: [['x-stagedoor-pass', token]] },
    { credential: 'an unsigned share link', rule, fields: [], query: `stagedoor=${token}` },
    {
      credential: 'a wrong x-vercel-protection-bypass',
      rule,
      fields: [['x-vercel-protection-bypass', random.padEnd(32, '0').slice(0, 32)]],
    },
    {
      credential: 'an empty x-vercel-protection-bypass',
      rule,
      fields: [['x-vercel-protection-bypass', '']],
      query: 'x-vercel-protection-bypass=',
    },
    { credential: 'names that proxies vouch for', rule, fields: VOUCHED },
  ]
}

// What a proxy that has asked for a password tells the app behind it, and nobody else may.
const VOUCHED: Fields = [
  ['x-forwarded-user', 'admin'],
  ['x-remote-user', 'admin'],
  ['x-auth-request-user', 'admin'],
  ['x-authenticated-user', 'admin'],
]

/** A JSON Web Token with `alg` none (RFC 8725 §3.1), good for a year. */
function unsigned(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = Math.floor(Date.now() / 1000) + 31_536_000
  const claims = { sub: 'admin', aud: ['session', 'share', 'automation'], jti: 'x', exp }
  return `${part({ alg: 'none', typ: 'JWT' })}.${part({ ...claims, roles: ['admin'] })}.`
}

/** The request of a stranger for what nobody gets. */
export function asStranger(plain: Asked, { fields, query, credential, rule }: Stranger): Asked {
  const mark = plain.target.includes('?') ? '&' : '?'
  return {
    ...plain,
    visitor: 'stranger',
    target: query === undefined ? plain.target : plain.target + mark + query,
    fields: [...plain.fields, ...fields],
    credential,
    rule: rule ?? 'served-to-wrong-credential',
  }
}
