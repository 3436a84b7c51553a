/**
 * What is stored of a password. Without `$`, quotes, spaces, `#` and `\`, because `.env` files
 * expand and strip those.
 *
 *     sha256:<salt>:<key>                         for passwords of 128 random bits or more
 *     pbkdf2-sha256:<iterations>:<salt>:<key>     for passwords that a person chose
 */
import { type Bytes, encodeText, fromBase64url, toBase64url } from './bytes.ts'

/** A verifier, read. `iterations` is 0 for `sha256`; the key is as {@link hashPassword} gives it. */
export interface Verifier {
  iterations: number
  salt: Bytes
  key: string
}

// Salt of 16 bytes and key of 32 in base64url without padding (RFC 4648 §5), bits left over
// being zero; iterations from 1,000.
const VERIFIER =
  /^(?:sha256|pbkdf2-sha256:([1-9]\d{3,6})):([\w-]{21}[AQgw]):([\w-]{42}[AEIMQUYcgkosw048])$/
// More would take an instance longer than a visitor waits.
const MAX_ITERATIONS = 5_000_000

/** Reads a stored verifier. @returns `null` for anything else. */
export function parseVerifier(text: string): Verifier | null {
  const [, iterations = '0', salt, key] = VERIFIER.exec(text) ?? []
  if (salt === undefined || key === undefined || Number(iterations) > MAX_ITERATIONS) return null
  return { iterations: Number(iterations), salt: fromBase64url(salt), key }
}

/**
 * The key of a password, in base64url: PBKDF2 with HMAC-SHA-256 and 32 bytes of output (RFC 8018
 * §5.2), or for no iterations SHA-256 of the salt and, after it, the password. The password is
 * taken as UTF-8 after NFC (RFC 7617 §2.1).
 */
export async function hashPassword(
  password: string,
  salt: Bytes,
  iterations: number,
): Promise<string> {
  const text = encodeText(password.normalize('NFC'))
  let bits: ArrayBuffer
  if (iterations > 0) {
    const key = await crypto.subtle.importKey('raw', text, 'PBKDF2', false, ['deriveBits'])
    const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations }
    bits = await crypto.subtle.deriveBits(algorithm, key, 256)
  } else {
    bits = await crypto.subtle.digest('SHA-256', new Uint8Array([...salt, ...text]))
  }
  return toBase64url(new Uint8Array(bits))
}
