/** The program's entry: arguments in, exit code out. */
import { setTimeout as sleep } from 'node:timers/promises'
import { CommanderError } from 'commander'
import { CliError, EXIT, errorCode, systemError } from './errors.ts'
import type { Io } from './io.ts'
import { ownVersion } from './own-version.ts'
import { commandOf, helpAsked, program } from './program.ts'
import { complain, printable } from './talk.ts'

/**
 * Runs a command line.
 *
 * @param given arguments, without the program's own name
 * @returns the exit code; never throws
 */
export async function main(given: string[], io: Io = processIo()): Promise<number> {
  // A reader that went away (`| head`) is told by the write that failed, not by an event.
  for (const stream of [io.stdout, io.stderr]) stream.on('error', () => {})
  const root = program(io, ownVersion())
  const argv = helpAsked(root, given)
  try {
    await root.parseAsync(argv, { from: 'user' })
    return EXIT.done
  } catch (error) {
    return explain(error, io, commandOf(root, argv))
  }
}

/** Says what went wrong. @returns the exit code */
function explain(error: unknown, io: Io, command: string): number {
  if (error instanceof CommanderError) return explainUsage(error, io, command)
  // Whoever reads us has read enough.
  if (errorCode(error) === 'EPIPE') return EXIT.done
  if (error instanceof CliError) {
    complain(io, error.message, error.hint)
    return error.exitCode
  }
  const code = errorCode(error)
  if (code !== undefined) complain(io, systemError(error, 'write the output').message)
  else {
    complain(io, 'a mistake of stagedoor itself', REPORT)
    for (const line of String((error as Error)?.stack ?? error).split('\n'))
      io.stderr.write(`${printable(line)}\n`)
  }
  return EXIT.failed
}

const REPORT = 'please report it, with the command and what follows'

/** A command line that is not understood; help and version come this way too. */
function explainUsage(error: CommanderError, io: Io, command: string): number {
  if (error.exitCode === 0) return EXIT.done
  // No subcommand: the help, which was written already, says it all.
  if (error.code === 'commander.help') return EXIT.misused
  const [message = '', suggestion] = withoutValue(error.message).split('\n')
  const meant = suggestion && `${suggestion.slice(1, -1).replace(/^Did/, 'did')} `
  complain(
    io,
    message.replace('. Expected', ': expected').replace(/\.$/, ''),
    `${meant ?? ''}run \`npx ${command} --help\``,
  )
  return EXIT.misused
}

/** Of an option that is not known only the name is said: its value may be a password. */
function withoutValue(message: string): string {
  return message
    .replace(/^error: /, '')
    .replace(/^(unknown option '(?:--[^=']*|-[^-]))[\s\S]*?'(?=\n\(Did you mean [^\n]*$|$)/, "$1'")
}

function processIo(): Io {
  const { stdin, stdout, stderr, env } = process
  return { cwd: process.cwd(), env, stdin, stdout, stderr, pause: (time) => sleep(time) }
}
