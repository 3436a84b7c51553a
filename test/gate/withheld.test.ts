/** What the app must not get of a request, and what somebody else may have put into it. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createGate } from '#gate'
import {
  appSees,
  automationToken,
  cookie,
  cookieOf,
  decode,
  NAVIGATE,
  SECRET,
  SESSION_COOKIE,
  shareToken,
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

const BYPASS = 'bYpAsS0fTheP1atf0rm0123456789abc'
const HEADERS = { 'x-vercel-protection-bypass': BYPASS, 'x-vercel-set-bypass-cookie': 'true' }
const ENVIRONMENT = { STAGEDOOR_SECRET: SECRET, VERCEL_AUTOMATION_BYPASS_SECRET: BYPASS }

let policy: Policy
beforeAll(async () => {
  policy = await alicePolicy({ allow: ['/open/**'], ips: ['203.0.113.7'] })
  const client = { verifier: await verifierOf('password'), paths: ['/pricing'] }
  Object.assign(policy.users ?? {}, { client })
})
beforeEach(() => environmentWith(policy, ENVIRONMENT))

describe('a cookie that a sibling site has set', () => {
  // Browsers refuse others a name that starts with `__Host-`, and not one that starts with these.
  for (const [name, space] of Object.entries({ 'U+00A0': '\xA0', 'a vertical tab': '\v' })) {
    test(`after ${name} is not ours`, async () => {
      const planted = `${space}${SESSION_COOKIE}=${await shareToken({ paths: ['/**'] })}`
      const gate = createGate()
      const own = `${SESSION_COOKIE}=${await signInto(gate)}`
      expect([
        await outcome(gate, '/', { Cookie: `a=b; ${planted}` }),
        await outcome(gate, '/', { Cookie: `a=b; ${planted}; ${own}` }),
      ]).toEqual(['401 Basic', 'through'])
    })
  }
})

describe('the platform’s secret', () => {
  const shown = ['x-vercel-protection-bypass', 'x-vercel-set-bypass-cookie']

  test('is taken out, whatever admits', async () => {
    const gate = createGate()
    const bypass = cookieOf(await visit(gate, '/', { ...HEADERS, ...NAVIGATE })).value
    const ways = {
      'the header itself': {},
      'the cookie for it': cookie(bypass),
      'a session': cookie(await signInto(gate)),
      'a link’s cookie': cookie(await shareToken()),
      'a machine’s pass': { 'x-stagedoor-pass': await automationToken() },
      credentials: ALICE,
    }
    for (const [way, headers] of Object.entries(ways)) {
      const seen = await appSees(gate, { a: 'b', ...headers, ...HEADERS }, '/pricing')
      expect([way, seen]).toEqual([way, expect.objectContaining({ a: 'b' })])
      expect([way, Object.keys(seen as object).filter((name) => shown.includes(name))]).toEqual([
        way,
        [],
      ])
    }
    const open = await appSees(gate, { a: 'b', ...HEADERS }, '/open/a')
    expect(open).toEqual({ a: 'b' })
  })

  test('stays where it is another: the app may speak to other deployments', async () => {
    const other = { 'x-vercel-protection-bypass': 'of another deployment' }
    expect(await appSees(createGate(), { ...ALICE, ...other })).toMatchObject(other)
  })

  test('leaves the address of a browser that has a pass', async () => {
    const gate = createGate()
    const url = `/a?b=c&x-vercel-protection-bypass=${BYPASS}&d=e`
    const bypass = cookieOf(await visit(gate, '/', { ...HEADERS, ...NAVIGATE })).value
    for (const headers of [cookie(bypass), cookie(await signInto(gate))]) {
      const answer = await visit(gate, url, headers)
      expect([answer?.status, answer?.headers['location']]).toEqual([303, `${SITE}/a?b=c&d=e`])
    }
    expect(await outcome(gate, request(url, cookie(bypass), { method: 'POST' }))).toBe('through')
  })

  test('that is wrong gives nobody the pass for it', async () => {
    const wrong = '/pricing?x-vercel-protection-bypass=wrong&x-vercel-set-bypass-cookie=true'
    const client = { Authorization: basic('client', 'password'), ...NAVIGATE }
    const answers = [
      await visit(createGate(), wrong, client),
      await visit(createGate(), '/pricing', {
        ...client,
        ...HEADERS,
        [shown[0] as string]: 'wrong',
      }),
    ]
    for (const answer of answers) {
      const { value } = cookieOf(answer)
      expect(decode(value.split('.')[1] as string)).toMatchObject({ sub: 'client', use: 'session' })
    }
  })

  test('makes nobody somebody, by its cookie neither', async () => {
    const gate = createGate()
    const bypass = cookieOf(await visit(gate, '/', { ...HEADERS, ...NAVIGATE })).value
    for (const headers of [HEADERS, cookie(bypass), { ...HEADERS, ...cookie(bypass) }]) {
      expect(await appSees(gate, { a: 'b', ...headers })).toEqual({ a: 'b' })
    }
    // Beside the app's own Basic, which keeps the cookie from being what admits.
    const app = { authorization: basic('of the', 'app') }
    expect(await appSees(gate, { ...app, ...HEADERS, ...cookie(bypass) })).toEqual(app)
  })
})

describe('a pass of ours in Authorization', () => {
  test('is taken out wherever the request may go', async () => {
    const gate = createGate()
    environmentWith(policy, { ...ENVIRONMENT, STAGEDOOR_IP_HEADER: 'x-client' })
    const ours = { Authorization: `Bearer ${await automationToken()}`, a: 'b' }
    const elsewhere = { ...ours, Authorization: `Bearer ${await automationToken({ paths: [] })}` }
    const office = { 'x-client': '203.0.113.7' }
    expect([
      await appSees(gate, ours, '/open/a'),
      await appSees(gate, elsewhere, '/open/a'),
      await appSees(gate, { ...elsewhere, ...office }),
      await appSees(gate, { ...elsewhere, ...HEADERS }),
    ]).toEqual([{ a: 'b' }, { a: 'b' }, { a: 'b', ...office }, { a: 'b' }])
  })

  test('is the app’s where it is not ours', async () => {
    const app = { Authorization: 'Bearer of the app' }
    expect(await appSees(createGate(), app, '/open/a')).toEqual({
      authorization: app.Authorization,
    })
  })
})

describe('a link in an address that it does not open', () => {
  test('is taken out of it for who is in otherwise', async () => {
    const url = `/admin?a=b&stagedoor=${await shareToken()}`
    for (const headers of [ALICE, cookie(await signInto(createGate()))]) {
      const answer = await visit(createGate(), url, headers)
      const { status, headers: fields } = answer ?? { headers: {} as { [name: string]: string } }
      expect([status, fields['location']]).toEqual([303, `${SITE}/admin?a=b`])
      expect(fields['set-cookie'] ?? '').not.toContain('share')
    }
  })
})

describe('the app’s own middleware', () => {
  /** As `NextRequest`: it has read the cookies before, and writes the field anew from those. */
  function nextRequest(field: string, site = SITE): Request {
    const made = new Request(site, { headers: { Cookie: field } })
    const cookies = new Map(field.split('; ').map((pair) => pair.split('=') as [string, string]))
    const write = (_done: unknown) =>
      made.headers.set('Cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    return Object.assign(made, {
      cookies: {
        get: (name: string) => cookies.get(name),
        getAll: () => [...cookies.keys()].map((name) => ({ name })),
        set: (name: string, value: string) => write(cookies.set(name, value)),
        delete: (name: string) => write(cookies.delete(name)),
      },
    })
  }
  type Cookies = { get(name: string): unknown; set(name: string, value: string): void }

  test('does not see the pass among the cookies that Next.js has read, and cannot put it back', async () => {
    let seen: unknown
    const gate = createGate({
      next(asked) {
        const { cookies } = asked as Request & { cookies: Cookies }
        seen = [asked.headers.get('Cookie'), cookies.get(SESSION_COOKIE), cookies.get('a')]
        cookies.set('c', 'd')
        seen = [...(seen as unknown[]), asked.headers.get('Cookie')]
        return undefined
      },
    })
    const session = await signInto(createGate())
    await gate(nextRequest(`a=b; ${SESSION_COOKIE}=${session}`))
    expect(seen).toEqual(['a=b', undefined, 'b', 'a=b; c=d'])
  })

  test.each(['\t', '\xa0'])('does not see it after other white space either: %j', async (space) => {
    let seen: unknown
    const next = (asked: Request) => {
      const { cookies } = asked as Request & { cookies: Cookies }
      cookies.set('c', 'd')
      seen = asked.headers.get('Cookie')
      return undefined
    }
    const session = await signInto(createGate())
    const ours = `${SESSION_COOKIE}=${session}`
    await createGate({ next })(nextRequest(`a=b; ${ours}; ${space}${ours}`))
    expect(seen).toBe('a=b; c=d')
  })

  test('gets no field of cookies where ours was the only one', async () => {
    let seen: unknown
    const next = (asked: Request) => {
      seen = asked.headers.has('Cookie')
      return undefined
    }
    const field = `${SESSION_COOKIE}=${await signInto(createGate())}`
    const answer = await createGate({ next })(nextRequest(field))
    const list = answer?.headers.get('x-middleware-override-headers')?.split(',')
    expect([seen, list]).toEqual([false, ['x-stagedoor-user']])
  })

  test('keeps a cookie whose name only ends like ours', async () => {
    const read: unknown[] = []
    const next = (asked: Request) => {
      const { cookies } = asked as Request & { cookies: Cookies }
      read.push(asked.headers.get('Cookie'), cookies.get('stagedoor'), cookies.get('not-stagedoor'))
      return undefined
    }
    const field = `not-stagedoor=1; stagedoor=${await signInto(createGate())}`
    await createGate({ next })(nextRequest(field, 'http://staging.example/'))
    expect(read).toEqual(['not-stagedoor=1', undefined, '1'])
  })
})

test('a field of ours that has no value is no less another’s', async () => {
  const seen = await appSees(createGate(), { 'x-stagedoor-user': '', a: 'b' }, '/open/page')
  expect(seen).toEqual({ a: 'b' })
})
