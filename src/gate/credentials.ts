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
// No value at all, or one of the scheme Basic, well-formed or not.
const BASIC_OR_NONE = /^(basic( .*)?)?$/i
// CTL = %x00-1F / %x7F (RFC 5234 B.1), in neither user-id nor password (RFC 7617 §2).
export const CTL = /[\x00-\x1F\x7F]/
// More marks in a row than Stream-Safe Text has (UAX #15 §13): nobody's password, and NFC
// takes time by the square of their number.
export const MANY_MARKS = /\p{M}{31}/u

/** Reads a field value: `null` for another scheme, and for anything RFC 7617 does not allow. */
export function parseCredentials(field: string): Credentials | null {
  return readUserPass(decodeUserPass(field))
}

/** Reads a user-pass: `null` where RFC 7617 allows none such. */
export function readUserPass(userPass: string | null): Credentials | null {
  // The user-id ends at the first colon; every later one is the password's (RFC 7617 §2).
  const colon = userPass?.indexOf(':') ?? -1
  if (userPass === null || colon < 0 || CTL.test(userPass) || MANY_MARKS.test(userPass)) return null
  const [userId, password] = [userPass.slice(0, colon), userPass.slice(colon + 1)]
  return { userId: userId.normalize('NFC'), password: password.normalize('NFC') }
}

/** Whether a field value is of another scheme: credentials that are the app's, not ours. */
export function isOtherScheme(field: string): boolean {
  return !BASIC_OR_NONE.test(field)
}

function decodeUserPass(field: string): string | null {
  const [, symbols = '', padding = ''] = BASIC_CREDENTIALS.exec(field) ?? []
  const padded = symbols.padEnd(Math.ceil(symbols.length / 4) * 4, '=')
  if (padding && symbols + padding !== padded) return null
  try {
    const binary = atob(padded)
    // Bits left over in the last symbol must be zero (RFC 4648 §3.5): one spelling a value.
    return btoa(binary) === padded ? decodeText(bytesOf(binary)) : null
  } catch {
    return null
  }
}
