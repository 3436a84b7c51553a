/** Running Stryker on one file of src/gate. */
import { spawn } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { FOLDER } from './install.mjs'
import { testsNear } from './near.mjs'

const OPTIONS = new URL('stryker.config.json', import.meta.url)

/**
 * The mutants of a file, and what became of each: first by the tests that know the file best, and
 * where that leaves more alive than are known, by all tests of the gate.
 */
export async function mutate(program, name, isEnough) {
  const folder = path.join(FOLDER, 'files', name)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const { near, all } = testsNear(name)
  const found = await run(program, name, folder, near)
  // The second run takes over what the first one killed.
  return isEnough(found) ? found : run(program, name, folder, all)
}

/** Whether no test has told a mutant from the original. */
export function isAlive({ status }) {
  return status === 'Survived' || status === 'NoCoverage'
}

async function run(program, name, folder, tests) {
  const config = path.join(folder, 'config.json')
  const report = path.join(folder, 'report.json')
  const options = {
    ...JSON.parse(await readFile(OPTIONS, 'utf8')),
    mutate: [`src/gate/${name}.ts`],
    concurrency: 1,
    tempDirName: path.join(folder, 'sandbox'),
    incrementalFile: path.join(folder, 'incremental.json'),
    jsonReporter: { fileName: report },
  }
  await writeFile(config, JSON.stringify(options))
  const log = await start(program, config, tests)
  if (log !== undefined) throw new Error(`Stryker failed on ${name}.ts:\n${log}`)
  const { files } = JSON.parse(await readFile(report, 'utf8'))
  // A file without a place to change has no entry.
  const { source = '', mutants = [] } = files[`src/gate/${name}.ts`] ?? {}
  return mutants.map((mutant) => ({ ...mutant, ...showChange(source, mutant) }))
}

/** What Stryker said where it failed; nothing otherwise. */
function start(program, config, tests) {
  const child = spawn(process.execPath, [program, 'run', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, MUTATION_TESTS: tests.join(' ') },
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (log += text))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code === 0 ? undefined : log))
  })
}

/** The lines of the original, and of the mutant. Their numbers change with each line above. */
function showChange(source, { location: { start, end }, replacement }) {
  const lines = source.split('\n')
  const original = lines.slice(start.line - 1, end.line)
  const before = original[0].slice(0, start.column - 1)
  const after = lines[end.line - 1].slice(end.column - 1)
  return { from: inOneLine(original.join('\n')), to: inOneLine(before + replacement + after) }
}

function inOneLine(code) {
  return code.trim().replace(/\s*\n\s*/g, ' ')
}
