/** What an app is given: a secret that signs sessions, share links and passes, and one user. */
import path from 'node:path'
import { isSecret } from '../../gate/pass.ts'
import { makeSecret } from '../pass-secret.ts'
import { gitState } from '../places/git.ts'
import { readTexts, runEnvironments, type Setting } from '../places/next-env.ts'
import type { Place } from '../places/place.ts'

/** Where they go. */
export const ENV_FILE = '.env.local'

/** Name of the first user where none is given. */
const FIRST_USER = 'staging'

export interface Present {
  /** One that is secret: not of a file that git tracks. */
  secret: Setting | undefined
  /** One that whoever reads the repository knows. */
  known: Setting | undefined
  /** A policy, or `AUTH_USER`: then no user is made unasked. */
  access: (Setting & { name: string }) | undefined
}

/** What the `.env` files of a folder have, as either run of Next.js reads them. */
export async function readPresent(dir: string): Promise<Present> {
  return presentIn(dir, await trackedFiles(dir))
}

/** Names of the `.env` files that git tracks, and that {@link ENV_FILE} wins over. */
async function trackedFiles(dir: string): Promise<string[]> {
  const names = [...readTexts(dir, ENV_FILE).keys()].filter((name) => !name.endsWith('.local'))
  const states = await Promise.all(names.map((name) => gitState(path.join(dir, name))))
  return names.filter((_, i) => states[i] === 'tracked')
}

function presentIn(dir: string, tracked: string[]): Present {
  const runs = runEnvironments(readTexts(dir, ENV_FILE), {})
  const find = (name: string) =>
    runs.map(({ settings }) => settings.get(name)).find((setting) => setting?.value)
  const name = ['STAGEDOOR_POLICY', 'AUTH_USER'].find((candidate) => find(candidate))
  const setting = name === undefined ? undefined : find(name)
  const secrets = runs.flatMap(({ settings }) => settings.get('STAGEDOOR_SECRET') ?? [])
  const known = secrets.find(({ value, source }) => value && tracked.includes(source))
  return {
    // What one run has by itself does not help the other.
    secret: known ? undefined : find('STAGEDOOR_SECRET'),
    known,
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

export function knownSecret({ known }: Present): string[] {
  if (!known) return []
  return [
    `git tracks ${known.source}, so whoever reads the repository knows the STAGEDOOR_SECRET in it, and can sign with it: ${ENV_FILE} gets a new one, which wins; take the old one out, and use it nowhere else`,
  ]
}

/** Puts a new secret into the place, unless one came there meanwhile. */
export async function writeSecret(dir: string, place: Place): Promise<void> {
  const tracked = await trackedFiles(dir)
  const isThere = () => presentIn(dir, tracked).secret !== undefined
  await place.write(() => (isThere() ? null : { secret: makeSecret() }), false)
}
