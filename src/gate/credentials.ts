/** Reading `Authorization: Basic …` (RFC 7617). Nothing here decides who may enter. */
import { bytesOf, decodeText } from './bytes.ts'

/** User-id and password, both in Normalization Form C (RFC 7617 §2.1). */
export interface Credentials {
  userId: string
  password: string
}

// credentials = "Basic" 1*SP token68, scheme in any case (RFC 9110 §11.1, §11.4).
// The token68 alphabet is narrowed to RFC 4648 §4: `-` and `_` are another encoding.
const BASIC_CREDENTIALS = /^basic +([A-Za-z0-9+/]+)(={0,2})$/i
const NOT_ASCII = /[\x80-\xFF]/
// CTL = %x00-1F / %x7F (RFC 5234 B.1), in neither user-id nor password (RFC 7617 §2).
export const CTL = /[\x00-\x1F\x7F]/
// More marks in a row than Stream-Safe Text has (UAX #15 §13): nobody's password, and NFC
// takes time by the square of their number.
export const MANY_MARKS = /\p{M}{31}/u

/** Reads a field value: `null` for another scheme, and for anything RFC 7617 does not allow. */
export function parseCredentials(field: string): Credentials | null {
  // The user-id ends at the first colon; every later one is the password's (RFC 7617 §2).
  const [userId = '', ...rest] = decodeUserPass(field)?.split(':') ?? []
  return rest.length > 0 ? toCredentials(userId, rest.join(':')) : null
}

/** Credentials of a user-id and a password: `null` where RFC 7617 allows none such. */
export function toCredentials(userId: string, password: string): Credentials | null {
  const userPass = `${userId}:${password}`
  if (userId.includes(':') || CTL.test(userPass) || MANY_MARKS.test(userPass)) return null
  return { userId: userId.normalize('NFC'), password: password.normalize('NFC') }
}

/** Whether a field value is of the scheme Basic, well-formed or not. Of another it is the app's. */
export function isBasic(field: string): boolean {
  return /^basic( |$)/i.test(field)
}

function decodeUserPass(field: string): string | null {
  const [, symbols = '', padding = ''] = BASIC_CREDENTIALS.exec(field) ?? []
  const padded = symbols.padEnd(Math.ceil(symbols.length / 4) * 4, '=')
  if (padding && symbols + padding !== padded) return null
  try {
    const binary = atob(padded)
    // Bits left over in the last symbol must be zero (RFC 4648 §3.5): one spelling a value.
    if (btoa(binary) !== padded) return null
    // ASCII is its own UTF-8.
    return NOT_ASCII.test(binary) ? decodeText(bytesOf(binary)) : binary
  } catch {
    return null
  }
}
