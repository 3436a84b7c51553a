/** Users and what is known of them, as `user list` and `status` show them: never a verifier. */
import { showExpires } from './expiry.ts'
import type { Io } from './io.ts'
import { table } from './talk.ts'
import type { ListedUser } from './users.ts'

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
