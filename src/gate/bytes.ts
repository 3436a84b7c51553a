/** Bytes, and comparing texts that are secret. */

/** `Uint8Array`, spelled so that TypeScript 5.4 and 7 both take it for Web Crypto. */
export type Bytes = ReturnType<TextEncoder['encode']>

/** One byte a character: what `atob` returns. */
export function bytesOf(binary: string): Bytes {
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
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
