/** A check to be read: what was asked, what was found, how long a refusal takes, and the verdict. */
import type { Io } from '../../io.ts'
import { type Colour, type Piece, table } from '../../talk.ts'
import { latencyOf } from '../answers/latency.ts'
import type { Examined } from '../examined.ts'
import type { Finding, Level } from '../finding.ts'
import { conclude } from './conclusion.ts'
import { curlLine } from './evidence.ts'
import { kindTable } from './kind-table.ts'
import { counted, number } from './numbers.ts'

export function reportText(io: Io, examined: Examined): string {
  const width = widthOf(io)
  const findings = examined.findings.map((finding) => findingText(io, finding, examined.url, width))
  const parts = [
    headText(io, examined, width),
    kindTable(io, examined, width) + leftOut(io, examined, width),
    ...findings,
    latencyText(io, examined, width),
    verdictText(io, examined, width),
  ]
  return parts.filter(Boolean).join('\n')
}

// Characters. Longer lines are hard to read, wherever there is room for them.
const WIDEST = 100
const USUAL = 80

/** Of the terminal; what is not one may be shown anywhere. */
function widthOf({ stdout }: Io): number {
  const { columns } = stdout as { columns?: number }
  return stdout.isTTY && columns ? Math.max(40, Math.min(columns, WIDEST)) : USUAL
}

function headText(io: Io, { url, requests, seconds, entered }: Examined, width: number): string {
  const time = seconds < 10 ? seconds.toFixed(1) : number(Math.round(seconds))
  const who =
    entered === null
      ? 'from outside'
      : entered
        ? 'from outside and from inside'
        : 'from outside: credential refused'
  return lines(io, `${url}: ${counted(requests, 'request')} in ${time} s, ${who}`, width)
}

/** What the limit left out. How many would do is not known: what is asked shows more to ask. */
function leftOut(io: Io, { unasked, limit }: Examined, width: number): string {
  if (unasked === 0) return ''
  const larger = Math.ceil((limit + unasked) / 100) * 100 + 100
  const text = `${number(unasked)} more would have been asked: give a larger limit, such as \`--max-requests ${larger}\``
  return lines(io, text, width)
}

const COLOURS: Record<Level, Colour> = { leak: 'red', warning: 'yellow', note: 'cyan' }

/**
 * ```
 * warning  plain-http
 *          the site answers over http
 *          why   passwords and pages can be read …
 *          mend  serve the site over https alone …
 * ```
 */
function findingText(io: Io, finding: Finding, url: string, width: number): string {
  const { rule, level, kind, what, why, mend, evidence, count = 0 } = finding
  const about = [rule, kind, count > 1 ? counted(count, 'request') : ''].filter(Boolean).join(' · ')
  const label = { text: level === 'leak' ? 'LEAK' : level, colour: COLOURS[level] }
  const inner = width - MARGIN
  const rows: Piece[] = [
    about,
    ...wrap(what, inner),
    ...named('why', why, inner),
    ...named('mend', mend, inner),
  ]
  // Not wrapped: it is there to be pasted.
  if (evidence && level !== 'note') rows.push(`see   ${curlLine(url, evidence)}`)
  return table(
    io,
    rows.map((row, at): Piece[] => [at === 0 ? label : ' '.repeat(MARGIN - 2), row]),
  )
}

// `warning` and two blanks.
const MARGIN = 9

function named(name: string, text: string, width: number): string[] {
  return wrap(text, width - 6).map((line, at) => (at === 0 ? name : '').padEnd(6) + line)
}

function latencyText(io: Io, { latencyProbe }: Examined, width: number): string {
  const latency = latencyOf(latencyProbe)
  if (latency === null) return ''
  const { median, percentile95, count, connect } = latency
  const beside = connect === null ? '' : `; the connection took ${milliseconds(connect)}`
  const text = `a refusal takes ${milliseconds(median)}, 19 of 20 at most ${milliseconds(percentile95)} (${number(count)} asked on one connection)${beside}`
  return lines(io, text, width)
}

function milliseconds(time: number): string {
  return `${time < 10 ? time.toFixed(1) : number(Math.round(time))} ms`
}

function verdictText(io: Io, examined: Examined, width: number): string {
  const { state, text } = conclude(examined)
  const colour = state === 'private' ? 'green' : state === 'leaks' ? 'red' : 'yellow'
  return table(
    io,
    wrap(text, width).map((line) => [{ text: line, colour }]),
  )
}

function lines(io: Io, text: string, width: number): string {
  return table(
    io,
    wrap(text, width).map((line) => [line]),
  )
}

/** Lines of at most that many characters, but for words that are longer. */
export function wrap(text: string, width: number): string[] {
  const wrapped: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && longer.length > width) {
      wrapped.push(line)
      line = word
    } else line = longer
  }
  return [...wrapped, line]
}
