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
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cutFixture } from './cuts.ts'
import { lock } from './lock.ts'
import {
  installNext,
  installNode,
  majorOf,
  type NodeVersion,
  PACKAGES,
  portOf,
  REPOSITORY,
  rootOf,
  type Version,
  WORK,
} from './versions.ts'

const run = promisify(execFile)
const FIXTURE = fileURLToPath(new URL('fixture/', import.meta.url))

/**
 * The file that asks for Node.js, as docs/nextjs.md has it: Next.js reads `config` from that very
 * file, where it must be written out.
 */
const WIRING = `import gate from './stagedoor'

export const config = { runtime: 'nodejs' }
export default gate
`

/** What differs in the configuration. */
export type Variant =
  | 'plain'
  | 'basePath'
  | 'i18n'
  | 'trailingSlash'
  | 'assetPrefix'
  | 'cacheComponents'
  | 'export'

export interface Target {
  /** Also the name of its folder. */
  name: string
  next: Version
  /** What the gate is called there. */
  file: 'proxy.ts' | 'middleware.ts'
  /** What `middleware.ts` asks to run in; `proxy.ts` runs in Node.js and may not ask. */
  runtime?: 'nodejs'
  bundler: 'turbopack' | 'webpack'
  variant: Variant
  mode: 'start' | 'standalone' | 'dev'
  /** What runs it, where it is not the one that runs the tests. */
  node?: NodeVersion
}

export const PROXY_16: Target = {
  name: 'next-16-proxy',
  next: 16,
  file: 'proxy.ts',
  bundler: 'turbopack',
  variant: 'plain',
  mode: 'start',
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

/** A target whose files are there. */
export interface Site extends Target {
  folder: string
  /** The folder whose node_modules holds Next.js. */
  root: string
  /** What stands before every path. */
  basePath: '' | '/base'
  /** Port of the other host to which `/elsewhere` is rewritten. */
  elsewhere: number
  /** The Node.js that runs it. */
  program: string
}

/** Copies the fixture and the gate; without building, which `next dev` does itself. */
export async function copySite(target: Target): Promise<Site> {
  await installNext(target.next)
  const program = await installNode(target.node)
  const site = { ...locate(target), program }
  const add = (name: string, to: string) =>
    cp(path.join(REPOSITORY, name), path.join(site.folder, to), { recursive: true })
  await rm(site.folder, { recursive: true, force: true })
  await cp(FIXTURE, site.folder, { recursive: true })
  await cutFixture(site)
  await add('server.ts', 'lib/stagedoor.ts')
  await add('middleware.ts', target.runtime ? 'stagedoor.ts' : target.file)
  if (target.runtime) await writeFile(path.join(site.folder, target.file), WIRING)
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
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === digest) {
    return { ...locate(target), program: await installNode(target.node) }
  }
  const site = await copySite(target)
  await run(site.program, [nextProgram(site), 'build', ...bundlerFlags(target)], {
    cwd: folder,
    env: siteEnvironment(site),
    timeout: 560_000,
  }).catch((error) => {
    throw new Error(`${target.name}: ${error.stdout}\n${error.stderr}`)
  })
  if (target.mode === 'standalone') await completeStandalone(site)
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
    OUTPUT: site.mode,
    ROOT: site.root,
    ELSEWHERE: `http://localhost:${site.elsewhere}`,
  }
}

export function nextProgram({ root }: Pick<Site, 'root'>): string {
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
  // The repository's own, above it, says that every `.js` is a module, which webpack's is not.
  await writeFile(path.join(to, 'package.json'), '{ "type": "commonjs" }')
}

function locate(target: Target): Omit<Site, 'program'> {
  const root = rootOf(target.next)
  return {
    ...target,
    root,
    folder: path.join(target.next === 16 ? WORK : root, target.name),
    basePath: target.variant === 'basePath' ? '/base' : '',
    elsewhere: portOf(target.next),
  }
}

/** The flag of a bundler: Turbopack's needs none from 16 on, webpack's none before. */
export function bundlerFlags({ next, bundler, mode }: Target): string[] {
  const major = majorOf(next)
  if ((bundler === 'webpack') === major < 16) return []
  return [mode === 'dev' && major < 15 ? '--turbo' : `--${bundler}`]
}

async function digestSources(target: Target): Promise<string> {
  // Only what it is made by: the same site is a row of the matrix, and a target by itself.
  const { next, file, runtime, bundler, variant, mode, node } = target
  const made = { next, file, runtime, bundler, variant, mode, node }
  const hash = createHash('sha256').update(JSON.stringify([made, PACKAGES[next], portOf(next)]))
  for (const name of await listFiles(FIXTURE)) {
    hash.update(`\0${name}\0`).update(await readFile(path.join(FIXTURE, name)))
  }
  const parts = [
    'middleware.ts',
    'server.ts',
    'test/next/cuts.ts',
    'node_modules/next/package.json',
  ]
  for (const name of parts) {
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
