/** What `doctor` says, for people and for machines. */
import type { Io } from '../io.ts'
import { linkOf, meaningOf } from '../project/advisories.ts'
import { writeVersion } from '../project/version.ts'
import { type Colour, printable, table } from '../talk.ts'
import type { Facts } from './facts.ts'
import { countLevels, type Finding, LEVELS, type Level } from './finding.ts'

const COLOURS: Record<Level, Colour> = { error: 'red', warning: 'yellow', note: 'cyan' }

export function reportText(io: Io, facts: Facts, findings: Finding[]): string {
  if (findings.length === 0) return `nothing found: ${printable(subjectOf(facts))}\n`
  return findings.map((finding) => findingText(io, finding)).join('\n')
}

function findingText(
  io: Io,
  { id, level, what, seen, why, mend, advisories = [] }: Finding,
): string {
  const at = seen ? `${seen.file}${seen.line === undefined ? '' : `:${seen.line}`}` : ''
  const lines = [
    ['  why:', why],
    ['  mend:', mend],
    ...advisories.map((advisory) => ['  see:', `${advisory.id} ${linkOf(advisory)}`]),
  ]
  const head = table(io, [[{ text: `${level}:`, colour: COLOURS[level] }, id, at]])
  return (
    head +
    [`  ${what}`, ...lines.map(([label, text]) => `${label} ${text}`)]
      .map((line) => `${printable(line)}\n`)
      .join('')
  )
}

/** `next 16.4.6, proxy.ts` */
function subjectOf({ app, gate }: Facts): string {
  const version = app ? `next ${writeVersion(app.version)}` : 'no Next.js'
  return gate?.file ? `${version}, gate in ${gate.file}` : version
}

/** `2 errors, 1 warning`; only what there is. */
export function countText(findings: Finding[]): string {
  const counts = countLevels(findings)
  return LEVELS.filter((level) => counts[level] > 0)
    .map((level) => `${counts[level]} ${level}${counts[level] === 1 ? '' : 's'}`)
    .join(', ')
}

export function reportJson({ app, gate, lock }: Facts, findings: Finding[]): unknown {
  return {
    next: app && { version: writeVersion(app.version), from: lock ?? app.versionFrom },
    gate: gate?.file ?? null,
    counts: countLevels(findings),
    findings: findings.map(({ id, level, what, seen, why, mend, advisories }) => ({
      id,
      level,
      what,
      file: seen?.file ?? null,
      line: seen?.line ?? null,
      why,
      mend,
      ...(advisories && { advisories: advisories.map(advisoryJson) }),
    })),
  }
}

function advisoryJson(advisory: NonNullable<Finding['advisories']>[number]) {
  const { id, ghsa, what, effect, affected, notOnVercel = false } = advisory
  return {
    id,
    ghsa,
    what,
    effect,
    affected: affected.map(([from, fixed]) => ({ from, fixed })),
    notOnVercel,
    link: linkOf(advisory),
    withoutMatcher: meaningOf(advisory, 'without'),
    withMatcher: meaningOf(advisory, 'with'),
  }
}
