/** Reading request targets: paths of a site, with their queries, as they stand in a request line. */

/** Without the query. */
export function pathOf(target: string): string {
  return target.replace(/[?#].*/s, '')
}

/** Whether a path is of the app whose base path that is. */
export function isBelow(path: string, base: string): boolean {
  return path === base || path.startsWith(`${base}/`)
}

// What one page too many says is that a link changes something. GET should not (RFC 9110 §9.2.1);
// an app that is still being made may.
const DANGEROUS =
  /(?:log|sign)-?_?(?:out|off)|delete|remove|destroy|unsubscribe|revoke|reset|purge|disable|\.stagedoor\//i

/** Whether a target, with its query and however it is escaped, looks as if asking changed nothing. */
export function isHarmless(target: string): boolean {
  const once = unescaped(target)
  // Twice: of an image the path stands within the query, and a server may decode once more.
  return ![target, once, unescaped(once)].some((text) => DANGEROUS.test(text))
}

/** Without percent-encoding: octet by octet, so that one bad escape does not hide the others. */
export function unescaped(text: string): string {
  return text.replace(/%([\dA-Fa-f]{2})/g, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/** Whether a path can stand in a request line as it is. */
export function isSendable(path: string): boolean {
  return path.length <= 2000 && /^\/[\x21-\x7E]*$/.test(path)
}
