/** What an app is given: a secret that signs sessions, share links and passes, and one user. */
import { isSecret } from '../../gate/pass.ts'
import { makeSecret } from '../pass-secret.ts'
import { readTexts, runEnvironments, type Setting } from '../places/next-env.ts'
import type { Place } from '../places/place.ts'

/** Where they go. */
export const ENV_FILE = '.env.local'

/** Name of the first user where none is given. */
const FIRST_USER = 'staging'

export interface Present {
  secret: Setting | undefined
  /** A policy, or `AUTH_USER`: then no user is made unasked. */
  access: (Setting & { name: string }) | undefined
}

/** What the `.env` files of a folder have, as either run of Next.js reads them. */
export function readPresent(dir: string): Present {
  const runs = runEnvironments(readTexts(dir, ENV_FILE), {})
  const find = (name: string) =>
    runs.map(({ settings }) => settings.get(name)).find((setting) => setting?.value)
  const name = ['STAGEDOOR_POLICY', 'AUTH_USER'].find((candidate) => find(candidate))
  const setting = name === undefined ? undefined : find(name)
  return {
    secret: find('STAGEDOOR_SECRET'),
    access: name && setting ? { ...setting, name } : undefined,
  }
}

/** The user to make: the one asked for, else the first one where nobody can enter yet. */
export function userToMake(asked: string | false | undefined, { access }: Present): string | null {
  if (asked === false) return null
  return asked ?? (access ? null : FIRST_USER)
}

export function shortSecret({ secret }: Present): string[] {
  if (!secret || isSecret(secret.value)) return []
  return [
    `STAGEDOOR_SECRET in ${secret.source} has fewer than 32 bytes, so it signs nothing: no sessions, share links or passes; take it out there, and run the command again: it makes a good one`,
  ]
}

/** Puts a new secret into the place, unless one came there meanwhile. */
export async function writeSecret(dir: string, place: Place): Promise<void> {
  await place.write(() => (readPresent(dir).secret ? null : { secret: makeSecret() }), false)
}
