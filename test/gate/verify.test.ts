/** Users whom somebody else's sign-in knows: the option `verify`. */

import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createGate } from '#gate'
import type { GateOptions } from '../../src/gate/gate.ts'
import {
  cookie,
  cookieOf,
  identityOf,
  NAVIGATE,
  readToken,
  SECRET,
  SESSION_COOKIE,
  signInto,
} from './passes.ts'
import {
  ALICE,
  alicePolicy,
  basic,
  beforeEachVisit,
  environmentWith,
  log,
  logged,
  outcome,
  type Policy,
  SITE,
  usersOf,
  visit,
} from './visit.ts'

type Verify = GateOptions['verify'] & {}

beforeEachVisit()

const CAROL = { Authorization: basic('carol', 'of the backend') }

let policy: Policy
beforeAll(async () => {
  policy = await alicePolicy({ allow: ['/open/**'] })
})
beforeEach(() => environmentWith(policy, { STAGEDOOR_SECRET: SECRET }))

/** Every call of a `verify` that knows carol. */
let asked: string[]
beforeEach(() => {
  asked = []
})
const knowsCarol =
  (answer: Awaited<ReturnType<Verify>> = true): Verify =>
  async (userId, password) => {
    asked.push(`${userId} ${password}`)
    return userId === 'carol' && password === 'of the backend' && answer
  }
const withVerify = (verify: Verify = knowsCarol(), more: GateOptions = {}) =>
  createGate({ verify, ...more })

describe('verify', () => {
  test('lets in whom it knows, with a session', async () => {
    const gate = withVerify()
    const answer = await visit(gate, '/', { ...CAROL, ...NAVIGATE })
    const { name, value, attributes } = cookieOf(answer)
    expect([answer?.status, name, attributes, asked]).toEqual([
      200,
      SESSION_COOKIE,
      'Path=/; Max-Age=43200; HttpOnly; Secure; SameSite=Lax',
      ['carol of the backend'],
    ])
    expect(await readToken(value)).toMatchObject({ sub: 'carol', use: 'session' })
    expect(await outcome(gate, '/admin', cookie(value))).toBe('through')
    expect(asked.length).toBe(1)
  })

  const no = [false, null, undefined, 0, ''] as (boolean | null | undefined)[]
  for (const nothing of no) {
    test(`that answers ${JSON.stringify(nothing)} refuses as a wrong password does`, async () => {
      const gate = withVerify(() => nothing)
      expect(await visit(gate, '/', CAROL)).toEqual(
        await visit(createGate(), '/', { Authorization: basic('alice', 'x') }),
      )
    })
  }

  test('gets what was sent, the user-id and the password in Normalization Form C', async () => {
    const calls: unknown[] = []
    const gate = withVerify((...given) => {
      calls.push(...given)
      return true
    })
    const sent = new Request(`${SITE}/a`, {
      headers: { Authorization: basic('jose\u0301', 'p:a\u0308') },
    })
    await gate(sent)
    expect([calls.slice(0, 2), calls[2] === sent]).toEqual([['jos\u00e9', 'p:\u00e4'], true])
  })

  test('is not asked about a user of the policy, whose password alone counts', async () => {
    const gate = withVerify(() => {
      asked.push('x')
      return true
    })
    expect([
      await outcome(gate, '/', ALICE),
      await outcome(gate, '/', { Authorization: basic('alice', 'x') }),
      asked,
    ]).toEqual(['through', '401 Basic', []])
  })

  test('is asked about nothing but credentials that can be', async () => {
    const gate = withVerify()
    for (const Authorization of ['', 'Bearer x', 'Basic !', `Basic ${btoa('carol')}`]) {
      await visit(gate, '/', { Authorization })
    }
    await visit(gate, '/open/a', CAROL)
    expect(asked).toEqual([])
  })

  test('is asked once by requests that come at once', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const gate = withVerify(async (...given) => {
      await held
      return knowsCarol()(...given)
    })
    const answers = ['/', '/a', '/b.css', '/c.js'].map((path) => outcome(gate, path, CAROL))
    const wrong = outcome(gate, '/', { Authorization: basic('carol', 'x') })
    await new Promise((resolve) => setTimeout(resolve, 1))
    release()
    expect([await Promise.all(answers), await wrong, asked.sort()]).toEqual([
      ['through', 'through', 'through', 'through'],
      '401 Basic',
      ['carol of the backend', 'carol x'],
    ])
  })

  test('is remembered where it said yes, and only there', async () => {
    const gate = withVerify()
    for (let i = 0; i < 3; i++) expect(await outcome(gate, '/', CAROL)).toBe('through')
    expect(asked).toEqual(['carol of the backend'])
    for (let i = 0; i < 2; i++) {
      expect(await outcome(gate, '/', { Authorization: basic('carol', 'x') })).toBe('401 Basic')
    }
    expect(asked.slice(1)).toEqual(['carol x', 'carol x'])
    expect(await outcome(gate, '/', CAROL)).toBe('through')
    expect(asked.length).toBe(3)
  })

  test('is not remembered for ever', async () => {
    let knows = true
    const gate = withVerify(() => knows)
    const before = await outcome(gate, '/', CAROL)
    knows = false
    vi.setSystemTime(Date.now() + 3_600_000)
    expect([before, await outcome(gate, '/', CAROL)]).toEqual(['through', '401 Basic'])
  })

  test('says what the user may see', async () => {
    const gate = withVerify(knowsCarol({ paths: ['/pricing/**', 'POST /hook'] }))
    const token = cookieOf(await visit(gate, '/pricing/a', CAROL)).value
    for (const headers of [CAROL, cookie(token)]) {
      expect([
        await outcome(gate, '/pricing/a', headers),
        await outcome(gate, '/_next/static/a.js', headers),
        await outcome(gate, '/hook', headers),
        await outcome(gate, '/admin', headers),
      ]).toEqual(['through', 'through', '403', '403'])
    }
  })

  test('with no paths at all shows nothing', async () => {
    const gate = withVerify(knowsCarol({ paths: [] }))
    expect(await outcome(gate, '/', CAROL)).toBe('403')
  })

  test('says which roles the user has, for as long as the session lasts', async () => {
    const gate = withVerify(knowsCarol({ roles: ['admin', 'viewer'] }))
    const identities = [
      await identityOf(gate, CAROL),
      await identityOf(gate, cookie(await signInto(gate, CAROL))),
    ]
    expect(identities).toEqual(
      identities.map(() => expect.objectContaining({ sub: 'carol', roles: ['admin', 'viewer'] })),
    )
  })

  test('gives a session that is none on a gate without it, or where the policy has the name', async () => {
    const token = await signInto(withVerify(), CAROL)
    const ask = (gate = createGate()) => outcome(gate, '/', cookie(token))
    const answers = [await ask(withVerify()), await ask()]
    environmentWith(
      { ...policy, users: await usersOf({ carol: 'another' }) },
      { STAGEDOOR_SECRET: SECRET },
    )
    answers.push(await ask(withVerify()), await ask())
    expect(answers).toEqual(['through', '401 Basic', '401 Basic', '401 Basic'])
  })

  test('does not bring back a session of a user whom the policy had', async () => {
    const token = await signInto(createGate())
    environmentWith({ version: 1 }, { STAGEDOOR_SECRET: SECRET })
    expect(
      await outcome(
        withVerify(() => true),
        '/',
        cookie(token),
      ),
    ).toBe('401 Basic')
  })

  test('gives a session that can be revoked', async () => {
    const token = await signInto(withVerify(), CAROL)
    const { jti } = await readToken(token)
    environmentWith({ ...policy, revoked: [jti as string] }, { STAGEDOOR_SECRET: SECRET })
    expect(await outcome(withVerify(), '/', cookie(token))).toBe('401 Basic')
  })

  test('without a secret lets in without a session', async () => {
    environmentWith(policy)
    const answer = await visit(withVerify(), '/', CAROL)
    expect([answer?.status, answer?.headers['set-cookie']]).toEqual([200, undefined])
  })

  test('does not stand in for a policy', async () => {
    environmentWith({ version: 2 } as never, { STAGEDOOR_SECRET: SECRET })
    expect([await outcome(withVerify(), '/', CAROL), asked]).toEqual(['503', []])
  })

  test('is behind the limiter', async () => {
    const gate = withVerify(knowsCarol(), { limiter: () => false })
    expect([await outcome(gate, '/', CAROL), asked]).toEqual(['429', []])
  })

  test('serves the sign-in page too', async () => {
    environmentWith(policy, { STAGEDOOR_SECRET: SECRET, STAGEDOOR_SIGN_IN: 'page' })
    const post = (password: string, gate = withVerify()) => {
      const body = new URLSearchParams({ user: 'carol', password, to: '/a' }).toString()
      const headers = { 'Sec-Fetch-Site': 'same-origin' }
      return visit(
        gate,
        new Request(`${SITE}/.stagedoor/sign-in`, { method: 'POST', body, headers }),
      )
    }
    const broken = withVerify(() => {
      throw new Error()
    })
    const [right, wrong, failed] = [
      await post('of the backend'),
      await post('x'),
      await post('x', broken),
    ]
    expect([
      right?.status,
      cookieOf(right).name,
      wrong?.status,
      failed?.status,
      failed?.headers['set-cookie'],
    ]).toEqual([303, SESSION_COOKIE, 401, 503, undefined])
  })
})

describe('a verify that fails', () => {
  const MESSAGE = 'postgres://user:PASSWORD@host'
  const fails: { [name: string]: [Verify, string] } = {
    throws: [
      () => {
        throw new TypeError(MESSAGE)
      },
      'TypeError',
    ],
    rejects: [() => Promise.reject(new RangeError(MESSAGE)), 'RangeError'],
    'throws a text': [() => Promise.reject(MESSAGE), 'string'],
    'throws nothing': [() => Promise.reject(undefined), 'undefined'],
    'answers with a path that is no rule': [
      () => ({ paths: ['/a', 'b'] }),
      'answer.paths[1] is not valid',
    ],
    'answers with an empty path': [() => ({ paths: [''] }), 'answer.paths[0] is not valid'],
    'answers with paths that are texts of another kind': [
      () => ({ paths: [1] }) as never,
      'answer.paths[0] is not valid',
    ],
    'answers with paths that are a text': [
      () => ({ paths: '/a' }) as never,
      'answer.paths is not valid',
    ],
  }
  for (const [name, [verify, reason]] of Object.entries(fails)) {
    test(`${name}: 503, and a line that quotes nothing`, async () => {
      const answer = await visit(withVerify(verify), '/', CAROL)
      expect([
        answer?.status,
        answer?.headers['set-cookie'],
        answer?.headers['www-authenticate'],
      ]).toEqual([503, undefined, undefined])
      expect(log()).toEqual([
        { level: 'error', event: 'verify failed', reason },
        { level: 'info', event: 'refused', path: '/', reason: 'verify failed', status: 503 },
      ])
      expect(logged.join() + answer?.body).not.toMatch(/postgres|PASSWORD/)
    })
  }

  test('to answer is waited for no longer than five seconds', async () => {
    vi.useFakeTimers()
    const gate = withVerify(() => new Promise(() => {}))
    let answer = 'waits'
    const asking = outcome(gate, '/', CAROL).then((given) => (answer = given))
    await vi.advanceTimersByTimeAsync(4_900)
    const before = answer
    await vi.advanceTimersByTimeAsync(200)
    await asking
    expect([before, answer, log()[0]]).toEqual([
      'waits',
      '503',
      { level: 'error', event: 'verify failed', reason: 'TimeoutError' },
    ])
  })

  test('does not stand in the way of others, and is asked again', async () => {
    let isUp = false
    const gate = withVerify(async (...given) => {
      if (!isUp) throw new Error(MESSAGE)
      return knowsCarol()(...given)
    })
    const answers = [await outcome(gate, '/', CAROL), await outcome(gate, '/', ALICE)]
    isUp = true
    answers.push(await outcome(gate, '/', CAROL))
    expect(answers).toEqual(['503', 'through', 'through'])
  })

  test('does not end the session of who has one', async () => {
    const token = await signInto(withVerify(), CAROL)
    const gate = withVerify(() => Promise.reject(new Error()))
    expect(await outcome(gate, '/', cookie(token))).toBe('through')
  })
})

describe('an answer that is no answer', () => {
  const odd: { [name: string]: unknown } = {
    'a whole answer of a backend': { error: 'wrong password' },
    'a status': { ok: false },
    'a text': 'no',
    'a list': [],
    'a number': 1,
    'no paths': { paths: null },
    'paths that are a text': { paths: '/pricing' },
    'a path that is no rule': { paths: ['pricing'] },
    'roles that are a text': { roles: 'admin' },
    'a role that is none': { roles: [1] },
    'more than is known': { roles: [], admin: true },
  }
  for (const [name, answer] of Object.entries(odd)) {
    test(`lets nobody in: ${name}`, async () => {
      const gate = withVerify((async () => answer) as never)
      expect((await visit(gate, '/', CAROL))?.status).toBe(503)
    })
  }
})
