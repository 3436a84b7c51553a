/**
 * Measures the gate beside its peers, in one run, and writes down what came out.
 *
 *     npm run bench                 some minutes; writes bench/RESULTS.md and the README's table
 *     npm run bench -- --quick      less exact, and writes nothing
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { BENCH, REPOSITORY } from './lib/paths.mjs'
import { measureAll } from './measure.mjs'
import { describeRun, insertSummary, writeResults, writeSummary } from './report/summary.mjs'

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const load = loadavg()
const start = performance.now()
const tell = (part) => console.error(`${Math.round((performance.now() - start) / 1000)} s: ${part}`)

const results = await measureAll({ mode: values.quick ? 'quick' : 'full', tell })
tell('done')
const run = `${values.quick ? 'A quick run, less exact. ' : ''}${describeRun(load)}`
const page = writeResults(run, results)
console.log(page)
if (!values.quick) {
  const readme = path.join(REPOSITORY, 'README.md')
  const text = readFileSync(readme, 'utf8')
  writeFileSync(path.join(BENCH, 'RESULTS.md'), page)
  writeFileSync(readme, insertSummary(text, writeSummary(run, results)))
}
