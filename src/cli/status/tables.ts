/** The tables of `status`: what fits into a line, and no more. The rest is said below them. */
import type { Io } from '../io.ts'
import { isOpenRun, isPerhaps } from '../project/gate-state.ts'
import { type Piece, table } from '../talk.ts'
import { type Row, shownOf } from './in-force.ts'
import type { ShownPolicy } from './policies.ts'
import type { Source } from './sources.ts'

const HEAD = ['RUN', 'GATE', 'POLICY', 'USERS', 'RULES', 'BECAUSE']

/** @param vercel a last row for environments that nothing is known of */
export function runTable(io: Io, rows: Row[], vercel: [state: string, why: string] | null): string {
  const none = vercel && ['on Vercel', vercel[0], '-', '-', '-', vercel[1]]
  return table(io, [HEAD, ...rows.map(rowCells), ...(none ? [none] : [])])
}

// Characters. What is longer would push the rest of the line out of sight.
const LONGEST = 28

function rowCells({ subject, gated, state, because, held }: Row): Piece[] {
  const { run, branch } = subject
  const { users, allow, fault } = shownOf(held)
  const known = held?.kind === 'policy' && fault === null
  const unread = held?.kind === 'unread' ? '?' : fault === null ? '-' : 'not valid'
  return [
    short(branch === undefined ? run : `  branch ${branch}`),
    gateCell(gated, state),
    held ? short(held.from) : 'none',
    known ? String(users.length) : held?.kind === 'pair' ? '1' : unread,
    known ? String(allow.length) : held?.kind === 'pair' ? '0' : unread === '?' ? '?' : '-',
    because ?? (gated === null ? 'see below' : `${gated ? 'on' : 'off'} by default`),
  ]
}

/** One word, or two: the whole state follows below where it is another. */
function gateCell(gated: boolean | null, state: string): Piece {
  if (isOpenRun(state)) return { text: 'no gate', colour: 'red' }
  if (gated === null) return { text: 'not known', colour: 'yellow' }
  if (!gated) return 'not gated'
  if (state === 'gated') return { text: 'gated', colour: 'green' }
  const word = /public|every address|\bopen\b/.test(state)
    ? 'open'
    : isPerhaps(state)
      ? 'gated?'
      : /\bshut\b/.test(state)
        ? 'shut'
        : 'gated'
  return { text: word, colour: 'yellow' }
}

function short(text: string): string {
  const characters = [...text]
  return characters.length <= LONGEST ? text : `${characters.slice(0, LONGEST - 1).join('')}…`
}

/** @param paired whether `AUTH_USER` is in use */
export function sourceTable(io: Io, sources: Source[], paired: boolean): string {
  const rows = sources.map(({ source, switch: value, policy, authUser }) => [
    source,
    value ?? '-',
    policy === null ? '-' : policy.fault ? 'not valid' : summary(policy),
    authUser === null ? '-' : `${authUser} (${paired ? 'in use' : 'ignored'})`,
  ])
  return table(io, [['SET IN', 'STAGEDOOR', 'STAGEDOOR_POLICY', 'AUTH_USER'], ...rows])
}

/** `2 users, 1 rule, open` */
export function summary({ users, allow, ips, revoked, open }: ShownPolicy): string {
  return [
    count(users.length, 'user'),
    count(allow.length, 'rule'),
    ...(ips.length > 0 ? [count(ips.length, 'network')] : []),
    ...(revoked > 0 ? [`${revoked} revoked`] : []),
    ...(open ? ['open'] : []),
  ].join(', ')
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
