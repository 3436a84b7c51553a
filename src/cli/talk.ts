/**
 * Saying things: data on stdout, talk on stderr.
 *
 * `--json` and `--quiet` silence talk; warnings and errors are always said.
 */
import type { Writable } from 'node:stream'
import util from 'node:util'
import type { CommonOptions, Io } from './io.ts'

type Stream = Writable & { isTTY?: boolean }

/** Prints data. @throws the system's error (`EPIPE`, `ENOSPC`, …) where it was not taken. */
export function print(io: Io, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    io.stdout.write(text, (error) => (error ? reject(error) : resolve()))
  })
}

/** Prints one JSON document. */
export function printJson(io: Io, document: unknown): Promise<void> {
  // Steering characters stand in texts only, where JSON takes them escaped as well.
  return print(io, `${printable(JSON.stringify(document))}\n`)
}

/** A text, or a text to colour. Colours are added last: an escape that came with a text is not ours. */
export type Piece = string | { text: string; colour: Colour }

export type Colour = 'red' | 'yellow' | 'green' | 'cyan'

/** Says a line, unless `--json` or `--quiet`. */
export function say(io: Io, options: CommonOptions, line: string | Piece[]): void {
  if (options.json || options.quiet) return
  const pieces = [line].flat().map((piece) => show(io, io.stderr, piece))
  io.stderr.write(`${pieces.join('')}\n`)
}

export function warn(io: Io, line: string): void {
  io.stderr.write(`stagedoor: ${paint(io, io.stderr, 'yellow', 'warning:')} ${printable(line)}\n`)
}

export function complain(io: Io, message: string, hint?: string): void {
  io.stderr.write(`stagedoor: ${paint(io, io.stderr, 'red', 'error:')} ${printable(message)}\n`)
  if (hint)
    io.stderr.write(`stagedoor: ${paint(io, io.stderr, 'cyan', 'hint:')} ${printable(hint)}\n`)
}

/** Colours a text where it is seen by eyes: on a terminal, without a `NO_COLOR` that is not empty. */
function paint(io: Io, stream: Stream, colour: Colour, text: string) {
  if (!stream.isTTY || io.env.NO_COLOR || io.env.TERM === 'dumb') return text
  // Not imported by name: Node 20.9 to 20.11 have no `styleText`, and that import would end us.
  return util.styleText?.(colour, text, { validateStream: false }) ?? text
}

function show(io: Io, stream: Stream, piece: Piece): string {
  if (typeof piece === 'string') return printable(piece)
  return paint(io, stream, piece.colour, printable(piece.text))
}

// C0, DEL and C1; what breaks lines, turns the direction of writing, or takes no room.
const STEERING =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\x00-\x1F\x7F-\x9F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]/g

/** A text from a file or a command line, with what could steer the terminal made visible. */
export function printable(text: string): string {
  return text.replace(STEERING, escapeUnicode)
}

/** `\u0027` for an apostrophe, as JSON and JavaScript write it. */
export function escapeUnicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** `would add` or `added`: a dry run says what the real one says. */
export function did(options: CommonOptions, verb: string, past: string): string {
  return options.dryRun ? `would ${verb}` : past
}

/** A command of ours to paste, with the options that lead to the same place. */
export function advise(
  options: CommonOptions & { to?: string; gitBranch?: string },
  command: string,
): string {
  const branch =
    options.gitBranch === undefined ? '' : ` --git-branch ${shellWord(options.gitBranch)}`
  const to = options.to === undefined ? '' : ` --to ${shellWord(options.to)}${branch}`
  const cwd = options.cwd === undefined ? '' : ` --cwd ${shellWord(options.cwd)}`
  return `\`npx stagedoor ${command}${to}${cwd}\``
}

/** A word as a POSIX shell reads it back. */
export function shellWord(text: string): string {
  return /^[\w./:@%+=,~-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`
}

/** Rows as aligned columns, two spaces apart, for stdout. */
export function table(io: Io, rows: Piece[][]): string {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, widthOf(cell))
    })
  }
  const line = (row: Piece[]) =>
    row
      .map((cell, i) => show(io, io.stdout, cell) + ' '.repeat((widths[i] ?? 0) - widthOf(cell)))
      .join('  ')
      .trimEnd()
  return rows.map((row) => `${line(row)}\n`).join('')
}

/** In characters, as it is shown. */
function widthOf(cell: Piece): number {
  return [...printable(typeof cell === 'string' ? cell : cell.text)].length
}
