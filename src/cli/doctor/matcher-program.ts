/**
 * What evaluates a matcher: the function by which the app's own Next.js makes regular expressions of
 * it when it builds, and what it does with them when it serves.
 *
 * That function is code of the project's `node_modules`, ends its process where it does not like a
 * matcher, and a regular expression may take for ever. So it runs in a process of its own: without
 * the environment of this one, with a time limit and, where this Node.js can (`--permission`),
 * without leave to write files or to start programs.
 */
import { spawn } from 'node:child_process'
import path from 'node:path'
import type { Literal } from './literal.ts'

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
const { createRequire } = require('node:module')
const { dir, matcher, config, paths } = JSON.parse(fs.readFileSync(0, 'utf8'))
const answer = (value) => fs.writeSync(3, JSON.stringify(value))
try {
  const load = createRequire(dir)
  const { getMiddlewareMatchers } = load('next/dist/build/analysis/get-page-static-info')
  const made = getMiddlewareMatchers(matcher, config).map(({ regexp }) => new RegExp(regexp))
  answer({ seen: paths.map((path) => made.some((pattern) => pattern.test(path))) })
} catch (error) {
  answer({ fault: String(error && error.code || error && error.name || error).slice(0, 60) })
}
`

export function evaluateMatcher(
  dir: string,
  matcher: Literal,
  config: MatcherConfig,
  paths: string[],
): Promise<Evaluation> {
  const child = spawn(process.execPath, [...permissions(), '-e', PROGRAM], {
    cwd: dir,
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
  const request = { dir: path.join(dir, 'package.json'), matcher, config, paths }
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

/** Leave to read, and to do nothing else but what needs none. */
function permissions(): string[] {
  const known = process.allowedNodeEnvironmentFlags
  const flag = ['--permission', '--experimental-permission'].find((name) => known.has(name))
  return flag === undefined ? [] : [flag, '--allow-fs-read=*', '--no-warnings']
}
