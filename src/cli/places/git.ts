/** What git makes of a file: credentials must not end up in a commit. */
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

/** `outside`: no repository; `unknown`: one, but no git on this machine. */
export type GitState = 'tracked' | 'ignored' | 'visible' | 'outside' | 'unknown' | NoAnswer

/** There is a git, and a repository, but the one cannot read the other: the file may be tracked. */
export interface NoAnswer {
  /** The folder that has the `.git`. */
  repository: string
  /** In git's words. */
  reason: string
}

/** Milliseconds that git may take. */
const PATIENCE = 5_000

export async function gitState(file: string): Promise<GitState> {
  const folder = fs.realpathSync(path.dirname(file))
  const repository = repositoryOf(folder)
  if (repository === undefined) return 'outside'
  const real = path.join(folder, path.basename(file))
  const git = (words: string[]) =>
    ask(repository, [...words, '--', `./${slashes(path.relative(repository, real))}`])
  // A file's name is no pattern; `check-ignore` knows none, and refuses that option.
  const tracked = await git(['--literal-pathspecs', 'ls-files', '--error-unmatch'])
  if (tracked.code === 0) return 'tracked'
  if (tracked.code === 'ENOENT') return 'unknown'
  // A `.git` that is none. One that leads to a repository elsewhere is named there instead.
  if (/not a git repository \(or any/.test(tracked.stderr)) return 'outside'
  if (tracked.code !== 1) return { repository, reason: reasonOf(tracked) }
  const ignored = await git(['check-ignore', '-q'])
  if (ignored.code === 0) return 'ignored'
  return ignored.code === 1 ? 'visible' : { repository, reason: reasonOf(ignored) }
}

/** The first line of what git said, or how it ended. */
function reasonOf({ code, stderr }: { code: unknown; stderr: string }): string {
  const [, said] = /^(?:fatal|error): (.+)$/m.exec(stderr) ?? []
  return said ?? (code === 'killed' ? 'it takes too long' : `it ends with ${code}`)
}

/** Spares starting git where there is nothing to ask it. In a worktree `.git` is a file. */
function repositoryOf(folder: string): string | undefined {
  if (fs.existsSync(path.join(folder, '.git'))) return folder
  const parent = path.dirname(folder)
  return parent === folder ? undefined : repositoryOf(parent)
}

/** Whether git has any file below a folder, or may have: `null` where it cannot say. */
export async function isAnyTracked(folder: string): Promise<boolean | null> {
  try {
    const real = fs.realpathSync(folder)
    const repository = repositoryOf(path.dirname(real))
    if (repository === undefined) return false
    const below = `./${slashes(path.relative(repository, real))}`
    const words = ['--literal-pathspecs', 'ls-files', '--error-unmatch', '--', below]
    const { code, stderr } = await ask(repository, words)
    if (code === 0) return true
    return code === 1 || /not a git repository \(or any/.test(stderr) ? false : null
  } catch {
    return null
  }
}

function slashes(relative: string): string {
  return relative.split(path.sep).join('/')
}

/**
 * `GIT_DIR` and the like would have git look elsewhere than where a commit is made. Objects that a
 * repository lacks are not fetched, and no protocol is allowed: its configuration may name a
 * program to fetch by (`remote.NAME.uploadpack`), which would be run. An older git knows one of the
 * two alone.
 */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^GIT_/i.test(name))
  return {
    ...Object.fromEntries(own),
    GIT_ALLOW_PROTOCOL: '',
    GIT_NO_LAZY_FETCH: '1',
    GIT_OPTIONAL_LOCKS: '0',
    LC_ALL: 'C',
  }
}

// Asking is no reason to run the repository's own hooks, nor to believe a folder of it that looks
// like a repository without a `.git`: whoever commits writes the configuration of that.
const SAFE = ['-c', 'core.fsmonitor=false', '-c', 'safe.bareRepository=explicit']

/**
 * Asks git from where the `.git` is, which it finds before anything else there. That one is not
 * named by `--git-dir`: git would then no longer look whose it is (`safe.directory`).
 */
function ask(repository: string, words: string[]): Promise<{ code: unknown; stderr: string }> {
  const options = { cwd: repository, timeout: PATIENCE, env: environment() }
  return new Promise((resolve) => {
    execFile('git', [...SAFE, ...words], options, (error, _stdout, stderr) => {
      resolve({ code: error ? (error.code ?? 'killed') : 0, stderr })
    })
  })
}

/** Whether every reader of a repository knows what is in a file. Where git cannot say, it counts as not. */
export async function isTracked(file: string): Promise<boolean> {
  return (await gitState(file)) === 'tracked'
}
