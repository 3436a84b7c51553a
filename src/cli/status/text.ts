/** `status` to be read: first which runs are gated and for whom, then what deserves a look, then the rest. */
import { painted } from '../change.ts'
import { showExpires } from '../expiry.ts'
import type { Io } from '../io.ts'
import type { GateState } from '../project/gate-state.ts'
import type { HandedStore } from '../project/handed-store.ts'
import { type Colour, type Piece, printable, table } from '../talk.ts'
import type { Difference, Ending } from './compare.ts'
import { detailsText } from './details.ts'
import type { Row } from './in-force.ts'
import type { Machine } from './machine.ts'
import type { Report } from './report.ts'
import { listed, secretText, signInText } from './signing.ts'
import { storeLines } from './store-lines.ts'
import { isOnVercel } from './subject.ts'
import { runTable, sourceTable } from './tables.ts'
import { oldLines, protectionLines } from './vercel-protection.ts'
import { isNoAnswer } from './way.ts'

export function reportText(io: Io, report: Report): string {
  const { gate, handed, machine, rows, policies, alike, ending, differences } = report
  const isTable = machine !== null || rows.length > 0
  const said = [
    gate && machine ? `${gateLine(gate, handed)}\n` : '',
    isTable ? runTable(io, rows, unknownRow(report)) : '',
    stateText(io, rows) + storeLines(report).map(line).join(''),
    frontText(io, report),
    endingText(io, ending),
    differences.map((difference) => differenceText(io, difference)).join('\n'),
    machine ? sourcesText(io, machine) : '',
    signingText(rows),
  ]
  const addresses = rows.map(({ subject }) => subject.addresses)
  return said.filter(Boolean).join('\n') + detailsText(io, policies, alike, addresses)
}

function line(text: string): string {
  return `${printable(text)}\n`
}

function sourcesText(io: Io, { sources, subjects }: Machine): string {
  if (sources.length === 0) return ''
  return sourceTable(
    io,
    sources,
    subjects.some(({ own }) => own?.kind === 'pair'),
  )
}

/** `gate: proxy.ts` */
function gateLine({ file, fault }: GateState, handed: HandedStore | null): string {
  if (file === null) return 'gate: none in this app'
  const store = handed?.hands ? ', which reads a store' : ''
  return `gate: ${printable(file)}${store}${fault === null ? '' : `, but ${printable(fault)}`}`
}

/** Of the environments on Vercel, where nothing is known of them. */
function unknownRow({ vercel }: Report): [string, string] | null {
  if (vercel === null) return ['not told by these files', "the project's variables decide there"]
  if (!isNoAnswer(vercel)) return null
  return vercel.asked
    ? ['not known', 'Vercel told nothing: see below']
    : ['not asked', 'there is no VERCEL_TOKEN: see below']
}

/** States that one word does not tell. */
function stateText(io: Io, rows: Row[]): string {
  const alike = new Map<string, Row[]>()
  for (const row of rows) {
    if (row.state === 'gated' || row.state === 'not gated') continue
    alike.set(row.state, [...(alike.get(row.state) ?? []), row])
  }
  const lines = [...alike].map(([state, like]): Piece[] => {
    const gated = like.some((row) => row.gated !== false)
    return [`${listed(like.map(({ subject }) => subject.run))}:`, painted(gated, state)]
  })
  return table(io, lines)
}

function frontText(io: Io, { vercel }: Report): string {
  if (vercel === null || isNoAnswer(vercel)) return ''
  const { protection, deployments } = vercel
  const old = deployments ? oldLines(deployments) : []
  return (
    protectionLines(protection).map(line).join('') +
    old.map((text) => coloured(io, text, 'yellow')).join('')
  )
}

function endingText(io: Io, ending: Ending[]): string {
  if (ending.length === 0) return ''
  const rows = ending.map((one) => [
    `  ${one.user}`,
    showExpires(one.expires, Date.now()),
    one.in.join(', '),
  ])
  return `ends within 14 days:\n${table(io, rows)}`
}

const COLOURS = { '+': 'green', '-': 'red', '~': 'yellow' } as const

function differenceText(io: Io, { between, and, lines }: Difference): string {
  const head = `what differs: ${listed(between)} (-) against ${listed(and)} (+)\n`
  return (
    head + lines.map(({ sign, what }) => coloured(io, `  ${sign} ${what}`, COLOURS[sign])).join('')
  )
}

function coloured(io: Io, text: string, colour: Colour): string {
  return table(io, [[{ text, colour }]])
}

/** Of what is open anyway on Vercel, it is of no interest what would sign passes. */
function signingText(rows: Row[]): string {
  const asked = rows
    .filter(({ gated, subject }) => gated !== false || !isOnVercel(subject))
    .map(({ subject }) => subject)
  return (
    secretText(asked.map(({ secret }) => secret)) + signInText(asked.map(({ signIn }) => signIn))
  )
}
