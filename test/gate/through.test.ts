/** What goes through, to the last header field, alone and around the app's own middleware. See docs/nextjs.md. */

import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createGate } from '#gate'
import type { Gate, GateOptions } from '../../src/gate/gate.ts'
import { runs, wellFormed } from './runs.ts'
import {
  ALICE,
  alicePolicy,
  basic,
  beforeEachVisit,
  environmentWith,
  type Policy,
  read,
  request,
  SITE,
  visit,
} from './visit.ts'

beforeEachVisit()

let policy: Policy
beforeAll(async () => {
  policy = await alicePolicy({ allow: ['/open/**', '/open.png'] })
})

/** What everything that goes through carries. */
const GATED = {
  'cache-control': 'private, no-cache',
  'cdn-cache-control': 'no-store',
  vary: 'Authorization, Cookie',
  'x-robots-tag': 'noindex, nofollow',
}
const GOES_ON = { ...GATED, 'x-middleware-next': '1' }
const through = (headers: object) => ({ status: 200, headers, body: '' })

describe('a request that goes through', () => {
  test('loses the credentials that the gate consumed, and keeps the rest', async () => {
    const headers = {
      Accept: 'text/html',
      Cookie: 'a=1; b=2',
      ...ALICE,
      'X-Own': 'x, y',
      'Next-Url': '/a',
    }
    expect(await visit(createGate({ policy }), '/?a=b', headers)).toEqual(
      through({
        ...GOES_ON,
        'x-middleware-override-headers': 'accept,cookie,next-url,x-own',
        'x-middleware-request-accept': 'text/html',
        'x-middleware-request-cookie': 'a=1; b=2',
        'x-middleware-request-next-url': '/a',
        'x-middleware-request-x-own': 'x, y',
      }),
    )
  })

  test('with credentials alone has none left', async () => {
    expect(await visit(createGate({ policy }), '/', ALICE)).toEqual(
      through({ ...GOES_ON, 'x-middleware-override-headers': '' }),
    )
  })

  test('loses what only the gate may say', async () => {
    const forged = {
      'X-Stagedoor-User': 'alice',
      'x-stagedoor-role': 'admin',
      'X-STAGEDOOR-': 'x',
      'x-stage': '1',
    }
    const kept = { 'x-middleware-override-headers': 'x-stage', 'x-middleware-request-x-stage': '1' }
    const gate = createGate({ policy })
    expect([
      await visit(gate, '/', { ...ALICE, ...forged }),
      await visit(gate, '/open', forged),
    ]).toEqual([through({ ...GOES_ON, ...kept }), through({ ...GOES_ON, ...kept })])
  })

  test('to a public path keeps the credentials of the app', async () => {
    const gate = createGate({ policy })
    const answers = []
    for (const headers of [
      {},
      { Authorization: 'Bearer x' },
      { Authorization: basic('app', 'own') },
      { Accept: '*/*' },
    ]) {
      answers.push(await visit(gate, '/open/a', headers))
    }
    // Nothing to take away, so nothing is overridden.
    expect(answers).toEqual(answers.map(() => through(GOES_ON)))
  })

  test('to a public path loses Next-Url, which would show it inside another page', async () => {
    const headers = { 'Next-Url': '/admin', rsc: '1', Authorization: 'Bearer x' }
    expect(await visit(createGate({ policy }), '/open/a', headers)).toEqual(
      through({
        ...GOES_ON,
        'x-middleware-override-headers': 'authorization,rsc',
        'x-middleware-request-authorization': 'Bearer x',
        'x-middleware-request-rsc': '1',
      }),
    )
  })

  test('of a user with paths loses Next-Url, which would show it inside a page that is not theirs', async () => {
    const { alice } = policy.users as { alice: { verifier: string } }
    const users = { alice: { ...alice, paths: ['/pricing/**'] } }
    const headers = { ...ALICE, 'Next-Url': '/feed', rsc: '1' }
    const answer = await visit(createGate({ policy: { version: 1, users } }), '/pricing', headers)
    expect(answer).toEqual(
      through({
        ...GOES_ON,
        'x-middleware-override-headers': 'rsc',
        'x-middleware-request-rsc': '1',
      }),
    )
  })

  test('keeps field values that are not ASCII', async () => {
    const answer = await visit(createGate({ policy }), '/', { ...ALICE, 'x-own': 'caf\u00e9' })
    expect(answer?.headers['x-middleware-request-x-own']).toBe('caf\u00e9')
  })

  const caching = [
    ['/', {}, 'private, no-cache'],
    ['/_next/static/chunks/main-1a2b.js', {}, 'private, max-age=31536000, immutable'],
    [
      '/_next/static/chunks/main-1a2b.js',
      { NODE_ENV: 'development', STAGEDOOR: 'on' },
      'private, no-cache',
    ],
    ['/_next/static/', {}, 'private, max-age=31536000, immutable'],
    ['/_next/staticx/a.js', {}, 'private, no-cache'],
    ['/_next//static/a.js', {}, 'private, no-cache'],
    ['/_next/data/build/index.json', {}, 'private, no-cache'],
    ['/x/_next/static/a.js', {}, 'private, no-cache'],
    ['/favicon.ico', {}, 'private, no-cache'],
  ] as const
  for (const [path, env, cacheControl] of caching) {
    test(`${path}${'NODE_ENV' in env ? ' under next dev' : ''} is kept as ${cacheControl}`, async () => {
      environmentWith({ ...policy, allow: ['/_next/static/**'] }, env)
      const answers = [
        await visit(createGate(), path, ALICE),
        await visit(createGate({ policy }), path, ALICE),
      ]
      expect(answers.map((answer) => answer?.headers['cache-control'])).toEqual([
        cacheControl,
        cacheControl,
      ])
    })
  }

  test('of an image goes to the file itself, without the credentials: it may be on another host', async () => {
    const url = '/_next/image?url=%2Fa.png%3Fv%3D1&w=64&q=75'
    const answer = await visit(createGate({ policy }), url, { ...ALICE, Accept: 'image/png' })
    expect(answer).toEqual(
      through({
        ...GATED,
        'x-middleware-rewrite': `${SITE}/a.png?v=1`,
        'x-middleware-override-headers': 'accept',
        'x-middleware-request-accept': 'image/png',
      }),
    )
  })

  test('of a server action keeps the credentials, because Next.js may send it on to itself', async () => {
    const headers = { ...ALICE, 'Next-Action': '1a2b', 'x-stagedoor-user': 'eve' }
    const asked = new Request(`${SITE}/`, { method: 'POST', headers })
    expect(await visit(createGate({ policy }), asked)).toEqual(
      through({
        ...GOES_ON,
        'x-middleware-override-headers': 'authorization,next-action',
        'x-middleware-request-authorization': ALICE.Authorization,
        'x-middleware-request-next-action': '1a2b',
      }),
    )
  })

  test('of a server action is one by POST only', async () => {
    const headers = { ...ALICE, 'Next-Action': '1a2b' }
    expect(await visit(createGate({ policy }), '/', headers)).toEqual(
      through({
        ...GOES_ON,
        'x-middleware-override-headers': 'next-action',
        'x-middleware-request-next-action': '1a2b',
      }),
    )
  })

  test('of an image elsewhere goes on to the optimiser', async () => {
    const answer = await visit(
      createGate({ policy }),
      '/_next/image?url=https%3A%2F%2Fx.example%2Fa.png',
      ALICE,
    )
    expect([answer?.headers['x-middleware-next'], answer?.headers['x-middleware-rewrite']]).toEqual(
      ['1', undefined],
    )
  })

  test('is never sent to another origin', () => {
    const piece = fc.constantFrom(
      '/',
      '\\',
      '//',
      '@',
      ':',
      'evil.example',
      'a.png',
      '%2f',
      '%5c',
      '\t',
      '\n',
      '.',
      '..',
      '?',
      '#',
      'http:',
      ' ',
    )
    const source = fc.array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 8 })
    const gate = createGate({ policy: { ...policy, allow: ['/**'] } })
    return fc.assert(
      fc.asyncProperty(source, fc.boolean(), async (parts, slash) => {
        const url = encodeURIComponent(wellFormed((slash ? '/' : '') + parts.join('')))
        const answer = await visit(gate, `/_next/image?url=${url}&w=64&q=75`, ALICE)
        const rewrite = answer?.headers['x-middleware-rewrite'] ?? SITE
        expect(new URL(rewrite).origin).toBe(SITE)
      }),
      runs(300),
    )
  })
})

describe("around the app's own middleware", () => {
  type Next = (request: Request) => unknown
  const around = (next: Next, more: Partial<Policy> = {}) =>
    createGate({ policy: { ...policy, ...more }, next: next as GateOptions['next'] & {} })
  const next = (headers: HeadersInit = {}) => {
    const response = new Response(null, { headers })
    response.headers.set('x-middleware-next', '1')
    return response
  }
  const headersOf = async (gate: Gate, headers: HeadersInit = ALICE, path = '/') =>
    (await visit(gate, path, headers))?.headers

  test('it sees neither our credentials nor what only the gate may say', async () => {
    const seen: unknown[] = []
    const gate = around((asked) => void seen.push(Object.fromEntries(asked.headers)))
    await visit(gate, '/', { ...ALICE, 'x-stagedoor-user': 'eve', 'x-own': 'a' })
    await visit(gate, '/open', {
      Authorization: 'Bearer x',
      'x-stagedoor-user': 'eve',
      'next-url': '/a',
    })
    expect(seen).toEqual([{ 'x-own': 'a' }, { authorization: 'Bearer x' }])
  })

  test('it gets the request that Next.js made, and the event', async () => {
    const seen: unknown[] = []
    const [asked, event] = [request('/', ALICE), { waitUntil() {} }]
    await createGate({ policy, next: (...given) => void seen.push(...given) })(asked, event)
    expect([seen[0] === asked, seen[1] === event]).toEqual([true, true])
  })

  test('it is not called for who is refused', async () => {
    let calls = 0
    const gate = around(() => void calls++)
    const asked = [{}, { Authorization: basic('alice', 'x') }, { Authorization: 'Bearer x' }]
    for (const headers of asked) await visit(gate, '/', headers)
    await visit(createGate({ next: () => void calls++ }), '/')
    expect(calls).toBe(0)
  })

  test.each([undefined, null])('%s goes on', async (nothing) => {
    const override = { 'x-middleware-override-headers': '' }
    expect(
      await visit(
        around(() => nothing),
        '/',
        ALICE,
      ),
    ).toEqual(through({ ...GOES_ON, ...override }))
  })

  test('its response headers go on with what the gate adds', async () => {
    const own = next({
      'x-own': 'a',
      Vary: 'Accept',
      'X-Robots-Tag': 'all',
      'Cache-Control': 'public, max-age=60',
    })
    expect(
      await visit(
        around(() => own),
        '/open',
      ),
    ).toEqual(through({ ...GOES_ON, vary: 'Accept, Authorization, Cookie', 'x-own': 'a' }))
  })

  const caching = [
    ['private', 'private'],
    ['private, max-age=60', 'private, max-age=60'],
    ['Private, Max-Age=60', 'Private, Max-Age=60'],
    ['no-store', 'no-store'],
    ['max-age=0, no-store, must-revalidate', 'max-age=0, no-store, must-revalidate'],
    ['public, max-age=60', 'private, no-cache'],
    ['s-maxage=31536000, stale-while-revalidate', 'private, no-cache'],
    ['max-age=60', 'private, no-cache'],
    ['', 'private, no-cache'],
    ['no-cache', 'private, no-cache'],
    // For the fields it names alone: RFC 9111 §5.2.2.7.
    ['private="set-cookie", s-maxage=60', 'private, no-cache'],
    // Other directives: §5.2.3.
    ['x-private, s-maxage=60', 'private, no-cache'],
    ['s-maxage=60, ext="private"', 'private, no-cache'],
  ] as const
  for (const [own, cacheControl] of caching) {
    test(`its Cache-Control ${own || 'that is empty'} becomes ${cacheControl}`, async () => {
      const headers = await headersOf(around(() => next({ 'Cache-Control': own })))
      expect(headers?.['cache-control']).toBe(cacheControl)
    })
  }

  test('a rewrite stays, and the app gets the request without our credentials', async () => {
    const rewrite = new Response(null, { headers: { 'x-middleware-rewrite': `${SITE}/b` } })
    expect(
      await visit(
        around(() => rewrite),
        '/a',
        { ...ALICE, 'x-own': '1' },
      ),
    ).toEqual(
      through({
        ...GATED,
        'x-middleware-rewrite': `${SITE}/b`,
        'x-middleware-override-headers': 'x-own',
        'x-middleware-request-x-own': '1',
      }),
    )
  })

  test('a rewrite of its own comes before ours of an image', async () => {
    const rewrite = new Response(null, { headers: { 'x-middleware-rewrite': `${SITE}/own.png` } })
    const headers = await headersOf(
      around(() => rewrite),
      ALICE,
      '/_next/image?url=%2Fa.png',
    )
    expect(headers?.['x-middleware-rewrite']).toBe(`${SITE}/own.png`)
  })

  test('a redirect stays as it is', async () => {
    const answer = await visit(
      around(() => Response.redirect(`${SITE}/login?a=b`, 307)),
      '/',
      ALICE,
    )
    expect(answer).toEqual({
      status: 307,
      headers: { ...GATED, location: `${SITE}/login?a=b` },
      body: '',
    })
  })

  test('a response of its own stays as it is', async () => {
    const own = () =>
      Response.json({ a: 1 }, { status: 418, statusText: 'Teapot', headers: { 'x-own': 'a' } })
    const response = await around(own)(request('/', ALICE))
    expect([response?.statusText, response && (await read(response))]).toEqual([
      'Teapot',
      {
        status: 418,
        headers: { ...GATED, 'content-type': 'application/json', 'x-own': 'a' },
        body: '{"a":1}',
      },
    ])
  })

  test.each([204, 205, 304])('a response without a body stays: %i', async (status) => {
    expect(
      await visit(
        around(() => new Response(null, { status })),
        '/',
        ALICE,
      ),
    ).toEqual({
      status,
      headers: GATED,
      body: '',
    })
  })

  test('a stream stays a stream', async () => {
    const stream = () =>
      new Response(new Blob(['a', 'b']).stream(), { headers: { 'Content-Type': 'text/plain' } })
    expect((await visit(around(stream), '/', ALICE))?.body).toBe('ab')
  })

  test('cookies stay apart, all of them', async () => {
    const own = next()
    const cookies = ['a=1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'b=2; HttpOnly', 'a=3']
    for (const cookie of cookies) own.headers.append('Set-Cookie', cookie)
    const response = await around(() => own)(request('/', ALICE))
    expect(response?.headers.getSetCookie()).toEqual(cookies)
  })

  test('overrides of its own are the ones that count', async () => {
    const gate = around((asked) => {
      const headers = new Headers(asked.headers)
      headers.set('x-tenant', 'acme')
      const names = [...headers.keys()]
      const own = next({ 'x-middleware-override-headers': names.join(',') })
      for (const [name, value] of headers) own.headers.set(`x-middleware-request-${name}`, value)
      return own
    })
    const forged = { ...ALICE, 'x-stagedoor-user': 'eve', 'x-own': 'a' }
    expect(await headersOf(gate, forged)).toEqual({
      ...GOES_ON,
      'x-middleware-override-headers': 'x-own,x-tenant',
      'x-middleware-request-x-own': 'a',
      'x-middleware-request-x-tenant': 'acme',
    })
  })

  test('credentials of its own for the app stay', async () => {
    const own = () =>
      next({
        'x-middleware-override-headers': 'authorization',
        'x-middleware-request-authorization': 'Bearer own',
      })
    expect(await headersOf(around(own))).toEqual({
      ...GOES_ON,
      'x-middleware-override-headers': 'authorization',
      'x-middleware-request-authorization': 'Bearer own',
    })
  })

  test('a promise is waited for, and an error is its own', async () => {
    const later = around(async () => next({ 'x-own': 'later' }))
    expect((await headersOf(later))?.['x-own']).toBe('later')
    const failing = around(() => {
      throw new RangeError('own')
    })
    await expect(failing(request('/', ALICE))).rejects.toThrow(new RangeError('own'))
  })

  test('under open it answers alone', async () => {
    const own = new Response('own')
    expect(await around(() => own, { open: true })(request('/'))).toBe(own)
  })
})
