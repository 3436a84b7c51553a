/** How the program ends, and why. */

/** Exit codes, the same for every command. 130 is what a shell reports for Ctrl-C (128 + SIGINT). */
export const EXIT = {
  done: 0,
  failed: 1,
  misused: 2,
  leak: 3,
  unauthorised: 4,
  interrupted: 130,
} as const

/** The same in words, for `--help`. */
export const EXIT_CODES =
  'Exit codes: 0 done, 1 failed, 2 misused, 3 leak found, 4 not authorised, 130 interrupted.'

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/**
 * What went wrong, in words for the person at the terminal: lower case, no full stop, never
 * a secret. `hint` ends with the next command to run.
 */
export class CliError extends Error {
  readonly hint: string | undefined
  readonly exitCode: ExitCode

  constructor(
    message: string,
    options: { hint?: string; exitCode?: ExitCode; cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.name = 'CliError'
    this.hint = options.hint
    this.exitCode = options.exitCode ?? EXIT.failed
  }
}

/** What somebody typed makes no sense. */
export function misused(message: string, { hint }: { hint: string }): CliError {
  return new CliError(message, { hint, exitCode: EXIT.misused })
}

/** What the system's error codes mean to someone who does not read errno(3). */
const SYSTEM: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'it is on a read-only disk',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it would be larger than allowed here',
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'it is a folder',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  EMFILE: 'too many files are open',
}

/** The code of a system error (`ENOENT`, …), if it is one. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}

const MAKE_WRITABLE =
  'make the file readable and its folder writable, or name another with `--to file:PATH`'
const HINTS: Record<string, string> = {
  EACCES: MAKE_WRITABLE,
  EPERM: MAKE_WRITABLE,
  EROFS: MAKE_WRITABLE,
  ENOENT: 'make the folder first, or name another file with `--to file:PATH`',
  ENOSPC: 'make room, and run the command again; the file is as it was',
}

/**
 * An error of the file system as one of ours: `cannot write .env.local: the disk is full`.
 *
 * @param advice what to do, where the file is none that `--to` names
 */
export function systemError(error: unknown, doing: string, advice?: string): CliError {
  const code = errorCode(error) ?? 'unknown'
  const hint = advice ?? HINTS[code]
  return new CliError(`cannot ${doing}: ${SYSTEM[code] ?? `the system says ${code}`}`, {
    cause: error,
    ...(hint && { hint }),
  })
}
