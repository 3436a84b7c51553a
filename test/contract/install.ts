/**
 * Vercel's program and SDK, installed once into a folder that git ignores: they are too big to be
 * in the way of everybody's `npm ci`.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const FOLDER = fileURLToPath(new URL('../../.tmp/contract', import.meta.url))

/** @param name path of a file below `node_modules` */
export function installed(name: string): string {
  return path.join(FOLDER, 'node_modules', name)
}

/** Run by vitest before the tests. Renamed into place, so that half an installation is none. */
export default async function install(): Promise<void> {
  const lock = await readFile(path.join(HERE, 'package-lock.json'))
  const digest = createHash('sha256').update(lock).digest('hex')
  const stamp = path.join(FOLDER, 'installed')
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === digest) return
  const fresh = `${FOLDER}-${process.pid}`
  await mkdir(fresh, { recursive: true })
  for (const name of ['package.json', 'package-lock.json']) {
    await cp(path.join(HERE, name), path.join(fresh, name))
  }
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund']
  // Not `npm ci`: the program names optional packages of other systems, which a lock made on this
  // one does not have, and that is all it has against it.
  await promisify(execFile)('npm', ['install', ...flags], {
    cwd: fresh,
    timeout: 580_000,
    shell: process.platform === 'win32',
  })
  await writeFile(path.join(fresh, 'installed'), digest)
  await rm(FOLDER, { recursive: true, force: true })
  await rename(fresh, FOLDER)
}
