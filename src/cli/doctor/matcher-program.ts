/**
 * What evaluates a matcher: the function by which the app's own Next.js makes regular expressions of
 * it when it builds, and what it does with them when it serves.
 *
 * That function is code of the project's `node_modules`, ends its process where it does not like a
 * matcher, and a regular expression may take for ever. So it runs in a process of its own: without
 * the environment of this one, with a time limit and, where this Node.js can (`--permission`), with
 * leave to read `node_modules` alone, and to write nothing and start no program. It might still use
 * the network and end other processes of the user, so nothing is run that came with the repository:
 * where git tracks anything in `node_modules`, or cannot say.
 */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { isAnyTracked } from '../places/git.ts'
import type { Literal } from '../project/literal.ts'

/** What of next.config a matcher is made with. */
export interface MatcherConfig {
  basePath: string
  i18n?: { locales: string[]; defaultLocale: string }
}

/** For each path whether one of the matchers has it, whatever its conditions; or why that is not known. */
export type Evaluation = { seen: boolean[] } | { fault: string }

/** Milliseconds: loading takes half a second, on a busy machine a few. */
const PATIENCE = 20_000

// Plain JavaScript: Node.js 20 runs no TypeScript. File 3 is for the answer, so that whatever is
// printed meanwhile is not taken for it. `getMiddlewareRouteMatcher` does with `regexp` what is done here.
const PROGRAM = `
const fs = require('node:fs')
const { program, matcher, config, paths } = JSON.parse(fs.readFileSync(0, 'utf8'))
const answer = (value) => fs.writeSync(3, JSON.stringify(value))
try {
  const { getMiddlewareMatchers } = require(program)
  const made = getMiddlewareMatchers(matcher, config).map(({ regexp }) => new RegExp(regexp))
  answer({ seen: paths.map((path) => made.some((pattern) => pattern.test(path))) })
} catch (error) {
  answer({ fault: String(error && error.code || error && error.name || error).slice(0, 60) })
}
`

export async function evaluateMatcher(
  dir: string,
  matcher: Literal,
  config: MatcherConfig,
  paths: string[],
): Promise<Evaluation> {
  const installed = installedNext(dir)
  if (!installed) return { fault: FAULTS.MODULE_NOT_FOUND as string }
  const states = await Promise.all([...new Set(Object.values(installed))].map(isAnyTracked))
  if (states.includes(true)) {
    return { fault: 'git tracks files in node_modules, so it was not run' }
  }
  if (states.includes(null)) {
    return { fault: 'git cannot say whether it tracks node_modules, so it was not run' }
  }
  // By its place, and not by its name: a project may take that for its own.
  const program = path.join(installed.next, 'dist/build/analysis/get-page-static-info')
  return evaluate(installed, { program, matcher, config, paths })
}

/** Folders without links in them. */
interface Installed {
  /** The one in which the app finds it. */
  modules: string
  next: string
  /** The outermost in which it is, as pnpm has it, with the packages that it needs. */
  store: string
}

/** The Next.js that the app finds: its own, or that of a workspace around it. */
function installedNext(dir: string): Installed | undefined {
  try {
    const modules = path.join(dir, 'node_modules')
    const next = fs.realpathSync(path.join(modules, 'next'))
    const parts = next.split(path.sep)
    const at = parts.indexOf('node_modules')
    const real = fs.realpathSync(modules)
    const store = at < 0 ? real : parts.slice(0, at + 1).join(path.sep)
    return { modules: real, next, store }
  } catch {
    const parent = path.dirname(dir)
    return parent === dir ? undefined : installedNext(parent)
  }
}

interface Request {
  program: string
  matcher: Literal
  config: MatcherConfig
  paths: string[]
}

function evaluate({ next, store }: Installed, request: Request): Promise<Evaluation> {
  const { paths } = request
  const child = spawn(process.execPath, [...permissions([store, next]), '-e', PROGRAM], {
    cwd: next,
    // Windows starts nothing without it.
    env: process.env.SystemRoot ? { SystemRoot: process.env.SystemRoot } : {},
    stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
    timeout: PATIENCE,
    killSignal: 'SIGKILL',
  })
  let answer = ''
  child.stdio[3]?.on('data', (chunk) => {
    // A few characters a path: more is no answer of ours.
    if (answer.length < 10_000_000) answer += chunk
  })
  child.stdin?.on('error', () => {})
  child.stdin?.end(JSON.stringify(request))
  return new Promise((resolve) => {
    child.on('error', () => resolve({ fault: 'Node.js could not be started' }))
    child.on('close', (_code, signal) => resolve(readAnswer(answer, signal, paths.length)))
  })
}

function readAnswer(answer: string, signal: string | null, count: number): Evaluation {
  if (signal !== null) return { fault: 'it takes too long' }
  try {
    const { seen, fault } = JSON.parse(answer) as { seen?: unknown; fault?: unknown }
    if (Array.isArray(seen) && seen.length === count) return { seen: seen.map(Boolean) }
    if (typeof fault === 'string') return { fault: FAULTS[fault] ?? `it fails: ${fault}` }
  } catch {}
  return { fault: 'this Next.js does not take it' }
}

const FAULTS: Record<string, string> = {
  MODULE_NOT_FOUND: 'this Next.js is not installed whole',
  ERR_PACKAGE_PATH_NOT_EXPORTED: 'this Next.js evaluates matchers in another place',
  TypeError: 'this Next.js evaluates matchers in another way',
}

/** Leave to read these folders, and to do nothing else but what needs none. */
function permissions(folders: string[]): string[] {
  const known = process.allowedNodeEnvironmentFlags
  const flag = ['--permission', '--experimental-permission'].find((name) => known.has(name))
  if (flag === undefined) return []
  return [flag, ...folders.map((folder) => `--allow-fs-read=${folder}`), '--no-warnings']
}
