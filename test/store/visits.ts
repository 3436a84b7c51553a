/** Visiting a gate that reads a store, while a clock of its own goes by. */
import { createClient } from '@vercel/edge-config'
import { vi } from 'vitest'
import type { Gate } from '../../src/gate/gate.ts'
import type { Store } from '../../src/gate/source.ts'
import { ALICE, basic, log, outcome, type Policy, usersOf } from '../gate/visit.ts'

export const BOB = { Authorization: basic('bob', 'secret') }

/** Alice may enter by this policy, which is in the store. */
export const stored: Policy = { version: 1, users: await usersOf({ alice: 'secret' }) }
/** Bob may enter by this one, which is in the environment. */
export const deployed: Policy = { version: 1, users: await usersOf({ bob: 'secret' }) }

/** The clock stands still until {@link pass}; time-outs and the network go on. */
export function stopClock(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-07-01T00:00:00Z') })
}

export function pass(seconds: number): void {
  vi.setSystemTime(Date.now() + seconds * 1_000)
}

/** The real client, as docs/policy.md hands it to a gate. */
export function readerOf(connection: string): Store {
  const client = createClient(connection, { staleIfError: false, cache: 'no-store' })
  return { get: (key) => client.get(key, { consistentRead: true }) }
}

/** What the log says of the store, and of policies. */
export function said(): string[] {
  const lines = log() as { event: string; reason?: string }[]
  return lines
    .filter(({ event }) => event !== 'refused')
    .map(({ event, reason }) => [event, reason].filter(Boolean).join(': '))
}

const VISITORS = {
  nobody: {},
  mallory: { Authorization: basic('mallory', 'secret') },
  'alice, wrong': { Authorization: basic('alice', 'Secret') },
  alice: ALICE,
  bob: BOB,
}

/** Who is let in, of all who come at once; and, where nobody was, what nobody in particular is answered. */
export async function whoIsIn(gate: Gate): Promise<string> {
  const visits = Object.entries(VISITORS).map(async ([name, headers]) => {
    return [name, await outcome(gate, '/', headers)] as const
  })
  const answers = await Promise.all(visits)
  const admitted = answers.filter(([, answer]) => !/^\d/.test(answer)).map(([name]) => name)
  return admitted.join(', ') || `nobody, ${answers[0]?.[1]}`
}

/** Milliseconds that the work took. */
export async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}
