/** Sending through the `vercel` program, which adds the login of whoever is logged in with it. */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { CliError, EXIT } from '../errors.ts'
import type { Io } from '../io.ts'
import { type Answer, Lost, type Transport } from './exchange.ts'

// Milliseconds. The program takes seconds to start, and tries again by itself where it is told to
// wait.
const TIMEOUT = 90_000

/** The `vercel` program of the app, else that of the path. */
export function findProgram({ cwd, env }: Io): string | undefined {
  const names = process.platform === 'win32' ? ['vercel.cmd', 'vc.cmd'] : ['vercel', 'vc']
  const local = ownFolders(cwd, env).map((dir) => path.join(dir, 'node_modules', '.bin'))
  const folders = [...local, ...(env.PATH ?? '').split(path.delimiter).filter(Boolean)]
  return folders
    .flatMap((folder) => names.map((name) => path.join(folder, name)))
    .find((file) => isProgram(file, cwd))
}

/**
 * The app's folder and those around it, up to its repository's root or the home folder: what is
 * above may be anybody's, as `/tmp` is. Where there is neither, the app's folder alone.
 */
function ownFolders(cwd: string, env: Io['env']): string[] {
  const home = realPath(env.HOME || os.homedir())
  const folders: string[] = []
  for (let dir = cwd; ; dir = path.dirname(dir)) {
    folders.push(dir)
    if (realPath(dir) === home || fs.existsSync(path.join(dir, '.git'))) return folders
    if (path.dirname(dir) === dir) return [cwd]
  }
}

function realPath(dir: string): string {
  try {
    return fs.realpathSync(dir)
  } catch {
    return dir
  }
}

function isProgram(file: string, cwd: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK)
    const stats = fs.statSync(file)
    if (!stats.isFile()) return false
    // What is installed for all is as good as the path that names it; npx adds folders above ours.
    const isOfPackages = path.dirname(file).endsWith(path.join('node_modules', '.bin'))
    const owner = fs.statSync(cwd).uid
    return !isOfPackages || [stats, fs.lstatSync(file)].every((each) => isOurs(each, owner))
  } catch {
    return false
  }
}

/** Whether a file, or a link to one, is this user's, the app's owner's or root's: what runs may use the login. */
function isOurs({ uid }: fs.Stats, owner: number): boolean {
  const own = process.getuid?.()
  return own === undefined || [own, owner, 0].includes(uid)
}

const TRY_PROGRAM =
  'run `vercel api /v2/user` to see what it says, or put a token into VERCEL_TOKEN'

/** Sends through `vercel api`, which adds the login. The body goes in on stdin, never as an argument. */
export function byProgram(program: string, io: Io): Transport {
  return {
    host: 'Vercel, through the `vercel` program',
    async send({ method, path: asked, body }) {
      const args = ['api', asked, '-X', method, '--include', '--raw', '--non-interactive']
      if (method === 'DELETE') args.push('--dangerously-skip-permissions')
      if (body !== undefined) args.push('--input', '-')
      const input = JSON.stringify(body) ?? ''
      return readIncluded(await runProgram(program, args, input, io, method !== 'GET'))
    },
  }
}

interface Ran {
  code: number | null
  signal: string | null
  stdout: string
  stderr: string
}

function runProgram(
  program: string,
  args: string[],
  input: string,
  io: Io,
  isWrite: boolean,
): Promise<Ran> {
  const isWindows = process.platform === 'win32'
  // A batch file, as npm makes one on Windows, starts in a shell alone, to which `&` means more.
  const line = [program, ...args].map((word) => (isWindows ? `"${word}"` : word))
  return new Promise((resolve, reject) => {
    const child = spawn(line[0] as string, line.slice(1), {
      cwd: io.cwd,
      env: {
        ...io.env,
        VERCEL_TELEMETRY_DISABLED: '1',
        NO_UPDATE_NOTIFIER: '1',
        NO_COLOR: '1',
        FORCE_COLOR: '0',
      },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: TIMEOUT,
      shell: isWindows,
      // The Ctrl-C of the terminal is not for it: what is being written is waited for.
      detached: isWrite && !isWindows,
    })
    const ran = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        ran[name] += text
      })
    }
    child.once('error', (error) => {
      const why = 'the `vercel` program could not be started'
      reject(new Lost(why, { cause: error, hint: TRY_PROGRAM }))
    })
    child.once('close', (code, signal) => resolve({ code, signal, ...ran }))
    child.stdin.on('error', () => {}).end(input)
  })
}

/**
 * What `vercel api --include` prints: a status line, header fields, a blank line, the body. Of a
 * refusal only `Error: MESSAGE (STATUS)` on stderr (64.0.2).
 */
function readIncluded(ran: Ran): Answer {
  const { stdout } = ran
  const [head = '', ...rest] = stdout.split(/\r?\n\r?\n/)
  const [first = '', ...lines] = head.trimStart().split(/\r?\n/)
  const [, status] = /^HTTP\/?[\d.]*\s+(\d{3})\b/.exec(first) ?? []
  if (status === undefined) return readRefusal(ran)
  const headers = new Headers()
  for (const line of lines) {
    const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) headers.append(name, value)
  }
  return { status: Number(status), headers, text: rest.join('\n\n') }
}

/** @throws {Lost} where the program says nothing of an answer */
function readRefusal({ code, signal, stderr }: Ran): Answer {
  const [, message, status] = /^Error: (.*) \((\d{3})\)$/m.exec(stderr) ?? []
  if (status !== undefined) {
    const headers = new Headers({ 'Content-Type': 'application/json' })
    return { status: Number(status), headers, text: JSON.stringify({ error: { message } }) }
  }
  if (code === null) {
    throw new Lost(`the \`vercel\` program was ended by ${signal}`, { hint: TRY_PROGRAM })
  }
  if (/no existing credentials|log ?in/i.test(stderr)) {
    throw new CliError('there is no VERCEL_TOKEN, and the `vercel` program is not logged in', {
      hint: 'run `vercel login`, or put a token into VERCEL_TOKEN (https://vercel.com/account/tokens)',
      exitCode: EXIT.unauthorised,
    })
  }
  // Other lines may be about updates of the program.
  const [, said = stderr.trim().split('\n', 1)[0]] = /^Error: (.*)$/m.exec(stderr) ?? []
  const why = said?.slice(0, 200)
  throw new Lost(`the \`vercel\` program failed (exit code ${code})${why ? `: ${why}` : ''}`, {
    hint: TRY_PROGRAM,
  })
}
