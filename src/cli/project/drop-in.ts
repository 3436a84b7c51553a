/** The gate as a file: the text that is copied into an app, and telling copies of it apart. */
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { readSource } from './source-text.ts'

/**
 * What a file is:
 * - `same`: this version's text
 * - `settings`: this version's gate, with settings of the user's own
 * - `other`: a gate of another version, as it was made
 * - `edited`: a gate that was changed below its settings, perhaps by a formatter
 * - `foreign`: no gate of ours
 */
export type Kind = 'same' | 'settings' | 'other' | 'edited' | 'foreign'

// As scripts/amalgamate.mjs writes them. The digest is over the opening comment and all that
// stands below this line, so settings can be changed without changing it.
const OPENING = /^(\/\*\*[\s\S]*?\*\/)\n/
const MARK = /^\/\/ Made from src\/gate \(sha256 ([0-9a-f]{16})\)\..*$/m

/** This package's own. @throws {CliError} where the package is not whole */
export function readDropIn(): string {
  return readSource(fileURLToPath(new URL('../../../middleware.ts', import.meta.url)))
}

export function kindOf(text: string, dropIn: string): Kind {
  // A checkout with `core.autocrlf` has other line ends; it is the same program.
  const plain = text.replace(/\r\n/g, '\n')
  if (plain === dropIn) return 'same'
  const digest = digestOf(plain)
  if (digest === undefined) return 'foreign'
  if (!isWhole(plain)) return 'edited'
  return digest === digestOf(dropIn) ? 'settings' : 'other'
}

const AROUND = /^\uFEFF?(?:(?:\/\/[^\n]*|\/\*(?!\*)[^\n]*?\*\/)?\n)*/

/**
 * Whether all of a copy but its settings is as it was made, in whichever version. What editors
 * and linters put around it is no matter: a byte order mark, line ends, comments of one line on top.
 */
export function isWhole(text: string): boolean {
  const plain = `${text.replace(/\r\n/g, '\n').replace(AROUND, '').trimEnd()}\n`
  return digestOf(plain) === actualDigest(plain)
}

/** The digest that a copy claims to have. */
export function digestOf(text: string): string | undefined {
  return MARK.exec(text)?.[1]
}

/**
 * This version's gate with the settings of an older copy, where both have the same settings.
 *
 * @returns `null` where they have not
 */
export function withSettingsOf(copy: string, dropIn: string): string | null {
  const old = settingsOf(copy.replace(/\r\n/g, '\n'))
  const current = settingsOf(dropIn)
  if (old === undefined || current === undefined) return null
  if (namesIn(old).join() !== namesIn(current).join()) return null
  return dropIn.replace(current, () => old)
}

function actualDigest(text: string): string {
  const opening = OPENING.exec(text)?.[1] ?? ''
  const mark = MARK.exec(text)
  const below = mark ? text.slice(mark.index + mark[0].length).replace(/^\n\n/, '') : ''
  return createHash('sha256').update(opening).update(below).digest('hex').slice(0, 16)
}

/** Between the opening comment and the mark. */
function settingsOf(text: string): string | undefined {
  const opening = OPENING.exec(text)?.[0]
  const mark = MARK.exec(text)
  return opening === undefined || !mark ? undefined : text.slice(opening.length, mark.index)
}

function namesIn(settings: string): string[] {
  return [...settings.matchAll(/^(?:export )?const (\w+)/gm)].map((match) => match[1] as string)
}
