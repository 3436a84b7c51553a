/**
 * Matchers of a user's middleware as regular expressions.
 *
 * The gate takes no matcher, so the paths for which the user's middleware was written must be
 * asked for inside. Knows what people write (`/a/:path*`, `/((?!api).*)`) of path-to-regexp
 * 6, which Next.js uses; says so where it does not.
 */

const TEXTS = /^\s*(?:(['"`])[^'"`]*\1|\[\s*(?:(['"`])[^'"`]*\2\s*,?\s*)+\])\s*$/

/**
 * @param value text of the `matcher`, without comments
 * @returns `null` where it is no list of patterns, or one of them is not understood
 */
export function matcherPatterns(value: string): string[] | null {
  // In a text `\\` is a `\`.
  if (!TEXTS.test(value)) return null
  const sources = [...value.matchAll(/(['"`])([^'"`]*)\1/g)].map((match) =>
    (match[2] as string).replace(/\\\\/g, '\\'),
  )
  const patterns = sources.map(pathPattern)
  return patterns.includes(null) ? null : (patterns as string[])
}

// A named segment, a group of the pattern's own, or a character.
const TOKEN = /\/:(\w+)(?![\w(])([*+?]?)|(\()|([\s\S])/y

/** One pattern as the source of a regular expression. */
export function pathPattern(source: string): string | null {
  if (!source.startsWith('/')) return null
  let pattern = ''
  for (let at = 0; at < source.length; ) {
    TOKEN.lastIndex = at
    const [token = '', name, repeat, group, character = ''] = TOKEN.exec(source) ?? []
    if (group) {
      const end = groupEnd(source, at)
      if (end === null || '*+?'.includes(source[end] ?? ' ')) return null
      // `(?!…)` and the like must stay what they are, so the group is wrapped.
      pattern += `(?:${source.slice(at + 1, end - 1).replace(/(?<!\\)\//g, '\\/')})`
      at = end
      continue
    }
    if (name === undefined && '{}:*+?'.includes(character)) return null
    pattern += name === undefined ? literal(character) : segment(repeat)
    at += token.length
  }
  return `^${pattern === '\\/' ? '\\/?' : `${pattern}\\/?`}$`
}

function segment(repeat = ''): string {
  return repeat ? `(?:\\/[^/]+)${repeat}` : '\\/[^/]+'
}

/** After the bracket that closes the group. */
function groupEnd(source: string, open: number): number | null {
  let depth = 0
  for (let i = open; i < source.length; i++) {
    if (source[i] === '\\') i++
    else if (source[i] === '(') depth++
    else if (source[i] === ')' && --depth === 0) return i + 1
  }
  return null
}

function literal(character: string): string {
  return character.replace(/[/.*+?^${}()|[\]\\]/, '\\$&')
}
