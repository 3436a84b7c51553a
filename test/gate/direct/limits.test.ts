/** What the gate keeps and how much of it, so that nobody can make it keep more. */
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createGate } from '#gate'
import { automationToken, claimsOf, cookie, SECRET, seconds, sign, signInto } from '../passes.ts'
import {
  ALICE,
  alicePolicy,
  basic,
  beforeEachVisit,
  environmentWith,
  log,
  outcome,
  type Policy,
  verifierOf,
} from '../visit.ts'

beforeEachVisit()

let policy: Policy
beforeAll(async () => {
  policy = await alicePolicy()
})
beforeEach(() => environmentWith(policy, { STAGEDOOR_SECRET: SECRET }))

/** How many signatures some work has made. */
async function signaturesOf(work: () => Promise<unknown>): Promise<number> {
  const signatures = vi.spyOn(crypto.subtle, 'sign')
  await work()
  const { length } = signatures.mock.calls
  signatures.mockRestore()
  return length
}

describe('signatures', () => {
  test('are computed once for a pass that comes with each request', async () => {
    const gate = createGate()
    const session = cookie(await signInto(gate))
    await outcome(gate, '/', session)
    expect(await signaturesOf(() => outcome(gate, '/a', session))).toBe(0)
  })

  test('are remembered of a thousand texts, whoever sent them', async () => {
    const gate = createGate()
    const session = cookie(await signInto(gate))
    await outcome(gate, '/', session)
    const forge = (i: number) => `eyJhbGciOiJIUzI1NiJ9.${i}.${'x'.repeat(43)}`
    for (let i = 0; i < 1_000; i++) await outcome(gate, '/', cookie(forge(i)))
    expect(await signaturesOf(() => outcome(gate, '/', session))).toBeGreaterThan(0)
  })
})

describe('a pass', () => {
  test('of 4,096 characters is read, and no longer one', async () => {
    const ofLength = async (length: number) => {
      const shortest = await automationToken()
      // Three bytes of a claim are four characters.
      for (let more = Math.floor(((length - shortest.length) * 3) / 4) - 4; ; more++) {
        const token = await sign(claimsOf('automation', { sub: 'ci'.padEnd(more + 2, 'x') }))
        if (token.length >= length) return token
      }
    }
    const [longest, tooLong] = [await ofLength(4_096), await ofLength(4_097)]
    const answers = []
    for (const token of [longest, tooLong]) {
      answers.push([token.length, await outcome(createGate(), '/', { 'x-stagedoor-pass': token })])
    }
    expect(answers).toEqual([
      [4_096, 'through'],
      [4_097, '401 Basic'],
    ])
  })

  test('of a session ends at the moment at which its user does', async () => {
    const now = seconds()
    vi.useFakeTimers({ toFake: ['Date'], now: now * 1_000 })
    const expires = new Date((now + 60) * 1_000).toISOString()
    const users = { alice: { verifier: await verifierOf('secret'), expires } }
    environmentWith({ version: 1, users }, { STAGEDOOR_SECRET: SECRET })
    const gate = createGate()
    const session = cookie(await signInto(gate))
    const answers = []
    for (const milliseconds of [59_999, 60_000]) {
      vi.setSystemTime(now * 1_000 + milliseconds)
      answers.push(await outcome(gate, '/', session))
    }
    expect(answers).toEqual(['through', '401 Basic'])
  })
})

describe('variables', () => {
  const ask = (gate: ReturnType<typeof createGate>) => outcome(gate, '/', ALICE)

  // `next dev` changes them while it runs, and nothing else does.
  test('are read once a second, and at once where the clock was set back', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-07-01T00:00:00Z') })
    environmentWith(policy)
    const start = Date.now()
    const gate = createGate()
    const answers = [await ask(gate)]
    vi.stubEnv('STAGEDOOR_POLICY', JSON.stringify({ version: 1 }))
    for (const milliseconds of [999, 1_000, 2_000]) {
      vi.setSystemTime(start + milliseconds)
      answers.push(await ask(gate))
    }
    vi.stubEnv('STAGEDOOR_POLICY', JSON.stringify(policy))
    vi.setSystemTime(start - 3_600_000)
    expect([...answers, await ask(gate)]).toEqual([
      'through',
      'through',
      '401 Basic',
      '401 Basic',
      'through',
    ])
  })

  test('that are empty or as they are by default are no fault', async () => {
    for (const signIn of ['', 'basic', 'page']) {
      environmentWith(policy, { STAGEDOOR_SECRET: SECRET, STAGEDOOR_SIGN_IN: signIn })
      await ask(createGate())
    }
    expect(log()).toEqual([])
  })
})

test('a fault of the environment is said with the first request, and not again', async () => {
  environmentWith(policy, { STAGEDOOR_SECRET: SECRET, STAGEDOOR_SIGN_IN: 'form' })
  const gate = createGate()
  const said = () => log().filter((line) => 'event' in line && line.event !== 'refused')
  await outcome(gate, '/')
  const first = said()
  await outcome(gate, '/')
  expect([first, said()]).toEqual(
    Array(2).fill([{ level: 'error', event: 'no sign-in page', reason: expect.any(String) }]),
  )
})

test('the log has 500 characters of a path', async () => {
  for (const length of [500, 501]) await outcome(createGate(), `/${'a'.repeat(length - 1)}`)
  const paths = log().map((line) => (line as { path?: string }).path?.length)
  expect(paths).toEqual([500, 500])
})

describe('verify', () => {
  const ask = (gate: ReturnType<typeof createGate>, userId: string) =>
    outcome(gate, '/', { Authorization: basic(userId, 'x') })

  test('is asked about each user once in five minutes', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    const start = Date.now()
    const asked: string[] = []
    const gate = createGate({ verify: (userId) => asked.push(userId) > 0 })
    for (const userId of ['carol', 'dave', 'carol', 'dave']) await ask(gate, userId)
    expect(asked).toEqual(['carol', 'dave'])
    for (const milliseconds of [299_999, 300_000]) {
      vi.setSystemTime(start + milliseconds)
      await ask(gate, 'carol')
    }
    expect(asked).toEqual(['carol', 'dave', 'carol'])
  })

  test('has its answers remembered for a thousand users', async () => {
    const asked: string[] = []
    const gate = createGate({ verify: (userId) => asked.push(userId) > 0 })
    for (let i = 0; i < 1_000; i++) await ask(gate, `user-${i}`)
    await ask(gate, 'user-0')
    expect(asked.length).toBe(1_000)
    await ask(gate, 'one more')
    await ask(gate, 'user-0')
    expect(asked.slice(1_000)).toEqual(['one more', 'user-0'])
  })

  test('is waited for by fifty requests at a time; the next is told to come back', async () => {
    const answer: ((isRight: boolean) => void)[] = []
    const gate = createGate({ verify: () => new Promise((resolve) => answer.push(resolve)) })
    const waiting = Array.from({ length: 50 }, (_, i) => ask(gate, `user-${i}`))
    await vi.waitFor(() => expect(answer.length).toBe(50))
    const next = await Promise.race([ask(gate, 'one more'), Promise.resolve().then(settle)])
    for (const resolve of answer) resolve(true)
    expect([next, [...new Set(await Promise.all(waiting))]]).toEqual(['429', ['through']])
    expect(answer.length).toBe(50)
  })
})

/** Long enough for an answer that waits for nothing. */
async function settle(): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  return 'waits'
}
