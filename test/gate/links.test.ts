/** Share links: a page for who has no account, for as long as the link says. */

import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createGate } from '#gate'
import {
  appSees,
  automationToken,
  CORS,
  claimsOf,
  cookie,
  cookieOf,
  identityOf,
  NAVIGATE,
  OTHER_SECRET,
  SECRET,
  SESSION_COOKIE,
  seconds,
  shareToken,
  sign,
  signInto,
} from './passes.ts'
import {
  ALICE,
  alicePolicy,
  basic,
  beforeEachVisit,
  environmentWith,
  outcome,
  type Policy,
  request,
  SITE,
  verifierOf,
  visit,
} from './visit.ts'

beforeEachVisit()

const CLIENT = { Authorization: basic('client', 'secret') }

let policy: Policy
beforeAll(async () => {
  policy = await alicePolicy({ allow: ['/open/**'] })
  const client = { verifier: await verifierOf('secret'), paths: ['/docs'] }
  Object.assign(policy.users ?? {}, { client })
})
let token: string
beforeEach(async () => {
  environmentWith(policy, { STAGEDOOR_SECRET: SECRET })
  token = await shareToken()
})

/** What an answer sends a browser to, and makes it keep. */
async function follow(path: string | Request, headers: HeadersInit = {}) {
  const answer = await visit(createGate(), path, headers)
  const location = answer?.headers['location']
  return {
    status: answer?.status,
    to: location === undefined ? undefined : new URL(location, SITE).href,
    cookie: cookieOf(answer).value,
  }
}

describe('a link', () => {
  test('becomes a cookie, and the same address without it', async () => {
    vi.setSystemTime(1_800_000_000_000)
    const link = await shareToken({ exp: seconds() + 1234 })
    const answer = await visit(createGate(), `/pricing?a=1&stagedoor=${link}&b=2`, NAVIGATE)
    const location = answer?.headers['location'] ?? ''
    expect({ ...answer, location: new URL(location, SITE).href }).toEqual({
      status: 303,
      location: `${SITE}/pricing?a=1&b=2`,
      headers: {
        'cache-control': 'no-store',
        location,
        'referrer-policy': 'no-referrer',
        'set-cookie': `${SESSION_COOKIE}=${link}; Path=/; Max-Age=1234; HttpOnly; Secure; SameSite=Lax`,
        vary: 'Authorization, Cookie',
        'x-robots-tag': 'noindex, nofollow',
      },
      body: '',
    })
  })

  test('is kept for no longer than it is good', async () => {
    vi.setSystemTime(1_800_000_000_900)
    const now = seconds()
    for (const left of [2, 59, 86_400]) {
      const link = await shareToken({ iat: now, exp: now + left })
      const { attributes } = cookieOf(await visit(createGate(), `/pricing?stagedoor=${link}`))
      const [, age] = /Max-Age=(\d+)/.exec(attributes) ?? []
      expect([left, Number(age) <= left - 0.9, Number(age) >= left - 2]).toEqual([left, true, true])
    }
  })

  test('leaves the other parameters as they came, in their order', async () => {
    const rows = [
      ['?stagedoor=T', ''],
      ['?stagedoor=T&a=1', '?a=1'],
      ['?a=1&stagedoor=T', '?a=1'],
      ['?b=2&a=1&stagedoor=T&a=0', '?b=2&a=1&a=0'],
      ['?q=%20+%2B&stagedoor=T&c&d=', '?q=%20+%2B&c&d='],
      ['?q=caf%C3%A9%2F&stagedoor=T&x=a=b', '?q=caf%C3%A9%2F&x=a=b'],
      ['?not-stagedoor=1&stagedoor=T&stagedoors=2', '?not-stagedoor=1&stagedoors=2'],
    ] as const
    for (const [before, after] of rows) {
      const { status, to } = await follow(`/pricing${before.replace('T', token)}`)
      expect([before, status, to]).toEqual([before, 303, `${SITE}/pricing${after}`])
    }
  })

  test('keeps the base path', async () => {
    const url = `/shop/pricing?stagedoor=${token}`
    const nextUrl = { pathname: '/pricing', basePath: '/shop', searchParams: new URLSearchParams() }
    expect(await follow(request(url, {}, { nextUrl }))).toEqual({
      status: 303,
      to: `${SITE}/shop/pricing`,
      cookie: token,
    })
  })

  // A location of this path, without the host before it, names another host.
  test('never leads to a path that names a host', async () => {
    const everywhere = await shareToken({ paths: undefined })
    for (const path of [
      '//evil.example/',
      '///evil.example/a',
      '/\\evil.example',
      '/.//evil.example',
    ]) {
      const { to } = await follow(`${path}?stagedoor=${everywhere}`)
      expect([path, to]).toEqual([path, undefined])
    }
  })

  test('is asked for by HEAD as by GET', async () => {
    const asked = request(`/pricing?stagedoor=${token}`, {}, { method: 'HEAD' })
    const answer = await visit(createGate(), asked)
    expect([answer?.status, answer?.body]).toEqual([303, ''])
  })

  test('in what is posted is none', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const url = `/pricing?stagedoor=${token}`
      expect(await follow(request(url, {}, { method }))).toEqual({
        status: 401,
        to: undefined,
        cookie: '',
      })
      const signedIn = request(url, ALICE, { method })
      expect((await follow(signedIn)).status).toBe(200)
    }
  })

  test('on a path that is public is kept too', async () => {
    const link = await shareToken({ paths: ['/pricing', '/open/**'] })
    expect(await follow(`/open/a?stagedoor=${link}`)).toEqual({
      status: 303,
      to: `${SITE}/open/a`,
      cookie: link,
    })
  })

  test('lets nobody in by itself: what comes of it is the cookie', async () => {
    let calls = 0
    const gate = createGate({ next: () => void calls++ })
    await visit(gate, `/pricing?stagedoor=${token}`)
    expect(calls).toBe(0)
  })

  const now = seconds()
  const none = {
    'that has expired': () => shareToken({ iat: now - 900, exp: now - 300 }),
    'that was altered': async () => `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`,
    'with claims of another': async () => {
      const [head, , signature] = token.split('.')
      const [, payload] = (await shareToken({ paths: ['/**'] })).split('.')
      return `${head}.${payload}.${signature}`
    },
    'that was revoked': () => shareToken({ jti: 'gone' }),
    'to another path': () => shareToken({ paths: ['/other', '/pricing/*'] }),
    'to no path': () => shareToken({ paths: [] }),
    'of another secret': () => shareToken({}, OTHER_SECRET),
    'that is a session': () => signInto(createGate()),
    'that is an automation pass': () => automationToken(),
    'that is an identity': () => sign(claimsOf('identity', { sub: 'alice' })),
    'that is nothing': async () => '',
    'that is something else': async () => 'https://evil.example/?a=b&stagedoor',
  }
  for (const [name, make] of Object.entries(none)) {
    test(`${name} is as if it were not there`, async () => {
      environmentWith({ ...policy, revoked: ['gone'] }, { STAGEDOOR_SECRET: SECRET })
      const url = `/pricing?stagedoor=${await make()}`
      const session = cookie(await signInto(createGate()))
      const refused = { status: 401, to: undefined, cookie: '' }
      // Who is in, or needs not to be, is sent on where it might be a pass: the app has no use for it.
      const admitted = (path: string) =>
        /^[^.]+=[^.]+\.[^.]+\.[^.]+$/.test(url)
          ? { ...refused, status: 303, to: SITE + path }
          : { ...refused, status: 200 }
      expect([
        await follow(url, NAVIGATE),
        await follow(url, CORS),
        await follow(url, session),
        await follow(url.replace('/pricing', '/open/a')),
      ]).toEqual([refused, refused, admitted('/pricing'), admitted('/open/a')])
      expect(await visit(createGate(), url, NAVIGATE)).toEqual(
        await visit(createGate(), '/pricing', NAVIGATE),
      )
    })
  }

  test('does not take away a session that sees the page', async () => {
    const gate = createGate()
    const alices = await signInto(gate)
    expect(await follow(`/pricing?stagedoor=${token}`, cookie(alices))).toEqual({
      status: 303,
      to: `${SITE}/pricing`,
      cookie: '',
    })
  })

  test('comes in place of a session that does not', async () => {
    const gate = createGate()
    const clients = cookieOf(await visit(gate, '/docs', CLIENT)).value
    const before = await outcome(gate, '/pricing', cookie(clients))
    const { cookie: kept } = await follow(`/pricing?stagedoor=${token}`, cookie(clients))
    expect([clients !== '', before, kept]).toEqual([true, '403', token])
  })

  test('without a secret is none', async () => {
    environmentWith(policy, { STAGEDOOR_SECRET: SECRET.slice(1) })
    expect((await follow(`/pricing?stagedoor=${token}`)).status).toBe(401)
    environmentWith(policy)
    expect((await follow(`/pricing?stagedoor=${await shareToken({}, '\0')}`)).status).toBe(401)
  })

  test('is for a frame in another site, where STAGEDOOR_COOKIE says so', async () => {
    environmentWith(policy, { STAGEDOOR_SECRET: SECRET, STAGEDOOR_COOKIE: 'none' })
    const { attributes } = cookieOf(await visit(createGate(), `/pricing?stagedoor=${token}`))
    expect(attributes).toMatch(/; HttpOnly; Secure; SameSite=None; Partitioned$/)
  })
})

describe('the cookie of a link', () => {
  const nextUrl = (pathname: string) => ({
    pathname,
    basePath: '',
    searchParams: new URLSearchParams(),
  })
  const ask = (path: string, headers: HeadersInit = {}, method = 'GET', next?: object) =>
    outcome(
      createGate(),
      request(path, { ...cookie(token), ...headers }, { method, ...(next && { nextUrl: next }) }),
    )

  const opened = [
    '/pricing',
    '/pricing/',
    '/pricing?_rsc=1a2b',
    '/_next/static/chunks/a.js',
    '/_next/static/css/a.css',
    '/_next/image?url=https%3A%2F%2Fcdn.example%2Fa&w=64&q=75',
  ]
  for (const path of opened) {
    test(`opens ${path}`, async () => {
      expect([
        await ask(path, NAVIGATE),
        await ask(path, CORS),
        await ask(path, {}, 'HEAD'),
      ]).toEqual(['through', 'through', 'through'])
    })
  }

  test('opens the page’s data, which Next.js has named by the page', async () => {
    const data = '/_next/data/build/pricing.json'
    expect([
      await ask(data, CORS, 'GET', nextUrl('/pricing')),
      await ask(data.replace('pricing', 'admin'), CORS, 'GET', nextUrl('/admin')),
      await ask(data, CORS),
    ]).toEqual(['through', '403', '403'])
  })

  const shut = [
    '/',
    '/admin',
    '/pricing/a',
    '/Pricing',
    '/pricing2',
    '/pricing%2F..%2Fadmin',
    '/admin?stagedoor=x',
    '/api/users',
    '/api/users.json',
    '/admin.rsc',
    '/admin/a%2Epng',
    '/admin%2Fa.png',
    '/admin/..;/a.png',
    '/admin//a.png',
    '/admin?a.png',
    '/admin;a.png/x',
    '/apng',
    '/png',
    '/_next/data/build/a.png',
    // Perhaps no file, but what a dynamic route makes of that.
    '/logo.svg',
    '/orders/5.png',
    '/site.css',
    '/_next/image?url=%2Flogo.svg&w=64&q=75',
    '/_next/image?url=%2Fadmin&w=64&q=75',
    '/_next/image?url=%2Fapi%2Fusers&w=64&q=75',
    '/_next/image?url=%2F%2Fevil.example%2Fa.png',
  ]
  for (const path of shut) {
    test(`does not open ${path}: a visitor may sign in, a script may not ask`, async () => {
      expect([
        await ask(path, NAVIGATE),
        await ask(path, { Accept: 'text/html' }),
        await ask(path, CORS),
        await ask(path, { Accept: '*/*' }),
      ]).toEqual(['401 Basic', '401 Basic', '403', '403'])
    })
  }

  test('answers elsewhere as to anybody', async () => {
    expect(await visit(createGate(), '/admin', { ...cookie(token), ...NAVIGATE })).toEqual(
      await visit(createGate(), '/admin', NAVIGATE),
    )
  })

  test('opens images of other hosts for reading only', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      for (const path of ['/_next/image?url=https%3A%2F%2Fcdn.example%2Fa', '/admin']) {
        expect([method, path, await ask(path, CORS, method)]).toEqual([method, path, '403'])
        expect(await ask(path, NAVIGATE, method)).not.toBe('through')
      }
    }
  })

  test('opens what its rules say, methods too', async () => {
    token = await shareToken({ paths: ['GET /pricing', '/docs/**'] })
    expect([
      await ask('/pricing', CORS),
      await ask('/pricing', CORS, 'POST'),
      await ask('/docs/a/b', CORS, 'POST'),
    ]).toEqual(['through', '403', 'through'])
  })

  test('ends when the link does, and when it is revoked', async () => {
    const answers = [await ask('/pricing')]
    environmentWith({ ...policy, revoked: ['id-of-share'] }, { STAGEDOOR_SECRET: SECRET })
    answers.push(await ask('/pricing'))
    environmentWith(policy, { STAGEDOOR_SECRET: SECRET })
    vi.setSystemTime(Date.now() + 3_600_000 + 61_000)
    answers.push(await ask('/pricing'))
    expect(answers).toEqual(['through', '401 Basic', '401 Basic'])
  })

  test('gives way to who signs in, whom it opens its page beside', async () => {
    const gate = createGate()
    const shared = cookie(token)
    const client = { ...shared, ...CLIENT }
    expect([
      await outcome(gate, '/admin', { ...shared, ...ALICE }),
      cookieOf(await visit(gate, '/admin', { ...shared, ...ALICE, ...NAVIGATE })).name,
      await outcome(gate, '/docs', client),
      // Neither opens it.
      await outcome(gate, '/admin', client),
      // The link opens what the user's paths do not.
      await outcome(gate, '/pricing', client),
    ]).toEqual(['through', SESSION_COOKIE, 'through', '403', 'through'])
  })

  test('is none of the app’s business, which is told whose it is', async () => {
    const headers = { Cookie: `a=1; ${SESSION_COOKIE}=${token}`, Authorization: 'Bearer x' }
    expect(await appSees(createGate(), headers, '/pricing')).toEqual({
      authorization: 'Bearer x',
      cookie: 'a=1',
      'x-stagedoor-user': expect.any(String),
    })
    expect(await identityOf(createGate(), headers, '/pricing')).toMatchObject({
      sub: 'share:client',
    })
  })

  test('loses Next-Url, which would show the page inside one that is not shared', async () => {
    const headers = { ...cookie(token), 'Next-Url': '/admin', rsc: '1' }
    expect(await appSees(createGate(), headers, '/pricing')).toEqual({
      rsc: '1',
      'x-stagedoor-user': expect.any(String),
    })
  })
})
