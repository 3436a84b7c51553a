/**
 * Running an app's package manager: its output is talk, and shown to those who asked for quiet
 * only where it failed.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import util from 'node:util'
import { CliError, EXIT, errorCode } from '../errors.ts'
import type { CommonOptions, Io } from '../io.ts'
import { advise, printable, say, shellWord } from '../talk.ts'
import { listsPackage, type NextApp } from './next-app.ts'
import { commandText, type PackageCommand } from './packages.ts'

/** Lines of a failed command that are shown to those who saw none of it. */
const LAST_LINES = 20

/** How a command ended. `stopped` is the signal that we were sent meanwhile. */
interface Ending {
  code: number | null
  stopped: NodeJS.Signals | undefined
}

/**
 * Adds a package to an app.
 *
 * @throws {CliError} where it is not there after that; nothing else was changed
 */
export async function installPackage(
  app: NextApp,
  name: string,
  command: PackageCommand,
  options: CommonOptions & { store?: unknown },
  io: Io,
): Promise<void> {
  const shown = commandText(command)
  const isQuiet = options.json || options.quiet
  const last: string[] = []
  say(io, options, `running \`${shown}\``)
  const { code, stopped } = await runIn(app.dir, command, io, (line) => {
    if (line.trim() === '') return
    if (!isQuiet) io.stderr.write(`  ${line}\n`)
    else if (last.push(line) > LAST_LINES) last.shift()
  })
  if (stopped === 'SIGINT') throw interrupted(shown)
  if (stopped) return endBy(stopped)
  if (code === 0 && listsPackage(app.dir, name)) return
  for (const line of last) io.stderr.write(`  ${line}\n`)
  const what = code === 0 ? `did not add ${name} to package.json` : `failed (exit code ${code})`
  throw new CliError(`\`${shown}\` ${what}, so nothing was written`, {
    hint: byHand(command, options),
  })
}

/** The command from the folder that the user is in. */
export function fromHere(command: PackageCommand, { cwd }: CommonOptions): string {
  return `${cwd === undefined ? '' : `cd ${shellWord(cwd)} && `}${commandText(command)}`
}

function byHand(command: PackageCommand, options: CommonOptions & { store?: unknown }): string {
  const { store } = options
  const again = advise(options, `init --store${typeof store === 'string' ? `=${store}` : ''}`)
  return `run \`${fromHere(command, options)}\` yourself until it succeeds, then ${again} again`
}

function interrupted(shown: string): CliError {
  return new CliError(`interrupted during \`${shown}\`: nothing else was changed`, {
    exitCode: EXIT.interrupted,
  })
}

/** Ends as one who was not listening would have. */
function endBy(signal: NodeJS.Signals): Promise<never> {
  process.kill(process.pid, signal)
  return new Promise(() => {})
}

async function runIn(
  cwd: string,
  { program, args }: PackageCommand,
  io: Io,
  hear: (line: string) => void,
): Promise<Ending> {
  const child = spawn(program, args, {
    cwd,
    env: withoutSecrets(io.env),
    stdio: ['ignore', 'pipe', 'pipe'],
    // There they are scripts, which no process can be. Nothing of the line is the user's.
    shell: process.platform === 'win32',
  })
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => hear(harmless(line)))
  const watch = passSignals(child)
  try {
    return { code: await ended(child), stopped: watch.stopped() }
  } catch (error) {
    throw notStarted(error, program)
  } finally {
    watch.end()
  }
}

/** What other packages' scripts have no use for. */
function withoutSecrets(env: Io['env']): NodeJS.ProcessEnv {
  const own = /^(VERCEL_TOKEN|AUTH_PASSWORD|STAGEDOOR_.*|(EDGE|GLOBAL)_CONFIG)$/
  const kept = Object.entries(env).filter(([name]) => !own.test(name))
  return Object.fromEntries(kept) as NodeJS.ProcessEnv
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', resolve)
  })
}

/**
 * Lets the command end before we do. From a terminal both have had the Ctrl-C; a second one ends
 * a command that does not heed the first.
 */
function passSignals(child: ChildProcess) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  let stopped: NodeJS.Signals | undefined
  const pass = (signal: NodeJS.Signals) => {
    child.kill(stopped ? 'SIGKILL' : signal)
    // Of what it started itself, something may live on with the pipes open.
    if (stopped) for (const stream of [child.stdout, child.stderr]) stream?.destroy()
    stopped ??= signal
  }
  for (const signal of signals) process.on(signal, pass)
  return {
    stopped: () => stopped,
    end: () => {
      for (const signal of signals) process.off(signal, pass)
    },
  }
}

function notStarted(error: unknown, program: string): CliError {
  const why = errorCode(error) === 'ENOENT' ? 'is not installed here' : 'could not be started'
  return new CliError(`${program}, which this app uses, ${why}, so nothing was written`, {
    hint: `install ${program}, or add the package to package.json by hand, then run \`npx stagedoor init --store\` again`,
    cause: error,
  })
}

/** Without what steers a terminal, and without a password in a registry's address. */
function harmless(line: string): string {
  return printable(util.stripVTControlCharacters(line).replace(/(:\/\/)[^\s/@]+@/g, '$1…@'))
}
