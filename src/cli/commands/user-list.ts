/** `stagedoor user list`: users and what is known of them, never a verifier. */
import { documentOf } from '../change.ts'
import { showExpires } from '../expiry.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { openPlace } from '../places/open.ts'
import { advise, print, printJson, say, table } from '../talk.ts'
import { type ListedUser, listUsers } from '../users.ts'

export async function userList(options: PlaceOptions, io: Io): Promise<void> {
  const place = await openPlace(options, io)
  const document = documentOf(options, place, await place.read())
  const users = listUsers(document, Date.now())
  if (options.json) return printJson(io, { ...place.id, users })
  if (users.length === 0) {
    say(io, options, `no users in ${place.name}: add one with ${advise(options, 'user add NAME')}`)
  } else await print(io, userTable(io, users, Date.now()))
}

export function userTable(io: Io, users: ListedUser[], now: number): string {
  const rows = users.map(({ user, paths, roles, expires, verifier }) => [
    user,
    paths === null ? 'everything' : paths.join(' ; ') || 'nothing',
    roles.join(',') || '-',
    showExpires(expires ?? undefined, now),
    verifier === 'sha256' ? 'made' : 'chosen',
  ])
  return table(io, [['USER', 'PATHS', 'ROLES', 'EXPIRES', 'PASSWORD'], ...rows])
}
