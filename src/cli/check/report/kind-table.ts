/** The table: what was asked, of whom, and how it was answered. */
import type { Io } from '../../io.ts'
import { type Colour, type Piece, table } from '../../talk.ts'
import type { Examined, Tally, Verdict } from '../examined.ts'
import { number } from './numbers.ts'

/** What is told of a cell where several things happened: the gravest. */
const OUTSIDE: [verdict: Verdict, word: string, colour: Colour][] = [
  ['open', 'OPEN', 'red'],
  ['failed', 'not known', 'yellow'],
  ['reached', 'app answers', 'yellow'],
  ['elsewhere', 'redirected', 'yellow'],
  ['told', 'as told', 'cyan'],
  ['public', 'public', 'cyan'],
  ['entered', 'served', 'green'],
  ['refused', 'refused', 'green'],
]

/** To the plain spelling of what was asked for, mostly: nothing to look into. */
const TRICKED = OUTSIDE.map(([verdict, word, colour]): (typeof OUTSIDE)[number] => {
  return [verdict, word, verdict === 'elsewhere' ? 'cyan' : colour]
})

const INSIDE: typeof OUTSIDE = [
  ['entered', 'served', 'green'],
  ['told', 'as told', 'cyan'],
  ['public', 'public', 'cyan'],
  ['elsewhere', 'redirected', 'yellow'],
  ['reached', 'not there', 'yellow'],
  ['open', 'served', 'green'],
  ['failed', 'not known', 'yellow'],
  ['refused', 'refused', 'red'],
]

// Where there is room, in full.
const LONG = ['KIND', 'ASKED', 'NOBODY', 'WRONG CREDENTIAL', 'TRICKS', 'WITH YOURS']
const SHORT = ['KIND', 'ASKED', 'NOBODY', 'WRONG', 'TRICKS', 'YOURS']

export function kindTable(io: Io, { kinds }: Examined, width: number): string {
  const columns = kinds.some(({ somebody }) => somebody.asked > 0) ? 6 : 5
  const rows = kinds.map(({ kind, nobody, stranger, tricks, somebody }): Piece[] => {
    const asked = [nobody, stranger, tricks, somebody].reduce((sum, tally) => sum + tally.asked, 0)
    const outside = [nobody, stranger].map((tally) => cell(tally, OUTSIDE))
    const count = number(asked).padStart('ASKED'.length)
    const row = [kind, count, ...outside, cell(tricks, TRICKED), cell(somebody, INSIDE)]
    return row.slice(0, columns)
  })
  const plain = rows.map((row) => row.map((one) => (typeof one === 'string' ? one : one.text)))
  const isWide = tooWide(table(io, [LONG.slice(0, columns), ...plain]), width)
  return table(io, [(isWide ? SHORT : LONG).slice(0, columns), ...rows])
}

/** Of a text without colours, which on a terminal are characters too. */
function tooWide(text: string, width: number): boolean {
  return text.split('\n').some((line) => line.length > width)
}

function cell(tally: Tally, words: typeof OUTSIDE): Piece {
  if (tally.asked === 0) return '-'
  for (const [verdict, word, colour] of words) {
    const count = countOf(tally, verdict)
    if (count === 0) continue
    const isAll = count === tally.asked && verdict !== 'open'
    return { text: isAll ? word : `${word} ${number(count)} of ${number(tally.asked)}`, colour }
  }
  return '-'
}

/** What is refused as malformed is refused. */
function countOf(tally: Tally, verdict: Verdict): number {
  const count = tally[verdict] ?? 0
  return verdict === 'refused' ? count + (tally.malformed ?? 0) : count
}
