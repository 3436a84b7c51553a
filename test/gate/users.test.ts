/** Verifiers, and the work that checking against them takes. docs/policy.md, Verifiers. */

import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createGate } from '#gate'
import type { Gate } from '../../src/gate/gate.ts'
import {
  basic,
  beforeEachVisit,
  environmentWith,
  outcome,
  type Policy,
  verifierOf,
  visit,
} from './visit.ts'

beforeEachVisit()

const CHEAP = 1_000
const DEAR = 3_000
/** What a wrong password costs, whoever it is of: two derivations, one of them of the rest. */
const MISS = DEAR + 1

let policy: Policy
beforeAll(async () => {
  policy = {
    version: 1,
    users: {
      made: { verifier: await verifierOf('a password of the CLI') },
      cheap: { verifier: await verifierOf('a chosen one', CHEAP, 1) },
      dear: { verifier: await verifierOf('another', DEAR, 2) },
    },
  }
})

/** Iterations of each derivation that was started; it is the real one that runs. */
let derived: number[]
/** When set, derivations wait for it. */
let held: Promise<void> | undefined
let underWay: number
let mostUnderWay: number
beforeEach(() => {
  derived = []
  held = undefined
  underWay = mostUnderWay = 0
  const deriveBits = crypto.subtle.deriveBits.bind(crypto.subtle)
  vi.spyOn(crypto.subtle, 'deriveBits').mockImplementation(async (algorithm, key, length) => {
    derived.push((algorithm as Pbkdf2Params).iterations)
    mostUnderWay = Math.max(mostUnderWay, ++underWay)
    await held
    const bits = await deriveBits(algorithm, key, length as number)
    underWay--
    return bits
  })
})

const ask = (gate: Gate, userId: string, password: string, path = '/') =>
  outcome(gate, path, { Authorization: basic(userId, password) })

/** What one try of credentials cost, in iterations. */
async function costOf(gate: Gate, userId: string, password: string) {
  derived = []
  const answer = await ask(gate, userId, password)
  return [answer, derived.reduce((sum, iterations) => sum + iterations, 0)]
}

/** Holds derivations until the returned function is called. */
function hold(): () => void {
  let release = () => {}
  held = new Promise((resolve) => (release = resolve))
  return release
}

/** Until nothing moves any more but what is held. */
async function settle() {
  // Long enough for a machine that does other things too.
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('a verifier', () => {
  test('of either kind takes its password and nothing else', async () => {
    const gate = createGate({ policy })
    const rows = [
      ['made', 'a password of the CLI', 'through'],
      ['made', 'a password of the cli', '401 Basic'],
      ['made', '', '401 Basic'],
      ['cheap', 'a chosen one', 'through'],
      ['cheap', 'a chosen one ', '401 Basic'],
      ['cheap', 'another', '401 Basic'],
      ['dear', 'another', 'through'],
      ['dear', 'anothe', '401 Basic'],
    ] as const
    for (const [userId, password, answer] of rows) {
      expect([userId, password, await ask(gate, userId, password)]).toEqual([
        userId,
        password,
        answer,
      ])
    }
  })

  test('is PBKDF2 with HMAC-SHA-256 of RFC 7914 §11', async () => {
    // The RFC's key is of 64 bytes; PBKDF2 makes them in blocks, of which ours is the first.
    // Its salt, NaCl, is too short for a policy, so this is of its own: OpenSSL 3, `openssl kdf`.
    const verifier = `pbkdf2-sha256:1000:AAECAwQFBgcICQoLDA0ODw:${KNOWN}`
    const gate = createGate({ policy: { version: 1, users: { known: { verifier } } } })
    expect([await ask(gate, 'known', 'pässword'), await ask(gate, 'known', 'password')]).toEqual([
      'through',
      '401 Basic',
    ])
  })

  test('of the most iterations is taken', async () => {
    const verifier = (await verifierOf('x', CHEAP)).replace('1000', '5000000')
    vi.spyOn(crypto.subtle, 'deriveBits').mockImplementation(async (algorithm) => {
      derived.push((algorithm as Pbkdf2Params).iterations)
      return new ArrayBuffer(32)
    })
    const gate = createGate({ policy: { version: 1, users: { slow: { verifier } } } })
    expect(await costOf(gate, 'slow', 'x')).toEqual(['401 Basic', 5_000_001])
  })
})

describe('work', () => {
  test('is the same for a wrong password and an unknown user-id, in digests and iterations', async () => {
    const digests = vi.spyOn(crypto.subtle, 'digest')
    const costs = []
    for (const userId of ['made', 'cheap', 'dear', 'nobody', '', '__proto__']) {
      // A gate of its own, so that no other request has any part in it.
      const gate = createGate({ policy })
      await outcome(gate, '/')
      digests.mockClear()
      const cost = await costOf(gate, userId, 'wrong')
      costs.push([userId, ...cost, derived.length, digests.mock.calls.length])
    }
    expect(costs).toEqual(costs.map(([userId]) => [userId, '401 Basic', MISS, 2, 1]))
  })

  test('without a slow verifier is one digest for all', async () => {
    const { made } = policy.users as { made: { verifier: string } }
    const gate = createGate({ policy: { version: 1, users: { made } } })
    const digests = vi.spyOn(crypto.subtle, 'digest')
    const costs = []
    for (const userId of ['made', 'nobody']) {
      digests.mockClear()
      costs.push([...(await costOf(gate, userId, 'wrong')), digests.mock.calls.length])
    }
    expect(costs).toEqual([
      ['401 Basic', 0, 1],
      ['401 Basic', 0, 1],
    ])
  })

  test('of a policy without users is none', async () => {
    expect(await costOf(createGate({ policy: { version: 1 } }), 'alice', 'secret')).toEqual([
      '401 Basic',
      0,
    ])
  })

  test('is done once for a password that was right', async () => {
    const gate = createGate({ policy })
    const costs = [
      await costOf(gate, 'dear', 'another'),
      await costOf(gate, 'dear', 'another'),
      await costOf(gate, 'dear', 'wrong'),
      await costOf(gate, 'dear', 'another'),
      await costOf(gate, 'dear', 'anotheR'),
      await costOf(gate, 'cheap', 'another'),
    ]
    expect(costs).toEqual([
      ['through', DEAR],
      ['through', 0],
      ['401 Basic', MISS],
      ['through', 0],
      ['401 Basic', MISS],
      ['401 Basic', MISS],
    ])
  })

  test('is done again for each wrong password, the same one too', async () => {
    const gate = createGate({ policy })
    for (let i = 0; i < 3; i++)
      expect(await costOf(gate, 'dear', 'wrong')).toEqual(['401 Basic', MISS])
  })

  test('is done again when the policy has changed', async () => {
    environmentWith(policy)
    const gate = createGate()
    const costs = [await costOf(gate, 'dear', 'another'), await costOf(gate, 'dear', 'another')]
    environmentWith({ ...policy, realm: 'Other' })
    costs.push(await costOf(gate, 'dear', 'another'))
    environmentWith({ ...policy, users: { dear: { verifier: await verifierOf('new', CHEAP) } } })
    costs.push(await costOf(gate, 'dear', 'another'), await costOf(gate, 'dear', 'new'))
    environmentWith({ version: 1 })
    costs.push(await costOf(gate, 'dear', 'new'))
    expect(costs).toEqual([
      ['through', DEAR],
      ['through', 0],
      ['through', DEAR],
      ['401 Basic', CHEAP + 1],
      ['through', CHEAP],
      ['401 Basic', 0],
    ])
  })

  test('is shared by the same credentials that come at once, known or not', async () => {
    const costs = []
    for (const [userId, password] of [
      ['dear', 'another'],
      ['dear', 'wrong'],
      ['nobody', 'wrong'],
    ] as const) {
      const gate = createGate({ policy })
      await outcome(gate, '/')
      derived = []
      const answers = await Promise.all(
        Array.from({ length: 30 }, (_, i) => ask(gate, userId, password, `/${i}`)),
      )
      costs.push([userId, password, [...new Set(answers)], derived])
    }
    expect(costs).toEqual([
      ['dear', 'another', ['through'], [DEAR]],
      ['dear', 'wrong', ['401 Basic'], [DEAR, 1]],
      ['nobody', 'wrong', ['401 Basic'], [1, DEAR]],
    ])
  })

  test('is not shared by other passwords, user-ids or policies that come at once', async () => {
    const [gate, other] = [createGate({ policy }), createGate({ policy: { ...policy, users: {} } })]
    expect(
      await Promise.all([
        ask(gate, 'dear', 'another'),
        ask(gate, 'dear', 'wrong'),
        ask(gate, 'dear', 'another '),
        ask(gate, 'nobody', 'another'),
        ask(other, 'dear', 'another'),
      ]),
    ).toEqual(['through', '401 Basic', '401 Basic', '401 Basic', '401 Basic'])
  })
})

describe('at once', () => {
  // Turns are taken by all gates of an instance: another file's must not be among these.
  let createGate: typeof import('#gate').createGate
  beforeEach(async () => {
    vi.resetModules()
    createGate = (await import('#gate')).createGate
  })

  test('run two, wait eight, and the next is told to come back', async () => {
    const release = hold()
    const gate = createGate({ policy })
    await outcome(gate, '/')
    const asked = Array.from({ length: 14 }, (_, i) =>
      visit(gate, '/', { Authorization: basic('dear', `wrong ${i}`) }),
    )
    await settle()
    const before = { derived: derived.length, underWay }
    release()
    const answers = await Promise.all(asked)
    expect({
      before,
      statuses: answers.map((answer) => answer?.status).sort(),
      retry: answers.filter((answer) => Number(answer?.headers['retry-after']) > 0).length,
      mostUnderWay,
      derived: derived.length,
      after: await ask(gate, 'dear', 'another'),
    }).toEqual({
      before: { derived: 2, underWay: 2 },
      statuses: [...Array(10).fill(401), ...Array(4).fill(429)],
      retry: 4,
      mostUnderWay: 2,
      derived: 20,
      after: 'through',
    })
  })

  test('a wrong password between the requests of a page costs that page nothing', async () => {
    const gate = createGate({ policy })
    await outcome(gate, '/')
    const release = hold()
    const page = Array.from({ length: 14 }, (_, i) => [
      ask(gate, 'dear', 'another', `/${i}`),
      ...(i < 8 ? [ask(gate, 'dear', `wrong ${i}`)] : []),
    ])
    await settle()
    release()
    expect(await Promise.all(page.map(([answer]) => answer))).toEqual(Array(14).fill('through'))
  })

  test('a full queue keeps out neither who is remembered nor who needs no derivation', async () => {
    const gate = createGate({ policy: { ...policy, allow: ['/open'] } })
    await ask(gate, 'dear', 'another')
    const release = hold()
    const asked = Array.from({ length: 10 }, (_, i) => ask(gate, 'nobody', `wrong ${i}`))
    await settle()
    expect({
      full: await ask(gate, 'cheap', 'a chosen one'),
      remembered: await ask(gate, 'dear', 'another'),
      made: await ask(gate, 'made', 'a password of the CLI'),
      stranger: await outcome(gate, '/'),
      open: await outcome(gate, '/open'),
      otherScheme: await outcome(gate, '/', { Authorization: 'Bearer x' }),
      malformed: await outcome(gate, '/', { Authorization: 'Basic !' }),
    }).toEqual({
      full: '429',
      remembered: 'through',
      made: 'through',
      stranger: '401 Basic',
      open: 'through',
      otherScheme: '401 Bearer',
      malformed: '401 Basic',
    })
    release()
    expect(await Promise.all(asked)).toEqual(Array(10).fill('401 Basic'))
    // What was told to come back may.
    expect(await ask(gate, 'cheap', 'a chosen one')).toBe('through')
  })

  test('a derivation that fails gives its turn back', async () => {
    vi.spyOn(crypto.subtle, 'deriveBits').mockRejectedValue(new Error('out of memory'))
    const gate = createGate({ policy })
    for (let i = 0; i < 12; i++) await ask(gate, 'dear', `wrong ${i}`).catch(() => {})
    vi.restoreAllMocks()
    expect(await ask(gate, 'dear', 'another')).toBe('through')
  })
})

describe('a user', () => {
  test('who has expired is refused as with a wrong password, remembered or not', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-06-30T22:59:58Z') })
    const verifier = await verifierOf('secret')
    const users = { guest: { verifier, expires: '2026-07-01T00:59:59.5+02:00' } }
    const gate = createGate({ policy: { version: 1, users } })
    const answers = [await ask(gate, 'guest', 'secret')]
    for (const time of ['22:59:59.499', '22:59:59.500', '22:59:59.501', '23:59:59']) {
      vi.setSystemTime(Date.parse(`2026-06-30T${time}Z`))
      answers.push(await ask(gate, 'guest', 'secret'))
    }
    answers.push(await ask(createGate({ policy: { version: 1, users } }), 'guest', 'secret'))
    expect(answers).toEqual([
      'through',
      'through',
      '401 Basic',
      '401 Basic',
      '401 Basic',
      '401 Basic',
    ])
    const gateNow = createGate({ policy: { version: 1, users } })
    expect(await visit(gateNow, '/', { Authorization: basic('guest', 'secret') })).toEqual(
      await visit(gateNow, '/', { Authorization: basic('guest', 'wrong') }),
    )
  })

  test('is the same in NFC and NFD, in the policy and in the request', async () => {
    const verifier = await verifierOf('secret')
    const [nfc, nfd] = ['jos\u00e9', 'jose\u0301']
    const answers = []
    for (const written of [nfc, nfd]) {
      const gate = createGate({ policy: { version: 1, users: { [written]: { verifier } } } })
      for (const sent of [nfc, nfd, 'jose']) answers.push(await ask(gate, sent, 'secret'))
    }
    expect(answers).toEqual(['through', 'through', '401 Basic', 'through', 'through', '401 Basic'])
  })

  test('with paths gets to these alone', async () => {
    const verifier = await verifierOf('secret')
    const paths = ['/pricing/**', 'GET /docs', '/a.png']
    const users = { client: { verifier, paths }, none: { verifier, paths: [] } }
    const gate = createGate({ policy: { version: 1, users } })
    const rows = {
      '/pricing': 'through',
      '/pricing/a': 'through',
      '/docs': 'through',
      '/': '403',
      '/pricing-2': '403',
      '/pricing%2Fa': '403',
      '/pricing//a': '403',
      '/pricing/../admin': '403',
      '/_next/image?url=%2Fa.png': 'through',
      '/_next/image?url=%2Fb.png': '403',
    }
    const answers: { [path: string]: string } = {}
    for (const path of Object.keys(rows)) answers[path] = await ask(gate, 'client', 'secret', path)
    expect(answers).toEqual(rows)
    // Who is wrong learns nothing of paths.
    expect([
      await ask(gate, 'client', 'wrong', '/pricing'),
      await ask(gate, 'client', 'wrong', '/admin'),
      await ask(gate, 'none', 'secret', '/'),
    ]).toEqual(['401 Basic', '401 Basic', '403'])
  })
})

const KNOWN = 'T0Z5wUqa_rr8kWb7KeLsnYrEP6Go8Ns-sglAvd4sSjw'
