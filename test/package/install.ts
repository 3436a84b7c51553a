/** What judges the package, installed once into a folder that git ignores. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const FOLDER = fileURLToPath(new URL('../../.tmp/package', import.meta.url))

/** @param name path of a file below `node_modules` */
export function installed(name: string): string {
  return path.join(FOLDER, 'node_modules', name)
}

/** Run by vitest before the tests. */
export default function install(): Promise<void> {
  return installOnce(HERE, FOLDER)
}

/**
 * Installs what a folder's `package.json` and lock name, unless that is there already. Renamed into
 * place, so that half an installation is none.
 */
export async function installOnce(from: string, to: string): Promise<void> {
  const lock = await readFile(path.join(from, 'package-lock.json'))
  const digest = createHash('sha256').update(lock).digest('hex')
  const stamp = path.join(to, 'installed')
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === digest) return
  const fresh = `${to}-${process.pid}`
  await mkdir(fresh, { recursive: true })
  for (const name of ['package.json', 'package-lock.json']) {
    await cp(path.join(from, name), path.join(fresh, name))
  }
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
  // Not `npm ci`: some name packages of other systems, which a lock made on this one may lack.
  await promisify(execFile)('npm', ['install', ...flags], {
    cwd: fresh,
    timeout: 580_000,
    shell: process.platform === 'win32',
  })
  await writeFile(path.join(fresh, 'installed'), digest)
  await rm(to, { recursive: true, force: true })
  await rename(fresh, to)
}
