/** Requests at random: none is answered in another way than the oracle's. See `oracle/decide.ts`. */
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Built, build } from './build.ts'
import { fuzz, type Outcome, write } from './fleet.ts'
import type { Vector } from './vector.ts'
import type { Found } from './worker.ts'

// Milliseconds: what a run takes that has not been told how many.
const BOUND = 60_000
// Findings with which a run ends.
const MOST_FOUND = 5
// A random seed, or `SEED=<seed>`; `SEED=<seed>:<world>` begins with that world.
const [seed = 0, first = 0] = (process.env['SEED'] ?? `${Date.now() % 2 ** 31}`)
  .split(':')
  .map(Number)
const requests = Number(process.env['FUZZ'] ?? Number.NaN)
const threads = Number(process.env['THREADS'] ?? Math.min(2, availableParallelism()))

let built: Built
let artefacts: string[]
beforeAll(() => {
  built = build('test/fuzz')
  artefacts = ['src/gate/index.ts', 'middleware.ts'].map(built.address)
})
afterAll(() => built.remove())

describe('a request', () => {
  test('that was answered wrongly once is not any more', async () => {
    const text = readFileSync(new URL('vectors.json', import.meta.url), 'utf8')
    const given = (JSON.parse(text) as Vector[]).flatMap((vector) => artefacts.map(() => vector))
    const isEnough = () => false
    const limits = { vectors: given, worlds: given.length, threads: 1, isEnough }
    const { found, worlds } = await fuzz(built, artefacts, [0, 0], limits)
    expect(write(found, 0)).toBe('')
    expect(worlds).toBe(given.length)
  })

  test('of any kind is answered as the oracle says', async () => {
    const limits = requests > 0 ? { requests } : { milliseconds: BOUND }
    const isEnough = (found: Found[]) => found.length >= MOST_FOUND
    const all = { ...limits, threads, isEnough }
    const outcome = await fuzz(built, artefacts, [seed, first], all, say)
    process.stderr.write(`${summary(outcome)}\n`)
    expect(write(outcome.found, seed)).toBe('')
    // Neither all are let in nor none: the requests are of use.
    expect(outcome.admitted / outcome.requests).toBeGreaterThan(0.1)
    expect(outcome.admitted / outcome.requests).toBeLessThan(0.6)
  })
})

let said = 0
let written = 0
/** Now and then how far it is, and at once what is found: a long run may not come to its end. */
function say(outcome: Outcome): void {
  const { found } = outcome
  if (found.length > written) process.stderr.write(`${write(found.slice(written), seed)}\n`)
  if (found.length > written || Date.now() - said > 60_000) {
    process.stderr.write(`${summary(outcome)}\n`)
    said = Date.now()
  }
  written = Math.max(written, found.length)
}

function summary({ admitted, found, requests, seconds, worlds }: Outcome): string {
  const rate = Math.round(requests / seconds)
  return `SEED=${seed}: ${requests} requests to ${worlds} gates, ${admitted} let in, ${found.length} findings, ${Math.round(seconds)} s, ${rate} a second`
}
