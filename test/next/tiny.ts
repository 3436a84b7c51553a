/**
 * A tiny site for the versions with known faults, which takes seconds to build: behind the gate
 * as it ships, or behind one that leaves out paths, as people write them.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { MATCHER } from './faults.ts'
import { lock } from './lock.ts'
import { bundlerFlags, listFiles, nextProgram, type Site, siteEnvironment } from './targets.ts'
import {
  installNext,
  majorOf,
  PACKAGES,
  portOf,
  REPOSITORY,
  rootOf,
  type Version,
} from './versions.ts'

const run = promisify(execFile)
const TINY = fileURLToPath(new URL('tiny/', import.meta.url))

/** `plain`: as it ships. `matcher`: with a list of paths added. `none`: no gate at all. */
export type TinyGate = 'plain' | 'matcher' | 'none'

export interface TinyTarget {
  next: Version
  bundler: 'turbopack' | 'webpack'
  gate: TinyGate
  locales?: string | undefined
  output?: 'export'
}

/** Builds one, unless it is there, made of the same files. */
export async function buildTiny(target: TinyTarget): Promise<Site> {
  await installNext(target.next)
  const site = locate(target)
  await lock(site.folder, () => build(site, target))
  return site
}

async function build(site: Site, target: TinyTarget): Promise<void> {
  const digest = await digestOf(target)
  const stamp = path.join(site.folder, '.digest')
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === digest) return
  await rm(site.folder, { recursive: true, force: true })
  await cp(TINY, site.folder, { recursive: true })
  if (target.output) await keepPages(site)
  await mkdir(path.join(site.folder, 'lib'))
  await cp(path.join(REPOSITORY, 'server.ts'), path.join(site.folder, 'lib/stagedoor.ts'))
  if (target.gate !== 'none')
    await writeFile(path.join(site.folder, site.file), await gateOf(target))
  await run(site.program, [nextProgram(site), 'build', ...bundlerFlags(site)], {
    cwd: site.folder,
    env: { ...siteEnvironment(site), ...tinyVariables(target) },
    timeout: 560_000,
  }).catch((error) => {
    throw new Error(`${site.name}: ${error.stdout}\n${error.stderr}`)
  })
  await writeFile(stamp, digest)
}

/** What draws at request cannot be exported. */
async function keepPages({ folder }: Site): Promise<void> {
  for (const name of ['pages', 'app/account', 'app/api', 'app/guarded', 'app/shows']) {
    await rm(path.join(folder, name), { recursive: true })
  }
}

async function gateOf({ gate }: TinyTarget): Promise<string> {
  const text = await readFile(path.join(REPOSITORY, 'middleware.ts'), 'utf8')
  const matcher = `\nexport const config = { matcher: ${JSON.stringify(MATCHER)} }\n`
  return gate === 'matcher' ? text + matcher : text
}

/** What its configuration reads, when it is built and again when it runs. */
export function tinyVariables({ locales = '', output, next }: TinyTarget) {
  const old = majorOf(next) < 15 ? { OLD: '1' } : {}
  return { LOCALES: locales, OUTPUT: output ?? '', ...old }
}

function locate({ next, bundler, gate, locales, output }: TinyTarget): Site {
  const root = rootOf(next)
  const name = ['tiny', next, bundler, gate, locales?.replace(',', '-'), output]
  return {
    name: name.filter(Boolean).join('-'),
    next,
    // Those of 16 know the older name too.
    file: 'middleware.ts',
    bundler,
    variant: 'plain',
    mode: 'start',
    root,
    folder: path.join(root, next === 16 ? '.tmp/next' : '', name.filter(Boolean).join('-')),
    basePath: '',
    elsewhere: portOf(next),
    program: process.execPath,
  }
}

async function digestOf(target: TinyTarget): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([target, PACKAGES[target.next], MATCHER]))
  const files = (await listFiles(TINY)).map((name) => path.join(TINY, name))
  const ours = ['middleware.ts', 'server.ts'].map((name) => path.join(REPOSITORY, name))
  for (const file of [...files, ...ours]) hash.update(`\0${file}\0`).update(await readFile(file))
  return hash.digest('hex')
}
