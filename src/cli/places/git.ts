/** What git makes of a file: credentials must not end up in a commit. */
import { execFile } from 'node:child_process'
import path from 'node:path'

/** `outside`: no repository, or no git on this machine; `unknown`: git would not say. */
export type GitState = 'tracked' | 'ignored' | 'visible' | 'outside' | 'unknown'

/** Milliseconds that git may take. */
const PATIENCE = 5_000

export async function gitState(file: string): Promise<GitState> {
  // A file's name is no pattern; `check-ignore` knows none, and refuses that option.
  const tracked = await git(file, ['--literal-pathspecs', 'ls-files', '--error-unmatch'])
  if (tracked.code === 0) return 'tracked'
  if (tracked.code === 'ENOENT' || /not a git repository/.test(tracked.stderr)) return 'outside'
  const ignored = await git(file, ['check-ignore', '-q'])
  if (ignored.code === 0) return 'ignored'
  return ignored.code === 1 && tracked.code === 1 ? 'visible' : 'unknown'
}

function git(file: string, args: string[]): Promise<{ code: unknown; stderr: string }> {
  // Asking is no reason to run the repository's own hooks.
  const command = ['-c', 'core.fsmonitor=false', ...args, '--', `./${path.basename(file)}`]
  const options = {
    cwd: path.dirname(file),
    timeout: PATIENCE,
    env: { ...process.env, GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' },
  }
  return new Promise((resolve) => {
    execFile('git', command, options, (error, _stdout, stderr) => {
      resolve({ code: error ? (error.code ?? 'killed') : 0, stderr })
    })
  })
}
