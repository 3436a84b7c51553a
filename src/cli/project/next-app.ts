/** Finding the Next.js app: its folder, its Next.js, and who installs its packages. */
import fs from 'node:fs'
import path from 'node:path'
import { CliError } from '../errors.ts'
import { shellWord } from '../talk.ts'
import { leastVersion, parseVersion, type Version } from './version.ts'

export interface NextApp {
  dir: string
  version: Version
  /** `range`: nothing is installed, and package.json says no more than the least version. */
  versionFrom: 'installed' | 'range'
  /** As package.json or the installed package has it. */
  declared: string
  packageManager: PackageManager
  /** Whether it has a tsconfig.json. */
  typed: boolean
}

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun'

interface PackageJson {
  version?: string
  packageManager?: string
  workspaces?: unknown
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

const LOCK_FILES: [file: string, manager: PackageManager][] = [
  ['package-lock.json', 'npm'],
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
]

/** Levels of folders below a monorepo's root in which apps are looked for: `packages/web/app`. */
const DEPTH = 3

/**
 * Finds the app of a folder.
 *
 * @param cwd the folder as the user named it, for commands to paste
 * @throws {CliError} where it has none; the hint names folders near by that have
 */
export function findNextApp(dir: string, cwd = '.'): NextApp {
  const app = lookForNextApp(dir)
  if (app) return app
  throw noNext(dir, cwd)
}

/**
 * The app of a folder, if it has one. Looks in no folder below.
 *
 * @throws {CliError} where its version cannot be told
 */
export function lookForNextApp(dir: string): NextApp | undefined {
  const { range, installed } = nextOf(dir)
  if (range === undefined && installed === undefined) return undefined
  const declared = installed ?? (range as string)
  const version = installed ? parseVersion(installed) : leastVersion(declared)
  if (!version) throw versionUnknown(declared)
  const versionFrom = installed ? 'installed' : 'range'
  const typed = fs.existsSync(path.join(dir, 'tsconfig.json'))
  return { dir, version, versionFrom, declared, packageManager: findPackageManager(dir), typed }
}

/** Whether a folder has an app, of whatever version. */
export function hasNextApp(dir: string): boolean {
  const { range, installed } = nextOf(dir)
  return range !== undefined || installed !== undefined
}

/** The app that a folder is a part of, without being one itself: no Next.js reads its files. */
export function appAround(dir: string): string | undefined {
  return hasNextConfig(dir) || declaredNext(readPackage(dir)) !== undefined
    ? undefined
    : appAbove(dir)
}

/** Whether nothing says that Next.js has to do with a folder, or with one that it is in. */
export function isOutsideApps(dir: string): boolean {
  if (hasNextConfig(dir) || declaredNext(readPackage(dir)) !== undefined) return false
  const parent = path.dirname(dir)
  return parent === dir || isOutsideApps(parent)
}

/** Folders of apps below a folder, from there. */
export function appsNear(dir: string): string[] {
  return appsBelow(dir, DEPTH).map((app) => path.relative(dir, app))
}

/** `npm run build`, or what it is with the other package managers. */
export function runScript(manager: PackageManager, script: 'build' | 'start'): string {
  const short =
    manager === 'yarn' || manager === 'pnpm' || (manager === 'npm' && script === 'start')
  return short ? `${manager} ${script}` : `${manager} run ${script}`
}

/** The command that installs a version of Next.js. */
export function installNext(manager: PackageManager, version: string): string {
  return `${manager} ${manager === 'npm' ? 'install' : 'add'} next@${version}`
}

/** Whether the package.json of a folder lists a package. */
export function listsPackage(dir: string, name: string): boolean {
  const { dependencies, devDependencies } = readPackage(dir) ?? {}
  return dependencies?.[name] !== undefined || devDependencies?.[name] !== undefined
}

/** @returns `undefined` where there is no package.json, or none that can be read */
export function readPackage(dir: string): PackageJson | undefined {
  try {
    const file = path.join(dir, 'package.json')
    // A pipe would be waited for without end.
    if (!fs.statSync(file).isFile()) return undefined
    const value: unknown = JSON.parse(fs.readFileSync(file, 'utf8'))
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

/** As package.json has it, and as it is installed: that counts only for what looks like an app. */
function nextOf(dir: string): { range: string | undefined; installed: string | undefined } {
  const range = declaredNext(readPackage(dir))
  const installed = range === undefined && !hasNextConfig(dir) ? undefined : installedNext(dir)
  return { range, installed }
}

function declaredNext(json: PackageJson | undefined): string | undefined {
  return json?.dependencies?.next ?? json?.devDependencies?.next
}

function hasNextConfig(dir: string): boolean {
  return ['js', 'mjs', 'ts', 'mts'].some((ext) =>
    fs.existsSync(path.join(dir, `next.config.${ext}`)),
  )
}

/** Version in the nearest node_modules, as Node.js resolves it: a workspace's may be above. */
function installedNext(dir: string): string | undefined {
  const found = readPackage(path.join(dir, 'node_modules', 'next'))?.version
  const parent = path.dirname(dir)
  return found ?? (parent === dir ? undefined : installedNext(parent))
}

/** By the `packageManager` field or the lock file, of the nearest folder that has one. */
function findPackageManager(dir: string): PackageManager {
  const named = readPackage(dir)?.packageManager?.split('@')[0]
  const known = LOCK_FILES.find(([, manager]) => manager === named)
  const locked = known ?? LOCK_FILES.find(([file]) => fs.existsSync(path.join(dir, file)))
  const parent = path.dirname(dir)
  return locked?.[1] ?? (parent === dir ? 'npm' : findPackageManager(parent))
}

function noNext(dir: string, cwd: string): CliError {
  const below = appsNear(dir)
  const above = appAbove(dir)
  const options = below.length ? below : above ? [path.relative(dir, above)] : []
  const [first] = options
  const why = readPackage(dir) ? 'its package.json does not list next' : 'it has no package.json'
  return new CliError(`no Next.js found in ${dir}: ${why}`, {
    hint:
      first === undefined
        ? 'run it in the folder of a Next.js app, or name that with `--cwd DIR`'
        : `there is one in ${options.join(', ')}: run \`npx stagedoor init --cwd ${shellWord(path.join(cwd, first))}\``,
  })
}

function appsBelow(dir: string, depth: number): string[] {
  if (depth === 0) return []
  return foldersOf(dir).flatMap((folder) =>
    isApp(folder) ? [folder] : appsBelow(folder, depth - 1),
  )
}

/** A library for Next.js apps lists next as well, but has no pages. */
function isApp(dir: string): boolean {
  const routers = ['app', 'pages', 'src/app', 'src/pages']
  return (
    declaredNext(readPackage(dir)) !== undefined &&
    routers.some((name) => fs.existsSync(path.join(dir, name)))
  )
}

function foldersOf(dir: string): string[] {
  try {
    return fs
      .readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !/^\.|^node_modules$/.test(entry.name))
      .map((entry) => path.join(dir, entry.name))
      .sort()
  } catch {
    return []
  }
}

function appAbove(dir: string): string | undefined {
  const parent = path.dirname(dir)
  if (parent === dir) return undefined
  return isApp(parent) ? parent : appAbove(parent)
}

function versionUnknown(declared: string): CliError {
  return new CliError(`the version of Next.js cannot be told from "${declared}"`, {
    hint: 'install the packages first (`npm install`), then run `npx stagedoor init` again',
  })
}
