/** Values of next.config, as far as they stand there as literals. */

import { type Literal, readLiteral } from '../project/literal.ts'
import { closingBracket, lineAt } from '../project/source-text.ts'
import type { Config } from './facts.ts'
import type { Seen } from './finding.ts'

/** A property as it is written. */
export interface Property {
  seen: Seen
  /** Where its value begins, in the text of the file. */
  start: number
  /** `undefined` too where it is no literal: see `isLiteral`. */
  value: Literal
  isLiteral: boolean
}

/** More than a next.config sets one property; a file made to be slow has more. */
const MOST_PLACES = 50

/** Every place at which a property of that name is set: `name: value`, `config.name = value`, `name() {…}`. */
export function propertiesOf({ text, code, name: file }: Config, name: string): Property[] {
  // The name may stand in quotes, whose inside `code` has not.
  const pattern = new RegExp(
    `(?<![\\w$])(['"]?)${name}\\1\\s*(?:(:|=(?![=>]))\\s*|(?=\\([^()]*\\)\\s*(?::[^{]*)?\\{))`,
    'g',
  )
  return [...text.matchAll(pattern)].slice(0, MOST_PLACES).flatMap((match) => {
    // Inside a comment or a text nothing is left but blanks.
    const sign = match.index + match[0].trimEnd().length - 1
    if (code[sign] === ' ' || code[sign] === undefined) return []
    const start = match.index + match[0].length
    const literal = match[2] === undefined ? null : readLiteral(text, start)
    return [
      {
        seen: { file, line: lineAt(text, match.index) },
        start,
        value: literal?.value,
        isLiteral: literal !== null,
      },
    ]
  })
}

/**
 * The text of a property's value: to the end of the brackets that it opens, those of a function
 * too. For patterns, where a literal is too much to ask for.
 */
export function bodyOf({ plain, code }: Config, { start }: Property): string {
  const from = code.slice(start)
  const body = /[[{]/.exec(from)
  if (!body) return plain.slice(start, start + from.search(/[,\n]|$/))
  let open = start + body.index
  let end = closingBracket(code, open)
  // `(): Promise<{…}[]> {` and the like: go on to the brackets of the function itself.
  const rest = /^\s*(?:\[\])?>?\s*=?>?\s*\{/.exec(code.slice(end + 1))
  if (rest) {
    open = end + rest[0].length
    end = closingBracket(code, open)
  }
  return plain.slice(start, end + 1)
}

/** The one literal that a property has; `unknown` where it is set otherwise, or more than once. */
export function literalOf(config: Config, name: string): Literal | 'unknown' {
  const [first, second] = propertiesOf(config, name)
  if (!first) return mentions(config, name) ? 'unknown' : undefined
  return second || !first.isLiteral ? 'unknown' : first.value
}

/** Where a name stands alone, as in `{ basePath }`. */
function mentions({ code }: Config, name: string): boolean {
  return new RegExp(`[{,]\\s*${name}\\s*[,}]`).test(code)
}
