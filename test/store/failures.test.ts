/**
 * Every way in which a store fails, when there is no copy yet and when there is one: nobody comes
 * in who may not, nobody waits for long, and nobody who was in is thrown out before the last good
 * copy is too old. docs/policy.md, In a store.
 */
import { createClient } from '@vercel/edge-config'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createGate } from '#gate'
import type { Gate } from '../../src/gate/gate.ts'
import { type Failure, LocalStore } from '../../src/local/store.ts'
import {
  ALICE,
  beforeEachVisit,
  environment,
  environmentWith,
  outcome,
  type Policy,
} from '../gate/visit.ts'
import { deployed, pass, readerOf, said, stopClock, stored, timeOf, whoIsIn } from './visits.ts'

beforeEachVisit()

// Milliseconds: five times the time-out, so that a busy machine fails no test, and far from the
// five minutes that the client waits.
const TOO_LONG = 5_000

let store: LocalStore
beforeEach(async () => {
  stopClock()
  store = await new LocalStore().start()
  store.items = { stagedoor: stored }
  environmentWith(deployed)
})
afterEach(() => store.stop())

/** With the options of docs/policy.md. */
const gateOf = () =>
  createGate({
    store: () => readerOf(store.connection),
  })

/** Makes the time-out 20 ms, where nothing is awaited that should come before it. */
function hurry(): void {
  const real = setTimeout
  const fast = (work: () => void, milliseconds = 0) =>
    real(work, milliseconds === 1_000 ? 20 : milliseconds)
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(fast as typeof setTimeout)
}

interface Row {
  fail: () => unknown
  mend: () => unknown
  /** What the log calls it. */
  reason: RegExp
}

const failing = (failure: Failure, reason: RegExp): Row => ({
  fail: () => (store.failure = failure),
  mend: () => (store.failure = null),
  reason,
})

const AWAY: { [name: string]: Row } = {
  '401': failing('unauthorized', /^Error$/),
  '404 without a digest': failing('absent', /^Error$/),
  '429': failing('limited', /^Error$/),
  '500': failing('broken', /^Error$/),
  // At first the connection that was kept may be seen to end.
  refused: {
    fail: () => store.stop(),
    mend: () => store.start(),
    reason: /^TypeError (ECONNREFUSED|ECONNRESET|UND_ERR_SOCKET)$/,
  },
  'never answered': {
    fail: () => {
      hurry()
      store.failure = 'silent'
    },
    mend: () => {
      vi.mocked(setTimeout).mockRestore()
      store.failure = null
    },
    reason: /^TimeoutError$/,
  },
  'too slow': {
    fail: () => {
      hurry()
      store.delay = 60
    },
    mend: () => {
      vi.mocked(setTimeout).mockRestore()
      store.delay = 0
    },
    reason: /^TimeoutError$/,
  },
  reset: failing('reset', /^TypeError (ECONNRESET|UND_ERR_SOCKET)$/),
  'cut off in the middle': failing('cut', /^TypeError( \w+)?$/),
  'a page': failing('html', /^SyntaxError$/),
}

const item = (value: unknown, reason: RegExp): Row => ({
  fail: () => (store.items.stagedoor = value),
  mend: () => (store.items.stagedoor = stored),
  reason,
})

const INVALID: { [name: string]: Row } = {
  'a number': item(5, /^\$ is not valid$/),
  'a list': item([], /^\$ is not valid$/),
  true: item(true, /^\$ is not valid$/),
  'a text': item('open', /^\$ is not valid$/),
  'an empty text': item('', /^\$ is not valid$/),
  'an object of another kind': item({ stagedoor: {} }, /^\$\["stagedoor"\] is not valid$/),
  'an empty object': item({}, /^\$\.version is not valid$/),
  'a policy of another version': item({ version: 2, open: true }, /^\$\.version is not valid$/),
  'a policy with one bad user': item(
    { version: 1, open: true, users: { eve: { verifier: 'secret' } } },
    /^\$\.users\["eve"\]\.verifier is not valid$/,
  ),
}

/** Who is in, asked often enough that one line a request would be seen; none waits too long. */
async function crowd(gate: Gate): Promise<string[]> {
  const seen = new Set<string>()
  for (const seconds of [0, 1, 5, 6, 11]) {
    pass(seconds)
    let who = ''
    const took = await timeOf(async () => (who = await whoIsIn(gate)))
    seen.add(took > TOO_LONG ? `${who}, after ${took} ms` : who)
  }
  return [...seen]
}

const failed = (reason: RegExp) =>
  expect.stringMatching(new RegExp(`^store failed: ${reason.source.slice(1)}`))

describe.each([
  ['away', AWAY, 'bob', 'nobody, 503'],
  ['of no policy', INVALID, 'nobody, 503', 'nobody, 503'],
] as const)('a store %s', (_what, rows, base, bare) => {
  describe.each(Object.entries(rows))('%s', (_name, { fail, mend, reason }) => {
    test(`without a copy: ${base}, and the store's as soon as it is back`, async () => {
      await fail()
      const gate = gateOf()
      const cold = await crowd(gate)
      environment({})
      pass(11)
      const without = await whoIsIn(gate)
      await mend()
      pass(11)
      expect({ cold, without, back: await whoIsIn(gate), said: said() }).toEqual({
        cold: [base],
        without: bare,
        back: 'alice',
        said: [failed(reason), 'store recovered'],
      })
    })

    test('with a copy: the copy until it is too old, and what has changed when it is back', async () => {
      const gate = gateOf()
      const before = await whoIsIn(gate)
      await fail()
      pass(11)
      const during = await crowd(gate)
      // The crowd has taken 34 seconds of the hour that a copy lasts.
      pass(3_600 - 34)
      const last = await whoIsIn(gate)
      pass(0.001)
      const old = await crowd(gate)
      await mend()
      pass(11)
      const back = await whoIsIn(gate)
      store.items.stagedoor = { ...deployed, realm: 'Other' }
      pass(11)
      expect({
        before,
        during,
        last,
        old,
        back,
        changed: await whoIsIn(gate),
        said: said(),
      }).toEqual({
        before: 'alice',
        during: ['alice'],
        last: 'alice',
        old: [base],
        back: 'alice',
        changed: 'bob',
        said: [failed(reason), 'store recovered'],
      })
    })
  })
})

describe('a store that is well', () => {
  test.each([
    ['at once', 0],
    ['slowly', 300],
  ])(
    'answers %s, with 304 where nothing has changed: its policy, and no line',
    async (_how, delay) => {
      store.delay = delay
      expect([await crowd(gateOf()), said()]).toEqual([['alice'], []])
      const [first, ...rest] = store.asked.map(([, status]) => status)
      expect([first, [...new Set(rest)], rest.length < 4]).toEqual([200, [304], true])
    },
  )

  test('has no such item: the environment’s, and no line; a user of the last copy is out', async () => {
    const gate = gateOf()
    const before = await whoIsIn(gate)
    store.items = { other: stored }
    pass(11)
    expect([before, await crowd(gate), await crowd(gateOf()), said()]).toEqual([
      'alice',
      ['bob'],
      ['bob'],
      [],
    ])
  })

  test('has 512 KB of policy', async () => {
    const { alice } = stored.users ?? {}
    if (!alice) throw new Error('no alice')
    const users: Policy['users'] & {} = { alice }
    for (let i = 0; JSON.stringify(users).length < 512 * 1024; i += 50) {
      for (let j = i; j < i + 50; j++) {
        users[`user-${j}`] = { ...alice, paths: ['/pricing/**'], roles: ['viewer'] }
      }
    }
    store.items.stagedoor = { version: 1, users }
    const gate = gateOf()
    const warm = await crowd(gate)
    delete users['alice']
    pass(11)
    const changed = await crowd(gate)
    store.failure = 'cut'
    pass(11)
    expect([warm, changed, await crowd(gate), said()]).toEqual([
      ['alice'],
      ['nobody, 401 Basic'],
      ['nobody, 401 Basic'],
      [failed(/^TypeError( \w+)?$/)],
    ])
  })
})

describe.each(Object.entries(AWAY))('away for ten minutes: %s', (_name, { fail, mend, reason }) => {
  test('whoever was in stays in, all the time', async () => {
    const gate = gateOf()
    await outcome(gate, '/', ALICE)
    await fail()
    const answers = new Set<string>()
    for (let i = 0; i < 60; i++) {
      pass(10.001)
      answers.add(await outcome(gate, '/', ALICE))
    }
    const lines = said()
    await mend()
    store.items.stagedoor = deployed
    pass(11)
    expect([[...answers], lines, await whoIsIn(gate), said().slice(1)]).toEqual([
      ['through'],
      [failed(reason)],
      'bob',
      ['store recovered'],
    ])
  })
})

test('one line for a store that is away in many ways, and one for each fault of an item', async () => {
  const gate = gateOf()
  await whoIsIn(gate)
  const steps: [failure: Failure | null, item?: unknown][] = [
    ['unauthorized'],
    ['html'],
    ['reset'],
    ['html'],
    [null, 5],
    [null, 6],
    [null, {}],
    ['broken'],
    ['html'],
    [null],
    [null],
    ['html'],
  ]
  for (const [failure, item = stored] of steps) {
    store.failure = failure
    store.items.stagedoor = item
    pass(11)
    expect(await whoIsIn(gate)).toBe('alice')
  }
  expect(said()).toEqual([
    'store failed: Error',
    'store failed: $ is not valid',
    'store failed: $.version is not valid',
    'store recovered',
    'store failed: SyntaxError',
  ])
})

describe('with the client as it is by default, which keeps a copy for ever', () => {
  const byDefault = () => createGate({ store: () => createClient(store.connection) })

  test.each(Object.entries(AWAY))('%s: nobody wrongly in', async (name, { fail, mend }) => {
    await fail()
    const cold = await whoIsIn(byDefault())
    await mend()
    const gate = byDefault()
    const before = await whoIsIn(gate)
    await fail()
    pass(11)
    const during = await whoIsIn(gate)
    pass(4_000)
    const old = await whoIsIn(gate)
    await mend()
    store.items.stagedoor = { ...deployed, realm: 'Other' }
    pass(11)
    const keeps = ['500', 'refused', 'reset'].includes(name)
    expect({ cold, before, during, old, changed: await whoIsIn(gate) }).toEqual({
      cold: 'bob',
      before: 'alice',
      during: 'alice',
      old: keeps ? 'alice' : 'bob',
      changed: 'bob',
    })
  })
})

// The environment may still name somebody whom the item left out.
test.each<[string, Failure]>([
  ['500', 'broken'],
  ['cut off', 'cut'],
  ['HTML', 'html'],
])(
  'an item that is no policy lets nobody in when the store then goes away: %s',
  async (_, failure) => {
    store.items.stagedoor = { version: 2 }
    const gate = gateOf()
    const answers = [await whoIsIn(gate)]
    store.failure = failure
    pass(11)
    answers.push(await whoIsIn(gate))
    store.failure = null
    store.items.stagedoor = stored
    pass(11)
    answers.push(await whoIsIn(gate))
    store.items.stagedoor = { version: 2 }
    pass(11)
    answers.push(await whoIsIn(gate))
    store.failure = failure
    pass(4_000)
    answers.push(await whoIsIn(gate))
    expect(answers).toEqual(['nobody, 503', 'nobody, 503', 'alice', 'alice', 'nobody, 503'])
  },
)
