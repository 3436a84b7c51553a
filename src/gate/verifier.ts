/**
 * What is stored of a password.
 *
 *     sha256:<salt>:<digest>                      for passwords of 128 random bits or more
 *     pbkdf2-sha256:<iterations>:<salt>:<key>     for passwords that a person chose
 *
 * The bytes are base64url. There is no `$`, quote, space, `#` or `\`, because `.env` files
 * expand and strip those.
 */
import { type Bytes, decodeBase64url } from './bytes.ts'

/** A verifier, read. `iterations` is 0 for `sha256`. */
export interface Verifier {
  iterations: number
  salt: Bytes
  key: Bytes
}

// Iterations of 1,000 or more; a salt of 16 to 64 bytes; the 32 bytes of SHA-256.
const VERIFIER =
  /^(?:sha256|pbkdf2-sha256:([1-9][0-9]{3,6})):([A-Za-z0-9_-]{22,86}):([A-Za-z0-9_-]{43})$/
// More would take an instance longer than a visitor waits.
const MAX_ITERATIONS = 5_000_000

const encoder = new TextEncoder()

/** Reads a stored verifier. @returns `null` for anything else. */
export function parseVerifier(text: string): Verifier | null {
  const [, count = '0', saltText = '', keyText = ''] = VERIFIER.exec(text) ?? []
  const [iterations, salt, key] = [
    Number(count),
    decodeBase64url(saltText),
    decodeBase64url(keyText),
  ]
  return salt?.length && key && iterations <= MAX_ITERATIONS ? { iterations, salt, key } : null
}

/** SHA-256 of the salt and, after it, the password as UTF-8 after NFC (RFC 7617 §2.1). */
export async function digestPassword(password: string, salt: Bytes): Promise<Bytes> {
  const text = encoder.encode(password.normalize('NFC'))
  const input = new Uint8Array(salt.length + text.length)
  input.set(salt)
  input.set(text, salt.length)
  return new Uint8Array(await crypto.subtle.digest('SHA-256', input))
}

/** PBKDF2 with HMAC-SHA-256, 32 bytes (RFC 8018 §5.2), of the password as above. */
export async function derivePassword(
  password: string,
  salt: Bytes,
  iterations: number,
): Promise<Bytes> {
  const text = encoder.encode(password.normalize('NFC'))
  const key = await crypto.subtle.importKey('raw', text, 'PBKDF2', false, ['deriveBits'])
  const algorithm = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations }
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, 256))
}
