/**
 * Who sent a request, asked next to the data.
 *
 * Copy this file into your app, beside the code that reads data, or import it as
 * `stagedoor/server`. A gate in front is a first check and must not be the only one: a request
 * that went round it, or that forged a header, is nobody here.
 *
 * Works in route handlers, server components, server actions and API routes. Needs the
 * `STAGEDOOR_SECRET` with which the gate signs. Where the gate is off, nobody is signed in.
 */
import { environment } from '../gate/environment.ts'
import { readPass } from '../gate/pass.ts'
import { readSwitch } from '../gate/switch.ts'

/** Who was let in. */
export interface CurrentUser {
  /** The user-id; `automation:NAME` or `share:NAME` for the holder of a pass, who is no user. */
  userId: string
  roles: readonly string[]
}

/** Header fields: of `headers()`, of a `Request`, or of Node.js. */
export type HeaderFields =
  | { get(name: string): string | null }
  | { [name: string]: string | string[] | undefined }

/**
 * Nobody is signed in (401), or somebody who may not (403).
 *
 * From server components, route handlers and server actions Next.js 15 and later answer it with
 * that status. Everywhere else it is an error like any other: catch it, and answer `status`.
 */
export class AccessError extends Error {
  readonly status: 401 | 403
  /** By this Next.js knows its own `unauthorized()` and `forbidden()`. */
  readonly digest: string

  constructor(status: 401 | 403, message: string) {
    super(message)
    this.name = 'AccessError'
    this.status = status
    this.digest = `NEXT_HTTP_ERROR_FALLBACK;${status}`
  }
}

/** Name of the field in which the gate says who it let in. */
const IDENTITY_FIELD = 'x-stagedoor-user'

/**
 * Who sent the request; `null` for nobody. Never throws.
 *
 * Nobody too: visitors of a path on the allow list, and those whom their address or the
 * platform's bypass let in without a pass.
 *
 * @example
 * const user = await currentUser(await headers())
 */
export async function currentUser(
  headers: HeaderFields | Promise<HeaderFields>,
): Promise<CurrentUser | null> {
  if (!readSwitch(environment.switch(), environment.name()).gated) return null
  const token = readField(await headers)
  const pass = await readPass(token, ['identity'], environment.secret(), Date.now())
  // A list of its own: what a caller does to it must not be the next one's.
  return pass && { userId: pass.sub, roles: [...(pass.roles ?? [])] }
}

/**
 * Who sent the request.
 *
 * @throws {AccessError} 401 where it is nobody
 */
export async function requireUser(
  headers: HeaderFields | Promise<HeaderFields>,
): Promise<CurrentUser> {
  const user = await currentUser(headers)
  if (!user)
    throw new AccessError(
      401,
      'nobody is signed in (in `next dev` the gate is off, unless switched on)',
    )
  return user
}

/**
 * Who sent the request, where they have the role.
 *
 * @throws {AccessError} 401 where it is nobody, 403 where it is somebody without that role
 */
export async function requireRole(
  headers: HeaderFields | Promise<HeaderFields>,
  role: string,
): Promise<CurrentUser> {
  const user = await requireUser(headers)
  if (!user.roles.includes(role)) throw new AccessError(403, 'a role is missing')
  return user
}

/** Of Node.js a field that came twice is one text with a comma in it, which is no pass. */
function readField(headers: HeaderFields): string {
  const value =
    typeof headers.get === 'function'
      ? headers.get(IDENTITY_FIELD)
      : (headers as { [name: string]: unknown })[IDENTITY_FIELD]
  return typeof value === 'string' ? value : ''
}
