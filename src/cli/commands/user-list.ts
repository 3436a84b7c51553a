/** `stagedoor user list`: users and what is known of them, never a verifier. */
import type { PolicyDocument, UserDocument } from '../../gate/policy.ts'
import { documentOf } from '../change.ts'
import { isExpired, showExpires } from '../expiry.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { openPlace } from '../places/place.ts'
import { advise, print, printable, printJson, say, table } from '../talk.ts'

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

export async function userList(options: PlaceOptions, io: Io): Promise<void> {
  const place = await openPlace(options, io)
  const document = documentOf(place, await place.read())
  const users = listUsers(document, Date.now())
  if (options.json) return printJson(io, { ...place.id, users })
  if (users.length === 0) {
    say(io, options, `no users in ${place.name}: add one with ${advise(options, 'user add NAME')}`)
  } else await print(io, userTable(users, Date.now()))
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

export function userTable(users: ListedUser[], now: number): string {
  const rows = users.map(({ user, paths, roles, expires, verifier }) => [
    printable(user),
    paths === null ? 'everything' : paths.map(printable).join(' ; ') || 'nothing',
    roles.map(printable).join(',') || '-',
    showExpires(expires ?? undefined, now),
    verifier === 'sha256' ? 'made' : 'chosen',
  ])
  return table([['USER', 'PATHS', 'ROLES', 'EXPIRES', 'PASSWORD'], ...rows])
}
