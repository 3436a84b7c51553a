/** `stagedoor user`: who may sign in. */
import type { UserDocument } from '../../gate/policy.ts'
import { ask } from '../ask.ts'
import { changePolicy, documentOf, tell } from '../change.ts'
import { CliError } from '../errors.ts'
import { isExpired, parseExpires } from '../expiry.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { type NewPassword, newPassword, orLost, type PasswordOptions } from '../new-password.ts'
import { openPlace } from '../places/open.ts'
import type { Place, Written } from '../places/place.ts'
import { checkRoles } from '../roles.ts'
import { checkRule } from '../rule-faults.ts'
import { advise, did, print, printable, printJson, say, shellWord, warn } from '../talk.ts'
import { checkUserId, findUser, keyOf, userOf, withoutUser, withUser } from '../users.ts'

export interface UserAddOptions extends PlaceOptions, PasswordOptions {
  paths?: string[]
  roles?: string[]
  expires?: string
}

export interface UserRotateOptions extends PlaceOptions, PasswordOptions {
  expires?: string
}

/** Adds a user. @throws {CliError} where there is one of that name */
export async function userAdd(name: string, options: UserAddOptions, io: Io): Promise<void> {
  const userId = checkUserId(name)
  const fields = fieldsOf(options)
  const place = await openPlace(options, io)
  const refuseKnown = (key: string | undefined) => {
    if (key !== undefined) throw alreadyThere(key, options, place)
  }
  // Looked at before a password is asked for, and again under the lock.
  refuseKnown(keyOf(documentOf(options, place, await place.read()), userId))
  const made = await newPassword(userId, options, io)
  const written = await changePolicy(place, options, (document) => {
    refuseKnown(keyOf(document, userId))
    return withUser(document, userId, { verifier: made.verifier, ...fields })
  })
  const line = `${did(options, 'add', 'added')} ${printable(userId)} to ${place.name}`
  await hand(io, options, place, { userId, made, written, line, user: fields })
}

/** Gives a user a new password; the rest stays as it is. */
export async function userRotate(name: string, options: UserRotateOptions, io: Io): Promise<void> {
  const expires = expiresOf(options)
  const place = await openPlace(options, io)
  findUser(documentOf(options, place, await place.read()), name, options, place.name)
  const made = await newPassword(name, options, io)
  let user: UserDocument | undefined
  const written = await changePolicy(place, options, (document) => {
    const key = findUser(document, name, options, place.name)
    const { expires: old, ...rest } = userOf(document, key)
    const kept = options.expires === undefined ? old : expires
    user = { ...rest, verifier: made.verifier, ...(kept !== undefined && { expires: kept }) }
    return withUser(document, key, user)
  })
  warnExpired(io, name, user)
  const line = `${did(options, 'rotate', 'rotated')} the password of ${printable(name)} in ${place.name}`
  const { verifier: _secret, ...shown } = user as UserDocument
  await hand(io, options, place, {
    userId: name.normalize('NFC'),
    made,
    written,
    line,
    user: shown,
  })
}

export function warnExpired(io: Io, name: string, user: UserDocument | undefined): void {
  if (!isExpired(user?.expires, Date.now())) return
  warn(
    io,
    `${printable(name)} expired on ${user?.expires}: nobody can sign in so before --expires says otherwise`,
  )
}

/** Removes a user. @throws {CliError} where there is none of that name */
export async function userRemove(name: string, options: PlaceOptions, io: Io): Promise<void> {
  const place = await openPlace(options, io)
  findUser(documentOf(options, place, await place.read()), name, options, place.name)
  await ask(io, options, `remove ${printable(name)} from ${place.name}?`)
  const written = await changePolicy(place, options, (document) => {
    return withoutUser(document, findUser(document, name, options, place.name))
  })
  const lines = [`${did(options, 'remove', 'removed')} ${printable(name)} from ${place.name}`]
  await tell(io, options, place, { written, lines, json: { user: name.normalize('NFC') } })
}

interface Handed {
  userId: string
  made: NewPassword
  written: Written
  line: string
  user: Omit<UserDocument, 'verifier'>
}

/** Tells what was done, and shows the password. */
async function hand(io: Io, options: UserAddOptions, place: Place, handed: Handed): Promise<void> {
  const { userId, made, written, line, user } = handed
  const { paths = null, roles = [], expires = null } = user
  const json = { user: userId, password: made.shown, paths, roles, expires }
  const chosen = options.passwordStdin || options.prompt
  if (written.doubt) {
    await orLost(made.shown, userId, options, () => showDoubtful(io, options, place, json))
    throw written.doubt
  }
  await orLost(made.shown, userId, options, async () => {
    await tell(io, options, place, { written, lines: [line], json })
    if (options.dryRun && !chosen) say(io, options, 'would show a new password, this once')
    if (options.json || made.shown === null) return
    say(io, options, 'password, shown this once:')
    await print(io, `${made.shown}\n`)
  })
}

/** A password that counts if the change was made, which nobody knows. */
async function showDoubtful(
  io: Io,
  options: UserAddOptions,
  place: Place,
  json: { password: string | null },
): Promise<void> {
  if (options.json) return printJson(io, { ...json, ...place.id, changed: null })
  if (json.password === null) return
  say(io, options, 'password, shown this once, and good only if it was written:')
  await print(io, `${json.password}\n`)
}

function fieldsOf(options: UserAddOptions): Omit<UserDocument, 'verifier'> {
  const { paths, roles } = options
  const expires = expiresOf(options)
  return {
    ...(paths && { paths: paths.map(checkRule) }),
    ...(roles && { roles: checkRoles(roles) }),
    ...(expires !== undefined && { expires }),
  }
}

/** `never` is for rotating: it takes an end away. */
function expiresOf({ expires }: { expires?: string }): string | undefined {
  return expires === undefined || expires === 'never'
    ? undefined
    : parseExpires(expires, Date.now())
}

function alreadyThere(key: string, options: PlaceOptions, place: Place): CliError {
  return new CliError(`there is a user '${printable(key)}' in ${place.name} already`, {
    hint: `give them a new password with ${advise(options, `user rotate ${shellWord(key)}`)}`,
  })
}
