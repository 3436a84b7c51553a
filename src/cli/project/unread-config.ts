/**
 * A `config` in which a matcher may stand that cannot be read: Next.js parses the file, and takes it
 * in whatever way it is written. Each part of a file is looked at once, however many there are: what
 * is past a limit could hide one.
 */
import { readLiteral } from './literal.ts'
import type { Source, Step } from './middleware-shape.ts'
import { lineAt } from './source-text.ts'

/** A `config` that may be exported, and is not seen to have no matcher. */
export function unreadConfig(source: Source): Step | null {
  const assigned = assignments(source.code)
  const lists = exportLists(source)
  const index =
    assignedAt(source, assigned, lists) ?? listedAt(assigned, lists) ?? disguisedAt(source)
  if (index === undefined) return null
  return {
    say: 'what this config says could not be read, and a matcher may be in it: take it out, because what a matcher leaves out would never be asked for a password',
    line: lineAt(source.text, index),
  }
}

/** A `config` that is given a value. */
interface Assigned {
  index: number
  /** Where the value begins. */
  value: number
  /** Whether that is the value of an export, and not another one behind its type. */
  isExported: boolean
}

/** `export { … }` */
interface ExportList {
  index: number
  names: string
  /** Whether they come from another file. */
  isElsewhere: boolean
}

const CONFIG = /\bconfig\b/

/** Of one that is exported, all that is no literal; of any other, what looks like a matcher all the same. */
function assignedAt({ text, plain, code }: Source, assigned: Assigned[], lists: ExportList[]) {
  const isListed = lists.some(({ names }) => CONFIG.test(names))
  // A comment that does not end would be read to the end of the file, for each value anew.
  const readable = code.includes('/*') ? plain.replaceAll('/*', '/ ') : text
  return assigned.find(({ value, isExported }) => {
    const literal = readLiteral(readable, value)
    return literal ? 'matcher' in Object(literal.value) : isListed || isExported
  })?.index
}

/** One that is given its value elsewhere, or has a name that cannot be read. */
function listedAt(assigned: Assigned[], lists: ExportList[]) {
  return lists.find(({ names, isElsewhere }) => {
    if (/['"\\]/.test(names) || /\bas\s+config\b/.test(names)) return true
    return CONFIG.test(names) && (isElsewhere || assigned.length === 0)
  })?.index
}

/** Names, and texts, with escapes in them: no more than that of what they may have. */
const ESCAPED_NAME = /(?<![\w$\\])[\w$]*(?:\\u(?:\{[\da-f]+\}|[\da-f]{4})[\w$]*)+/gi
const ESCAPED_TEXT = /(['"`])[\w$\\{}\r\n]*\1/g

/** One of the two names, written in a way that only hides it. */
function disguisedAt({ text, code }: Source) {
  const name = [...code.matchAll(ESCAPED_NAME)].find(([written]) =>
    /^(?:config|matcher)$/.test(plainName(written)),
  )
  const key = [...text.matchAll(ESCAPED_TEXT)].find(
    ([written]) => written.includes('\\') && readLiteral(written)?.value === 'matcher',
  )
  return (name ?? key)?.index
}

function plainName(written: string): string {
  return written.replace(/\\u\{?([\da-f]+)\}?/gi, (_whole, code) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
}

/** Brackets, and what begins and ends a declaration. */
const TOKEN =
  /(\bexport\s+)?\b(?:const|let|var)\b|(?<![\w$.])config(?![\w$])|=(?![=>])|[()[\]{},;]/g
const ASSIGNED = /\s*(?::|(=)(?![=>]))/y

/** What is known between two brackets. */
interface Level {
  /** Whether what is declared here is exported. */
  isExported: boolean
  /** A `config` with a type. That may have a value in it, so the first that follows may not be its own. */
  typed: { index: number; isExported: boolean } | null
}

/** In front of a name that is declared. */
const DECLARES = /^,$|(?:const|let|var)$/

const NOTHING: Level = { isExported: false, typed: null }

/** In the order of the file. */
function assignments(code: string): Assigned[] {
  const found: Assigned[] = []
  const levels: Level[] = []
  let level = NOTHING
  let before = { token: '', end: 0 }
  for (const { 0: token, 1: exported, index } of code.matchAll(TOKEN)) {
    const end = index + token.length
    if ('([{'.includes(token)) {
      levels.push(level)
      level = NOTHING
    } else if (')]}'.includes(token)) level = levels.pop() ?? level
    else if (token === ';') level = NOTHING
    else if (token === 'config') {
      const isDeclared = DECLARES.test(before.token) && code.slice(before.end, index).trim() === ''
      const isExported = isDeclared && level.isExported
      ASSIGNED.lastIndex = end
      const [sign, equals] = ASSIGNED.exec(code) ?? []
      if (equals) found.push({ index, value: ASSIGNED.lastIndex, isExported })
      else if (sign && isDeclared) level = { ...level, typed: { index, isExported } }
    } else if (token === '=' && level.typed && !/[=!]/.test(code[index - 1] ?? '')) {
      found.push({ ...level.typed, value: end })
      level = { ...level, typed: { ...level.typed, isExported: false } }
    } else if (/\w/.test(token)) level = { ...level, isExported: exported !== undefined }
    before = { token, end }
  }
  return found
}

/** All of them. Behind the last bracket each would be read to the end of the file, and none is there. */
function exportLists({ plain }: Source): ExportList[] {
  const lists = /\bexport\s*\{([^}]*)\}/g
  const from = /\s*from\b/y
  return [...plain.slice(0, plain.lastIndexOf('}') + 1).matchAll(lists)].map((match) => {
    from.lastIndex = match.index + match[0].length
    return { index: match.index, names: match[1] ?? '', isElsewhere: from.test(plain) }
  })
}
