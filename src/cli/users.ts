/** Users of a policy document, by name. */
import type { PolicyDocument, UserDocument } from '../gate/policy.ts'
import { CliError, EXIT } from './errors.ts'
import type { PlaceOptions } from './io.ts'
import { nearNames } from './near.ts'
import { advise, printable } from './talk.ts'

// RFC 7617 §2: no colon and no CTL in a user-id.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const NOT_IN_USER_ID = /[:\x00-\x1F\x7F]/

/**
 * The name of a new user as it is stored: NFC, as the gate compares it.
 *
 * @throws {CliError} for what no browser could send, or nobody could see
 */
export function checkUserId(name: string): string {
  const userId = name.normalize('NFC')
  const fault = faultOf(userId)
  if (fault === undefined) return userId
  throw new CliError(`'${printable(name)}' cannot be a user's name: it ${fault}`, {
    hint: 'choose another name, such as alice or alice@example.com',
    exitCode: EXIT.misused,
  })
}

function faultOf(userId: string): string | undefined {
  if (userId === '') return 'is empty'
  if (userId.includes('\uFFFD')) return 'is not UTF-8'
  if (NOT_IN_USER_ID.test(userId)) return 'has a colon or a control character'
  if (userId !== userId.trim()) return 'begins or ends with white space'
  return undefined
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
