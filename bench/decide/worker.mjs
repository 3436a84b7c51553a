/**
 * One process that measures cases in one runtime, in rounds that take turns. Told by a message
 * what to do, it answers with the nanoseconds of processor time that a decision took, by round.
 */
import { createShuffle } from '../lib/statistics.mjs'
import { profile } from './profile.mjs'
import { RUNTIMES } from './runtimes.mjs'
import { createBench } from './subject.mjs'

// Microseconds of processor time that a round is to take: many times what the clock tells apart.
const ROUND = 3_000
const MOST_IN_A_ROUND = 400

process.on('message', async (job) => {
  const runtime = RUNTIMES[job.runtime]()
  const bench = createBench(runtime, job.scripts)
  const cases = []
  for (const one of job.cases) cases.push(await bench.prepare(one))
  const measured = cases.filter(({ fault }) => !fault)
  const result = job.profile
    ? await profile(measured[0], bench, runtime)
    : await measure(measured, bench, runtime, job)
  process.send({ result, faults: cases.filter(({ fault }) => fault).map(nameFault) })
  process.disconnect()
})

const nameFault = ({ id, fault }) => `${id}: ${fault}`

async function measure(cases, bench, runtime, { rounds, warmUp, seed }) {
  const results = Object.fromEntries(cases.map(({ id }) => [id, []]))
  for (const one of cases) one.count = await calibrate(one, bench, runtime, warmUp)
  const shuffle = createShuffle(seed)
  for (let round = 0; round < rounds; round++) {
    for (const one of shuffle(cases)) {
      results[one.id].push((await time(one, one.count, bench, runtime)) / one.count)
    }
  }
  return results
}

/** Warms a case up, and says how many decisions make a round. */
async function calibrate(one, bench, runtime, warmUp) {
  let spent = 0
  let last = { count: 1, nanoseconds: Infinity }
  while (spent < warmUp * 1e6) {
    const count = Math.min(MOST_IN_A_ROUND, last.count * 2)
    last = { count, nanoseconds: await time(one, count, bench, runtime) }
    spent += last.nanoseconds
  }
  const each = last.nanoseconds / last.count
  return Math.max(1, Math.min(MOST_IN_A_ROUND, Math.round((ROUND * 1000) / each)))
}

/** Nanoseconds of processor time, of all threads, that so many decisions take. */
async function time(one, count, bench, runtime) {
  runtime.setEnvironment(one.env)
  // What other rounds have left behind is not this one's to clear away.
  globalThis.gc({ type: 'minor' })
  // New ones: a request that has been read once is quicker to read.
  const requests = bench.buildRequests(one, count)
  const { handle } = one
  const before = process.cpuUsage()
  for (const request of requests) await handle(request)
  const { user, system } = process.cpuUsage(before)
  return (user + system) * 1000
}
