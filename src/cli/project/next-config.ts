/**
 * What next.config says that decides whether a gate runs.
 *
 * Read as text and not run: it is somebody's program, and may fetch, write or need an
 * environment. What cannot be read so is said to be unknown.
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { closingBracket, codeOnly, readSource, withoutComments } from './source-text.ts'

export type Unknown = 'unknown'

export interface NextConfig {
  /** `null` where there is none. */
  file: string | null
  pageExtensions: string[] | Unknown
  /** Whether it is `output: 'export'`: then there is no server that could ask anybody. */
  isExport: boolean | Unknown
  /** `images.unoptimized` */
  unoptimized: boolean
}

/** As Next.js has it where next.config says nothing. */
export const PAGE_EXTENSIONS = ['tsx', 'ts', 'jsx', 'js']

const FILES = ['next.config.js', 'next.config.mjs', 'next.config.ts', 'next.config.mts']

/** Next.js looks in the parent folders, too (`findUp` in its server/config). */
export function findNextConfig(dir: string): string | null {
  const file = FILES.map((name) => join(dir, name)).find((path) => existsSync(path))
  if (file) return file
  const parent = dirname(dir)
  return parent === dir ? null : findNextConfig(parent)
}

export function readNextConfig(dir: string): NextConfig {
  const file = findNextConfig(dir)
  const text = file ? withoutComments(readSource(file)) : ''
  return {
    file,
    pageExtensions: readPageExtensions(text),
    isExport: readOutput(text),
    unoptimized: /\bunoptimized['"]?\s*:\s*true\b/.test(text),
  }
}

/** Whether paths may lead elsewhere than files say: by `rewrites` or `i18n`, whatever is in them. */
export function mayMovePaths(dir: string): boolean {
  const file = findNextConfig(dir)
  return file !== null && /\b(?:rewrites|i18n)\b/.test(withoutComments(readSource(file)))
}

function readPageExtensions(text: string): string[] | Unknown {
  const values = valuesOf(text, 'pageExtensions')
  if (values.length === 0) return mentions(text, 'pageExtensions') ? 'unknown' : PAGE_EXTENSIONS
  const [value = ''] = values
  const list = /^\[((?:\s*(['"`])[\w.-]+\2\s*,?)*)\s*\](?:\s*as const)?$/.exec(value)?.[1]
  if (values.length > 1 || list === undefined) return 'unknown'
  return [...list.matchAll(/['"`]([\w.-]+)['"`]/g)].map((match) => match[1] as string)
}

function readOutput(text: string): boolean | Unknown {
  const values = valuesOf(text, 'output')
  if (values.length === 0 && /[{,]\s*output\s*[,}]/.test(codeOnly(text))) return 'unknown'
  // A bundler's `output: { path }` in `webpack()` has the same name.
  if (values.some((value) => /^(['"`])export\1$/.test(value)))
    return values.length > 1 ? 'unknown' : true
  return values.some((value) => !/^(?:(['"`])\w*\1$|\{|undefined$)/.test(value)) ? 'unknown' : false
}

/** Texts of the values of a property, as `name: value` or `config.name = value`. */
function valuesOf(text: string, name: string): string[] {
  const code = codeOnly(text)
  // The name may stand in quotes, whose inside `code` has not.
  const property = new RegExp(`(?<![\\w$])(['"]?)${name}\\1\\s*(?::|=(?![=>]))\\s*`, 'g')
  return [...text.matchAll(property)].flatMap((match) => {
    // Inside a text the sign is blanked.
    if (code[match.index + match[0].search(/[:=]/)] === ' ') return []
    const start = match.index + match[0].length
    return [text.slice(start, endOfValue(code, start)).trim()]
  })
}

/** Where a value ends: at the comma, semicolon or bracket after it, or at the end of a line. */
function endOfValue(code: string, start: number): number {
  for (let i = start; i < code.length; i++) {
    if ('([{'.includes(code[i] as string)) i = closingBracket(code, i)
    else if (',;)]}'.includes(code[i] as string)) return i
    else if (code[i] === '\n' && !/^\s*[?:.|&]/.test(code.slice(i))) return i
  }
  return code.length
}

function mentions(text: string, name: string): boolean {
  return new RegExp(`\\b${name}\\b`).test(codeOnly(text))
}
