/**
 * The Next.js of the suite: what each is made of, pinned, and where it is. All but the
 * repository's own are installed by the suite, into `.tmp/next`. So are other Node.js.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { lock } from './lock.ts'

const run = promisify(execFile)

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url))
/** Below the repository, because Turbopack refuses what lies outside of its root. */
export const WORK = path.join(REPOSITORY, '.tmp/next')

/** React by its name here, and the TypeScript that goes with it. */
const REACT_18 = ['react@18.3.1', 'react-dom@18.3.1', 'typescript@5.9.3']
const REACT_19 = ['react@19.2.0', 'react-dom@19.2.0', 'typescript@5.9.3']
const REACT_19_0 = ['react@19.0.0', 'react-dom@19.0.0', 'typescript@5.9.3']

/** The latest of each line by its number, and by their whole version those with a known fault. */
export const PACKAGES = {
  /** The repository's own. */
  16: [] as string[],
  15: ['next@15.5.29', ...REACT_19],
  14: ['next@14.2.35', ...REACT_18],
  13: ['next@13.5.11', ...REACT_18],
  // The last that has a fault, and the first that has it no more: see faults.ts.
  '13.5.8': ['next@13.5.8', ...REACT_18],
  '13.5.9': ['next@13.5.9', ...REACT_18],
  '14.2.14': ['next@14.2.14', ...REACT_18],
  '14.2.15': ['next@14.2.15', ...REACT_18],
  '14.2.24': ['next@14.2.24', ...REACT_18],
  '14.2.25': ['next@14.2.25', ...REACT_18],
  '15.2.2': ['next@15.2.2', ...REACT_19_0],
  '15.2.3': ['next@15.2.3', ...REACT_19_0],
  '15.5.15': ['next@15.5.15', ...REACT_19],
  '15.5.16': ['next@15.5.16', ...REACT_19],
  '16.2.4': ['next@16.2.4', ...REACT_19],
  '16.2.5': ['next@16.2.5', ...REACT_19],
  '16.2.10': ['next@16.2.10', ...REACT_19],
  '16.2.11': ['next@16.2.11', ...REACT_19],
}

export type Version = keyof typeof PACKAGES

/** What Node.js is tried beside the one that runs the tests. */
export type NodeVersion = '20.9.0' | '22.23.3' | '24.9.0'

export function majorOf(version: Version): number {
  return Number.parseInt(`${version}`, 10)
}

/**
 * The port of the host behind a rewrite, which a build writes down: none that is given out, and
 * another one for each version, whose tests may run at the same time.
 */
export function portOf(version: Version): number {
  return 27_100 + Object.keys(PACKAGES).indexOf(`${version}`)
}

/** The folder whose node_modules holds a Next.js. */
export function rootOf(version: Version): string {
  return version === 16 ? REPOSITORY : path.join(WORK, `next-${version}`)
}

/** Installs a Next.js, where it is not the repository's own, and is not there yet. */
export async function installNext(version: Version): Promise<void> {
  if (version !== 16) await install(rootOf(version), PACKAGES[version])
}

/** @returns the program: of that version, or the one that runs the tests */
export async function installNode(version: NodeVersion | undefined): Promise<string> {
  if (!version) return process.execPath
  const root = path.join(WORK, `node-${version}`)
  // Its own script puts the program where it belongs.
  await install(root, [`node@${version}`], [])
  return path.join(root, 'node_modules/node/bin/node')
}

/** Installs packages once. Renamed into place, so that half an installation is none. */
async function install(root: string, packages: string[], flags = ['--ignore-scripts']) {
  await lock(root, async () => {
    const stamp = path.join(root, 'installed')
    if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === packages.join(' ')) return
    const fresh = `${root}-${process.pid}`
    await mkdir(fresh, { recursive: true })
    await writeFile(path.join(fresh, 'package.json'), '{ "private": true }')
    const quiet = ['--no-audit', '--no-fund', '--save-exact']
    const prefix = ['install', '--prefix', fresh]
    try {
      await run('npm', [...prefix, ...flags, ...quiet, ...packages], { timeout: 280_000 })
      await writeFile(path.join(fresh, 'installed'), packages.join(' '))
      await rm(root, { recursive: true, force: true })
      await rename(fresh, root)
    } finally {
      await rm(fresh, { recursive: true, force: true })
    }
  })
}
