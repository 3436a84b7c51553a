/** Passwords and what is stored of them. Written with the gate's own code, so that it reads them. */
import { hashPassword } from '../gate/verifier.ts'

// Crockford's base 32, lower case: no i, l, o or u, so nothing looks or sounds like another.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const GROUPS = [5, 5, 5, 5, 6]

/** Iterations of PBKDF2 when written. */
export const ITERATIONS = 600_000

/** 26 characters of 5 random bits: 130 bits, in groups for the eye. */
export function makePassword(): string {
  return GROUPS.map((length) => {
    // 32 divides 256, so every character is as likely as any other.
    const bytes = crypto.getRandomValues(new Uint8Array(length))
    return Array.from(bytes, (byte) => ALPHABET[byte % 32]).join('')
  }).join('-')
}

/** Verifier of a password that {@link makePassword} made: one digest is enough for 130 bits. */
export async function madeVerifier(password: string): Promise<string> {
  const salt = makeSalt()
  return `sha256:${spell(salt)}:${await hashPassword(password, salt, 0)}`
}

/** Verifier of a password that a person chose: every guess at it costs a quarter of a second. */
export async function chosenVerifier(password: string): Promise<string> {
  const salt = makeSalt()
  const key = await hashPassword(password, salt, ITERATIONS)
  return `pbkdf2-sha256:${ITERATIONS}:${spell(salt)}:${key}`
}

function makeSalt() {
  return crypto.getRandomValues(new Uint8Array(16))
}

function spell(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}
