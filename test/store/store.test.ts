/** A policy in a store: freshness, failures, and the last good copy. docs/policy.md. */

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
  log,
  outcome,
  request,
  verifierOf,
} from '../gate/visit.ts'
import { BOB, deployed, pass, readerOf, said, stopClock, stored } from './visits.ts'

beforeEachVisit()

let store: LocalStore
beforeEach(async () => {
  stopClock()
  store = await new LocalStore().start()
  store.items = { stagedoor: stored }
  environmentWith(deployed)
})
afterEach(() => store.stop())

/** A gate that reads the local store with the real client. */
const gateOf = (connection = store.connection) => createGate({ store: () => readerOf(connection) })

/** Whose policy is in force, by who gets in. */
async function inForce(gate: Gate): Promise<string> {
  const alice = await outcome(gate, '/', ALICE)
  const bob = await outcome(gate, '/', BOB)
  if (alice === bob) return alice
  return alice === 'through' ? 'store' : bob === 'through' ? 'environment' : `${alice}, ${bob}`
}

/** Lets what runs behind a request come to its end. */
async function visitAndWait(gate: Gate, headers = ALICE): Promise<string[]> {
  const behind: Promise<unknown>[] = []
  const response = await gate(request('/', headers), {
    waitUntil: (work) => void behind.push(work),
  })
  await Promise.all(behind)
  return [
    response?.headers.has('x-middleware-next') ? 'through' : `${response?.status}`,
    `${behind.length} behind`,
  ]
}

describe('an item', () => {
  test('comes before the environment', async () => {
    expect([await inForce(gateOf()), store.asked, said()]).toEqual([
      'store',
      [['/ecfg_local/item/stagedoor', 200]],
      [],
    ])
  })

  test('stands under the key that STAGEDOOR_KEY names', async () => {
    environmentWith(deployed, { STAGEDOOR_KEY: 'gate.preview' })
    store.items = { 'gate.preview': stored, stagedoor: { version: 1, open: true } }
    expect([await inForce(gateOf()), store.asked]).toEqual([
      'store',
      [['/ecfg_local/item/gate.preview', 200]],
    ])
  })

  test('that is missing leaves it to the environment', async () => {
    store.items = { other: stored }
    const gate = gateOf()
    const before = await inForce(gate)
    store.items.stagedoor = stored
    pass(11)
    const during = await inForce(gate)
    delete store.items.stagedoor
    pass(11)
    expect([before, during, await inForce(gate), said()]).toEqual([
      'environment',
      'store',
      'environment',
      [],
    ])
  })

  test('that is missing, and no policy in the environment, is 503', async () => {
    environment({})
    store.items = {}
    expect([await inForce(gateOf()), said()]).toEqual(['503', []])
  })

  test('may be the JSON of a policy', async () => {
    store.items.stagedoor = JSON.stringify(stored)
    expect(await inForce(gateOf())).toBe('store')
  })

  test('takes a user away within ten seconds', async () => {
    const gate = gateOf()
    const answers = [await outcome(gate, '/', ALICE)]
    store.items.stagedoor = { version: 1 }
    for (let second = 1; second <= 10; second++) {
      pass(1)
      answers.push((await visitAndWait(gate))[0] as string)
    }
    // The copy is fresh for five seconds; the next request gets it and has it refreshed.
    expect(answers).toEqual([...Array(7).fill('through'), ...Array(4).fill('401')])
  })

  test('takes a user away at the first request after an idle hour', async () => {
    const gate = gateOf()
    const before = await outcome(gate, '/', ALICE)
    store.items.stagedoor = { version: 1 }
    pass(3_600)
    expect([before, await outcome(gate, '/', ALICE)]).toEqual(['through', '401 Basic'])
  })

  test('opens the site, and shuts it', async () => {
    const gate = gateOf()
    const answers = [await outcome(gate, '/')]
    for (const open of [true, false]) {
      store.items.stagedoor = { ...stored, open }
      pass(11)
      answers.push(await outcome(gate, '/'))
    }
    expect(answers).toEqual(['401 Basic', 'untouched', '401 Basic'])
  })
})

describe('a copy', () => {
  test('is fresh for five seconds, refreshed behind a request until ten, then waited for', async () => {
    const gate = gateOf()
    const rows = []
    rows.push([await visitAndWait(gate), store.asked.length])
    for (const seconds of [4.999, 0.001, 0.001, 4.999, 0.002, 9.999, 10.001]) {
      pass(seconds)
      rows.push([await visitAndWait(gate), store.asked.length])
    }
    expect(rows).toEqual([
      [['through', '0 behind'], 1],
      [['through', '0 behind'], 1],
      [['through', '0 behind'], 1],
      [['through', '1 behind'], 2],
      [['through', '0 behind'], 2],
      [['through', '1 behind'], 3],
      [['through', '1 behind'], 4],
      [['through', '0 behind'], 5],
    ])
  })

  test('is served while it is refreshed, however long that takes', async () => {
    const gate = gateOf()
    await outcome(gate, '/', ALICE)
    store.failure = 'silent'
    pass(6)
    const started = performance.now()
    const answers = await Promise.all(Array.from({ length: 20 }, () => outcome(gate, '/', ALICE)))
    expect([[...new Set(answers)], performance.now() - started < 900]).toEqual([['through'], true])
  })

  test('is refreshed without an event too', async () => {
    const gate = gateOf()
    await gate(request('/', ALICE))
    store.items.stagedoor = { version: 1 }
    pass(6)
    await gate(request('/', ALICE))
    await vi.waitFor(async () => expect(await outcome(gate, '/', ALICE)).toBe('401 Basic'))
  })

  test('is read once for requests that come at once, cold and old', async () => {
    const gate = gateOf()
    const all = () => Promise.all(Array.from({ length: 20 }, () => outcome(gate, '/', ALICE)))
    const cold = [new Set(await all()), store.asked.length]
    pass(6)
    const behind = new Set(await all())
    await vi.waitFor(() => expect(store.asked.length).toBe(2))
    pass(60)
    expect([cold, behind, [new Set(await all()), store.asked.length]]).toEqual([
      [new Set(['through']), 1],
      new Set(['through']),
      [new Set(['through']), 3],
    ])
  })

  test('that has not changed keeps the passwords that were right', async () => {
    const users = { alice: { verifier: await verifierOf('secret', 1_000) } }
    store.items.stagedoor = { ...stored, users }
    const derivations = vi.spyOn(crypto.subtle, 'deriveBits')
    const gate = gateOf()
    const counts = []
    for (let i = 0; i < 3; i++) {
      await outcome(gate, '/', ALICE)
      counts.push(derivations.mock.calls.length)
      pass(11)
    }
    store.items.stagedoor = { ...stored, users, realm: 'Other' }
    await outcome(gate, '/', ALICE)
    expect([
      counts,
      derivations.mock.calls.length,
      store.asked.map(([, status]) => status),
    ]).toEqual([[1, 1, 1], 2, [200, 304, 304, 200]])
  })

  test('is read anew when the clock is set back', async () => {
    const gate = gateOf()
    await outcome(gate, '/', ALICE)
    store.items.stagedoor = { version: 1 }
    pass(-7_200)
    expect(await outcome(gate, '/', ALICE)).toBe('401 Basic')
  })

  test('is of one gate, not of all', async () => {
    const [gate, other] = [gateOf(), createGate()]
    expect([await inForce(gate), await inForce(other)]).toEqual(['store', 'environment'])
  })
})

describe('a store that fails', () => {
  /** What the log calls the failure. */
  const failures: { [failure in Failure | 'refused']?: string } = {
    unauthorized: 'Error',
    absent: 'Error',
    broken: 'Error',
    html: 'SyntaxError',
    refused: 'TypeError ECONNREFUSED',
    silent: 'TimeoutError',
  }
  const fail = async (failure: string) => {
    if (failure === 'refused') await store.stop()
    else store.failure = failure as Failure
  }
  const recover = async (failure: string) => {
    store.failure = null
    if (failure === 'refused') await store.start()
  }

  for (const [failure, name] of Object.entries(failures)) {
    test(`${failure} when cold: the environment, 503 without, one log line, and back`, async () => {
      await fail(failure)
      const gate = gateOf()
      const started = performance.now()
      const cold = await inForce(gate)
      const took = performance.now() - started
      environment({})
      pass(4)
      const bare = await inForce(gate)
      await recover(failure)
      pass(11)
      expect({
        cold,
        bare,
        recovered: await inForce(gate),
        said: said(),
        slow: took > 3_000,
      }).toEqual({
        cold: 'environment',
        bare: '503',
        recovered: 'store',
        said: [`store failed: ${name}`, 'store recovered'],
        slow: false,
      })
    })
  }

  // 500 and refused connections are not among these: there the client serves its own copy.
  for (const failure of ['unauthorized', 'absent', 'silent', 'html']) {
    test(`${failure} when warm: the last good copy, one log line, and back`, async () => {
      const gate = gateOf()
      const before = await inForce(gate)
      await fail(failure)
      pass(11)
      const during = await inForce(gate)
      await recover(failure)
      store.items.stagedoor = { ...deployed, allow: ['/'] }
      pass(11)
      expect([before, during, await outcome(gate, '/'), said()]).toEqual([
        'store',
        'store',
        'through',
        [`store failed: ${failures[failure as Failure]}`, 'store recovered'],
      ])
    })
  }

  test('silently holds a request for a second at most, and the next ones not at all', async () => {
    store.failure = 'silent'
    const gate = gateOf()
    const rows = []
    for (let i = 0; i < 3; i++) {
      const started = performance.now()
      await Promise.all([outcome(gate, '/', BOB), outcome(gate, '/', ALICE)])
      const took = performance.now() - started
      rows.push(took > 3_000 ? 'too long' : took > 900 ? 'a second' : 'at once')
    }
    expect(rows).toEqual(['a second', 'at once', 'at once'])
  })

  test('with a page under the ETag of the item is left behind when the item changes', async () => {
    const gate = gateOf()
    store.failure = 'mangled'
    const cold = await inForce(gate)
    store.failure = null
    pass(11)
    // The client answers 304 with the page that it kept, a new client too: its cache is global.
    const kept = await inForce(gate)
    store.items.stagedoor = { ...stored, realm: 'Other' }
    pass(11)
    expect([cold, kept, await inForce(gate)]).toEqual(['environment', 'environment', 'store'])
  })

  for (const failure of ['broken', 'refused']) {
    test(`${failure} for longer than STAGEDOOR_MAX_STALE leaves it to the environment`, async () => {
      environmentWith(deployed, { STAGEDOOR_MAX_STALE: '60' })
      const gate = createGate({
        store: () => readerOf(store.connection),
      })
      const before = await inForce(gate)
      await fail(failure)
      pass(59)
      const during = await inForce(gate)
      pass(11)
      expect([before, during, await inForce(gate)]).toEqual(['store', 'store', 'environment'])
      if (failure === 'refused') await store.start()
    })
  }
})

describe('an item that is no policy', () => {
  test('when cold is 503, whatever the environment says', async () => {
    store.items.stagedoor = { ...stored, allow: 'SECRET' }
    const gate = gateOf()
    const cold = await inForce(gate)
    pass(11)
    const still = await inForce(gate)
    store.items.stagedoor = stored
    pass(11)
    expect([cold, still, await inForce(gate), said()]).toEqual([
      '503',
      '503',
      'store',
      ['store failed: $.allow is not valid', 'store recovered'],
    ])
  })

  test('when warm leaves the last good one in force', async () => {
    const gate = gateOf()
    const answers = [await inForce(gate)]
    for (const item of [{ ...stored, version: 2 }, 'SECRET', 5, [], stored]) {
      store.items.stagedoor = item
      pass(11)
      answers.push(await inForce(gate))
    }
    expect([answers, said()]).toEqual([
      Array(6).fill('store'),
      ['store failed: $.version is not valid', 'store failed: $ is not valid', 'store recovered'],
    ])
  })

  test('for longer than STAGEDOOR_MAX_STALE is 503', async () => {
    const gate = gateOf()
    await inForce(gate)
    store.items.stagedoor = { version: 2 }
    const answers = []
    for (const seconds of [3_590, 11]) {
      pass(seconds)
      answers.push(await inForce(gate))
    }
    expect(answers).toEqual(['store', '503'])
  })

  test('null, as some stores say that there is none, leaves it to the environment', async () => {
    store.items.stagedoor = null
    expect(await inForce(gateOf())).toBe('environment')
  })
})

describe('anything with get', () => {
  const gateWith = (get: (key: string) => unknown) =>
    createGate({ store: () => ({ get }) as { get(): Promise<unknown> } })

  test('is asked for one key', async () => {
    const keys: string[] = []
    await inForce(gateWith(async (...given) => void keys.push(...given)))
    expect(keys).toEqual(['stagedoor'])
  })

  test('is asked as a method', async () => {
    class Redis {
      #items = new Map<string, string>([['stagedoor', JSON.stringify(stored)]])
      async get(key: string) {
        return this.#items.get(key)
      }
    }
    expect(await inForce(createGate({ store: () => new Redis() }))).toBe('store')
  })

  test('may answer at once, with a text or an object', async () => {
    expect([
      await inForce(gateWith(() => stored)),
      await inForce(gateWith(() => JSON.stringify(stored))),
      await inForce(gateWith(() => undefined)),
      await inForce(gateWith(() => null)),
    ]).toEqual(['store', 'store', 'environment', 'environment'])
  })

  test('an empty text is no policy', async () => {
    expect([await inForce(gateWith(async () => '')), said()]).toEqual([
      '503',
      ['store failed: $ is not valid'],
    ])
  })

  const faults: { [name: string]: () => Gate } = {
    'rejects with an error': () => gateWith(async () => Promise.reject(new RangeError('SECRET'))),
    'throws at once': () => gateWith(() => thrown(new RangeError('SECRET'))),
    'rejects with a text': () => gateWith(() => Promise.reject('SECRET')),
    'rejects with nothing': () => gateWith(() => Promise.reject()),
    'rejects with null': () => gateWith(() => Promise.reject(null)),
    'cannot be made': () => createGate({ store: () => thrown(new RangeError('SECRET')) }),
    'is not there': () => createGate({ store: () => undefined as never }),
    'has no get': () => createGate({ store: () => ({}) as never }),
    'has no connection string': () => createGate({ store: () => createClient(undefined) }),
  }
  for (const [name, gateOf] of Object.entries(faults)) {
    test(`that ${name} leaves it to the environment, and is named without its message`, async () => {
      const gate = gateOf()
      const answers = [await inForce(gate)]
      pass(11)
      answers.push(await inForce(gate))
      environment({})
      answers.push(await inForce(gate))
      expect([answers, said()]).toEqual([
        ['environment', 'environment', '503'],
        [expect.stringMatching(/^store failed: \w+$/)],
      ])
      expect(JSON.stringify(log())).not.toContain('SECRET')
    })
  }

  test.each(Object.entries({ 'a value that is no JSON': { n: 1n }, 'a circle': circle() }))(
    'that answers with %s has no policy',
    async (_, item) => {
      expect([await inForce(gateWith(async () => item)), said()]).toEqual([
        '503',
        ['store failed: $ is not valid'],
      ])
    },
  )

  test('is made late, once, and anew after a failure', async () => {
    let made = 0
    let fails = false
    const gate = createGate({
      store: () => {
        made++
        return { get: async () => (fails ? thrown(new Error()) : stored) }
      },
    })
    const counts = [made]
    const step = async (failing: boolean) => {
      fails = failing
      pass(11)
      counts.push((await outcome(gate, '/', ALICE)) === 'through' ? made : -1)
    }
    for (const failing of [false, false, true, false, false]) await step(failing)
    expect(counts).toEqual([0, 1, 1, 1, 2, 2])
  })

  const stale = [
    [undefined, 3_600],
    ['', 3_600],
    ['60', 60],
    ['20.5', 20.5],
    ['-1', 3_600],
    ['an hour', 3_600],
    ['NaN', 3_600],
  ] as const
  for (const [setting, seconds] of stale) {
    test(`that is away: its last copy serves for ${seconds} s where STAGEDOOR_MAX_STALE is ${setting}`, async () => {
      environmentWith(deployed, setting === undefined ? {} : { STAGEDOOR_MAX_STALE: setting })
      let fails = false
      const gate = gateWith(async () => (fails ? thrown(new Error()) : stored))
      await inForce(gate)
      fails = true
      pass(seconds)
      const last = await visitAndWait(gate)
      const lastOne = await inForce(gate)
      pass(0.001)
      expect([lastOne, await inForce(gate)]).toEqual(['store', 'environment'])
      expect(last[0]).toBe('through')
    })
  }

  test('that is away serves no copy where STAGEDOOR_MAX_STALE is 0', async () => {
    environmentWith(deployed, { STAGEDOOR_MAX_STALE: '0' })
    let fails = false
    const gate = gateWith(async () => (fails ? thrown(new Error()) : stored))
    const before = await inForce(gate)
    fails = true
    pass(11)
    expect([before, await inForce(gate)]).toEqual(['store', 'environment'])
  })
})

function thrown(error: unknown): never {
  throw error
}

function circle(): unknown {
  const item: { self?: unknown } = {}
  item.self = item
  return item
}
