/** Asking before what is hard to take back. */
import { CliError } from './errors.ts'
import type { CommonOptions, Io } from './io.ts'
import { confirm } from './prompt.ts'

/**
 * Asks, on a terminal. Scripts are not asked: they said what they want.
 *
 * @throws {CliError} where the answer is no
 */
export async function ask(io: Io, options: CommonOptions, question: string): Promise<void> {
  if (options.yes || options.dryRun || !isSomebodyThere(io, options)) return
  if (await confirm(io, question)) return
  throw new CliError('nothing was changed', { hint: 'answer y, or say --yes' })
}

/** Whether there is somebody to answer. */
export function isSomebodyThere({ stdin, stderr }: Io, { json }: CommonOptions): boolean {
  return !json && stdin.isTTY === true && stderr.isTTY === true
}
