/** Names of roles: the app asks for them (`requireRole`). */
import { CliError, EXIT } from './errors.ts'
import { printable } from './talk.ts'

/** Reads `--roles viewer,editor`. @throws {CliError} for a name that is empty or holds white space */
export function checkRoles(lists: string[]): string[] {
  const roles = lists.flatMap((list) => list.split(',')).map((role) => role.normalize('NFC'))
  const bad = roles.find((role) => !/^[^\s\p{C}]+$/u.test(role))
  if (bad === undefined) return [...new Set(roles)]
  throw new CliError(`'${printable(bad)}' cannot be a role: roles are words with commas between`, {
    hint: 'write --roles viewer,editor',
    exitCode: EXIT.misused,
  })
}
