/** What someone should know who has just changed a file: all of it true, none of it fatal. */
import fs from 'node:fs'
import path from 'node:path'
import { appAround } from '../project/next-app.ts'
import { shellWord } from '../talk.ts'
import { countAssignments } from './env-file.ts'
import type { GitState } from './git.ts'
import { isNextFile, type RunEnvironment } from './next-env.ts'
import type { Change, Snapshot } from './place.ts'

/** A change to a file, made or about to be made. */
export interface Changed {
  name: string
  file: string
  /** The file's new text. */
  text: string
  before: Snapshot
  after: Snapshot
  wanted: Change
  runs: RunEnvironment[]
  git: GitState
}

// 5 KB: what one variable may hold on the edge runtime (docs/policy.md).
export const EDGE_LIMIT = 5 * 1024

export function cautionsOf(changed: Changed): string[] {
  const { document, switch: value, secret } = changed.wanted
  const names = [
    ...(document ? ['STAGEDOOR_POLICY'] : []),
    ...(value ? ['STAGEDOOR'] : []),
    ...(secret ? ['STAGEDOOR_SECRET'] : []),
  ]
  return [
    ...notReadOf(changed),
    ...names.flatMap((name) => [...shadowsOf(changed, name), ...duplicatesOf(changed, name)]),
    ...(document ? [...sizeOf(changed), ...pairOf(changed)] : []),
    ...(isSecret(changed.wanted) ? [...gitOf(changed), ...modeOf(changed)] : []),
  ]
}

/** Whether a change writes what only its owner should read. */
export function isSecret({ document, secret }: Change): boolean {
  return document !== undefined || secret !== undefined
}

function notReadOf({ name, file }: Changed): string[] {
  const around = appAround(path.dirname(file))
  if (isNextFile(path.basename(file)) && around === undefined) return []
  return [`Next.js does not read ${name} by itself: load it into the environment of the run`]
}

/** A variable set in the shell, or in a file that Next.js reads before, hides what was written. */
function shadowsOf({ name, file, runs }: Changed, variable: string): string[] {
  const base = path.basename(file)
  return runs.flatMap(({ run, reads, settings }) => {
    const source = settings.get(variable)?.source
    if (!reads.includes(base) || source === undefined || source === base) return []
    return [`${run} does not see ${variable} of ${name}: ${source} sets it too, and wins`]
  })
}

function duplicatesOf({ name, text }: Changed, variable: string): string[] {
  const count = countAssignments(text, variable)
  if (count < 2) return []
  return [
    `${variable} stands ${count} times in ${name}: the last one counts, and is the one to change`,
  ]
}

function sizeOf({ after }: Changed): string[] {
  const bytes = Buffer.byteLength(after.text ?? '')
  if (bytes <= EDGE_LIMIT) return []
  return [
    `the policy is ${bytes} bytes, and on the edge runtime one variable holds at most ${EDGE_LIMIT}`,
  ]
}

/** `AUTH_USER` and `AUTH_PASSWORD` count only where there is no policy. */
function pairOf({ before, runs }: Changed): string[] {
  const used = runs.some(
    ({ settings }) => settings.get('AUTH_USER')?.value && settings.get('AUTH_PASSWORD')?.value,
  )
  if (before.text || !used) return []
  return ['AUTH_USER and AUTH_PASSWORD are ignored from now on, because there is a policy']
}

function gitOf({ name, git }: Changed): string[] {
  if (git === 'visible')
    return [`git does not ignore ${name}: add the line ${path.basename(name)} to .gitignore`]
  if (git === 'unknown')
    return [`there is no git to ask whether it ignores ${name}: make sure that it does`]
  return []
}

/** The mode of a file that was there is kept. Windows has none to speak of. */
function modeOf({ name, file }: Changed): string[] {
  const mode = fs.statSync(file, { throwIfNoEntry: false })?.mode ?? 0
  if (process.platform === 'win32' || (mode & 0o077) === 0) return []
  return [`others on this machine can get at ${name}: run \`chmod 600 ${shellWord(name)}\``]
}
