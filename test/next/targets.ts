/**
 * The sites under test: the fixture with `middleware.ts` and `server.ts` of the repository,
 * unchanged, built by one Next.js in one way.
 *
 * They are kept in `.tmp/next`, beside the node_modules they resolve, because Turbopack
 * refuses a symbolic link that leaves its root. One that is there and up to date is not
 * built again.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url))
const FIXTURE = fileURLToPath(new URL('fixture/', import.meta.url))
const WORK = path.join(REPOSITORY, '.tmp/next')

/** Where each Next.js is that is not the repository's own, and what it is made of. */
const INSTALLED = {
  15: ['next@15.5.29', 'react@19.2.0', 'react-dom@19.2.0', 'typescript@5.9.3'],
  // The last that skips its middleware for who asks in a header (CVE-2025-29927).
  '15.2.2': ['next@15.2.2', 'react@19.0.0', 'react-dom@19.0.0', 'typescript@5.9.3'],
}
/** The port of the host behind a rewrite, which the build writes down: none that is given out. */
const ELSEWHERE = { 16: 27116, 15: 27115, '15.2.2': 27152 }

export type Variant = 'plain' | 'basePath' | 'i18n' | 'trailingSlash' | 'standalone'

export interface Target {
  /** Also the name of its folder. */
  name: string
  next: keyof typeof ELSEWHERE
  /** What the gate is called there. */
  file: 'proxy.ts' | 'middleware.ts'
  bundler: 'turbopack' | 'webpack'
  variant: Variant
}

export const PROXY_16: Target = {
  name: 'next-16-proxy',
  next: 16,
  file: 'proxy.ts',
  bundler: 'turbopack',
  variant: 'plain',
}
export const MIDDLEWARE_16: Target = {
  ...PROXY_16,
  name: 'next-16-middleware',
  file: 'middleware.ts',
  bundler: 'webpack',
}
export const MIDDLEWARE_15: Target = {
  ...PROXY_16,
  name: 'next-15-middleware',
  next: 15,
  file: 'middleware.ts',
}
/** By webpack: its Turbopack does not build for `next start` yet. */
export const BYPASSED_15: Target = {
  ...MIDDLEWARE_15,
  name: 'next-15.2.2-middleware',
  next: '15.2.2',
  bundler: 'webpack',
}
export const WEBPACK_15: Target = { ...MIDDLEWARE_15, name: 'next-15-webpack', bundler: 'webpack' }
export const STANDALONE_16: Target = {
  ...PROXY_16,
  name: 'next-16-standalone',
  variant: 'standalone',
}

/** A target whose files are there. */
export interface Site extends Target {
  folder: string
  /** The folder whose node_modules holds Next.js. */
  root: string
  /** What stands before every path. */
  basePath: '' | '/base'
  /** Port of the other host to which `/elsewhere` is rewritten. */
  elsewhere: number
}

/** Copies the fixture and the gate; without building, which `next dev` does itself. */
export async function copySite(target: Target): Promise<Site> {
  const site = locate(target)
  const { root, folder } = site
  if (target.next !== 16) await lock(root, () => install(root, INSTALLED[target.next as 15]))
  const add = (name: string, to: string) =>
    cp(path.join(REPOSITORY, name), path.join(folder, to), { recursive: true })
  await rm(folder, { recursive: true, force: true })
  await cp(FIXTURE, folder, { recursive: true })
  await add('middleware.ts', target.file)
  await add('server.ts', 'lib/stagedoor.ts')
  return site
}

/** Builds a target, unless what is there is made of the same files. */
export async function buildSite(target: Target): Promise<Site> {
  return lock(path.join(WORK, target.name), () => build(target))
}

async function build(target: Target): Promise<Site> {
  const { folder } = locate(target)
  const digest = await digestSources(target)
  const stamp = path.join(folder, '.digest')
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === digest) return locate(target)
  const site = await copySite(target)
  await run('node', [nextProgram(site), 'build', ...bundlerFlags(target)], {
    cwd: folder,
    env: siteEnvironment(site),
    timeout: 280_000,
  }).catch((error) => {
    throw new Error(`${target.name}: ${error.stdout}\n${error.stderr}`)
  })
  if (target.variant === 'standalone') await completeStandalone(site)
  await writeFile(stamp, digest)
  return site
}

/** What every process of a site gets; nothing of the machine's own settings of the gate. */
export function siteEnvironment(site: Site): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env
  return {
    PATH,
    HOME,
    // Next.js would take vitest's `test` for its own mode.
    NODE_ENV: undefined as unknown as 'production',
    CI: '1',
    NEXT_TELEMETRY_DISABLED: '1',
    VARIANT: site.variant,
    ROOT: site.root,
    ELSEWHERE: `http://localhost:${site.elsewhere}`,
  }
}

export function nextProgram({ root }: Site): string {
  return path.join(root, 'node_modules/next/dist/bin/next')
}

/** Where `output: 'standalone'` puts the server, and the files that one has to add by hand. */
export function standaloneFolder({ folder, root }: Site): string {
  return path.join(folder, '.next/standalone', path.relative(root, folder))
}

async function completeStandalone(site: Site): Promise<void> {
  const to = standaloneFolder(site)
  const copy = (name: string) =>
    cp(path.join(site.folder, name), path.join(to, name), { recursive: true })
  await Promise.all([copy('public'), copy('.next/static')])
}

function locate(target: Target): Site {
  const root = target.next === 16 ? REPOSITORY : path.join(WORK, `next-${target.next}`)
  return {
    ...target,
    root,
    folder: path.join(target.next === 16 ? WORK : root, target.name),
    basePath: target.variant === 'basePath' ? '/base' : '',
    elsewhere: ELSEWHERE[target.next],
  }
}

// 16 has Turbopack where no flag is given, what came before has webpack.
function bundlerFlags({ next, bundler }: Target): string[] {
  return (bundler === 'webpack') === (next !== 16) ? [] : [`--${bundler}`]
}

/** Installs a Next.js once. Renamed into place, so that half an installation is none. */
async function install(root: string, packages: string[]): Promise<void> {
  const stamp = path.join(root, 'installed')
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === packages.join(' ')) return
  const fresh = `${root}-${process.pid}`
  await mkdir(fresh, { recursive: true })
  await writeFile(path.join(fresh, 'package.json'), '{ "private": true }')
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--save-exact']
  await run('npm', ['install', '--prefix', fresh, ...flags, ...packages], { timeout: 280_000 })
  await writeFile(path.join(fresh, 'installed'), packages.join(' '))
  await rm(root, { recursive: true, force: true })
  await rename(fresh, root)
}

/** Does work that two files of tests, which run at the same time, would both begin. */
async function lock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const file = `${name}.lock`
  await mkdir(path.dirname(file), { recursive: true })
  while (!(await take(file))) await new Promise((resolve) => setTimeout(resolve, 200))
  try {
    return await work()
  } finally {
    await rm(file, { force: true })
  }
}

/** Whether a lock is ours now. One whose process has gone is nobody's. */
async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, `${process.pid}`, { flag: 'wx' })
    return true
  } catch {
    const owner = Number(await readFile(file, 'utf8').catch(() => ''))
    if (owner && !isRunning(owner)) await rm(file, { force: true })
    return false
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function digestSources(target: Target): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([target, INSTALLED, ELSEWHERE]))
  for (const name of await listFiles(FIXTURE)) {
    hash.update(`\0${name}\0`).update(await readFile(path.join(FIXTURE, name)))
  }
  for (const name of ['middleware.ts', 'server.ts', 'node_modules/next/package.json']) {
    hash.update(await readFile(path.join(REPOSITORY, name)))
  }
  return hash.digest('hex')
}

/** Every file of a folder, in order, by its path in there; none where there is no folder. */
export async function listFiles(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return []
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort()
}
