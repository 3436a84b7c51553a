/** The place `file`: an `.env` file that Next.js reads, or any other of that form. */
import fs from 'node:fs'
import path from 'node:path'
import { CliError, systemError } from '../errors.ts'
import type { Io } from '../io.ts'
import { shellWord } from '../talk.ts'
import { expandEnv, plainJson, readEnv, setEnv } from './env-file.ts'
import { cautionsOf, isSecret } from './file-cautions.ts'
import { type GitState, gitState, type NoAnswer } from './git.ts'
import { withLock } from './lock.ts'
import {
  describeRun,
  isNextFile,
  type RunEnvironment,
  readTexts,
  runEnvironments,
  secretOf,
} from './next-env.ts'
import {
  type Change,
  type ChangeOf,
  type Place,
  readPolicyText,
  type Snapshot,
  type Written,
} from './place.ts'
import { followLinks, readText } from './read-file.ts'
import { replaceFile } from './replace.ts'

/** A file opened as a place. */
export interface FilePlace extends Place {
  /** Absolute path, as named: perhaps a link. */
  readonly file: string
}

/** What a change to a file needs to know. */
interface Task {
  name: string
  file: string
  /** Where the bytes are: `file`, or what it links to. */
  target: string
  io: Io
}

/**
 * Opens a file as a place. It need not exist.
 *
 * @throws {CliError} for what is no regular file
 */
export function openFile(name: string, io: Io): FilePlace {
  const file = path.resolve(io.cwd, name)
  const task = { name, file, target: followLinks(file, name), io }
  return {
    name,
    file,
    id: { place: 'file', file },
    reach: 'on Vercel: not told by this file',
    toApply: isNextFile(path.basename(file))
      ? 'restart a running next start; next dev follows by itself'
      : 'restart a running next start or next dev',
    read: async () => snapshotOf(task, readText(task.target, name)),
    look: async () => applyChange(task, () => null, true, 'outside'),
    write: (change, dryRun) => writeChange(task, change, dryRun),
  }
}

/** What the gate would see of a file alone; of the secrets, what each run has. */
function snapshotOf(task: Task, text: string): Snapshot {
  const values = expandEnv(readEnv(text), {})
  return {
    ...readPolicyText(values.get('STAGEDOOR_POLICY')),
    switch: values.get('STAGEDOOR'),
    secret: values.get('STAGEDOOR_SECRET'),
    secrets: secretRuns(task, text).map(secretOf),
    sealed: [],
  }
}

/** A file that Next.js does not read itself goes with a server elsewhere, without the others. */
function secretRuns(task: Task, text: string): RunEnvironment[] {
  const base = path.basename(task.file)
  return isNextFile(base)
    ? runsWith(task, text)
    : runEnvironments(new Map([[base, text]]), task.io.env, base)
}

async function writeChange(task: Task, change: ChangeOf, dryRun: boolean): Promise<Written> {
  const { name, target } = task
  checkWritable(target, name)
  const git = await gitState(target)
  const work = () => applyChange(task, change, dryRun, git)
  if (dryRun) return work()
  try {
    return await withLock(target, name, work)
  } catch (error) {
    throw error instanceof CliError ? error : systemError(error, `write ${name}`)
  }
}

/** Asked before, because a rename would replace a read-only file without asking. */
function checkWritable(target: string, name: string): void {
  const folder = path.dirname(target)
  try {
    fs.accessSync(folder, fs.constants.W_OK)
    if (fs.existsSync(target)) fs.accessSync(target, fs.constants.W_OK)
  } catch (error) {
    throw systemError(error, `write ${name}`)
  }
}

/** Reads, changes, writes and reads back. Synchronous: it runs under the lock. */
function applyChange(task: Task, change: ChangeOf, dryRun: boolean, git: GitState): Written {
  const { name, target } = task
  const text = readText(target, name)
  const before = snapshotOf(task, text)
  const wanted = change(before)
  if (wanted && isSecret(wanted)) refuseGit(name, git)
  const next = wanted ? setEnv(text, variablesOf(wanted)) : text
  const changed = next !== text
  if (changed && !dryRun) replaceChecked(target, next, name)
  const after = snapshotOf(task, next)
  const runs = runsWith(task, next)
  return {
    before,
    after,
    changed,
    runs: runs.map(describeRun),
    warnings: wanted ? cautionsOf({ ...task, text: next, before, after, wanted, runs, git }) : [],
  }
}

/** The runs as they are when the file holds this text. */
function runsWith({ file, io }: Task, text: string): RunEnvironment[] {
  const base = path.basename(file)
  const texts = readTexts(path.dirname(file), base)
  return runEnvironments(texts.set(base, text), io.env, base)
}

function replaceChecked(target: string, text: string, name: string): void {
  replaceFile(target, Buffer.from(text))
  if (fs.readFileSync(target, 'utf8') === text) return
  throw new CliError(`${name} does not hold what was written: something else is writing it`, {
    hint: 'close what else writes it, and run `npx stagedoor status`',
  })
}

function variablesOf({ document, switch: value, secret }: Change): Record<string, string> {
  return {
    ...(document && { STAGEDOOR_POLICY: plainJson(document) }),
    ...(value && { STAGEDOOR: value }),
    ...(secret && { STAGEDOOR_SECRET: secret }),
  }
}

/** @throws {CliError} where what is secret might end up in a commit */
function refuseGit(name: string, git: GitState): void {
  if (git === 'tracked') throw trackedByGit(name)
  if (typeof git === 'object') throw unanswered(name, git)
}

function unanswered(name: string, { repository, reason }: NoAnswer): CliError {
  const where = shellWord(repository)
  const next = reason.includes('dubious ownership')
    ? `if you trust that repository, run \`git config --global --add safe.directory ${where}\``
    : `run \`git -C ${where} status\`, mend what it says`
  return new CliError(`git cannot say whether it tracks ${name}: ${reason}`, {
    hint: `${next}, and try again`,
  })
}

function trackedByGit(name: string): CliError {
  return new CliError(`${name} is tracked by git, and credentials must not end up in a commit`, {
    hint: `run \`git rm --cached ${shellWord(name)}\`, add ${name} to .gitignore, and try again`,
  })
}
