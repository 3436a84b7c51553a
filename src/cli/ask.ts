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
  const silent = options.yes || options.json || options.dryRun
  if (silent || !io.stdin.isTTY || !io.stderr.isTTY) return
  if (await confirm(io, question)) return
  throw new CliError('nothing was changed', { hint: 'answer y, or say --yes' })
}
