/**
 * Stryker, installed once into a folder that git ignores: it is too big to be in the way of
 * everybody's `npm ci`.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const HERE = fileURLToPath(new URL('.', import.meta.url))

/** All that this suite makes. */
export const FOLDER = fileURLToPath(new URL('../../.tmp/mutation', import.meta.url))

const STRYKER = path.join(FOLDER, 'stryker')

/** The program to run. Renamed into place, so that half an installation is none. */
export async function installStryker() {
  const lock = await readFile(path.join(HERE, 'package-lock.json'))
  const digest = createHash('sha256').update(lock).digest('hex')
  const program = path.join(STRYKER, 'node_modules/@stryker-mutator/core/bin/stryker.js')
  const stamp = await readFile(path.join(STRYKER, 'installed'), 'utf8').catch(() => '')
  if (stamp === digest) return program
  const fresh = `${STRYKER}-${process.pid}`
  await mkdir(fresh, { recursive: true })
  for (const name of ['package.json', 'package-lock.json']) {
    await cp(path.join(HERE, name), path.join(fresh, name))
  }
  // Without its peers: the vitest to run is the repository's own.
  const flags = ['--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund']
  const shell = process.platform === 'win32'
  await promisify(execFile)('npm', ['ci', ...flags], { cwd: fresh, shell })
  await writeFile(path.join(fresh, 'installed'), digest)
  await rm(STRYKER, { recursive: true, force: true })
  await rename(fresh, STRYKER)
  return program
}
