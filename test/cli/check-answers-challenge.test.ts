/** The grammar of challenges, clause by clause, and what is said of them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseChallenges } from '../../src/cli/check/answers/challenge-grammar.ts'
import { judgeAnswers } from '../../src/cli/check/answers/judge-answers.ts'
import { examined, refusal, told, WELL, withFields, without } from './check-support.ts'

/** `Basic{realm="a"}`: quotes where there were some. */
function shown(values: string[]): string {
  const { challenges } = parseChallenges(values)
  return challenges
    .map(({ scheme, token68, parameters }) => {
      const inner = parameters.map(({ name, value, isQuoted }) => {
        return `${name}=${isQuoted ? JSON.stringify(value) : value}`
      })
      return `${scheme}{${token68 ?? inner.join(',')}}`
    })
    .join(' ')
}

describe('what is of the grammar', () => {
  test.each([
    // RFC 7617 §2, its example
    ['Basic realm="WallyWorld"', 'Basic{realm="WallyWorld"}'],
    // RFC 7617 §2.1, its example
    ['Basic realm="foo", charset="UTF-8"', 'Basic{realm="foo",charset="UTF-8"}'],
    // RFC 9110 §11.6.1, its example
    [
      'Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""',
      'Basic{realm="simple"} Newauth{realm="apps",type=1,title="Login to \\"apps\\""}',
    ],
    // §11.3: parameters are optional; a token68 in their place
    ['Negotiate', 'Negotiate{}'],
    ['NTLM, Negotiate', 'NTLM{} Negotiate{}'],
    ['Negotiate YII=, Basic realm=x', 'Negotiate{YII=} Basic{realm=x}'],
    ['A abc+/-._~==', 'A{abc+/-._~==}'],
    ['A a=b', 'A{a=b}'],
    ['A a==', 'A{a==}'],
    // §11.2: spaces around `=`; names without case; §5.6.4: quoted-pair
    ['Basic   realm\t=  "a\\\\b\\c"', 'Basic{realm="a\\\\bc"}'],
    ['basic REALM=x', 'basic{REALM=x}'],
    ['Basic realm=""', 'Basic{realm=""}'],
    ['Basic realm="a, Digest b=\\"c\\""', 'Basic{realm="a, Digest b=\\"c\\""}'],
    // §5.6.1.2: empty members
    [' , ,Basic realm="a",, charset=UTF-8 ,', 'Basic{realm="a",charset=UTF-8}'],
    ['Basic , realm="a"', 'Basic{realm="a"}'],
    ['', ''],
  ])('%s', (value, expected) => {
    expect(shown([value])).toBe(expected)
    expect(parseChallenges([value]).faults).toEqual([])
  })

  test('several fields are one list', () => {
    expect(shown(['Basic realm="a"', 'Bearer realm="b"'])).toBe(
      'Basic{realm="a"} Bearer{realm="b"}',
    )
    expect(shown(['Basic realm="a"', 'charset="UTF-8"'])).toBe('Basic{realm="a",charset="UTF-8"}')
    expect(parseChallenges(['Basic realm="a"', 'charset="UTF-8"']).faults).toEqual([])
    // An open quote ends with its field.
    expect(shown(['Basic realm="a', 'Bearer realm="b"'])).toBe('Basic{} Bearer{realm="b"}')
  })
})

describe('what is not', () => {
  const NAMELESS = 'a scheme or the name of a parameter is missing'

  test.each([
    ['Basic realm="a" charset="UTF-8"', ['a comma is missing'], 'Basic{realm="a",charset="UTF-8"}'],
    ['Basic realm="a', ['the quoted text of realm has no end'], 'Basic{}'],
    ['Basic realm="a\\"', ['the quoted text of realm has no end'], 'Basic{}'],
    ['realm="a"', ['realm belongs to no scheme'], ''],
    ['Basic, realm="a"', ['realm belongs to no scheme'], 'Basic{}'],
    ['Negotiate YII=, realm="a"', ['realm belongs to no scheme'], 'Negotiate{YII=}'],
    ['Basic realm="a", realm="b"', ['realm is there twice'], 'Basic{realm="a",realm="b"}'],
    ['Basic realm="a", Realm=b', ['Realm is there twice'], 'Basic{realm="a",Realm=b}'],
    ['Basic a=b, realm=', ['realm has no value'], 'Basic{a=b}'],
    ['Basic realm=é', ['realm has no value', 'a comma is missing', NAMELESS], 'Basic{}'],
    ['Basic realm="a\x00b"', ['a quoted text has control characters'], 'Basic{realm="a\\u0000b"}'],
    ['"Basic"', [NAMELESS], ''],
    ['Basic Digest realm="a"', ['a comma is missing'], 'Basic{} Digest{realm="a"}'],
    ['Basic realm=a b', ['a comma is missing'], 'Basic{realm=a} b{}'],
    [';;;, Basic realm=x', [NAMELESS], 'Basic{realm=x}'],
  ])('%s', (value, faults, expected) => {
    const read = parseChallenges([value])
    expect(read.faults).toEqual(faults)
    expect(shown([value])).toBe(expected)
  })

  test('nothing takes long, and nothing throws', () => {
    const pieces = ['"', '\\', ',', ' ', '=', 'a', 'Basic ', 'a=', 'é', '\t', '==']
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces)), (parts) => {
        const { challenges, faults } = parseChallenges([parts.join('')])
        expect(challenges.length + faults.length).toBeLessThanOrEqual(parts.length + 8)
      }),
    )
    for (const piece of pieces) {
      const { faults } = parseChallenges(Array.from({ length: 20 }, () => piece.repeat(20_000)))
      expect(faults.length).toBeLessThanOrEqual(8)
    }
  })

  test('what is written by the grammar is read back', () => {
    const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/)
    const text = fc.stringMatching(/^[\t -~]{0,12}$/)
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(token, text), { selector: ([name]) => name }),
        (pairs) => {
          const inner = pairs.map(([name, value]) => `${name}="${value.replace(/["\\]/g, '\\$&')}"`)
          const { challenges, faults } = parseChallenges([`Scheme ${inner.join(', ')}`])
          expect(faults).toEqual([])
          expect(challenges[0]?.parameters.map(({ name, value }) => [name, value])).toEqual(pairs)
        },
      ),
    )
  })
})

describe('what is said of a 401', () => {
  const judge = (value: string, more = {}) =>
    told(judgeAnswers(examined([refusal(withFields(WELL, ['WWW-Authenticate', value]), more)])))

  test('nothing, where it is well', () => {
    for (const value of [
      'Basic realm="staging"',
      'Basic realm="staging", charset="utf-8"',
      'Digest realm="a", nonce="b", algorithm=SHA-256, qop="auth"',
      'Bearer realm="api"',
    ])
      expect(judge(value)).toEqual([])
  })

  test('no challenge', () => {
    const findings = judgeAnswers(examined([refusal(without(WELL, 'WWW-Authenticate'))]))
    expect(told(findings)).toEqual(['warning challenge-missing: a 401 without WWW-Authenticate'])
    expect(findings[0]?.count).toBe(1)
  })

  test.each([
    ['Basic', 'warning challenge-basic: Basic without a realm: `Basic`'],
    ['Basic realm=a', 'warning challenge-basic: a realm that is not in quotes: `Basic realm=a`'],
    [
      'Basic realm="a", charset="ISO-8859-1"',
      'warning challenge-basic: a charset that is not UTF-8: `Basic realm="a", charset="ISO-8859-1"`',
    ],
    [
      'Basic realm="caf\xE9"',
      'warning challenge-basic: a realm with more than plain ASCII: `Basic realm="caf\xE9"`',
    ],
    [
      'Basic realm="a" charset="UTF-8"',
      'warning challenge-malformed: a comma is missing: `Basic realm="a" charset="UTF-8"`',
    ],
    [
      'NTLM, Basic realm="a"',
      'note challenge-scheme: NTLM signs in a connection: a proxy that shares connections shares who is in',
    ],
    ['Digest realm="a", nonce="b"', 'note challenge-scheme: Digest with MD5, which is broken'],
  ])('%s', (value, expected) => {
    expect(judge(value)).toContain(expected)
  })

  test('a page that no browser asks a password for, and that has no form', () => {
    const page = withFields(
      WELL,
      ['Content-Type', 'text/html'],
      ['WWW-Authenticate', 'Bearer realm="a"'],
    )
    const of = (body: string) => told(judgeAnswers(examined([refusal(page, { body })])))
    expect(of('<h1>No</h1>')).toEqual([
      'note challenge-scheme: no browser asks for Bearer, and the page has no form',
    ])
    expect(of('<form method="post">')).toEqual([])
  })

  test('Basic asked of a script with a token', () => {
    const fields: [string, string][] = [['Authorization', 'Bearer x']]
    expect(judge('Basic realm="a"', { visitor: 'stranger', fields })).toEqual([
      'note challenge-other-scheme: a request with Bearer is answered with Basic',
    ])
    expect(judge('Bearer realm="a"', { visitor: 'stranger', fields })).toEqual([])
  })

  test('once, with a count', () => {
    const broken = withFields(WELL, ['WWW-Authenticate', 'Basic'])
    const findings = judgeAnswers(examined([refusal(broken), refusal(broken, { target: '/a' })]))
    expect(
      findings.map(({ rule, count, evidence }) => [rule, count, evidence?.asked.target]),
    ).toEqual([['challenge-basic', 2, '/']])
  })

  test('several realms', () => {
    const realm = (name: string) => withFields(WELL, ['WWW-Authenticate', `Basic realm="${name}"`])
    const of = (trick?: string) =>
      told(
        judgeAnswers(examined([refusal(realm('a')), refusal(realm('b'), trick ? { trick } : {})])),
      )
    expect(of()).toEqual(['note challenge-realms: 2 realms: `a`, `b`'])
    expect(of('another spelling')).toEqual([])
  })
})
