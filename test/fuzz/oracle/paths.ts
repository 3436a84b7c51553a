/** Path rules, as docs/policy.md has them: another way to the same answers as src/gate. */
import { isUtf8 } from 'node:buffer'

/**
 * Segments of a path, each decoded once; `null` where it could be read two ways. Byte by byte, where
 * the gate has regular expressions.
 */
export function segmentsOf(pathname: string): string[] | null {
  if (pathname[0] !== '/') return null
  const parts = pathname.split('/').slice(1)
  // A slash at the end means nothing.
  if (parts.at(-1) === '') parts.pop()
  const segments: string[] = []
  for (const part of parts) {
    const segment = decodeSegment(part)
    if (segment === null) return null
    segments.push(segment)
  }
  return segments
}

function decodeSegment(text: string): string | null {
  let decoded = ''
  for (let i = 0; i < text.length; ) {
    if (text[i] !== '%') {
      decoded += text[i++]
      continue
    }
    const bytes: number[] = []
    for (; text[i] === '%'; i += 3) {
      const digits = text.slice(i + 1, i + 3)
      if (digits.length !== 2 || !/^[0-9a-f]+$/i.test(digits)) return null
      bytes.push(Number.parseInt(digits, 16))
    }
    const buffer = Buffer.from(bytes)
    // The unreserved need no escape (RFC 3986 §2.3).
    if (!isUtf8(buffer) || /[a-z0-9._~-]/i.test(buffer.toString('latin1'))) return null
    decoded += buffer.toString('utf8')
  }
  const [start] = decoded.split(';')
  if (decoded === '' || start === '.' || start === '..') return null
  for (const character of decoded) {
    if (character < ' ' || '\x7f%/\\'.includes(character)) return null
  }
  return decoded
}

/** Whether a text is a rule. */
export function isRule(text: string): boolean {
  const { pattern, methods } = splitRule(text)
  if (methods.some((method) => !/^[A-Z]+$/.test(method))) return false
  if (pattern[0] !== '/' || /[%\\?#]/.test(pattern)) return false
  const parts = pattern.slice(1).split('/')
  if (parts.at(-1) === '') parts.pop()
  return parts.every((part) => {
    const [start] = part.split(';')
    const isControl = [...part].some((character) => character < ' ' || character === '\x7f')
    const isWild = part !== '**' && part.includes('**')
    return part !== '' && start !== '.' && start !== '..' && !isControl && !isWild
  })
}

function splitRule(text: string) {
  const space = text.indexOf(' ')
  const slash = text.indexOf('/')
  // A pattern may have spaces, a method none.
  const hasMethods = space >= 0 && space < slash
  return {
    methods: hasMethods ? text.slice(0, space).split(',') : [],
    pattern: hasMethods ? text.slice(space + 1) : text,
  }
}

/** Whether a rule covers a request for a path. */
export function isCovered(rules: readonly string[], method: string, path: string[] | null) {
  if (path === null) return false
  return rules.some((rule) => {
    const { methods, pattern } = splitRule(rule)
    if (methods.length > 0 && !methods.includes(method)) return false
    const parts = pattern.slice(1).split('/')
    if (parts.at(-1) === '') parts.pop()
    return matches(parts, '**', path, (part, segment) =>
      matches([...part], '*', [...segment], (one, other) => one === other),
    )
  })
}

/** By a table of which beginnings match which, where the gate goes back to the last wildcard. */
function matches<T extends string>(
  pattern: T[],
  wildcard: string,
  input: T[],
  same: (expected: T, actual: T) => boolean,
): boolean {
  let reached = Array.from({ length: input.length + 1 }, (_, i) => i === 0)
  for (const expected of pattern) {
    let before = false
    reached = reached.map((was, i) => {
      const actual = input[i - 1]
      const is =
        expected === wildcard
          ? was || before
          : i > 0 && (reached[i - 1] as boolean) && same(expected, actual as T)
      before = is
      return is
    })
  }
  return reached.at(-1) as boolean
}
