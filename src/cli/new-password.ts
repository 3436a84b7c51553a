/** The password of a user who is added or rotated: made here, or chosen by a person. */
import { CliError, EXIT } from './errors.ts'
import type { CommonOptions, Io } from './io.ts'
import { chosenVerifier, madeVerifier, makePassword } from './password.ts'
import { checkChosen, promptPassword, readPassword } from './secret.ts'

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

/** The password that a person chose; `null` where none is to be taken. */
async function takePassword(userId: string, options: CommonOptions & PasswordOptions, io: Io) {
  if (options.passwordStdin) return readPassword(io)
  return options.prompt && !options.dryRun ? promptPassword(io, userId) : null
}

function refuseBoth(options: CommonOptions & PasswordOptions): void {
  const other = options.passwordStdin ? '--password-stdin' : options.json ? '--json' : undefined
  if (!options.prompt || other === undefined) return
  throw new CliError(`--prompt and ${other} exclude each other`, {
    hint: 'pipe the password in with --password-stdin, or type it with --prompt',
    exitCode: EXIT.misused,
  })
}
