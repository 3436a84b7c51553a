/**
 * Mutation testing of src/gate: `npm run test:mutation -- [--jobs N] [--near] [FILE…]`.
 *
 * Stryker changes the code in one place after the other, and the tests of the gate have to notice.
 * Fails where a change survives that survivors.json does not explain, or where of all files less
 * than {@link LEAST} are noticed. FILE is a name in src/gate without its ending; all by default.
 * With --near, of the tests only those that know a file best are asked: quicker, and more survives.
 */
import { readdir, readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { installStryker } from './install.mjs'
import { isAlive, mutate } from './stryker.mjs'

// Per cent.
const LEAST = 95
const GATE = new URL('../../src/gate/', import.meta.url)
const EXPLAINED = new URL('survivors.json', import.meta.url)

const { values, positionals } = parseArgs({
  options: {
    jobs: { type: 'string', default: String(availableParallelism()) },
    near: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
const explained = JSON.parse(await readFile(EXPLAINED, 'utf8'))
const names = positionals.length > 0 ? positionals : await listFiles()
const program = await installStryker()

const queue = [...names]
const results = []
await Promise.all(Array.from({ length: Number(values.jobs) }, work))
process.exitCode = conclude(results) ? 0 : 1

async function listFiles() {
  const files = (await readdir(GATE)).map((file) => file.replace(/\.ts$/, ''))
  const left = Object.keys(explained).filter((name) => !files.includes(name))
  if (left.length > 0) console.log(`survivors.json names no files: ${left.join(', ')}`)
  return files
}

async function work() {
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const isEnough = enoughFor(name)
    const mutants = await mutate(program, name, isEnough)
    results.push({ name, mutants })
    report(name, mutants)
  }
}

/** What has to be left alive of a file so that no more tests need be asked. */
function enoughFor(name) {
  return (mutants) => values.near || unexplained(name, mutants).length === 0
}

/** A line for a file, and two for each change in it that survives and should not, or should. */
function report(name, mutants) {
  console.log(`${name}.ts: ${summarize(mutants)}`)
  for (const mutant of unexplained(name, mutants)) show(`not explained, ${mutant.status}`, mutant)
  const rows = explained[name] ?? []
  const gone = rows.filter(
    (row) => !mutants.some((mutant) => isAlive(mutant) && isSame(row, mutant)),
  )
  for (const row of gone) show('explained, and gone', row)
}

function show(what, { from, to }) {
  console.log(`  ${what}:\n    - ${from}\n    + ${to}`)
}

function unexplained(name, mutants) {
  const rows = (explained[name] ?? []).filter(({ why }) => why)
  return mutants.filter((mutant) => isAlive(mutant) && !rows.some((row) => isSame(row, mutant)))
}

function isSame(row, mutant) {
  return row.from === mutant.from && row.to === mutant.to
}

function summarize(mutants) {
  const { killed, valid, late } = count(mutants)
  return `${percent(killed, valid)} % of ${valid}, ${late} by time-out, ${valid - killed} alive`
}

/** A time-out is a loop that has no end. What did not even run tells nothing. */
function count(mutants) {
  const having = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length
  const killed = having('Killed', 'Timeout')
  return { killed, valid: killed + mutants.filter(isAlive).length, late: having('Timeout') }
}

function percent(part, whole) {
  return whole === 0 ? '100.0' : ((100 * part) / whole).toFixed(1)
}

function conclude(results) {
  const all = results.flatMap(({ mutants }) => mutants)
  const { killed, valid } = count(all)
  const left = results.flatMap(({ name, mutants }) => unexplained(name, mutants))
  console.log(`\nsrc/gate: ${summarize(all)}, ${left.length} of those not explained`)
  const isEnough = positionals.length > 0 || killed >= (LEAST / 100) * valid
  return isEnough && left.length === 0
}
