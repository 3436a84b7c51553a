/** Which tokens are passes, in each place where a client can put one. Nobody else's are, and none makes an error. */

import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createGate } from '#gate'
import vectors from '../vectors/tokens.json'
import {
  automationToken,
  type Claims,
  claimsOf,
  cookie,
  cookieOf,
  decode,
  HS256,
  hmac,
  identityOf,
  OTHER_SECRET,
  SECRET,
  SESSION_COOKIE,
  shareToken,
  sign,
  signInto,
} from './passes.ts'
import { runs } from './runs.ts'
import {
  ALICE,
  alicePolicy,
  base64,
  base64url,
  basic,
  beforeEachVisit,
  environmentWith,
  logged,
  outcome,
  type Policy,
  usersOf,
  visit,
} from './visit.ts'

interface Row {
  name: string
  clause: string
  /** JSON of the header. */
  header?: string
  /** Claims in place of the good ones; `null` takes one away; `now+1` is a time. */
  claims?: Claims
  /** JSON of the payload, of the good claims where a `$` stands. */
  payload?: string
  /** A payload that is no text. */
  bytes?: 'invalid' | 'bom' | 'utf16' | 'overlong'
  secret?: 'other' | 'empty'
  /** In place of the right signature. */
  signature?: string
  /** How the segments are put together. */
  form?: string
  /** `elsewhere`: a pass, and not for this path. */
  outcome: 'in' | 'out' | 'elsewhere'
}

// A whole second, so that what ends in 59 seconds does.
const NOW = 1_800_000_000
const LONG = 'A'.repeat(65_536)

beforeEachVisit()

let policy: Policy
beforeAll(async () => {
  policy = await alicePolicy()
})
beforeEach(() => {
  vi.setSystemTime(NOW * 1000)
  environmentWith(policy, { STAGEDOOR_SECRET: SECRET })
})

type Carried = readonly [path: string, headers: { [name: string]: string }]
type Carry = (token: string) => Carried

/** Where a client puts a pass. */
const carry = {
  link: (token) => [`/pricing?stagedoor=${escaped(token)}`, {}],
  header: (token) => ['/pricing', { 'x-stagedoor-pass': bytes(token) }],
  bearer: (token) => ['/pricing', { Authorization: `Bearer ${bytes(token)}` }],
  cookie: (token) => ['/pricing', cookie(bytes(token))],
} satisfies { [place: string]: Carry }

/** Which use the good ones have there. */
const USES = { link: 'share', header: 'automation', bearer: 'automation', cookie: 'share' } as const

/** As far as a query must be escaped, and no further. */
function escaped(token: string): string {
  return token.replace(/[^\w.~!$'()*,;:@/?={}"-]/g, encodeURIComponent)
}

/** UTF-8, as a header field has it. */
function bytes(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text.slice(0, 1000))) + text.slice(1000)
}

const describeOutcome = (answer: string) => (/^(through|303)$/.test(answer) ? 'in' : answer)
const REFUSED = /^(401 Basic|401 Bearer|403)$/

/** What becomes of a token of each use in its place. */
async function everywhere(make: (use: string) => Promise<string>, gate = createGate()) {
  const answers: { [carrier: string]: string } = {}
  for (const [place, carried] of Object.entries(carry)) {
    const [path, headers] = carried(await make(USES[place as keyof typeof USES]))
    answers[place] = describeOutcome(await outcome(gate, path, headers))
  }
  return answers
}

const IN = { link: 'in', header: 'in', bearer: 'in', cookie: 'in' }
const OUT = {
  link: '401 Basic',
  header: '401 Basic',
  bearer: '401 Bearer',
  cookie: '401 Basic',
}
/** A pass, and not for this path: a machine is told so, and a link is as if absent. */
const ELSEWHERE = { link: '401 Basic', header: '403', bearer: '403', cookie: '403' }

describe('a pass, wherever it is shown', () => {
  for (const row of vectors as unknown as Row[]) {
    test(`${row.clause}: ${row.name} → ${row.outcome}`, async () => {
      expect(await everywhere((use) => make(row, use))).toEqual(
        { in: IN, out: OUT, elsewhere: ELSEWHERE }[row.outcome],
      )
    })
  }

  test('has no claim of another type', async () => {
    const values = [null, true, 1, 'x', '', [], {}, [1], [null], ['/pricing', 1], { a: 1 }]
    const right: { [claim: string]: (value: unknown) => boolean } = {
      iss: () => false,
      sub: (value) => typeof value === 'string',
      use: () => false,
      iat: () => false,
      exp: () => false,
      jti: (value) => typeof value === 'string',
      roles: (value) => Array.isArray(value) && value.length === 0,
      fpr: () => false,
    }
    const gate = createGate()
    for (const [claim, isRight] of Object.entries(right)) {
      for (const value of values) {
        const claims = { paths: ['/pricing'], [claim]: value }
        const answers = await everywhere((use) => sign({ ...claimsOf(use), ...claims }), gate)
        expect([claim, value, answers]).toEqual([claim, value, isRight(value) ? IN : OUT])
      }
    }
  })

  test('is for its use alone', async () => {
    const gate = createGate()
    const answers: { [use: string]: string[] } = {}
    for (const use of ['session', 'share', 'automation', 'identity']) {
      const token = () => sign(claimsOf(use, { sub: 'alice', paths: ['/pricing'] }))
      const places = Object.entries(await everywhere(token, gate))
      answers[use] = places.filter(([, answer]) => answer === 'in').map(([place]) => place)
    }
    expect(answers).toEqual({
      session: [],
      share: ['link', 'cookie'],
      automation: ['header', 'bearer'],
      identity: [],
    })
  })
})

describe('a session', () => {
  let good: Claims
  beforeEach(async () => {
    good = decode((await signInto(createGate())).split('.')[1] ?? '')
  })
  const ask = async (claims: Claims, gate = createGate(), secret = SECRET) =>
    outcome(gate, '/', cookie(await sign(claims, { secret })))

  test('as the gate has made it, signed here, is one', async () => {
    expect(await ask(good)).toBe('through')
  })

  const changes: { [name: string]: Claims } = {
    'of another user': { sub: 'bob' },
    'of nobody': { sub: '' },
    'of __proto__': { sub: '__proto__' },
    'of constructor': { sub: 'constructor' },
    'of the user in capital letters': { sub: 'Alice' },
    'without a fingerprint': { fpr: undefined },
    'with another fingerprint': { fpr: 'A'.repeat(43) },
    'with an empty fingerprint': { fpr: '' },
    'with a fingerprint of the same letters': { fpr: 'x' },
    'of another issuer': { iss: 'x' },
    'for machines, with its fingerprint': { use: 'automation' },
    'for a link, with its fingerprint': { use: 'share' },
    'that tells who is there': { use: 'identity' },
    'that does not end': { exp: undefined },
    'for ever': { exp: 1e308 },
    'with limits that are not known': { aud: 'x' },
  }
  for (const [name, change] of Object.entries(changes)) {
    test(`${name} is none`, async () => {
      const policyOfTwo = { ...policy, users: await usersOf({ alice: 'secret', bob: 'secret2' }) }
      expect(await ask({ ...good, ...change }, createGate({ policy: policyOfTwo }))).toBe(
        '401 Basic',
      )
    })
  }

  test('cannot give what the policy does not', async () => {
    const users = await usersOf({ alice: 'secret' })
    const limited = { ...users['alice'], paths: ['/pricing'], roles: ['viewer'] } as never
    const gate = createGate({ policy: { version: 1, users: { alice: limited } } })
    const claims = { ...good, paths: ['/**'], roles: ['admin'] }
    const headers = cookie(await sign(claims))
    expect([await ask(claims, gate), await identityOf(gate, headers, '/pricing')]).toEqual([
      '403',
      expect.objectContaining({ sub: 'alice', roles: ['viewer'] }),
    ])
  })

  test('of a name in two normal forms is one user’s', async () => {
    const gate = createGate({ policy: { version: 1, users: await usersOf({ 'jos\u00e9': 'x' }) } })
    const token = await signInto(gate, { Authorization: basic('jose\u0301', 'x') })
    expect([
      await outcome(gate, '/', cookie(token)),
      ((await identityOf(gate, cookie(token))) as Claims)['sub'],
    ]).toEqual(['through', 'jos\u00e9'])
  })
})

describe('whatever a client sends', () => {
  const PLACES = [
    (text: string) => [`/pricing?stagedoor=${text}`, {}],
    (text: string) => [`/pricing?stagedoor=${encodeURIComponent(text)}&stagedoor=${text}`, {}],
    (text: string) => ['/pricing', { 'x-stagedoor-pass': text }],
    (text: string) => ['/pricing', { Authorization: text }],
    (text: string) => ['/pricing', { Authorization: `Bearer ${text}` }],
    (text: string) => ['/pricing', { Cookie: text }],
    (text: string) => ['/pricing', { Cookie: `${SESSION_COOKIE}=${text}` }],
    (text: string) => [`/pricing?x-vercel-protection-bypass=${text}`, {}],
    (text: string) => [
      '/pricing',
      { 'x-vercel-protection-bypass': text, 'x-vercel-set-bypass-cookie': text },
    ],
    (text: string) => ['/pricing', { 'x-stagedoor-user': text }],
    (text: string) => ['/pricing', { 'x-real-ip': text }],
  ] as const
  const fieldValue = fc
    .array(
      fc.integer({ min: 32, max: 255 }).filter((byte) => byte !== 127),
      { maxLength: 60 },
    )
    .map((list) => String.fromCharCode(...list))
  const segment = fc.oneof(
    fc.constantFrom(
      '',
      HS256,
      '{"alg":"none"}',
      '{"iss":"stagedoor","use":"session","sub":"alice"}',
      'null',
      '[]',
    ),
    fc.json({ maxDepth: 3 }),
  )
  const token = fc
    .array(
      fc.oneof(
        segment.map((text) => base64url(new TextEncoder().encode(text))),
        segment.map(base64),
      ),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    .map((segments) => segments.join('.'))

  test('lets nobody in and is never an error', () => {
    environmentWith(
      { ...policy, ips: ['203.0.113.7'] },
      {
        STAGEDOOR_SECRET: SECRET,
        STAGEDOOR_IP_HEADER: 'x-real-ip',
        VERCEL_AUTOMATION_BYPASS_SECRET: OTHER_SECRET,
      },
    )
    const gate = createGate()
    return fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...PLACES),
        fc.oneof(fieldValue, token),
        async (place, text) => {
          const [path, headers] = place(text) as unknown as Carried
          expect(await outcome(gate, path, headers)).toMatch(REFUSED)
          expect(
            logged.join().includes('"level":"error"') ||
              logged.some((line) => line.startsWith('error')),
          ).toBe(false)
        },
      ),
      runs(300),
    )
  })

  test('is no good pass with another character in it', async () => {
    const gate = createGate()
    const good = [
      [carry.link, await shareToken()],
      [carry.header, await automationToken()],
      [carry.bearer, await automationToken()],
      [carry.cookie, await signInto(gate)],
      [carry.cookie, await shareToken()],
    ] as const
    for (const [carried, whole] of good) {
      const [path, headers] = carried(whole)
      expect(describeOutcome(await outcome(gate, path, headers))).toBe('in')
    }
    const change = fc.record({
      which: fc.constantFrom(...good),
      at: fc.nat({ max: 2000 }),
      character: fc.constantFrom(
        ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ,',
      ),
      how: fc.constantFrom('replace', 'insert', 'remove'),
    })
    await fc.assert(
      fc.asyncProperty(change, async ({ which: [carried, whole], at, character, how }) => {
        const i = at % whole.length
        const rest = whole.slice(how === 'insert' ? i : i + 1)
        const changed = whole.slice(0, i) + (how === 'remove' ? '' : character) + rest
        // A space at either end is none of a field value (RFC 9110 §5.5), or of a cookie.
        if (changed.trim() === whole) return
        const [path, headers] = carried(changed)
        expect(await outcome(gate, path, headers)).toMatch(REFUSED)
      }),
      runs(400),
    )
  })

  test('of 64 KB is read as quickly as any other', async () => {
    const gate = createGate()
    const started = performance.now()
    for (const text of [LONG, '.'.repeat(65_536), `${LONG}.${LONG}.${LONG}`, 'a.'.repeat(32_768)]) {
      for (const carried of Object.values(carry)) {
        const [path, headers] = carried(text)
        expect(await outcome(gate, path, headers)).toMatch(REFUSED)
      }
    }
    expect(performance.now() - started).toBeLessThan(2_000)
  })

  test('does not shut out who signs in', async () => {
    const gate = createGate()
    const answer = await visit(gate, `/pricing?stagedoor=${LONG}`, {
      ...ALICE,
      'x-stagedoor-pass': LONG,
      ...cookie('x'),
    })
    expect([answer?.status, cookieOf(answer).name]).toEqual([200, SESSION_COOKIE])
  })
})

async function make(row: Row, use: string): Promise<string> {
  const claims = Object.fromEntries(
    Object.entries({ ...claimsOf(use, { sub: 'x', paths: ['/pricing'] }), ...row.claims })
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, name === 'iat' || name === 'exp' ? time(value) : value]),
  )
  if (claims['sub'] === '$long') claims['sub'] = LONG
  const secret = { other: OTHER_SECRET, empty: '\0', '': SECRET }[row.secret ?? '']
  const { header = HS256 } = row
  const payload = row.bytes
    ? spoil(JSON.stringify(claims), row.bytes)
    : encode(fill(row.payload, claims))
  const [h = '', p = '', s = ''] = (await sign(payload, { secret, header })).split('.')
  if (row.signature !== undefined) return `${h}.${p}.${await change(row.signature, s, p)}`
  if (row.form === 'standard') {
    const head = `${base64(header)}.${base64(JSON.stringify(claims))}`
    if (!/[+/=]/.test(head)) throw new Error('proves nothing')
    return `${head}.${await hmac(head, SECRET)}`
  }
  const form = row.form ?? '$h.$p.$s'
  const parts: { [name: string]: string } = { h, p, s, long: LONG, dots: '.'.repeat(65_536) }
  return form.replace(/\$(long|dots|[hps])/g, (_, name) => parts[name] ?? '')
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function time(value: unknown): unknown {
  if (value === 'ms') return NOW * 1000
  const [, seconds] = /^now([+-][\d.]+)$/.exec(String(value)) ?? []
  return seconds === undefined ? value : NOW + Number(seconds)
}

function fill(payload: string | undefined, claims: Claims): string {
  const all = JSON.stringify(claims)
  if (payload === undefined) return all
  if (payload === '$nested') return `${'['.repeat(1200)}${']'.repeat(1200)}`
  return payload
    .replaceAll('$all', () => all)
    .replaceAll('$rest', () => all.slice(1))
    .replace(/\$(\w+)/g, (_, name) => JSON.stringify(claims[name]))
}

function spoil(text: string, how: Row['bytes'] & {}): Uint8Array {
  const good = encode(text)
  // Two bytes for `x`, of the sub: C1 B8 is 78 in a form that is too long.
  const at = text.indexOf('"x"') + 1
  const around = (...middle: number[]) =>
    new Uint8Array([...good.slice(0, at), ...middle, ...good.slice(at + 1)])
  if (how === 'invalid') return around(0xff)
  if (how === 'overlong') return around(0xc1, 0xb8)
  if (how === 'bom') return new Uint8Array([0xef, 0xbb, 0xbf, ...good])
  return new Uint8Array([...good].flatMap((byte) => [byte, 0]))
}

async function change(how: string, signature: string, payload: string): Promise<string> {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet.indexOf(signature.slice(-1))
  const ways: { [how: string]: string } = {
    '$sig-': signature.slice(0, -1),
    '$sig+': `${signature}A`,
    '$sig=': `${signature}=`,
    // The last symbol has four bits of the signature and two that are zero.
    '$sig~': signature.slice(0, -1) + alphabet[last ^ 1],
    $sigpayload: await hmac(payload, SECRET),
    $sighex: [...signature].map((character) => character.charCodeAt(0).toString(16)).join(''),
    $upper: signature.toUpperCase(),
  }
  return ways[how] ?? how
}
