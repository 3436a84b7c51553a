/** A store's client that answers late, twice, in an odd shape, or while the clock jumps. */
import { createClient } from '@vercel/edge-config'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { createGate } from '#gate'
import { LocalStore } from '../../src/local/store.ts'
import { ALICE, beforeEachVisit, environmentWith, outcome, request } from '../gate/visit.ts'
import { deployed, pass, said, stopClock, stored, whoIsIn } from './visits.ts'

beforeEachVisit()

beforeEach(() => {
  stopClock()
  environmentWith(deployed)
})

const gateWith = (get: (key: string) => unknown) =>
  createGate({ store: () => ({ get }) as { get(): Promise<unknown> } })

/** A store whose reads are answered by hand, in any order. */
function createSlowStore() {
  const reads: { answer: (item: unknown) => void; fail: (error: Error) => void }[] = []
  const get = () => new Promise((answer, fail) => reads.push({ answer, fail }))
  return { gate: gateWith(get), reads }
}

const NOBODY = { version: 1 }

describe('an answer that comes late', () => {
  test('after its time-out is not heard any more', async () => {
    const { gate, reads } = createSlowStore()
    const cold = await whoIsIn(gate)
    pass(11)
    const second = outcome(gate, '/', ALICE)
    reads[1]?.answer(NOBODY)
    const answers = [cold, await second]
    reads[0]?.answer(stored)
    answers.push(await outcome(gate, '/', ALICE))
    pass(6)
    answers.push(await outcome(gate, '/', ALICE))
    expect([answers, reads.length, said()]).toEqual([
      ['bob', '401 Basic', '401 Basic', '401 Basic'],
      3,
      ['store failed: TimeoutError', 'store recovered'],
    ])
    reads[2]?.answer(NOBODY)
  })

  test('as an error, after its time-out, is nobody’s', async () => {
    const { gate, reads } = createSlowStore()
    await whoIsIn(gate)
    reads[0]?.fail(new RangeError())
    pass(1)
    expect([await whoIsIn(gate), said()]).toEqual(['bob', ['store failed: TimeoutError']])
  })

  test.each<[string, number]>([
    ['slept', 3_600],
    ['set its clock back', -3_600],
  ])('because the machine %s meanwhile is old: the request reads anew', async (_what, seconds) => {
    const { gate, reads } = createSlowStore()
    const first = outcome(gate, '/', ALICE)
    reads[0]?.answer(stored)
    const answers = [await first]
    pass(6)
    // Without an event, nothing keeps the machine awake for what runs behind.
    await gate(request('/', ALICE))
    pass(seconds)
    const woken = outcome(gate, '/', ALICE)
    reads[1]?.answer(stored)
    await new Promise((resolve) => setTimeout(resolve))
    reads[2]?.answer(NOBODY)
    answers.push(await woken)
    expect([answers, reads.length]).toEqual([['through', '401 Basic'], 3])
  })
})

describe('a read that never ends, not even by its time-out', () => {
  // As where a runtime ends what a request has begun together with that request.
  test.each(['behind', 'before'])(
    'begun %s a request that was cut off, holds nobody up',
    async (when) => {
      const { gate, reads } = createSlowStore()
      if (when === 'behind') {
        const first = outcome(gate, '/', ALICE)
        reads[0]?.answer(stored)
        await first
        pass(6)
      }
      const timers = vi.spyOn(globalThis, 'setTimeout').mockReturnValue(0 as never)
      void gate(request('/', ALICE))
      // The read begins a few turns later.
      await new Promise((resolve) => setImmediate(resolve))
      timers.mockRestore()
      const begun = reads.length
      pass(11)
      const next = whoIsIn(gate)
      await vi.waitFor(() => expect(reads.length).toBe(begun + 1), { timeout: 10_000 })
      reads.at(-1)?.answer(NOBODY)
      const who = await next
      pass(6)
      expect([who, await whoIsIn(gate)]).toEqual(Array(2).fill('nobody, 401 Basic'))
    },
  )
})

describe('a clock that was set back while the store is away', () => {
  test('does not make the last copy young again', async () => {
    let isAway = false
    const gate = gateWith(async () => {
      if (isAway) throw new Error()
      return stored
    })
    const before = await whoIsIn(gate)
    isAway = true
    const answers = []
    for (const seconds of [-3_600, -1, 3_601]) {
      pass(seconds)
      answers.push(await whoIsIn(gate))
    }
    expect([before, answers]).toEqual(['alice', ['alice', 'bob', 'alice']])
  })
})

describe('a client', () => {
  type Then = (on: (value: unknown) => void, fail: (error: unknown) => void) => void
  const thenable = (then: Then) => () => ({ then })

  test.each<[string, () => unknown, string]>([
    [
      'answers twice: the first counts',
      thenable((on) => {
        on(stored)
        on(deployed)
      }),
      'alice',
    ],
    [
      'answers and fails',
      thenable((on, fail) => {
        on(stored)
        fail(new Error())
      }),
      'alice',
    ],
    [
      'fails and answers',
      thenable((on, fail) => {
        fail(new Error())
        on(stored)
      }),
      'bob',
    ],
    [
      'answers and throws',
      thenable((on) => {
        on(stored)
        throw new Error()
      }),
      'alice',
    ],
    [
      'throws where it is awaited',
      () =>
        Object.defineProperty({}, 'then', {
          get() {
            throw new Error()
          },
        }),
      'bob',
    ],
  ])('that %s', async (_what, get, who) => {
    expect(await whoIsIn(gateWith(get))).toBe(who)
  })

  test('that fails with what cannot be looked at is away, and its copy grows old', async () => {
    const error = new Proxy(
      {},
      {
        get() {
          throw new RangeError('SECRET')
        },
      },
    )
    let fails = false
    const gate = gateWith(async () => (fails ? Promise.reject(error) : stored))
    const answers = [await whoIsIn(gate)]
    fails = true
    for (const seconds of [6, 11, 3_600]) {
      pass(seconds)
      answers.push(await whoIsIn(gate))
    }
    expect(answers).toEqual(['alice', 'alice', 'alice', 'bob'])
  })

  test.each<[string, unknown, string]>([
    ['of Node', Object.assign(new Error('SECRET'), { code: 'ECONNREFUSED' }), 'Error ECONNREFUSED'],
    [
      'of fetch',
      new TypeError('SECRET', { cause: Object.assign(new Error('SECRET'), { code: 'ENOTFOUND' }) }),
      'TypeError ENOTFOUND',
    ],
    ['with a number', Object.assign(new Error('SECRET'), { code: 23 }), 'Error'],
    ['with a text', Object.assign(new Error('SECRET'), { code: 'redis://SECRET' }), 'Error'],
    ['whose cause is null', new RangeError('SECRET', { cause: null }), 'RangeError'],
  ])('that fails with an error %s is named with its code', async (_what, error, reason) => {
    const gate = gateWith(() => Promise.reject(error))
    expect([await whoIsIn(gate), said()]).toEqual(['bob', [`store failed: ${reason}`]])
  })

  test('that is promised, and not there, is no client', async () => {
    const gate = createGate({ store: () => Promise.resolve({ get: () => stored }) as never })
    expect([await whoIsIn(gate), said()]).toEqual(['bob', ['store failed: TypeError']])
  })
})

describe('an item', () => {
  test.each<[string, () => unknown]>([
    ['a function', () => () => stored],
    ['a symbol', () => Symbol('stagedoor')],
    ['what says of itself that it is nothing', () => ({ ...stored, toJSON: () => undefined })],
    ['bytes', () => new TextEncoder().encode(JSON.stringify(stored))],
    ['a map', () => new Map(Object.entries(stored))],
    ['an answer of fetch', () => new Response(JSON.stringify(stored))],
    ['a text in a text', () => JSON.stringify(JSON.stringify(stored))],
    ['true', () => true],
    ['a number that is none', () => Number.NaN],
  ])('that is %s is no policy, and not the environment’s', async (_what, get) => {
    expect([await whoIsIn(gateWith(async () => get())), said()]).toEqual([
      'nobody, 503',
      [expect.stringMatching(/^store failed: \$.* is not valid$/)],
    ])
  })

  test('that is none is the environment’s, one that is no policy is not, though it follows one', async () => {
    let item: unknown
    const gate = gateWith(async () => item)
    const answers = [await whoIsIn(gate)]
    for (const next of [null, () => stored, undefined]) {
      item = next
      pass(11)
      answers.push(await whoIsIn(gate))
    }
    // Where there was no item, that is the last good copy.
    expect([answers, said()]).toEqual([
      ['bob', 'bob', 'bob', 'bob'],
      ['store failed: $ is not valid', 'store recovered'],
    ])
  })

  test('is read once: what it says later of itself does not count', async () => {
    let reads = 0
    const item = Object.defineProperty({ ...stored }, 'open', {
      enumerable: true,
      get: () => reads++ > 0,
    })
    expect([await whoIsIn(gateWith(async () => item)), reads]).toEqual(['alice', 1])
  })

  test('is taken at what its JSON says', async () => {
    const item = { ...stored, toJSON: () => deployed }
    expect(await whoIsIn(gateWith(async () => item))).toBe('bob')
  })

  test('that throws when it is read is no policy', async () => {
    const item = new Proxy(
      {},
      {
        ownKeys() {
          throw new RangeError('SECRET')
        },
      },
    )
    expect([await whoIsIn(gateWith(async () => item)), said()]).toEqual([
      'nobody, 503',
      ['store failed: $ is not valid'],
    ])
  })

  test('is not open by what stands in a prototype', async () => {
    const item = Object.assign(Object.create({ open: true, allow: ['/**'] }), stored)
    const text = `{"version":1,"__proto__":{"open":true}}`
    expect([
      await whoIsIn(gateWith(async () => item)),
      await whoIsIn(gateWith(async () => text)),
      await whoIsIn(gateWith(async () => JSON.parse(text))),
    ]).toEqual(['alice', 'nobody, 503', 'nobody, 503'])
  })

  test('of some megabytes is read', async () => {
    const revoked = Array.from({ length: 100_000 }, (_, i) => `revoked-pass-number-${i}`)
    const text = JSON.stringify({ ...stored, revoked })
    expect([text.length > 2_000_000, await whoIsIn(gateWith(async () => text))]).toEqual([
      true,
      'alice',
    ])
  })

  test('of any depth is no policy', async () => {
    const text = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    expect(await whoIsIn(gateWith(async () => text))).toBe('nobody, 503')
  })
})

// The client does not escape the key, so another path of the store may be asked.
describe('a key', () => {
  test.each<[string, string, string]>([
    ['../items', '/ecfg_local/items', 'nobody, 503'],
    ['../digest', '/ecfg_local/digest', 'nobody, 503'],
    ['%2e%2e/items', '/ecfg_local/items', 'nobody, 503'],
    ['../items?key=open&', '/ecfg_local/items', 'nobody, 503'],
    ['../x?y', '/ecfg_local/x', 'bob'],
    ['../../ecfg_other/item/open', '/ecfg_other/item/open', 'bob'],
    ['stage door', '/ecfg_local/item/stage%20door', 'bob'],
    ['constructor', '/ecfg_local/item/constructor', 'bob'],
    ['__proto__', '/ecfg_local/item/__proto__', 'bob'],
    ['stagedoor?x', '/ecfg_local/item/stagedoor', 'alice'],
    ['stagedoor#x', '/ecfg_local/item/stagedoor', 'alice'],
  ])('%j lets nobody in who may not', async (key, asked, who) => {
    const store = await new LocalStore().start()
    store.items = { stagedoor: stored }
    environmentWith(deployed, { STAGEDOOR_KEY: key })
    const gate = createGate({ store: () => createClient(store.connection) })
    expect([await whoIsIn(gate), store.asked.map(([path]) => path)]).toEqual([who, [asked]])
    await store.stop()
  })

  // The client would take it for a key that no store has, and the environment would count.
  test('of spaces is none, as where it is unset', async () => {
    const store = await new LocalStore().start()
    store.items = { stagedoor: stored }
    environmentWith(deployed, { STAGEDOOR_KEY: ' ' })
    const gate = createGate({ store: () => createClient(store.connection) })
    expect([await whoIsIn(gate), store.asked]).toEqual([
      'alice',
      [['/ecfg_local/item/stagedoor', 200]],
    ])
    await store.stop()
  })
})

// Under `next dev` the client answers with what it read before, unless it is told not to.
describe('the client in development', () => {
  test.each<[string, object, string]>([
    ['is one read behind', {}, 'alice'],
    ['is not, with consistentRead', { consistentRead: true }, 'nobody, 401 Basic'],
  ])('%s', async (_what, options, who) => {
    const store = await new LocalStore().start()
    store.items = { stagedoor: stored }
    environmentWith(deployed, { NODE_ENV: 'development', STAGEDOOR: 'on' })
    const gate = createGate({
      store: () => {
        const client = createClient(store.connection, { staleIfError: false, cache: 'no-store' })
        return { get: (key) => client.get(key, options) }
      },
    })
    const before = await whoIsIn(gate)
    store.items.stagedoor = NOBODY
    pass(3_600)
    expect([before, await whoIsIn(gate)]).toEqual(['alice', who])
    await store.stop()
  })
})
