/** What must not be told by its time is not, and what leaks is: see `statistics.ts`. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Built, build } from '../fuzz/build.ts'
import { BROKEN } from './broken.ts'
import { EXPERIMENTS } from './experiments.ts'
import { compare, middleOf, type Times } from './statistics.ts'

// Of Welch's t: more is a leak, and what leaks on purpose must show more than that.
const LEAKS = 4.5
const SHOWS = 10
// Repetitions, of which the one in the middle counts: a leak is in each of them, noise is not.
const FEW = 3
const MANY = 7

const GATE = fileURLToPath(new URL('../../src/gate/', import.meta.url))

let built: Built
beforeAll(() => {
  built = build('test/timing')
})
afterAll(() => built.remove())

/**
 * The t in the middle of some repetitions, each by a process of its own: where the engine puts what it
 * has compiled makes a difference of its own, and another one in each.
 */
async function measure(modules: string, experiment: string, repetitions: number): Promise<number> {
  const program = fileURLToPath(built.address('test/timing/measure.ts'))
  const found: { t: number; gap: number }[] = []
  while (found.length < repetitions) {
    const { stdout } = await promisify(execFile)(process.execPath, [program, modules, experiment])
    found.push(JSON.parse(stdout))
  }
  const told = found.map(({ t, gap }) => `${t.toFixed(1)} (${gap.toFixed(2)} µs)`)
  process.stderr.write(`${experiment}: t ${told.join(', ')}\n`)
  return Math.abs(middleOf(found.map(({ t }) => t)))
}

describe('nobody can tell by its time', () => {
  test.each(Object.keys(EXPERIMENTS))('%s', async (experiment) => {
    const modules = new URL('.', built.address('src/gate/gate.ts')).href
    const first = await measure(modules, experiment, FEW)
    const t = first < LEAKS ? first : await measure(modules, experiment, MANY)
    expect(t).toBeLessThan(LEAKS)
  })
})

describe.each(BROKEN)('$leak', ({ leak, module, from, to, experiments }) => {
  test.each(experiments)('tells: %s', async (experiment) => {
    const folder = `broken-${BROKEN.findIndex((one) => one.leak === leak)}`
    for (const name of readdirSync(GATE)) {
      const text = readFileSync(`${GATE}${name}`, 'utf8')
      if (name === module) {
        expect(text.split(from).length - 1, `'${from}' stands once in src/gate/${name}`).toBe(1)
      }
      built.add(`${folder}/${name}`, name === module ? text.replace(from, () => to) : text)
    }
    const modules = new URL('.', built.address(`${folder}/gate.ts`)).href
    const first = await measure(modules, experiment, FEW)
    const t = first > SHOWS ? first : await measure(modules, experiment, MANY)
    expect(t).toBeGreaterThan(SHOWS)
  })
})

describe('the measurement', () => {
  const times = (count: number, mean: number) =>
    Array.from({ length: count }, (_, i) => mean + Math.sin(i * 12.9898) * 5)

  test.each<[string, Times, boolean]>([
    ['of the same work', [times(5_000, 100), times(5_000, 100).reverse()], false],
    ['of work that takes a hundredth longer', [times(5_000, 101), times(5_000, 100)], true],
    [
      'of work that takes a hundredth longer, among interruptions',
      [
        times(5_000, 101).map((time, i) => (i % 50 === 0 ? time * 90 : time)),
        times(5_000, 100).map((time, i) => (i % 40 === 0 ? time * 110 : time)),
      ],
      true,
    ],
  ])('%s', (_what, measured, isTold) => {
    expect(Math.abs(compare(measured)) > LEAKS).toBe(isTold)
  })
})
