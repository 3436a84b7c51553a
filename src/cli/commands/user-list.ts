/** `stagedoor user list`: users and what is known of them, never a verifier. */
import { documentOf } from '../change.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { openPlace } from '../places/open.ts'
import { advise, print, printJson, say } from '../talk.ts'
import { userTable } from '../user-table.ts'
import { listUsers } from '../users.ts'

export async function userList(options: PlaceOptions, io: Io): Promise<void> {
  const place = await openPlace(options, io)
  const document = documentOf(options, place, await place.read())
  const users = listUsers(document, Date.now())
  if (options.json) return printJson(io, { ...place.id, users })
  if (users.length === 0) {
    say(io, options, `no users in ${place.name}: add one with ${advise(options, 'user add NAME')}`)
  } else await print(io, userTable(io, users, Date.now()))
}
