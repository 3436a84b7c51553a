/**
 * The text of an `.env` file: what Next.js reads from it, and changes that touch nothing else.
 *
 * Next.js (13 to 16) reads these files with dotenv and then replaces `$NAME`. Both are copied
 * here to the letter, odd corners too: what counts is what the gate will see.
 */
import { CliError } from '../errors.ts'
import { escapeUnicode } from '../talk.ts'

/** One assignment. `start` and `end` enclose its value in the text, quotes included. */
export interface Assignment {
  name: string
  value: string
  start: number
  end: number
}

// dotenv's own pattern (16.3.1, `lib/main.js`) from the name on, with the part before the value
// captured. Where one may begin is looked for apart: its `^\s*` takes a time that grows with the
// square of a row of empty lines.
const ASSIGNMENT =
  /(?:export\s+)?([\w.-]+)(\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(?:#.*)?$/dmy
// As `^` has them with the flag `m`.
const LINE_START = /^/gm
const NOT_BLANK = /\S/g

/** All assignments in order. Of several to one name the last counts. */
export function parseEnv(text: string): Assignment[] {
  const place = placeIn(text)
  const assignments: Assignment[] = []
  // dotenv makes all line ends the same first, and some matches depend on it.
  const plain = text.replace(/\r\n?/g, '\n')
  for (let at = nameFrom(plain, 0); at >= 0; ) {
    ASSIGNMENT.lastIndex = at
    const match = ASSIGNMENT.exec(plain)
    if (match) assignments.push(assignmentOf(match, place))
    at = nameFrom(plain, match ? at + match[0].length : at + 1)
  }
  return assignments
}

function assignmentOf(match: RegExpExecArray, place: (place: number) => number): Assignment {
  const [, name = '', , raw = ''] = match
  // Without a value it would stand after the `=`.
  const [from] = match.indices?.[3] ?? [match.indices?.[2]?.[1] ?? 0]
  const indent = raw.trim() === '' ? 0 : raw.length - raw.trimStart().length
  const start = from + indent
  const end = start + raw.trim().length
  return { name, value: unquote(raw), start: place(start), end: place(end) }
}

/** The first character that is not blank after the first line start from a place on; -1 without. */
function nameFrom(text: string, from: number): number {
  LINE_START.lastIndex = from
  const line = LINE_START.exec(text)
  if (!line) return -1
  NOT_BLANK.lastIndex = line.index
  return NOT_BLANK.exec(text)?.index ?? -1
}

/** Where a place in the text with all line ends the same is in the text itself. */
function placeIn(text: string): (place: number) => number {
  const shortened = [...text.matchAll(/\r\n/g)].map(({ index }, i) => index - i)
  return (place) => {
    let [low, high] = [0, shortened.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((shortened[middle] as number) < place) low = middle + 1
      else high = middle
    }
    return place + low
  }
}

/** Values by name, before `$NAME` is replaced. */
export function readEnv(text: string): Map<string, string> {
  return new Map(parseEnv(text).map(({ name, value }) => [name, value]))
}

/** How often a name is assigned. */
export function countAssignments(text: string, name: string): number {
  return parseEnv(text).filter((assignment) => assignment.name === name).length
}

/**
 * Values as a process will have them: `$NAME`, `${NAME}` and `${NAME:-default}` replaced, `\$` a
 * plain `$`; as dotenv-expand does inside `@next/env`.
 *
 * @param env what is set already, and wins
 */
export function expandEnv(values: Map<string, string>, env: Record<string, string | undefined>) {
  const file = new Map(values)
  const work = { left: MOST_WORK }
  for (const [name, value] of values) {
    const text = replaceReferences(
      env[name] ?? value,
      (key) => env[key],
      (key) => file.get(key),
      work,
    )
    file.set(name, text.replace(/\\\$/g, '$'))
  }
  return file
}

/** Whether anything of a value is taken from another variable, or from the environment. */
export function hasReference(value: string): boolean {
  return lastReference(value) >= 0
}

type Lookup = (name: string) => string | undefined

// Characters: of a value that is made of others, and of all that are made on the way. A file that
// is made to fill the memory has more.
const LARGEST_VALUE = 1_000_000
const MOST_WORK = 20_000_000

/** Replaces the last reference until none is left. A value may bring in others. */
function replaceReferences(value: string, env: Lookup, file: Lookup, work: { left: number }) {
  let text = value
  // Bounded: Next.js itself runs out of stack on `A=$A`, and then loads nothing of the file.
  for (let i = 0; i < 1000; i++) {
    const at = lastReference(text)
    const match = at < 0 ? null : /((?!(?<=\\))\${?([\w]+)(?::-([^}\\]*))?}?)/.exec(text.slice(at))
    if (!match || text.length > LARGEST_VALUE || work.left <= 0) break
    const [, reference = '', name = '', otherwise] = match
    text = text.replace(reference, env(name) || otherwise || file(name) || '')
    work.left -= text.length
  }
  return text
}

/**
 * The text with variables set. Comments, order, blank lines and line ends stay; a name that
 * is there keeps its place, prefix and comment, a new one goes to the end.
 *
 * @throws {CliError} where the result would not be read back as meant: an unclosed quote
 * before it swallows what follows
 */
export function setEnv(text: string, changes: Record<string, string>): string {
  let result = text
  for (const [name, value] of Object.entries(changes)) result = setVariable(result, name, value)
  const expected = new Map([...readEnv(text), ...Object.entries(changes)])
  const actual = readEnv(result)
  for (const name of new Set([...expected.keys(), ...actual.keys()])) {
    if (expected.get(name) !== actual.get(name)) throw unclosedQuote(name)
  }
  return result
}

function setVariable(text: string, name: string, value: string): string {
  const assignment = parseEnv(text)
    .filter((candidate) => candidate.name === name)
    .at(-1)
  if (assignment) return text.slice(0, assignment.start) + quote(value) + text.slice(assignment.end)
  const newline = /\r\n|\n|\r/.exec(text)?.[0] ?? '\n'
  const gap = text === '' || /[\r\n]$/.test(text) ? '' : newline
  return `${text}${gap}${name}=${quote(value)}${newline}`
}

/** Single quotes, in which dotenv changes nothing; a value never holds one ({@link plainJson}). */
function quote(value: string): string {
  return /^[\w.:/+-]*$/.test(value) ? value : `'${value}'`
}

/**
 * JSON that survives an `.env` file byte for byte. Quotes would end the value, `$` would be
 * replaced, and JavaScript's patterns take some characters for line ends or white space; as
 * `\u0027` and the like they mean the same to a reader of JSON.
 */
export function plainJson(document: unknown): string {
  return JSON.stringify(document).replace(NOT_PLAIN, escapeUnicode)
}

const NOT_PLAIN = /['$`\x7F-\xA0\u2028\u2029\uFEFF]/g

function unquote(raw: string): string {
  const text = raw.trim()
  const value = withoutQuotes(text)
  return text.startsWith('"') ? value.replace(/\\n/g, '\n').replace(/\\r/g, '\r') : value
}

/**
 * dotenv's `replace(/^(['"`])([\s\S]*)\1$/gm, '$2')`: from a quote that begins a line to the last of
 * its kind that ends one. Those are looked for once.
 */
function withoutQuotes(text: string): string {
  const last = new Map(
    [...text.matchAll(/(['"`])$/gm)].map(({ 1: quote, index }) => [quote, index]),
  )
  let [result, done] = ['', 0]
  for (const { 1: quote, index } of text.matchAll(/^(['"`])/gm)) {
    const end = last.get(quote) ?? -1
    if (index < done || end <= index) continue
    result += text.slice(done, index) + text.slice(index + 1, end)
    done = end + 1
  }
  return result + text.slice(done)
}

/** Where the last `$` stands that no `\` escapes; -1 where there is none. */
function lastReference(text: string): number {
  let at = text.lastIndexOf('$')
  while (at > 0 && text[at - 1] === '\\') at = text.lastIndexOf('$', at - 1)
  return at
}

function unclosedQuote(name: string): CliError {
  const what = `a quote before or in ${name} is not closed`
  return new CliError(`the file cannot be changed safely: ${what}`, {
    hint: 'close the quote in the file, and run the command again',
  })
}
