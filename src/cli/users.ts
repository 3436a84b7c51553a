/** Users of a policy document, by name. */
import { CTL, MANY_MARKS } from '../gate/credentials.ts'
import type { PolicyDocument, UserDocument } from '../gate/policy.ts'
import { CliError, EXIT } from './errors.ts'
import { isExpired } from './expiry.ts'
import type { PlaceOptions } from './io.ts'
import { nearNames } from './near.ts'
import { TOO_MANY_MARKS } from './secret.ts'
import { advise, printable } from './talk.ts'

/**
 * The name of a new user as it is stored: NFC, as the gate compares it.
 *
 * @throws {CliError} for what no browser could send, or nobody could see
 */
export function checkUserId(name: string): string {
  const userId = name.normalize('NFC')
  const fault = faultOf(userId)
  if (fault === undefined) return userId
  refuseColon(userId)
  throw new CliError(`'${printable(name)}' cannot be a user's name: it ${fault}`, {
    hint: 'choose another name, such as alice or alice@example.com',
    exitCode: EXIT.misused,
  })
}

function faultOf(userId: string): string | undefined {
  if (userId === '') return 'is empty'
  if (userId.includes('\uFFFD')) return 'is not UTF-8'
  if (userId.includes(':')) return 'has a colon'
  if (CTL.test(userId)) return 'has a control character'
  if (userId !== userId.trim()) return 'begins or ends with white space'
  if (MANY_MARKS.test(userId.normalize('NFD'))) return TOO_MANY_MARKS
  return undefined
}

/** What follows the colon may be a password, and is not said again. */
function refuseColon(name: string): void {
  const colon = name.indexOf(':')
  if (colon < 0) return
  throw new CliError(`'${name.slice(0, colon)}:…' cannot be a user's name: it has a colon`, {
    hint: 'a password is never an argument: give the name alone, and pipe the password in with --password-stdin',
    exitCode: EXIT.misused,
  })
}

/** The key under which a user stands, or `undefined`. */
export function keyOf(document: PolicyDocument, name: string): string | undefined {
  const userId = name.normalize('NFC')
  return Object.keys(document.users ?? {}).find((key) => key.normalize('NFC') === userId)
}

/** As {@link keyOf}. @throws {CliError} naming those that may have been meant */
export function findUser(
  document: PolicyDocument,
  name: string,
  options: PlaceOptions,
  place: string,
): string {
  const key = keyOf(document, name)
  if (key !== undefined) return key
  refuseColon(name)
  const near = nearNames(name, Object.keys(document.users ?? {})).map(printable)
  throw new CliError(`there is no user '${printable(name)}' in ${place}`, {
    hint:
      near.length > 0
        ? `did you mean ${near.join(' or ')}? see ${advise(options, 'user list')}`
        : `see who there is: ${advise(options, 'user list')}`,
  })
}

export function userOf(document: PolicyDocument, key: string): UserDocument {
  return document.users?.[key] as UserDocument
}

// Objects are copied, never assigned to: `users['__proto__'] = …` would set no user.

export function withUser(
  document: PolicyDocument,
  key: string,
  user: UserDocument,
): PolicyDocument {
  return { ...document, users: { ...document.users, [key]: user } }
}

export function withoutUser(document: PolicyDocument, key: string): PolicyDocument {
  const { [key]: _gone, ...users } = document.users ?? {}
  return { ...document, users }
}

/** A user as `--json` shows one. */
export interface ListedUser {
  user: string
  paths: string[] | null
  roles: string[]
  expires: string | null
  expired: boolean
  /** Kind of the verifier: `sha256` for a password that was made, `pbkdf2-sha256` for a chosen one. */
  verifier: string
}

export function listUsers(document: PolicyDocument, now: number): ListedUser[] {
  return Object.entries(document.users ?? {}).map(([user, fields]: [string, UserDocument]) => ({
    user,
    paths: fields.paths ?? null,
    roles: fields.roles ?? [],
    expires: fields.expires ?? null,
    expired: isExpired(fields.expires, now),
    verifier: fields.verifier.split(':')[0] as string,
  }))
}
