/**
 * The sites under test: the fixture with `middleware.ts` of the repository, unchanged, built
 * by one Next.js in one way.
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

const NEXT_15 = ['next@15.5.29', 'react@19.2.0', 'react-dom@19.2.0', 'typescript@5.9.3']

export type Variant = 'plain' | 'basePath' | 'i18n' | 'trailingSlash' | 'standalone'

export interface Target {
  /** Also the name of its folder. */
  name: string
  next: 15 | 16
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
}

/** Copies the fixture and the gate; without building, which `next dev` does itself. */
export async function copySite(target: Target): Promise<Site> {
  const root = target.next === 16 ? REPOSITORY : await installNext15()
  const folder = path.join(target.next === 16 ? WORK : root, target.name)
  await rm(folder, { recursive: true, force: true })
  await cp(FIXTURE, folder, { recursive: true })
  await cp(path.join(REPOSITORY, 'middleware.ts'), path.join(folder, target.file))
  return describeSite(target, root, folder)
}

/** Builds a target, unless what is there is made of the same files. */
export async function buildSite(target: Target): Promise<Site> {
  const root = target.next === 16 ? REPOSITORY : path.join(WORK, 'next-15')
  const folder = path.join(target.next === 16 ? WORK : root, target.name)
  const digest = await digestSources(target)
  const stamp = path.join(folder, '.digest')
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === digest) {
    return describeSite(target, root, folder)
  }
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

function describeSite(target: Target, root: string, folder: string): Site {
  return { ...target, root, folder, basePath: target.variant === 'basePath' ? '/base' : '' }
}

// 15 has webpack and 16 Turbopack where no flag is given.
function bundlerFlags({ next, bundler }: Target): string[] {
  return (bundler === 'webpack') === (next === 15) ? [] : [`--${bundler}`]
}

/** Installs Next.js 15 once. Renamed into place, so that half an installation is none. */
async function installNext15(): Promise<string> {
  const root = path.join(WORK, 'next-15')
  const stamp = path.join(root, 'installed')
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === NEXT_15.join(' ')) return root
  const fresh = `${root}-${process.pid}`
  await mkdir(fresh, { recursive: true })
  await writeFile(path.join(fresh, 'package.json'), '{ "private": true }')
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--save-exact']
  await run('npm', ['install', '--prefix', fresh, ...flags, ...NEXT_15], { timeout: 280_000 })
  await writeFile(path.join(fresh, 'installed'), NEXT_15.join(' '))
  await rm(root, { recursive: true, force: true })
  await rename(fresh, root)
  return root
}

async function digestSources(target: Target): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([target, NEXT_15]))
  for (const name of await listFiles(FIXTURE)) {
    hash.update(`\0${name}\0`).update(await readFile(path.join(FIXTURE, name)))
  }
  hash.update(await readFile(path.join(REPOSITORY, 'middleware.ts')))
  hash.update(await readFile(path.join(REPOSITORY, 'node_modules/next/package.json')))
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
