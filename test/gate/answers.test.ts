/** What the gate answers by itself, to the last header field, and what its log says. docs/nextjs.md, Caching. */

import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createGate } from '#gate'
import { runs } from './runs.ts'
import {
  ALICE,
  type Answer,
  alicePolicy,
  base64,
  basic,
  beforeEachVisit,
  log,
  logged,
  type Policy,
  read,
  request,
  verifierOf,
  visit,
} from './visit.ts'

beforeEachVisit()

let policy: Policy
beforeAll(async () => {
  policy = await alicePolicy({ allow: ['/open/**'] })
  Object.assign(policy.users ?? {}, {
    client: { verifier: await verifierOf('secret'), paths: ['/pricing/**'] },
  })
})

const CLIENT = { Authorization: basic('client', 'secret') }
const TEXT = 'text/plain; charset=utf-8'
const HTML = 'text/html; charset=utf-8'
const JSON_TYPE = 'application/problem+json'

/** What every refusal carries. */
const REFUSED = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'content-type': TEXT,
  vary: 'Authorization, Cookie',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex, nofollow',
}
const BASIC = { 'www-authenticate': 'Basic realm="Staging", charset="UTF-8"' }

/** The answer of each status, by what brings it about. */
const refusals = {
  401: (headers = {}) => visit(createGate({ policy }), '/', headers),
  403: (headers = {}) => visit(createGate({ policy }), '/', { ...CLIENT, ...headers }),
  429: (headers = {}) =>
    visit(createGate({ policy, limiter: () => false }), '/', { ...ALICE, ...headers }),
  503: (headers = {}) => visit(createGate(), '/', headers),
}

describe('a refusal', () => {
  test('is short text where nothing else is asked for', async () => {
    expect({
      401: await refusals[401](),
      403: await refusals[403](),
      429: await refusals[429](),
      503: await refusals[503](),
    }).toEqual({
      401: {
        status: 401,
        headers: { ...REFUSED, ...BASIC },
        body: 'Unauthorized. This site is private. Reload the page to sign in.\n',
      },
      403: {
        status: 403,
        headers: REFUSED,
        body: 'Forbidden. This part of the site is not open to you.\n',
      },
      429: {
        status: 429,
        headers: { ...REFUSED, 'retry-after': expect.stringMatching(/^[1-9]\d*$/) },
        body: 'Too Many Requests. Too many attempts at once. Wait a few seconds, then reload.\n',
      },
      503: {
        status: 503,
        headers: REFUSED,
        body: 'Service Unavailable. This site can let nobody in at the moment, so it stays shut. Its log says why.\n',
      },
    })
  })

  const types = [
    [{}, TEXT],
    [{ Accept: '*/*' }, TEXT],
    [{ Accept: 'image/avif,image/webp,*/*;q=0.8' }, TEXT],
    [{ Accept: 'text/css' }, TEXT],
    [{ Accept: 'application/jsonp' }, TEXT],
    [{ Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }, HTML],
    [{ Accept: '*/*', 'Sec-Fetch-Mode': 'navigate' }, HTML],
    [{ Accept: '*/*', 'Sec-Fetch-Mode': 'cors' }, TEXT],
    [{ Accept: 'application/json' }, JSON_TYPE],
    [{ Accept: 'application/json, text/plain, */*' }, JSON_TYPE],
    [{ Accept: 'application/problem+json' }, JSON_TYPE],
    [{ Accept: 'application/vnd.api+json' }, JSON_TYPE],
  ] as const
  for (const [headers, type] of types) {
    test(`for ${JSON.stringify(headers)} is ${type}`, async () => {
      const answers = await Promise.all(Object.values(refusals).map((refuse) => refuse(headers)))
      expect(answers.map((answer) => answer?.headers['content-type'])).toEqual(
        answers.map(() => type),
      )
    })
  }

  test('as problem+json says what its status says', async () => {
    const bodies = Object.values(refusals).map(async (refuse) => {
      const { status, body } = (await refuse({ Accept: 'application/json' })) as Answer
      const detail = (await refuse())?.body.trim().split('. ').slice(1).join('. ')
      return [JSON.parse(body), { type: 'about:blank', status, title: expect.any(String), detail }]
    })
    for (const [problem, expected] of await Promise.all(bodies)) expect(problem).toEqual(expected)
  })

  test('as HTML is a whole page that loads nothing', async () => {
    for (const refuse of Object.values(refusals)) {
      const { body } = (await refuse({ Accept: 'text/html' })) as Answer
      const [, title] = /<title>(.*)<\/title>/.exec(body) ?? []
      expect(body).toMatch(/^<!doctype html>\n<html lang="en">/)
      expect(body).toContain(`<h1>${title}</h1>`)
      expect(body).toContain(`<meta name="color-scheme" content="light dark">`)
      // A link is followed by who wants to.
      expect(body).not.toMatch(/<script|<link|src=|url\(|@import/)
      const links = [...body.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)
      expect(links).toEqual(title === 'Forbidden' ? ['/.stagedoor/sign-out'] : [])
      expect(body.length).toBeLessThan(1_000)
    }
  })

  test('has no body for HEAD, and the same header fields', async () => {
    const answer = async (method: string, gate = createGate({ policy }), headers = {}) => {
      const response = await gate(request('/', headers, { method }))
      return response && read(response)
    }
    expect(await answer('HEAD')).toEqual({ ...(await answer('GET')), body: '' })
    expect(await answer('HEAD', createGate())).toEqual({
      ...(await answer('GET', createGate())),
      body: '',
    })
  })

  test('is the same for every method', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'PROPFIND']) {
      const response = await createGate({ policy })(request('/', {}, { method }))
      expect(response && (await read(response))).toEqual(await refusals[401]())
    }
  })

  test('is the same bytes whatever was wrong with the credentials', async () => {
    const wrong = {
      'a wrong password': basic('alice', 'Secret'),
      'an unknown user-id': basic('nobody', 'secret'),
      'an empty password': basic('alice', ''),
      'no colon': `Basic ${base64('alice')}`,
      'no Base64': 'Basic !',
      'not UTF-8': `Basic ${base64(new Uint8Array([255, 58, 255]))}`,
      nothing: '',
      'the scheme alone': 'Basic',
    }
    const expected = await refusals[401]({ Accept: 'text/html' })
    const gate = createGate({ policy })
    for (const [name, Authorization] of Object.entries(wrong)) {
      const answer = await visit(gate, '/', { Authorization, Accept: 'text/html' })
      expect([name, answer]).toEqual([name, expected])
    }
  })

  test('quotes nothing of the request', async () => {
    const path = '/%3Cscript%3Ealert(1)%3C/script%3E?q=%3Cscript%3E'
    expect(await visit(createGate({ policy }), path, { Accept: 'text/html' })).toEqual(
      await refusals[401]({ Accept: 'text/html' }),
    )
  })
})

describe('the challenge', () => {
  const challengeOf = async (realm: string | undefined, headers = {}) => {
    const gate = createGate({ policy: { version: 1, ...(realm !== undefined && { realm }) } })
    return (await visit(gate, '/', headers))?.headers['www-authenticate']
  }
  // quoted-string and quoted-pair: RFC 9110 §5.6.4.
  const realms = [
    [undefined, '"Staging"'],
    ['Acme Shop', '"Acme Shop"'],
    ['say "hi"', '"say \\"hi\\""'],
    ['a\\b', '"a\\\\b"'],
    ['\\', '"\\\\"'],
    ['"', '"\\""'],
    ['\\"', '"\\\\\\""'],
    ['a", charset="x', '"a\\", charset=\\"x"'],
    [' ', '" "'],
    ["it's 100% & <b>, = ; $&$1", `"it's 100% & <b>, = ; $&$1"`],
  ] as const
  for (const [realm, quoted] of realms) {
    test(`for the realm ${realm ?? 'of the settings'}`, async () => {
      expect([
        await challengeOf(realm),
        await challengeOf(realm, { Authorization: 'Bearer x' }),
      ]).toEqual([`Basic realm=${quoted}, charset="UTF-8"`, `Bearer realm=${quoted}`])
    })
  }

  test('reads back as the realm', () => {
    const printable = fc.string({
      unit: fc.integer({ min: 32, max: 126 }).map((n) => String.fromCharCode(n)),
      minLength: 1,
    })
    return fc.assert(
      fc.asyncProperty(printable, async (realm) => {
        const value = (await challengeOf(realm)) ?? ''
        const [, content = ''] =
          /^Basic realm="((?:[^"\\]|\\.)*)", charset="UTF-8"$/.exec(value) ?? []
        expect(content.replace(/\\(.)/g, '$1')).toBe(realm)
      }),
      runs(100),
    )
  })

  test('of another scheme shows no box: Bearer, and the same answer else', async () => {
    const expected = await refusals[401]()
    for (const Authorization of [
      'Bearer x',
      'Digest username="a"',
      'Negotiate YII=',
      'Token x',
      'x',
    ]) {
      expect(await visit(createGate({ policy }), '/', { Authorization })).toEqual({
        ...expected,
        headers: { ...REFUSED, 'www-authenticate': 'Bearer realm="Staging"' },
      })
    }
  })

  test('stands on 401 alone', async () => {
    const answers = await Promise.all(Object.values(refusals).map((refuse) => refuse()))
    expect(answers.filter((answer) => answer && 'www-authenticate' in answer.headers).length).toBe(
      1,
    )
  })
})

describe('the log', () => {
  const refused = { level: 'info', event: 'refused' }
  const reasons = {
    'no credentials': [{}, { reason: 'no credentials', status: 401 }],
    'a wrong password': [
      { Authorization: basic('alice', 'x') },
      { reason: 'wrong credentials', status: 401 },
    ],
    'an unknown user-id': [
      { Authorization: basic('eve', 'x') },
      { reason: 'wrong credentials', status: 401 },
    ],
    'no credentials of RFC 7617': [
      { Authorization: 'Basic !' },
      { reason: 'wrong credentials', status: 401 },
    ],
    'another scheme': [{ Authorization: 'Bearer x' }, { reason: 'other scheme', status: 401 }],
    'a path not covered': [CLIENT, { reason: 'path not covered', status: 403, user: 'client' }],
  } as const
  for (const [name, [headers, why]] of Object.entries(reasons)) {
    test(`says why: ${name}`, async () => {
      await visit(createGate({ policy }), '/a/b?token=secret', headers)
      // `challenge` repeats what reason and status say; it may stand there.
      expect(log().map(({ challenge: _, ...line }: { challenge?: string }) => line)).toEqual([
        { ...refused, ...why, path: '/a/b' },
      ])
    })
  }

  test('says why: too many attempts, and no policy', async () => {
    await refusals[429]()
    await refusals[503]()
    expect(log()).toEqual([
      { ...refused, reason: 'too many attempts', status: 429, path: '/' },
      { ...refused, reason: 'no policy', status: 503, path: '/' },
    ])
  })

  test('says nothing of who is let in', async () => {
    const gate = createGate({ policy })
    await visit(gate, '/', ALICE)
    await visit(gate, '/open/a')
    expect(logged).toEqual([])
  })

  test('is one JSON line an event', async () => {
    await visit(createGate({ policy }), '/a%0Ab\u2028')
    expect(logged).toEqual([expect.stringMatching(/^info \{"source":"stagedoor",.*\}$/)])
    expect(logged.join().split('\n').length).toBe(1)
  })

  test('holds no password, no verifier and no field value', () => {
    // Long enough not to stand there by chance.
    const secret = fc.string({
      unit: fc.constantFrom(...'QXZ0189é£~'),
      minLength: 8,
      maxLength: 40,
    })
    const token = secret.map((text) => text.replace(/[^A-Z0-9]/g, 'W'))
    const scheme = fc.constantFrom('Basic', 'basic', 'Bearer', 'Digest', '')
    const user = fc.constantFrom('alice', 'client', 'nobody', 'a\0b')
    const authorization = fc.oneof(
      fc.tuple(user, secret).map(([userId, password]) => [basic(userId, password), password]),
      fc.tuple(scheme, token).map(([name, value]) => [`${name} ${value}`, value]),
      fc.tuple(user).map(([userId]) => [basic(userId, 'secret'), 'secret']),
    )
    const headers = fc.tuple(authorization, token, token)
    return fc.assert(
      fc.asyncProperty(headers, async ([[Authorization = '', password = ''], cookie, query]) => {
        logged.length = 0
        const asked = {
          Authorization,
          Cookie: `x=${cookie}`,
          'x-stagedoor-pass': cookie,
          'X-Other': cookie,
        }
        await visit(createGate({ policy }), `/a?q=${query}`, asked)
        const broken = { version: 1 as const, users: { alice: { verifier: cookie } }, realm: query }
        await visit(createGate({ policy: broken }), '/', asked)
        const text = logged.join('\n')
        const [, value = ''] = Authorization.split(' ')
        for (const never of [password, value, cookie, query].filter((part) => part.length > 5)) {
          expect(text).not.toContain(never)
        }
        for (const { verifier } of Object.values(policy.users ?? {})) {
          for (const part of verifier.split(':').slice(1)) expect(text).not.toContain(part)
        }
      }),
      runs(60),
    )
  })
})

describe('onDecision', () => {
  test('is told each decision, and the request', async () => {
    const told: unknown[] = []
    const gate = createGate({
      policy,
      onDecision: (decision, { url }) =>
        told.push([decision.admit, decision.reason, new URL(url).pathname]),
    })
    await visit(gate, '/a')
    await visit(gate, '/b', ALICE)
    await visit(gate, '/open/c')
    expect(told).toEqual([
      [false, 'no credentials', '/a'],
      [true, 'credentials', '/b'],
      [true, 'allowed', '/open/c'],
    ])
  })
})

describe('limiter', () => {
  test('is asked for each try of credentials, and for nothing else', async () => {
    const asked: unknown[] = []
    const gate = createGate({
      policy,
      limiter: async (_, userId) => {
        asked.push(userId)
        return userId !== 'eve'
      },
    })
    const answers = []
    for (const Authorization of [
      '',
      'Bearer x',
      'Basic !',
      basic('alice', 'secret'),
      basic('eve', 'x'),
    ]) {
      answers.push((await visit(gate, '/', { Authorization }))?.status)
    }
    answers.push((await visit(gate, '/open/a', { Authorization: basic('eve', 'x') }))?.status)
    expect({ asked, answers }).toEqual({
      asked: ['alice', 'eve'],
      answers: [401, 401, 401, 200, 429, 200],
    })
  })
})
