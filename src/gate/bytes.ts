/** Bytes and their spellings, and comparing texts that are secret. */

/** `Uint8Array`, spelled so that TypeScript 5.4 and 7 both take it for Web Crypto. */
export type Bytes = ReturnType<TextEncoder['encode']>

const encoder = new TextEncoder()
// `fatal`: a lenient decoder turns every bad byte into U+FFFD, so two different passwords
// would compare equal. `ignoreBOM` keeps a leading U+FEFF, for the same reason.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** UTF-8 of a text. */
export function encodeText(text: string): Bytes {
  return encoder.encode(text)
}

/** @throws {TypeError} for bytes that are not UTF-8 */
export function decodeText(bytes: Bytes): string {
  return decoder.decode(bytes)
}

/** One byte a character: what `atob` returns. */
export function bytesOf(binary: string): Bytes {
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

/** base64url without padding (RFC 4648 §5). */
export function toBase64url(bytes: Bytes): string {
  // Not by an iterator, which takes many times as long on the edge.
  let binary = ''
  for (let i = 0; i < bytes.length; i++) binary += String.fromCharCode(bytes[i] as number)
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}

/** @throws {DOMException} for what is no base64 at all */
export function fromBase64url(text: string): Bytes {
  return bytesOf(atob(text.replace(/-/g, '+').replace(/_/g, '/')))
}

/**
 * Whether a presented text is the kept one, in time by the length of what is presented, which
 * its sender knows, and not by the kept text or by where they differ. JavaScript promises
 * nothing about time; this leaves an observer nothing to choose by.
 */
export function sameText(presented: string, kept: string): boolean {
  let difference = presented.length ^ kept.length
  for (let i = 0; i < presented.length; i++) {
    // Of an empty `kept` this is NaN, which `^` takes as 0: the lengths have told already.
    difference |= presented.charCodeAt(i) ^ kept.charCodeAt(i % kept.length)
  }
  return difference === 0
}
