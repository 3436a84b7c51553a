/** The password of a user who is added or rotated: made here, or chosen by a person. */
import { CliError, EXIT } from './errors.ts'
import type { CommonOptions, Io, PlaceOptions } from './io.ts'
import { chosenVerifier, madeVerifier, makePassword } from './password.ts'
import { checkChosen, promptPassword, readPassword } from './secret.ts'
import { advise, shellWord } from './talk.ts'

export interface PasswordOptions {
  passwordStdin?: boolean
  prompt?: boolean
  allowWeakPassword?: boolean
}

export interface NewPassword {
  /** To be shown once; `null` where a person chose it, and in a dry run. */
  shown: string | null
  verifier: string
}

// Stands in a document that is looked at and never written: a password that was not asked for,
// or will not exist, needs no verifier.
const DRY_VERIFIER = `sha256:${'A'.repeat(22)}:${'A'.repeat(43)}`

/** Makes or takes a password. A dry run makes none, and asks for none. */
export async function newPassword(
  userId: string,
  options: CommonOptions & PasswordOptions,
  io: Io,
): Promise<NewPassword> {
  refuseBoth(options)
  const chosen = await takePassword(userId, options, io)
  if (chosen !== null) checkChosen(chosen, options.allowWeakPassword === true)
  if (options.dryRun) return { shown: null, verifier: DRY_VERIFIER }
  if (chosen !== null) return { shown: null, verifier: await chosenVerifier(chosen) }
  const password = makePassword()
  return { shown: password, verifier: await madeVerifier(password) }
}

/**
 * Shows a password. There is no second chance to: only its verifier is kept.
 *
 * @param shown the password, `null` where there is none to lose
 */
export async function orLost(
  shown: string | null,
  userId: string,
  options: PlaceOptions,
  show: () => Promise<void>,
): Promise<void> {
  try {
    await show()
  } catch (error) {
    if (shown === null) throw error
    throw new CliError('the password could not be shown, and is lost: stdout takes no more', {
      hint: `make another: ${advise(options, `user rotate ${shellWord(userId)}`)}`,
      cause: error,
    })
  }
}

/** The password that a person chose; `null` where none is to be taken. */
async function takePassword(userId: string, options: CommonOptions & PasswordOptions, io: Io) {
  if (options.passwordStdin) return readPassword(io)
  return options.prompt && !options.dryRun ? promptPassword(io, userId) : null
}

function refuseBoth(options: CommonOptions & PasswordOptions): void {
  const other = options.passwordStdin ? '--password-stdin' : options.json ? '--json' : undefined
  if (!options.prompt || other === undefined) return
  throw new CliError(`--prompt and ${other} exclude each other`, {
    hint: options.passwordStdin
      ? 'leave one of them out'
      : 'leave --json out, or use --password-stdin',
    exitCode: EXIT.misused,
  })
}
