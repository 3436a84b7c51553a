/** Sessions: who has come in once is not asked again, for as long as the policy has them. And signing out. */

import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createGate } from '#gate'
import type { Gate } from '../../src/gate/gate.ts'
import {
  appSees,
  CORS,
  claimsOf,
  cookie,
  cookieOf,
  decode,
  identityOf,
  NAVIGATE,
  readToken,
  SECRET,
  SESSION_COOKIE,
  seconds,
  seenBy,
  sign,
  signInto,
} from './passes.ts'
import {
  ALICE,
  basic,
  beforeEachVisit,
  environment,
  environmentWith,
  log,
  outcome,
  type Policy,
  read,
  request,
  usersOf,
  verifierOf,
  visit,
} from './visit.ts'

beforeEachVisit()

const BOB = { Authorization: basic('bob', 'his own') }
const SIGN_OUT = '/.stagedoor/sign-out'
const TOKEN = String.raw`[\w-]+\.[\w-]+\.[\w-]{43}`
const BASIC = 'Basic realm="Staging", charset="UTF-8"'

let policy: Policy
beforeAll(async () => {
  const users = await usersOf({ alice: 'secret', bob: 'his own' })
  policy = { version: 1, users, allow: ['/open/**'] }
})
beforeEach(() => environmentWith(policy, { STAGEDOOR_SECRET: SECRET }))

/** The policy with another alice. */
const withAlice = (more: object): Policy => {
  const users = policy.users as { [userId: string]: { verifier: string } }
  return { ...policy, users: { ...users, alice: { ...users['alice'], ...more } as never } }
}

const overHttp = (headers: HeadersInit = {}) =>
  new Request('http://staging.example/', { headers: new Headers(headers) })

describe('a session begins', () => {
  test('with right credentials, over https', async () => {
    const answer = await visit(createGate(), '/', ALICE)
    expect(answer?.headers['set-cookie']).toMatch(
      RegExp(`^__Host-stagedoor=${TOKEN}; Path=/; Max-Age=43200; HttpOnly; Secure; SameSite=Lax$`),
    )
    const { value } = cookieOf(answer)
    expect(decode(value.split('.')[0] ?? '')).toEqual({ alg: 'HS256', typ: 'JWT' })
    const claims = await readToken(value)
    expect(claims).toMatchObject({ iss: 'stagedoor', sub: 'alice', use: 'session' })
    const { iat, exp, jti, fpr } = claims as { iat: number; exp: number; jti: string; fpr: string }
    expect([exp - iat, typeof jti, typeof fpr]).toEqual([43_200, 'string', 'string'])
    expect(Math.abs(seconds() - iat)).toBeLessThanOrEqual(60)
  })

  test('over plain http, under another name and without Secure', async () => {
    const answer = await visit(createGate(), overHttp(ALICE))
    expect(answer?.headers['set-cookie']).toMatch(
      RegExp(`^stagedoor=${TOKEN}; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax$`),
    )
  })

  test('for pages in another site’s frame, where STAGEDOOR_COOKIE says so', async () => {
    environmentWith(policy, { STAGEDOOR_SECRET: SECRET, STAGEDOOR_COOKIE: 'none' })
    expect([
      cookieOf(await visit(createGate(), '/', ALICE)).attributes,
      cookieOf(await visit(createGate(), overHttp(ALICE))).attributes,
    ]).toEqual([
      'Path=/; Max-Age=43200; HttpOnly; Secure; SameSite=None; Partitioned',
      'Path=/; Max-Age=43200; HttpOnly; SameSite=Lax',
    ])
  })

  const secrets = {
    'of 32 bytes': [SECRET, true],
    'of 16 characters that are 32 bytes': ['é'.repeat(16), true],
    'of 31 bytes': [SECRET.slice(1), false],
    'that is empty': ['', false],
    'that is not there': [undefined, false],
  } as const
  for (const [name, [secret, begins]] of Object.entries(secrets)) {
    test(`${begins ? '' : 'not '}with a secret ${name}`, async () => {
      environment({ STAGEDOOR_POLICY: JSON.stringify(policy), STAGEDOOR_SECRET: secret })
      const gate = createGate()
      const answers = [await visit(gate, '/', ALICE), await visit(gate, '/', ALICE)]
      expect(
        answers.map((answer) => [answer?.status, 'set-cookie' in (answer?.headers ?? {})]),
      ).toEqual([
        [200, begins],
        [200, begins],
      ])
      const said = [{ level: 'error', event: 'no passes', reason: expect.any(String) }]
      expect(log()).toEqual(secret?.length === 31 ? said : [])
    })
  }

  const modes = {
    navigate: true,
    cors: false,
    'no-cors': false,
    'same-origin': false,
    websocket: false,
  }
  for (const [mode, begins] of Object.entries(modes)) {
    test(`${begins ? '' : 'not '}with Sec-Fetch-Mode: ${mode}`, async () => {
      const answer = await visit(createGate(), '/', { ...ALICE, 'Sec-Fetch-Mode': mode })
      expect([answer?.status, cookieOf(answer).name !== '']).toEqual([200, begins])
    })
  }

  test('not where a good one of the same user came along', async () => {
    const gate = createGate()
    const token = await signInto(gate)
    const answer = await visit(gate, '/', { ...ALICE, ...cookie(token), ...NAVIGATE })
    expect([answer?.status, answer?.headers['set-cookie']]).toEqual([200, undefined])
  })

  test('anew where the one that came along is none any more', async () => {
    const gate = createGate()
    const old = await sign(claimsOf('session', { sub: 'alice', fpr: 'x' }))
    for (const token of [old, 'x', '', (await signInto(gate)).slice(1)]) {
      expect(cookieOf(await visit(gate, '/', { ...ALICE, ...cookie(token) })).name).toBe(
        SESSION_COOKIE,
      )
    }
  })

  // Browsers keep a cookie for frames apart from one of that name that is not. Both would come,
  // and of two neither counts.
  test('in place of one of either kind: the new one stands last, and alone', async () => {
    for (const [kind, others, own] of [
      ['lax', /SameSite=None; Partitioned$/, /SameSite=Lax$/],
      ['none', /SameSite=Lax$/, /SameSite=None; Partitioned$/],
    ] as const) {
      environmentWith(policy, { STAGEDOOR_SECRET: SECRET, STAGEDOOR_COOKIE: kind })
      const two = { Cookie: `${SESSION_COOKIE}=x; ${SESSION_COOKIE}=y`, ...ALICE }
      for (const headers of [{ ...cookie('x'), ...ALICE }, two]) {
        const cookies = (await createGate()(request('/', headers)))?.headers.getSetCookie() ?? []
        expect(cookies.at(-1)).toMatch(
          RegExp(`^${SESSION_COOKIE}=${TOKEN}; Path=/; Max-Age=43200; `),
        )
        expect(cookies.at(-1)).toMatch(own)
        for (const other of cookies.slice(0, -1)) {
          expect(other).toMatch(
            RegExp(`^${SESSION_COOKIE}=; Path=/; Max-Age=0; HttpOnly; Secure; `),
          )
          expect(other).toMatch(others)
        }
      }
    }
  })

  test('not for who is refused', async () => {
    environmentWith(withAlice({ paths: ['/pricing'] }), { STAGEDOOR_SECRET: SECRET })
    const gate = createGate()
    for (const headers of [{}, { Authorization: basic('alice', 'x') }, ALICE]) {
      const answer = await visit(gate, '/admin', headers)
      expect([answer?.status, answer?.headers['set-cookie']]).toEqual([
        headers === ALICE ? 403 : 401,
        undefined,
      ])
    }
  })

  test('beside the cookies of the app’s own middleware', async () => {
    const own = () =>
      new Response(null, { headers: { 'Set-Cookie': 'own=1', 'x-middleware-next': '1' } })
    const response = await createGate({ next: own })(request('/', ALICE))
    expect(response?.headers.getSetCookie()).toEqual([
      'own=1',
      expect.stringMatching(/^__Host-stagedoor=/),
    ])
  })
})

describe('a session', () => {
  test('lets every request through, alone', async () => {
    const gate = createGate()
    const headers = cookie(await signInto(gate))
    const answers = []
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'DELETE']) {
      for (const path of [
        '/',
        '/a%2Fb',
        '/_next/static/a.js',
        '/api/x?y=z',
        '/_next/data/b/i.json',
      ]) {
        for (const mode of [NAVIGATE, CORS, {}]) {
          answers.push(await outcome(gate, request(path, { ...headers, ...mode }, { method })))
        }
      }
    }
    expect(new Set(answers)).toEqual(new Set(['through']))
  })

  test('over plain http too', async () => {
    const gate = createGate()
    const { value } = cookieOf(await visit(gate, overHttp(ALICE)))
    expect(await outcome(gate, overHttp(cookie(value, 'stagedoor')))).toBe('through')
  })

  test('leaves the app its own Authorization', async () => {
    const gate = createGate()
    const headers = { ...cookie(await signInto(gate)), Authorization: 'Bearer of-the-app' }
    expect(await appSees(gate, headers)).toMatchObject({ authorization: 'Bearer of-the-app' })
    expect(await appSees(gate, headers, '/api/x', 'POST')).toMatchObject({
      authorization: 'Bearer of-the-app',
    })
  })

  test('is none of the app’s business: other cookies stay, in their order', async () => {
    const gate = createGate()
    const token = await signInto(gate)
    const ours = `${SESSION_COOKIE}=${token}`
    const rows = [
      [ours, undefined],
      [`a=1; ${ours}; b=2`, 'a=1; b=2'],
      [`${ours}; b=2; a=1`, 'b=2; a=1'],
      [`z="x y"; a=1; a=2; ${ours}`, 'z="x y"; a=1; a=2'],
      [`stagedoor=x; ${ours}; not-stagedoor=1`, 'not-stagedoor=1'],
      [`a=b=c; flag; ${ours}; e=`, 'a=b=c; flag; e='],
      // What the app's parser may take for ours, or what is ours once a field is cut at its ends.
      [`${ours}; \t${ours}`, undefined],
      [`a=1; ${ours}; \xa0${ours}; stagedoor =x; stagedoor`, 'a=1'],
    ] as const
    for (const [sent, seen] of rows) {
      for (const path of ['/', '/open/a']) {
        const answer = await visit(gate, path, { Cookie: sent })
        expect([sent, path, seenBy(answer)['cookie']]).toEqual([sent, path, seen])
      }
    }
    const answer = await visit(gate, '/open/a', { Cookie: 'a=1; stagedoor =x' })
    expect(seenBy(answer)['cookie']).toBe('a=1')
  })

  test('stays in a server action, which Next.js may send on to itself', async () => {
    const gate = createGate()
    const headers = {
      Cookie: `a=1; ${SESSION_COOKIE}=${await signInto(gate)}`,
      'Next-Action': '1a',
    }
    expect([
      await appSees(gate, headers, '/', 'POST'),
      await appSees(gate, headers, '/', 'GET'),
    ]).toEqual([
      expect.objectContaining({ cookie: headers.Cookie }),
      expect.objectContaining({ cookie: 'a=1' }),
    ])
  })

  test('ends after twelve hours', async () => {
    const gate = createGate()
    const headers = cookie(await signInto(gate))
    const began = Date.now()
    vi.setSystemTime(began + 43_000_000)
    const before = await outcome(gate, '/', headers)
    vi.setSystemTime(began + 43_200_000 + 61_000)
    expect([before, await outcome(gate, '/', headers)]).toEqual(['through', '401 Basic'])
  })

  test('is of this secret', async () => {
    const gate = createGate()
    const headers = cookie(await signInto(gate))
    const answers = []
    for (const secret of ['x'.repeat(32), `${SECRET} `, '', 'x']) {
      environmentWith(policy, { STAGEDOOR_SECRET: secret })
      answers.push(await outcome(gate, '/', headers))
    }
    expect(answers).toEqual(answers.map(() => '401 Basic'))
  })

  const ends = {
    'the password is another': async () =>
      withAlice({ verifier: await verifierOf('secret', 0, 8) }),
    'the user is removed': async () => ({ ...policy, users: await usersOf({ bob: 'his own' }) }),
    'the user has expired': async () => withAlice({ expires: '2020-01-01T00:00:00Z' }),
    'nobody is left': async () => ({ version: 1 }) as Policy,
  }
  for (const [name, change] of Object.entries(ends)) {
    test(`ends at once where ${name}`, async () => {
      const gate = createGate()
      const headers = cookie(await signInto(gate))
      const before = await outcome(gate, '/', headers)
      environmentWith(await change(), { STAGEDOOR_SECRET: SECRET })
      expect([before, await outcome(gate, '/', headers)]).toEqual(['through', '401 Basic'])
    })
  }

  test('ends at once where its id is revoked, and that of others does not', async () => {
    const gate = createGate()
    const token = await signInto(gate)
    const bobs = await signInto(gate, BOB)
    const { jti } = await readToken(token)
    environmentWith({ ...policy, revoked: ['x', jti as string] }, { STAGEDOOR_SECRET: SECRET })
    expect([
      await outcome(gate, '/', cookie(token)),
      await outcome(gate, '/', cookie(bobs)),
    ]).toEqual(['401 Basic', 'through'])
  })

  test('shows what the user may see now', async () => {
    const gate = createGate()
    const headers = cookie(await signInto(gate))
    const answers = [await outcome(gate, '/admin', headers)]
    environmentWith(withAlice({ paths: ['/pricing'] }), { STAGEDOOR_SECRET: SECRET })
    for (const path of ['/admin', '/pricing', '/_next/static/a.js']) {
      answers.push(await outcome(gate, path, headers))
    }
    answers.push(await outcome(gate, '/admin', { ...headers, Authorization: 'Bearer x' }))
    environmentWith(withAlice({ paths: ['/admin'] }), { STAGEDOOR_SECRET: SECRET })
    answers.push(await outcome(gate, '/admin', headers))
    expect(answers).toEqual(['through', '403', 'through', 'through', '403', 'through'])
  })

  test('gives the roles that the user has now', async () => {
    const gate = createGate()
    const headers = cookie(await signInto(gate))
    const roles = []
    for (const now of [undefined, ['viewer'], ['admin', 'viewer'], []]) {
      environmentWith(withAlice({ ...(now && { roles: now }) }), { STAGEDOOR_SECRET: SECRET })
      roles.push((await identityOf(gate, headers)) as object)
    }
    expect(roles.map((claims) => (claims as { roles?: string[] }).roles ?? [])).toEqual([
      [],
      ['viewer'],
      ['admin', 'viewer'],
      [],
    ])
  })

  test('of the two variables ends with the password, and with the user', async () => {
    const pair = (AUTH_USER: string, AUTH_PASSWORD: string) =>
      environment({ AUTH_USER, AUTH_PASSWORD, STAGEDOOR_SECRET: SECRET })
    pair('alice', 'secret')
    const gate = createGate()
    const headers = cookie(await signInto(gate))
    const answers = [await outcome(gate, '/', headers)]
    for (const [userId, password] of [
      ['alice', 'other'],
      ['alice', 'secret'],
      ['bob', 'secret'],
    ] as const) {
      pair(userId, password)
      answers.push(await outcome(gate, '/', headers))
    }
    expect(answers).toEqual(['through', '401 Basic', 'through', '401 Basic'])
  })

  test('is read of the name for its scheme alone', async () => {
    const gate = createGate()
    const token = await signInto(gate)
    const { value } = cookieOf(await visit(gate, overHttp(ALICE)))
    const names = ['stagedoor', '__host-stagedoor', '__Secure-stagedoor', '__HOST-STAGEDOOR', 'x']
    for (const name of names) {
      expect([name, await outcome(gate, '/', cookie(token, name))]).toEqual([name, '401 Basic'])
    }
    expect(await outcome(gate, overHttp(cookie(value, SESSION_COOKIE)))).toBe('401 Basic')
  })

  test('beside another cookie of its name is none, whichever is good', async () => {
    const gate = createGate()
    const good = `${SESSION_COOKIE}=${await signInto(gate)}`
    const bobs = `${SESSION_COOKIE}=${await signInto(gate, BOB)}`
    const others = [good, bobs, `${SESSION_COOKIE}=x`, `${SESSION_COOKIE}=`, SESSION_COOKIE]
    for (const other of others) {
      for (const Cookie of [`${good}; ${other}`, `${other}; a=1; ${good}`, `${other};${good}`]) {
        expect([Cookie, await outcome(gate, '/', { Cookie })]).toEqual([Cookie, '401 Basic'])
      }
    }
  })

  test('does not help wrong credentials', async () => {
    const gate = createGate()
    const headers = cookie(await signInto(gate))
    for (const Authorization of [
      basic('alice', 'x'),
      basic('bob', 'x'),
      basic('nobody', 'x'),
      'Basic !',
      'Basic',
    ]) {
      expect([Authorization, await outcome(gate, '/', { ...headers, Authorization })]).toEqual([
        Authorization,
        '401 Basic',
      ])
    }
  })

  test('gives way to the right credentials of somebody else', async () => {
    const gate = createGate()
    const headers = { ...cookie(await signInto(gate)), ...BOB }
    const answer = await visit(gate, '/', headers)
    const seen = seenBy(answer)
    expect([answer?.status, Object.keys(seen)]).toEqual([200, ['x-stagedoor-user']])
    expect([
      (await readToken(seen['x-stagedoor-user']))['sub'],
      (await readToken(cookieOf(answer).value))['sub'],
    ]).toEqual(['bob', 'bob'])
  })
})

describe('signing out', () => {
  const CLEARED = `${SESSION_COOKIE}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax`
  const PARTITIONED = CLEARED.replace('Lax', 'None; Partitioned')
  /** An answer, and all cookies that it sets. */
  const signOut = async (gate: Gate, headers: HeadersInit = {}, method = 'GET') => {
    const response = (await gate(request(SIGN_OUT, headers, { method }))) as Response
    return { cookies: response.headers.getSetCookie(), ...(await read(response)) }
  }
  const ways = {
    'a browser': [NAVIGATE, 'GET'],
    'a browser with credentials': [{ ...NAVIGATE, ...ALICE }, 'GET'],
    curl: [{}, 'GET'],
    'curl with credentials': [ALICE, 'GET'],
    'a form': [NAVIGATE, 'POST'],
    'a script, by POST': [CORS, 'POST'],
    'the app’s own token beside': [{ Authorization: 'Bearer x' }, 'POST'],
  } as const
  for (const [name, [headers, method]] of Object.entries(ways)) {
    test(`by ${name}: the cookie goes, and a challenge makes the browser forget`, async () => {
      const gate = createGate()
      const token = await signInto(gate)
      const answer = await signOut(gate, { ...cookie(token), ...headers }, method)
      expect([answer.status, answer.headers, answer.cookies]).toEqual([
        401,
        expect.objectContaining({
          'cache-control': 'no-store',
          vary: 'Authorization, Cookie',
          'www-authenticate': BASIC,
        }),
        expect.arrayContaining([CLEARED]),
      ])
    })
  }

  test('asks for the realm under which the credentials are kept', async () => {
    environmentWith({ ...policy, realm: 'Acme "1"' }, { STAGEDOOR_SECRET: SECRET })
    const gate = createGate()
    const [asked, out] = [await visit(gate, '/'), await visit(gate, SIGN_OUT, ALICE)]
    expect(out?.headers['www-authenticate']).toBe(asked?.headers['www-authenticate'])
  })

  test('takes away the cookie of its scheme', async () => {
    const made = new Request(`http://staging.example${SIGN_OUT}`)
    expect((await visit(createGate(), made))?.headers['set-cookie']).toBe(
      'stagedoor=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax',
    )
  })

  // A partitioned cookie is another one than the same without `Partitioned`, and in a frame of
  // another site a cookie that is Lax is not taken at all.
  test('takes away a partitioned cookie too', async () => {
    environmentWith(policy, { STAGEDOOR_SECRET: SECRET, STAGEDOOR_COOKIE: 'none' })
    expect((await signOut(createGate())).cookies).toEqual(
      expect.arrayContaining([CLEARED, PARTITIONED]),
    )
  })

  // The platform's bypass gives one where nothing else does.
  test('takes it away without STAGEDOOR_COOKIE too', async () => {
    expect((await signOut(createGate())).cookies).toContain(PARTITIONED)
  })

  const notMeant = {
    'the router’s prefetch': CORS,
    'a script': { 'Sec-Fetch-Mode': 'same-origin' },
    'an image': { 'Sec-Fetch-Mode': 'no-cors' },
    'a browser’s prefetch': { ...NAVIGATE, 'Sec-Purpose': 'prefetch' },
    'a browser’s prerendering': { ...NAVIGATE, 'Sec-Purpose': 'prefetch;prerender' },
  }
  for (const [name, headers] of Object.entries(notMeant)) {
    test(`is not done by ${name}`, async () => {
      const gate = createGate()
      const signedIn = { ...cookie(await signInto(gate)), ...headers }
      const answers = [await visit(gate, SIGN_OUT, signedIn), await visit(gate, SIGN_OUT, headers)]
      expect(answers.map((answer) => [answer?.status, answer?.headers['set-cookie']])).toEqual([
        [200, undefined],
        [401, undefined],
      ])
    })
  }

  test('stands at this address alone', async () => {
    const gate = createGate()
    const paths = [
      '/.stagedoor',
      '/.stagedoor/',
      '/.stagedoor/sign-out/x',
      '/x/.stagedoor/sign-out',
      '/sign-out',
      '/.stagedoor//sign-out',
      '/.stagedoor%2Fsign-out',
      '/.stagedoor/x',
    ]
    for (const path of paths) {
      const answer = await visit(gate, path)
      expect([path, answer?.status, answer?.headers['set-cookie']]).toEqual([path, 401, undefined])
    }
    expect(cookieOf(await visit(gate, `${SIGN_OUT}/`)).name).toBe(SESSION_COOKIE)
    expect(cookieOf(await visit(gate, `${SIGN_OUT}?a=b`)).name).toBe(SESSION_COOKIE)
    const nextUrl = { pathname: SIGN_OUT, basePath: '/shop', searchParams: new URLSearchParams() }
    const below = request(`/shop${SIGN_OUT}`, {}, { nextUrl })
    expect(cookieOf(await visit(gate, below)).name).toBe(SESSION_COOKIE)
  })

  test('has no body for HEAD', async () => {
    const response = await createGate()(request(SIGN_OUT, {}, { method: 'HEAD' }))
    expect(response && [(await read(response)).body, response.status]).toEqual(['', 401])
  })

  test('where visitors sign in by a page leads to it, and makes a browser forget what it holds', async () => {
    environmentWith(policy, { STAGEDOOR_SECRET: SECRET, STAGEDOOR_SIGN_IN: 'page' })
    const gate = createGate()
    const [page, box] = [
      await signOut(gate, { ...cookie(await signInto(gate)), ...NAVIGATE }),
      await signOut(gate, { ...ALICE, ...NAVIGATE }),
    ]
    expect([page.status, page.cookies, page.headers['www-authenticate'], page.body]).toEqual([
      401,
      expect.arrayContaining([CLEARED]),
      expect.stringMatching(/^Bearer /),
      expect.stringMatching(/You are signed out.*<form/s),
    ])
    expect([box.status, box.cookies, box.headers['www-authenticate']]).toEqual([
      401,
      expect.arrayContaining([CLEARED]),
      BASIC,
    ])
  })
})
