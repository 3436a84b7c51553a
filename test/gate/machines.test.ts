/** Machines: automation passes, and the platform's own secret for automation. */

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
  seenBy,
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
  visit,
} from './visit.ts'

beforeEachVisit()

let policy: Policy
let token: string
beforeAll(async () => {
  policy = await alicePolicy({ allow: ['/open/**'] })
})
beforeEach(async () => {
  environmentWith(policy, { STAGEDOOR_SECRET: SECRET })
  token = await automationToken()
})

/** The ways in which a machine shows its pass. */
const carriers = {
  'x-stagedoor-pass': (pass: string) => ({ 'x-stagedoor-pass': pass }),
  Bearer: (pass: string) => ({ Authorization: `Bearer ${pass}` }),
  bearer: (pass: string) => ({ Authorization: `bearer ${pass}` }),
  BEARER: (pass: string) => ({ Authorization: `BEARER  ${pass}` }),
}

describe('an automation pass', () => {
  for (const [name, carry] of Object.entries(carriers)) {
    test(`as ${name} lets through, and the app does not see it`, async () => {
      for (const path of ['/', '/admin', '/a%2Fb', '/_next/static/a.js']) {
        expect([
          path,
          await appSees(createGate(), { ...carry(token), 'x-own': '1' }, path),
        ]).toEqual([path, { 'x-own': '1', 'x-stagedoor-user': expect.any(String) }])
      }
      expect(await identityOf(createGate(), carry(token))).toMatchObject({ sub: 'automation:ci' })
    })

    test(`as ${name} begins no session`, async () => {
      const answer = await visit(createGate(), '/', { ...carry(token), ...NAVIGATE })
      expect([answer?.status, answer?.headers['set-cookie']]).toEqual([200, undefined])
    })

    test(`as ${name} opens its paths, with any of their methods`, async () => {
      const limited = carry(await automationToken({ paths: ['/api/**', 'POST /hook'] }))
      const ask = (path: string, method = 'GET') =>
        visit(createGate(), request(path, limited, { method }))
      const answers = [
        await ask('/api/x', 'DELETE'),
        await ask('/hook', 'POST'),
        await ask('/hook'),
        await ask('/admin'),
        await ask('/a.png'),
        await ask('/open/a'),
      ]
      expect(
        answers.map((answer) => [answer?.status, answer?.headers['www-authenticate']]),
      ).toEqual([200, 200, 403, 403, 403, 200].map((status) => [status, undefined]))
    })

    const wrong = {
      'a link': () => shareToken({ paths: ['/**'] }),
      'a session': () => signInto(createGate()),
      'an identity': () => sign(claimsOf('identity', { sub: 'alice' })),
      'of another secret': () => automationToken({}, OTHER_SECRET),
      revoked: () => automationToken({ jti: 'gone' }),
    }
    for (const [what, make] of Object.entries(wrong)) {
      test(`as ${name} that is ${what} is refused`, async () => {
        environmentWith({ ...policy, revoked: ['gone'] }, { STAGEDOOR_SECRET: SECRET })
        const answer = await outcome(createGate(), '/pricing', carry(await make()))
        expect(answer).toBe(name === 'x-stagedoor-pass' ? '401 Basic' : '401 Bearer')
      })
    }
  }

  test('beside the app’s own Authorization leaves that to the app', async () => {
    for (const Authorization of ['Bearer of.the.app', basic('app', 'own'), 'Digest a="b"']) {
      const headers = { 'x-stagedoor-pass': token, Authorization }
      expect(await appSees(createGate(), headers)).toEqual({
        authorization: Authorization,
        'x-stagedoor-user': expect.any(String),
      })
    }
  })

  test('counts by either way, where the other is none', async () => {
    const headers = { 'x-stagedoor-pass': 'x', Authorization: `Bearer ${token}` }
    expect(await appSees(createGate(), headers)).toEqual({ 'x-stagedoor-user': expect.any(String) })
  })

  test('that is none does not stand in the way of credentials or a session', async () => {
    const gate = createGate()
    const session = cookie(await signInto(gate))
    expect([
      await outcome(gate, '/', { 'x-stagedoor-pass': 'x', ...ALICE }),
      await outcome(gate, '/', { 'x-stagedoor-pass': 'x', ...session }),
    ]).toEqual(['through', 'through'])
  })

  test('stays in a server action, which Next.js may send on to itself', async () => {
    const headers = { Authorization: `Bearer ${token}`, 'Next-Action': '1a' }
    expect(await appSees(createGate(), headers, '/', 'POST')).toMatchObject({
      authorization: headers.Authorization,
    })
  })

  test('of others is the app’s: a token that is not ours goes to it untouched', async () => {
    const gate = createGate()
    const foreign = await sign({ iss: 'app', sub: 'x', exp: 4e9 }, { secret: OTHER_SECRET })
    const headers = { ...cookie(await signInto(gate)), Authorization: `Bearer ${foreign}` }
    expect(await appSees(gate, headers)).toMatchObject({ authorization: `Bearer ${foreign}` })
    expect(await appSees(gate, { Authorization: `Bearer ${foreign}` }, '/open/a')).toEqual({
      authorization: `Bearer ${foreign}`,
    })
  })

  test('without a secret is none', async () => {
    environmentWith(policy)
    for (const carry of Object.values(carriers)) {
      expect(await outcome(createGate(), '/', carry(token))).toMatch(/^401/)
      expect(await outcome(createGate(), '/', carry(await automationToken({}, '\0')))).toMatch(
        /^401/,
      )
    }
  })

  test('ends', async () => {
    const before = await outcome(createGate(), '/', carriers.Bearer(token))
    vi.setSystemTime(Date.now() + 3_600_000 + 61_000)
    expect([before, await outcome(createGate(), '/', carriers.Bearer(token))]).toEqual([
      'through',
      '401 Bearer',
    ])
  })
})

describe('the platform’s bypass', () => {
  const NAME = 'x-vercel-protection-bypass'
  const SET = 'x-vercel-set-bypass-cookie'
  const BYPASS = 'bYpAsS0fTheP1atf0rm0123456789abc'
  const set = (bypass?: string, more = {}) =>
    environmentWith(policy, {
      STAGEDOOR_SECRET: SECRET,
      ...(bypass !== undefined && { VERCEL_AUTOMATION_BYPASS_SECRET: bypass }),
      ...more,
    })
  beforeEach(() => set(BYPASS))

  test('lets through by its header, which the app does not see', async () => {
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const headers = { [NAME]: BYPASS, [SET]: 'false', Authorization: 'Bearer x', 'x-own': '1' }
      expect(await appSees(createGate(), headers, '/admin', method)).toEqual({
        authorization: 'Bearer x',
        'x-own': '1',
      })
    }
  })

  test('lets through by its parameter', async () => {
    for (const query of [`?${NAME}=${BYPASS}`, `?a=1&${NAME}=${BYPASS}&b=2`]) {
      for (const method of ['GET', 'POST', 'HEAD']) {
        expect(await outcome(createGate(), request(`/admin${query}`, {}, { method }))).toBe(
          'through',
        )
      }
    }
  })

  test('needs no secret of ours, and then keeps nothing', async () => {
    environmentWith(policy, { VERCEL_AUTOMATION_BYPASS_SECRET: BYPASS })
    const answer = await visit(createGate(), '/', { [NAME]: BYPASS, [SET]: 'true' })
    expect([answer?.status, answer?.headers['set-cookie']]).toEqual([200, undefined])
  })

  const wrong = [
    '',
    'x',
    BYPASS.slice(1),
    `${BYPASS}x`,
    BYPASS.toLowerCase(),
    `${BYPASS}, ${BYPASS}`,
  ]
  for (const value of wrong) {
    test(`that is wrong is as if it were not there: ${JSON.stringify(value)}`, async () => {
      const gate = createGate()
      const session = cookie(await signInto(gate))
      const query = `/?${NAME}=${encodeURIComponent(value)}&${SET}=true`
      expect([
        await outcome(gate, '/', { [NAME]: value, [SET]: 'true' }),
        await outcome(gate, query),
        cookieOf(await visit(gate, query, CORS)).name,
        await outcome(gate, '/', { [NAME]: value, ...ALICE }),
        await outcome(gate, query, session),
      ]).toEqual(['401 Basic', '401 Basic', '', 'through', 'through'])
    })
  }

  for (const none of [undefined, '']) {
    test(`is not there where the platform’s secret is ${JSON.stringify(none)}`, async () => {
      set(none)
      for (const value of ['', 'undefined', 'null', 'x']) {
        expect([
          await outcome(createGate(), '/', { [NAME]: value, [SET]: 'true' }),
          await outcome(createGate(), `/?${NAME}=${value}&${SET}=true`),
          await outcome(createGate(), `/?${NAME}`),
        ]).toEqual(['401 Basic', '401 Basic', '401 Basic'])
      }
    })
  }

  const kinds = [
    ['true', {}, 'HttpOnly; Secure; SameSite=Lax'],
    ['samesitenone', {}, 'HttpOnly; Secure; SameSite=None; Partitioned'],
  ] as const
  for (const [wish, env, attributes] of kinds) {
    test(`keeps a cookie by ${SET}: ${wish} ${JSON.stringify(env)}`, async () => {
      set(BYPASS, env)
      const gate = createGate()
      const byHeader = await visit(gate, '/', { [NAME]: BYPASS, [SET]: wish })
      const url = `/a?x=1&${NAME}=${BYPASS}&${SET}=${wish}&y=%20`
      const byQuery = await visit(gate, url, NAVIGATE)
      const location = byQuery?.headers['location'] ?? ''
      expect([byHeader?.status, byHeader?.headers['location']]).toEqual([200, undefined])
      expect(byQuery?.headers).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
      })
      expect([byQuery?.status, new URL(location, SITE).href]).toEqual([303, `${SITE}/a?x=1&y=%20`])
      for (const answer of [byHeader, byQuery]) {
        const kept = cookieOf(answer)
        expect(kept.name).toBe(SESSION_COOKIE)
        expect(kept.attributes).toMatch(RegExp(`^Path=/; Max-Age=\\d+; ${attributes}$`))
        expect(kept.value).not.toContain(BYPASS)
        expect(await outcome(gate, '/admin', cookie(kept.value))).toBe('through')
        expect(await outcome(gate, '/api/x', { ...cookie(kept.value), ...CORS })).toBe('through')
      }
    })
  }

  test('keeps no cookie unless asked to', async () => {
    for (const wish of ['false', '', '1', 'TRUE?', 'none']) {
      const answer = await visit(createGate(), '/', { [NAME]: BYPASS, [SET]: wish })
      expect([wish, answer?.status, answer?.headers['set-cookie']]).toEqual([wish, 200, undefined])
    }
    expect((await visit(createGate(), '/', { [SET]: 'true' }))?.headers['set-cookie']).toBe(
      undefined,
    )
  })

  test('does not redirect what is posted', async () => {
    const url = `/a?${NAME}=${BYPASS}&${SET}=true`
    const answer = await visit(createGate(), request(url, {}, { method: 'POST' }))
    expect([answer?.status, cookieOf(answer).name]).toEqual([200, SESSION_COOKIE])
  })

  // A location of this path, without the host before it, names another host.
  test('leads to no path that names a host', async () => {
    for (const path of ['//evil.example/', '/\\evil.example', '/.//evil.example']) {
      const url = `${path}?${NAME}=${BYPASS}&${SET}=true`
      const answer = await visit(createGate(), url, NAVIGATE)
      expect([path, answer?.headers['location']]).toEqual([path, undefined])
    }
  })

  test('has a cookie that dies with its secret', async () => {
    const gate = createGate()
    const kept = cookie(cookieOf(await visit(gate, '/', { [NAME]: BYPASS, [SET]: 'true' })).value)
    const answers = [await outcome(gate, '/', kept)]
    for (const other of [`${BYPASS}2`, '', undefined]) {
      set(other)
      answers.push(await outcome(gate, '/', kept))
    }
    set(BYPASS)
    answers.push(await outcome(gate, '/', kept))
    expect(answers).toEqual(['through', '401 Basic', '401 Basic', '401 Basic', 'through'])
  })

  test('has a cookie that a signed pass in its place does not stand for', async () => {
    const claims = { sub: 'bypass', fpr: 'x'.repeat(43) }
    expect(await outcome(createGate(), '/', cookie(await automationToken(claims)))).toBe(
      '401 Basic',
    )
  })

  test('tells the app of nobody', async () => {
    const answer = await visit(createGate(), '/', { [NAME]: BYPASS, 'x-stagedoor-user': 'alice' })
    expect(seenBy(answer)).toEqual({})
  })
})
