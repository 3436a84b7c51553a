/**
 * Reading JavaScript and TypeScript without a parser: comments (and texts) are blanked, so that
 * a pattern finds code only. Every other character keeps its place and its line.
 */
import fs from 'node:fs'
import path from 'node:path'
import { systemError } from '../errors.ts'

const TOKENS =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g

/** A file of the project's. @throws {CliError} where it cannot be read */
export function readSource(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    throw systemError(error, `read ${path.basename(file)}`)
  }
}

/** Blanks comments. */
export function withoutComments(text: string): string {
  return text.replace(TOKENS, (token) => (/^\/[*/]/.test(token) ? blank(token) : token))
}

/** Blanks comments, and texts between their quotes. */
export function codeOnly(text: string): string {
  return text.replace(TOKENS, (token) =>
    /^\/[*/]/.test(token) ? blank(token) : token[0] + blank(token.slice(1, -1)) + token[0],
  )
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
