/**
 * The first decision: each time in a process of its own, so that nothing is compiled or loaded
 * that a machine of the edge would not have. The clock starts when the runtime and what Next.js
 * brings are there, and ends with the answer: evaluating the gate, reading the policy, deciding.
 */
import { fileURLToPath } from 'node:url'
import { firstCases } from '../decide/cases.mjs'
import { RUNTIMES } from '../decide/runtimes.mjs'
import { createBench } from '../decide/subject.mjs'
import { bundle } from '../lib/bundle.mjs'
import { installPeers } from '../lib/install.mjs'
import { MODES } from '../lib/modes.mjs'
import { runWorker } from '../lib/run-worker.mjs'
import { createShuffle } from '../lib/statistics.mjs'

const WORKER = fileURLToPath(new URL('worker.mjs', import.meta.url))

/** Milliseconds of each round by case: `{ measured: { [id]: { wall, cpu, context } }, faults }`. */
export async function measureFirst({ mode = 'full', gate } = {}) {
  installPeers()
  const cases = firstCases()
  const names = [...new Set(cases.map(({ subject }) => subject))]
  const scripts = { kit: bundle('lib/next-server.mjs') }
  for (const name of names) scripts[name] = bundle(`subjects/${name}.mjs`, { gate, minify: true })
  const bench = createBench(RUNTIMES.edge({ info() {}, error() {} }), scripts)
  const ready = []
  // One at a time: they share an environment.
  for (const one of cases) ready.push(await bench.prepare(one))
  const faults = ready.filter(({ fault }) => fault).map(({ id, fault }) => `first: ${id}: ${fault}`)
  const fit = ready.filter(({ fault }) => !fault)
  const measured = Object.fromEntries(fit.map(({ id }) => [id, { wall: [], cpu: [], context: [] }]))
  const shuffle = createShuffle(1)
  for (let round = 0; round < MODES[mode].first.rounds; round++) {
    for (const one of shuffle(fit)) {
      // `handle` is a function, and does not go from one process to another.
      const { handle, ...sent } = one
      const job = { scripts: { kit: scripts.kit, subject: scripts[one.subject] }, one: sent }
      const answer = await runWorker(WORKER, job)
      for (const [what, value] of Object.entries(answer)) measured[one.id][what].push(value)
    }
  }
  return { measured, faults }
}
