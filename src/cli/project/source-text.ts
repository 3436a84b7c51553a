/**
 * Reading JavaScript and TypeScript without a parser: comments (and texts) are blanked, so that
 * a pattern finds code only. Every other character keeps its place and its line.
 */
import fs from 'node:fs'
import path from 'node:path'
import { systemError } from '../errors.ts'

/** A file of the project's. @throws {CliError} where it cannot be read */
export function readSource(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    throw systemError(error, `read ${path.basename(file)}`)
  }
}

/** A file's text, cut for patterns. All three have the same length. */
export interface CutText {
  text: string
  /** Without comments. */
  plain: string
  /** Without comments and what stands in texts. */
  code: string
}

export function cutText(text: string): CutText {
  return { text, plain: withoutComments(text), code: codeOnly(text) }
}

/** Blanks comments. */
export function withoutComments(text: string): string {
  return replaceTokens(text, (token) => (/^\/[*/]/.test(token) ? blank(token) : token))
}

/** Blanks comments, and texts between their quotes. */
export function codeOnly(text: string): string {
  return replaceTokens(text, (token) =>
    /^\/[*/]/.test(token) ? blank(token) : token[0] + blank(token.slice(1, -1)) + token[0],
  )
}

/** What begins a comment or a text. */
const BEGIN = /\/[*/]|['"`]/g

/**
 * Replaces each comment, and each text with its quotes. In time that grows with the length, whatever
 * is in it: where a bracket or quote has no other one, that is remembered and not looked for again.
 */
function replaceTokens(text: string, replace: (token: string) => string): string {
  /** By what a token begins with: where the search for its end ended in vain. */
  const open: Record<string, number> = {}
  const parts: string[] = []
  let done = 0
  BEGIN.lastIndex = 0
  for (let match = BEGIN.exec(text); match; match = BEGIN.exec(text)) {
    const { 0: begin, index } = match
    if (index < (open[begin] ?? 0)) {
      BEGIN.lastIndex = index + 1
      continue
    }
    const { end, isClosed } = endOfToken(text, begin, index + begin.length)
    if (!isClosed) open[begin] = end
    else parts.push(text.slice(done, index), replace(text.slice(index, end)))
    if (isClosed) done = end
    BEGIN.lastIndex = isClosed ? end : index + 1
  }
  return parts.join('') + text.slice(done)
}

/** Where a token ends, or where it is plain that it has no end. */
function endOfToken(text: string, begin: string, from: number): { end: number; isClosed: boolean } {
  if (begin === '//' || begin === '/*') {
    const [mark, length] = begin === '//' ? ['\n', 0] : ['*/', 2]
    const at = text.indexOf(mark, from)
    if (at >= 0) return { end: at + length, isClosed: true }
    return { end: text.length, isClosed: begin === '//' }
  }
  for (let i = from; i < text.length; i++) {
    if (text[i] === begin) return { end: i + 1, isClosed: true }
    if (text[i] === '\\') i++
    else if (text[i] === '\n' && begin !== '`') return { end: i, isClosed: false }
  }
  return { end: text.length, isClosed: false }
}

/**
 * The text from an opening bracket to its closing one.
 *
 * @param code of {@link codeOnly}
 * @returns where the closing bracket stands, or the text's end
 */
export function closingBracket(code: string, open: number): number {
  let depth = 0
  for (let i = open; i < code.length; i++) {
    if ('([{'.includes(code[i] as string)) depth++
    if (')]}'.includes(code[i] as string) && --depth === 0) return i
  }
  return code.length
}

/** From 1. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}
