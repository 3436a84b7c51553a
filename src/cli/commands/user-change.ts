/** `stagedoor user change`: what a user may see and do, and for how long. The password stays. */
import type { UserDocument } from '../../gate/policy.ts'
import { changePolicy, tell } from '../change.ts'
import { CliError, EXIT } from '../errors.ts'
import { parseExpires } from '../expiry.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { openPlace } from '../places/open.ts'
import { checkRoles } from '../roles.ts'
import { checkRule } from '../rule-faults.ts'
import { did, printable } from '../talk.ts'
import { findUser, userOf, withUser } from '../users.ts'
import { warnExpired } from './user.ts'

export interface UserChangeOptions extends PlaceOptions {
  paths?: string[]
  everything?: boolean
  /** `false` for none. */
  roles?: string[] | false
  expires?: string
}

/** Changes a user. @throws {CliError} where there is none of that name */
export async function userChange(name: string, options: UserChangeOptions, io: Io): Promise<void> {
  const change = changeOf(options)
  const place = await openPlace(options, io)
  let user: UserDocument | undefined
  const written = await changePolicy(place, options, (document) => {
    const key = findUser(document, name, options, place.name)
    user = change(userOf(document, key))
    return withUser(document, key, user)
  })
  const { paths = null, roles = [], expires = null } = user as UserDocument
  warnExpired(io, name, user)
  const line = written.changed
    ? `${did(options, 'change', 'changed')} ${printable(name)} in ${place.name}; the password stays`
    : `${printable(name)} is as that in ${place.name} already`
  const json = { user: name.normalize('NFC'), paths, roles, expires }
  await tell(io, options, place, { written, lines: [line], json })
}

/** @throws {CliError} where there is nothing to change, or no saying how */
function changeOf({ paths, everything, roles, expires }: UserChangeOptions) {
  if (paths && everything) throw misused('--paths and --everything exclude each other')
  if (!paths && !everything && roles === undefined && expires === undefined) {
    throw misused('nothing to change: say --paths, --everything, --roles, --no-roles or --expires')
  }
  const set: Partial<UserDocument> = {
    ...(paths && { paths: paths.map(checkRule) }),
    ...(roles && { roles: checkRoles(roles) }),
    ...(expires !== undefined &&
      expires !== 'never' && { expires: parseExpires(expires, Date.now()) }),
  }
  const gone = [
    ...(everything ? ['paths'] : []),
    ...(roles === false ? ['roles'] : []),
    ...(expires === 'never' ? ['expires'] : []),
  ]
  return (user: UserDocument): UserDocument => {
    const kept = Object.entries(user).filter(([field]) => !gone.includes(field))
    return { ...(Object.fromEntries(kept) as unknown as UserDocument), ...set }
  }
}

function misused(message: string): CliError {
  return new CliError(message, {
    hint: 'run `npx stagedoor user change --help`',
    exitCode: EXIT.misused,
  })
}
