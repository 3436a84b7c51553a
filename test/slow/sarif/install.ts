/**
 * The schema of SARIF 2.1.0 and a validator, both Microsoft's, installed once into a folder that git
 * ignores: 43 MB are too much to be in the way of everybody's `npm ci`.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const FOLDER = fileURLToPath(new URL('../../../.tmp/sarif', import.meta.url))
const PACKAGE = path.join(FOLDER, 'node_modules/@microsoft/sarif-multitool-linux')

export const SCHEMA = path.join(PACKAGE, 'sarif-2.1.0.json')
export const VALIDATOR = path.join(PACKAGE, 'Sarif.Multitool')

/** Of what is installed. */
export const requireInstalled = createRequire(path.join(FOLDER, 'index.js'))

/** Renamed into place, so that half an installation is none. */
export async function install(): Promise<void> {
  const lock = await readFile(path.join(HERE, 'package-lock.json'))
  const digest = createHash('sha256').update(lock).digest('hex')
  const stamp = path.join(FOLDER, 'installed')
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === digest) return
  const fresh = `${FOLDER}-${process.pid}`
  await mkdir(fresh, { recursive: true })
  for (const name of ['package.json', 'package-lock.json'])
    await cp(path.join(HERE, name), path.join(fresh, name))
  // `--force`: the validator says that it is for Linux; its schema is for all.
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--force']
  await promisify(execFile)('npm', ['ci', ...flags], {
    cwd: fresh,
    timeout: 580_000,
    shell: process.platform === 'win32',
  })
  await writeFile(path.join(fresh, 'installed'), digest)
  await rm(FOLDER, { recursive: true, force: true })
  await rename(fresh, FOLDER)
  // As it is published it cannot be run.
  await chmod(VALIDATOR, 0o755)
}
