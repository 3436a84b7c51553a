/** Where in a policy a fault is, told so that anybody may read it. */

// What people call users and fields, and no key or token: those have digits, or are long.
const HARMLESS = /^[A-Za-z][a-z]{0,11}(?:[._-][a-z]{1,12})?$/

/** A JSON path with `…` for each key that is not plainly harmless: it may be a secret, by mistake or not. */
export function plainPath(at: string): string {
  return at.replace(/\["((?:[^"\\]|\\.)*)"\]/g, (whole, key) =>
    HARMLESS.test(key) ? whole : '[…]',
  )
}
