/** The app's own code, as text: what of Next.js it uses, and where. */
import { codeOnly, lineAt } from '../project/source-text.ts'
import { relativePath } from '../relative-path.ts'
import type { Seen } from './finding.ts'
import { filesBelow, textOf } from './read-safely.ts'

export interface SourceFile {
  /** From the app's folder. */
  name: string
  text: string
  /** Without comments, and what stands in texts. */
  code: string
}

const SOURCE = /\.(?:[cm]?[jt]s|[jt]sx|mdx)$/
const OTHER = /\.(?:d|test|spec|stories)\.\w+$/

// Bytes in all: ten times what a large app has.
const MOST_BYTES = 50_000_000

export function sourceFiles(dir: string): SourceFile[] {
  let bytes = 0
  return filesBelow(dir)
    .filter((file) => SOURCE.test(file) && !OTHER.test(file))
    .flatMap((file) => {
      const text = bytes < MOST_BYTES ? textOf(file) : ''
      bytes += text.length
      const name = relativePath(dir, file)
      return text === '' ? [] : [{ name, text, code: codeOnly(text) }]
    })
}

/** Where a pattern is first met in code, in each file that has it. */
export function seenIn(sources: SourceFile[], pattern: RegExp): Seen[] {
  return sources.flatMap(({ name, text, code }) => {
    const at = code.search(pattern)
    return at < 0 ? [] : [{ file: name, line: lineAt(text, at) }]
  })
}

/** The same of a pattern that has a text in it, such as the name of a module. */
export function seenInText(sources: SourceFile[], pattern: RegExp): Seen[] {
  return sources.flatMap(({ name, text, code }) => {
    const match = [...text.matchAll(pattern)].find(({ index }) => code[index]?.trim())
    return match ? [{ file: name, line: lineAt(text, match.index) }] : []
  })
}
