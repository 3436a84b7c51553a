/**
 * Taking a password or a pass from a person: piped stdin, or a prompt that shows nothing.
 *
 * Never from the command line, where other users of the machine and the shell's history see it.
 */
import { CTL, MANY_MARKS } from '../gate/credentials.ts'
import { CliError, EXIT } from './errors.ts'
import type { CommonOptions, Io } from './io.ts'
import { askHidden } from './prompt.ts'
import { printable } from './talk.ts'

/** Below this a chosen password needs `--allow-weak-password`. In characters. */
const STRONG_FROM = 12

// Longer ones would not get through: servers take some 16 KB of headers.
const MAX_BYTES = 4096

export const TOO_MANY_MARKS = 'has more than 30 combining marks in a row, which the gate refuses'

/** All of stdin, less one line end. @throws {CliError} for what cannot be a password */
export async function readPassword(io: Pick<Io, 'stdin'>): Promise<string> {
  if (io.stdin.isTTY) {
    throw new CliError('--password-stdin reads a pipe, and stdin is a terminal', {
      hint: 'use --prompt to type the password',
      exitCode: EXIT.misused,
    })
  }
  return decodeUtf8(await readAll(io)).replace(/\r?\n$/, '')
}

/** A pass, or what has one in it: all of stdin, or what is typed or pasted at a terminal. */
export async function readSecretText(
  io: Io,
  options: CommonOptions,
  question: string,
): Promise<string> {
  if (!io.stdin.isTTY) return (await readAll(io)).toString()
  if (options.json || !io.stderr.isTTY) {
    throw new CliError('stdin is a terminal, and there is nothing to ask at', {
      hint: 'pipe it in',
      exitCode: EXIT.misused,
    })
  }
  const [answer = ''] = await askHidden(io, [question])
  return answer
}

async function readAll(io: Pick<Io, 'stdin'>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

/** Asks for a password twice, without echo. @throws {CliError} without a terminal, and on Ctrl-C */
export async function promptPassword(io: Io, userId: string): Promise<string> {
  if (!io.stdin.isTTY || !io.stderr.isTTY) {
    throw new CliError('--prompt needs a terminal', {
      hint: 'pipe the password in with --password-stdin',
      exitCode: EXIT.misused,
    })
  }
  const [first, second] = await askHidden(io, [
    `password for ${printable(userId)}: `,
    'the same again: ',
  ])
  if (first !== second) {
    throw new CliError('the two passwords differ', { hint: 'run the command again' })
  }
  return first as string
}

/**
 * Checks a password that a person chose.
 *
 * @throws {CliError} naming what is wrong, never the password
 */
export function checkChosen(password: string, allowWeak: boolean): void {
  const fault = faultOf(password)
  if (fault) {
    throw new CliError(`the password ${fault}`, {
      hint: 'choose another, or leave it to stagedoor to make one',
      exitCode: EXIT.misused,
    })
  }
  if ([...password.normalize('NFC')].length >= STRONG_FROM || allowWeak) return
  throw new CliError(`the password has fewer than ${STRONG_FROM} characters`, {
    hint: 'choose a longer one, or say --allow-weak-password',
    exitCode: EXIT.misused,
  })
}

function faultOf(password: string): string | undefined {
  if (password === '') return 'is empty'
  if (password.startsWith('\uFEFF')) return 'begins with a byte order mark, which nobody can type'
  if (CTL.test(password)) return 'holds a line end or another control character'
  if (Buffer.byteLength(password) > MAX_BYTES) return `is longer than ${MAX_BYTES} bytes`
  if (MANY_MARKS.test(password.normalize('NFD'))) return TOO_MANY_MARKS
  return undefined
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    // `fatal`: each bad byte would become the same character, and so another password.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw new CliError('the password is not UTF-8', {
      hint: 'convert it, or use --prompt',
      exitCode: EXIT.misused,
      cause: error,
    })
  }
}
