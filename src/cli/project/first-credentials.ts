/** What an app is given: a secret for passes to come, and one user. */
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { CliError, systemError } from '../errors.ts'
import { setEnv } from '../places/env-file.ts'
import { withLock } from '../places/lock.ts'
import { readTexts, runEnvironments, type Setting } from '../places/next-env.ts'
import { followLinks, readText } from '../places/read-file.ts'
import { replaceFile } from '../places/replace.ts'

/** Where they go. */
export const ENV_FILE = '.env.local'

/** Name of the first user where none is given. */
const FIRST_USER = 'staging'

// 32: length of the key that HS256 asks for (RFC 7518 §3.2).
const SECRET_BYTES = 32

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
  if (!secret || Buffer.byteLength(secret.value) >= SECRET_BYTES) return []
  return [`STAGEDOOR_SECRET in ${secret.source} has fewer than ${SECRET_BYTES} bytes`]
}

/**
 * Puts a new secret into the file, unless one came there meanwhile.
 *
 * Whether git tracks the file must have been asked before.
 */
export async function writeSecret(dir: string): Promise<void> {
  const file = followLinks(path.join(dir, ENV_FILE), ENV_FILE)
  const secret = randomBytes(SECRET_BYTES).toString('base64url')
  try {
    await withLock(file, ENV_FILE, () => {
      if (readPresent(dir).secret) return
      const text = setEnv(readText(file, ENV_FILE), { STAGEDOOR_SECRET: secret })
      replaceFile(file, Buffer.from(text))
    })
  } catch (error) {
    throw error instanceof CliError ? error : systemError(error, `write ${ENV_FILE}`)
  }
}
