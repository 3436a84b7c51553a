/** Bytes and texts: encodings, and comparisons of secrets. */

/** `Uint8Array`, spelled so that TypeScript 5.4 and 7 both take it for Web Crypto. */
export type Bytes = ReturnType<TextEncoder['encode']>

/** One byte a character: what `atob` returns. */
export function bytesOf(binary: string): Bytes {
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

/** Base64url without padding (RFC 4648 §5). */
export function encodeBase64url(bytes: Bytes): string {
  const base64 = btoa(String.fromCharCode(...bytes))
  return base64.replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '')
}

/** @returns `null` for what {@link encodeBase64url} does not write: one spelling a value */
export function decodeBase64url(text: string): Bytes | null {
  try {
    const bytes = bytesOf(atob(text.replace(/-/g, '+').replace(/_/g, '/')))
    return encodeBase64url(bytes) === text ? bytes : null
  } catch {
    return null
  }
}

/**
 * Whether two digests are equal, in time that does not depend on where they differ.
 *
 * JavaScript promises nothing about time. It is good enough for digests: where one differs
 * says nothing about the password.
 */
export function sameBytes(a: Bytes, b: Bytes): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number)
  return difference === 0
}

/**
 * Whether a presented text is the kept one, in time by the length of what is presented, which
 * its sender knows, and not by the kept text or by where they differ.
 */
export function sameText(presented: string, kept: string): boolean {
  let difference = presented.length ^ kept.length
  for (let i = 0; i < presented.length; i++) {
    // Of an empty `kept` this is NaN, which `^` takes as 0: the lengths have told already.
    difference |= presented.charCodeAt(i) ^ kept.charCodeAt(i % kept.length)
  }
  return difference === 0
}
