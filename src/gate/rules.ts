/**
 * Which paths a rule covers: `[METHOD[,METHOD] ]PATTERN`. In a pattern `**` as a whole segment matches any
 * number of segments, none too, and `*` matches within one. A slash at the end means nothing.
 *
 * Where a path could mean two things to two readers, no rule covers it.
 */

/** A rule, read. No `methods` means any. */
export interface Rule {
  /** As it is written. */
  text: string
  methods: string[] | null
  segments: string[]
}

const RULE = /^(?:([A-Z]+(?:,[A-Z]+)*) )?(\/.*)$/
// What would make a pattern match nothing, or not what its author thinks: escapes (write the
// path decoded), `\`, controls, `?` and `#` (only the path is looked at).
const NOT_IN_PATTERN = /[%\\?#\x00-\x1F\x7F]/
const NOT_IN_SEGMENT = /[%/\\\x00-\x1F\x7F]/
// Of an unreserved character (RFC 3986 §2.3): Next.js takes `/%61` for the value of a dynamic
// route, not for the page `/a`.
const NEEDLESS_ESCAPE = /%(2[DE]|3\d|[46][1-9A-F]|[57][\dA]|5F|7E)/i

/** Reads a rule; `null` where the text is none. */
export function parseRule(text: string): Rule | null {
  const [, methods, pattern] = RULE.exec(text) ?? []
  if (pattern === undefined || NOT_IN_PATTERN.test(pattern)) return null
  const segments = splitPath(pattern)
  if (segments.some((segment) => segment === '' || isDots(segment))) return null
  if (segments.some((segment) => segment !== '**' && segment.includes('**'))) return null
  return { text, methods: methods?.split(',') ?? null, segments }
}

/** Reads a list of rules; `null` where one is none. */
export function readRules(texts: string[]): Rule[] | null {
  const rules = texts.map(parseRule)
  return rules.includes(null) ? null : (rules as Rule[])
}

/**
 * Segments of a request's path, decoded once; `null` where it could be read two ways: an escape
 * that is bad or of a character that needs none, an empty or dot segment, and `/`, `\`, `%` or
 * a CTL that an escape hid in a segment.
 */
export function parsePath(path: string): string[] | null {
  if (!path.startsWith('/')) return null
  try {
    const segments = splitPath(path).map(decodeURIComponent)
    const isOdd = segments.some((s) => s === '' || isDots(s) || NOT_IN_SEGMENT.test(s))
    return isOdd || NEEDLESS_ESCAPE.test(path) ? null : segments
  } catch {
    return null
  }
}

/** Whether any of the rules covers the path, which is `null` where it is on no list. */
export function covers(rules: Rule[], method: string, path: string[] | null): boolean {
  if (path === null) return false
  return rules.some(
    (rule) =>
      (rule.methods?.includes(method) ?? true) &&
      matchWildcards(rule.segments, '**', path, matchSegment),
  )
}

function matchSegment(pattern: string, segment: string): boolean {
  if (!pattern.includes('*')) return pattern === segment
  return matchWildcards(pattern, '*', segment, (a, b) => a === b)
}

/**
 * Matches a sequence in which `wildcard` stands for any run, an empty one too. It goes back
 * to the latest wildcard only, which suffices, so its work is at most pattern times input:
 * a path cannot make it slow as it could a regular expression.
 */
function matchWildcards(
  pattern: ArrayLike<string>,
  wildcard: string,
  input: ArrayLike<string>,
  same: (expected: string, actual: string) => boolean,
): boolean {
  let p = 0
  let retry: { p: number; i: number } | undefined
  for (let i = 0; i < input.length; ) {
    const expected = pattern[p]
    if (expected === wildcard) {
      retry = { p: ++p, i }
    } else if (expected !== undefined && same(expected, input[i] as string)) {
      p++
      i++
    } else if (retry) {
      p = retry.p
      i = ++retry.i
    } else return false
  }
  while (pattern[p] === wildcard) p++
  return p === pattern.length
}

function splitPath(path: string): string[] {
  return path === '/' ? [] : path.replace(/\/$/, '').slice(1).split('/')
}

/** `..;x` too: servers behind a rewrite may take `;` for the start of a parameter. */
function isDots(segment: string): boolean {
  return /^\.\.?(;|$)/.test(segment)
}
