/** Whether a deployment is gated: the table of README, and that the gate is not there where it is off. */

import { afterEach, describe, expect, test } from 'vitest'
import gateByDefault, { createGate } from '#gate'
import vectors from '../vectors/switch.json'
import {
  ALICE,
  alicePolicy,
  beforeEachVisit,
  environment,
  environmentWith,
  log,
  outcome,
  request,
} from './visit.ts'

interface Row {
  name: string
  env: { [name: string]: string }
  gated: boolean
  /** A value that is neither on nor off: it is on, and the log names it. */
  fault?: string
}

beforeEachVisit()

for (const { name, env, gated, fault } of vectors as unknown as Row[]) {
  test(`${name} → ${gated ? 'on' : 'off'}`, async () => {
    environment(env)
    expect(await outcome(createGate(), '/')).toBe(gated ? '503' : 'untouched')
    const refused = { level: 'info', event: 'refused', reason: 'no policy', status: 503, path: '/' }
    const named = { level: 'error', event: 'switch unreadable', reason: fault }
    expect(log()).toEqual([...(fault ? [named] : []), ...(gated ? [refused] : [])])
  })
}

test('the default export is such a gate', async () => {
  environmentWith(await alicePolicy(), { VERCEL_ENV: 'preview' })
  const preview = [await outcome(gateByDefault, '/'), await outcome(gateByDefault, '/', ALICE)]
  environmentWith(await alicePolicy(), { VERCEL_ENV: 'production' })
  expect([...preview, await outcome(gateByDefault, '/')]).toEqual([
    '401 Basic',
    'through',
    'untouched',
  ])
})

test('a value that is neither on nor off is named once, not once a request', async () => {
  environment({ STAGEDOOR: 'yes' })
  const gate = createGate()
  for (const path of ['/', '/a', '/b']) await outcome(gate, path)
  environment({ STAGEDOOR: 'no' })
  await outcome(gate, '/')
  expect(log().filter((line) => 'level' in line && line.level === 'error')).toEqual([
    { level: 'error', event: 'switch unreadable', reason: 'yes' },
    { level: 'error', event: 'switch unreadable', reason: 'no' },
  ])
})

describe('where the gate is off', () => {
  const { env } = process
  afterEach(() => {
    process.env = env
  })

  // What the switch is decided from.
  const SWITCH = ['STAGEDOOR', 'VERCEL_TARGET_ENV', 'VERCEL_ENV', 'NODE_ENV']

  /** A request, or anything else, that must not be looked at. */
  const untouchable = <T extends object>(value: T): T => {
    const trap = () => {
      throw new Error('was looked at')
    }
    return new Proxy(value, {
      get: trap,
      set: trap,
      has: trap,
      ownKeys: trap,
      getPrototypeOf: trap,
    })
  }

  test('nothing is read and nothing is changed', async () => {
    environmentWith(await alicePolicy(), { VERCEL_ENV: 'production' })
    const read = new Set<PropertyKey>()
    process.env = new Proxy(process.env, {
      get(target, name) {
        read.add(name)
        return Reflect.get(target, name)
      },
    })
    const asked: unknown[] = []
    const gate = createGate({
      store: () => {
        throw new Error('was asked for')
      },
      limiter: () => {
        throw new Error('was asked')
      },
      onDecision: () => {
        throw new Error('was told')
      },
    })
    asked.push(await gate(untouchable(request('/', ALICE)), untouchable({ waitUntil() {} })))
    asked.push(await gate(untouchable(request('/%zz'))))
    process.env = env
    expect({
      asked,
      others: [...read].filter((name) => !SWITCH.includes(String(name))),
      log: log(),
    }).toEqual({
      asked: [undefined, undefined],
      others: [],
      log: [],
    })
  })

  test("the app's own middleware gets the very request and answers alone", async () => {
    environment({ VERCEL_ENV: 'production' })
    const own = untouchable(new Response('own'))
    const seen: unknown[] = []
    const [asked, event] = [request('/', ALICE), { waitUntil() {} }]
    const gate = createGate({
      next: (...given) => {
        seen.push(...given)
        return own
      },
    })
    // In an object, because a promise asks its value for `then`.
    const answered = createGate({ next: () => undefined })
    expect(await answered(asked, event)).toBe(undefined)
    const sameOwn = new Response('own')
    expect(await createGate({ next: () => sameOwn })(asked)).toBe(sameOwn)
    await gate(asked, event).catch(() => {})
    expect([seen[0] === asked, seen[1] === event, asked.headers.get('authorization')]).toEqual([
      true,
      true,
      ALICE.Authorization,
    ])
  })
})

describe('open', () => {
  test('lets everybody in and takes nothing away', async () => {
    environmentWith(await alicePolicy({ open: true, allow: [] }))
    const gate = createGate()
    expect([
      await outcome(gate, '/'),
      await outcome(gate, '/a%2Fb'),
      await outcome(gate, '/', { Authorization: 'Bearer x' }),
      await outcome(gate, '/', ALICE),
      log(),
    ]).toEqual(['untouched', 'untouched', 'untouched', 'untouched', []])
  })

  test('and the switch still counts', async () => {
    environmentWith(await alicePolicy({ open: false }), {
      STAGEDOOR: 'on',
      VERCEL_ENV: 'production',
    })
    expect(await outcome(createGate(), '/')).toBe('401 Basic')
  })
})
