/**
 * Values that stand in somebody's code as literals, read without running it: what Next.js itself
 * takes for a `config` (its `extractExportedConstValue`), and no more.
 */

/** What a literal may be. */
export type Literal =
  | string
  | number
  | boolean
  | null
  | undefined
  | Literal[]
  | { [name: string]: Literal }

/** What is no literal: a name, a call, a template with a value in it. */
const NONE = Symbol('no literal')

// Each of the two reads what it reads in one way only: an expression for both could split a row of
// comments in so many ways that it never ends.
const BLANK = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y
const TOKEN =
  /(?:('(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`)|(-?\d+(?:\.\d+)?)|([\w$]+)|([[\]{},:]))/y

/** Levels of brackets; a file made to exhaust the stack has more. */
const DEEPEST = 50

/**
 * The literal that begins at a place of a text.
 *
 * @returns `null` where none does
 */
export function readLiteral(text: string, start = 0): { value: Literal; end: number } | null {
  const reader = new Reader(text, start)
  const value = reader.value(0)
  return value === NONE ? null : { value: value as Literal, end: reader.at }
}

class Reader {
  text: string
  at: number

  constructor(text: string, at: number) {
    this.text = text
    this.at = at
  }

  value(depth: number): Literal | typeof NONE {
    const token = this.next()
    if (token === null || depth > DEEPEST) return NONE
    const { quoted, number, word, sign } = token
    if (quoted !== undefined) return unquote(quoted)
    if (number !== undefined) return Number(number)
    if (word !== undefined) return word in WORDS ? WORDS[word as keyof typeof WORDS] : NONE
    if (sign === '[') return this.list(depth)
    return sign === '{' ? this.record(depth) : NONE
  }

  list(depth: number): Literal[] | typeof NONE {
    const items: Literal[] = []
    while (!this.takes(']')) {
      const item = this.value(depth + 1)
      if (item === NONE) return NONE
      items.push(item as Literal)
      if (!this.takes(',') && !this.sees(']')) return NONE
    }
    return items
  }

  record(depth: number): { [name: string]: Literal } | typeof NONE {
    const fields: [name: string, value: Literal][] = []
    while (!this.takes('}')) {
      const token = this.next()
      const name = token?.word ?? (token?.quoted && unquote(token.quoted))
      if (typeof name !== 'string' || !this.takes(':')) return NONE
      const value = this.value(depth + 1)
      if (value === NONE) return NONE
      fields.push([name, value as Literal])
      if (!this.takes(',') && !this.sees('}')) return NONE
    }
    return Object.fromEntries(fields)
  }

  next() {
    this.skipBlanks()
    TOKEN.lastIndex = this.at
    const match = TOKEN.exec(this.text)
    if (!match) return null
    this.at = TOKEN.lastIndex
    const [, quoted, number, word, sign] = match
    return { quoted, number, word, sign }
  }

  skipBlanks() {
    BLANK.lastIndex = this.at
    while (BLANK.test(this.text)) this.at = BLANK.lastIndex
  }

  sees(sign: string): boolean {
    const before = this.at
    const seen = this.next()?.sign === sign
    this.at = before
    return seen
  }

  takes(sign: string): boolean {
    const seen = this.sees(sign)
    if (seen) this.next()
    return seen
  }
}

const WORDS = { true: true, false: false, null: null, undefined }

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v' }

function unquote(quoted: string): string | typeof NONE {
  const inside = quoted.slice(1, -1)
  if (quoted.startsWith('`') && /(?<!\\)\$\{/.test(inside)) return NONE
  return inside.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|u\{([\da-fA-F]{1,6})\}|\r?\n|([\s\S]))/g,
    (_whole, hex, four, point, character = '') => {
      const code = hex ?? four ?? point
      if (code !== undefined) return codePoint(Number.parseInt(code, 16))
      return ESCAPES[character] ?? character
    },
  )
}

function codePoint(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : ''
}
