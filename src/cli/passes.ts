/** Passes that are given to people and machines: made here, and known by nothing but their id. */
import { randomBytes } from 'node:crypto'
import { issuePass } from '../gate/holder.ts'
import type { Claims } from '../gate/pass.ts'
import { CliError, EXIT } from './errors.ts'
import type { PlaceOptions } from './io.ts'
import { openSigning, type Signing } from './pass-secret.ts'
import type { Place } from './places/place.ts'
import { printable } from './talk.ts'

/** What a pass is to say. */
export interface Order {
  use: 'share' | 'automation'
  name: string
  /** Moment in UTC, as `--expires` was read. */
  expires: string
  /** Everything where left out. */
  paths?: string[]
  roles?: string[]
}

/** A pass. A dry run makes none. */
export interface MadePass extends Signing {
  token: string | null
  id: string | null
}

// Characters. Browsers keep a cookie of 4096 bytes at most, its name and attributes among them
// (RFC 6265bis §5.6), and the gate reads no longer pass.
const LONGEST_TOKEN = 3900
const LONGEST_NAME = 100

/**
 * Signs a pass with the secret of the place.
 *
 * @param now milliseconds since the epoch
 * @param shorten what to do about one that is too long
 */
export async function makePass(
  order: Order,
  place: Place,
  options: PlaceOptions,
  now: number,
  shorten = 'name fewer rules, or wider ones',
): Promise<MadePass> {
  const claims = claimsOf(order, now)
  // Its length is the same with any secret: known before one is made.
  checkLength((await issuePass(claims, 'any')).length, shorten)
  const signing = await openSigning(place, options)
  if (options.dryRun) return { ...signing, token: null, id: null }
  return { ...signing, token: await issuePass(claims, signing.secret), id: claims.jti }
}

function claimsOf({ use, name, expires, paths, roles }: Order, now: number): Omit<Claims, 'iss'> {
  return {
    sub: name,
    use,
    iat: Math.floor(now / 1000),
    exp: Date.parse(expires) / 1000,
    jti: makeId(),
    ...(paths && { paths }),
    ...(roles && roles.length > 0 && { roles }),
  }
}

/** 96 random bits. One that begins with `-` would be read as an option where it is to be revoked. */
function makeId(): string {
  const id = randomBytes(12).toString('base64url')
  return id.startsWith('-') ? makeId() : id
}

/** The name of a pass: for the log, and for the app. @throws {CliError} for what nobody could read */
export function checkPassName(text: string): string {
  const name = text.normalize('NFC').trim()
  const fault = faultOf(name)
  if (fault === undefined) return name
  throw new CliError(`that cannot be the name of a pass: it ${fault}`, {
    hint: 'choose another, such as ci or checkly',
    exitCode: EXIT.misused,
  })
}

function faultOf(name: string): string | undefined {
  if (name === '') return 'is empty'
  if (isPass(name)) return 'is a pass itself'
  if (name !== printable(name) || name.includes('\uFFFD')) return 'has a control character'
  if ([...name].length > LONGEST_NAME) return `has more than ${LONGEST_NAME} characters`
  return undefined
}

/** Whether a text holds a whole pass, or most of one. Ids of sessions have dots too. */
export function isPass(text: string): boolean {
  // Base64url of `{"`, with which the header of a JWT begins.
  return /eyJ[\w-]{15,}\.|^[\w-]+\.[\w-]+\.[\w-]{43}$/.test(text)
}

function checkLength(length: number, hint: string): void {
  if (length <= LONGEST_TOKEN) return
  throw new CliError(
    `the pass would have ${length} characters, and no more than ${LONGEST_TOKEN} get through`,
    { hint, exitCode: EXIT.misused },
  )
}
