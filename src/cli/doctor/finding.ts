/** What `doctor` says of a project: each fault with what was seen, why it matters, and what mends it. */
import type { Advisory } from '../project/advisories.ts'
import type { FindingId } from './finding-ids.ts'

/**
 * - `error`: somebody may get in who should not, or the gate does not do its work
 * - `warning`: a trap, or less private than it looks
 * - `note`: good to know
 */
export type Level = 'error' | 'warning' | 'note'

/** Worst first. */
export const LEVELS: Level[] = ['error', 'warning', 'note']

/** Where something was seen. */
export interface Seen {
  /** From the app's folder. */
  file: string
  /** From 1. */
  line?: number
}

export interface Finding {
  id: FindingId
  level: Level
  /** What was seen, in a line. Never a secret. */
  what: string
  seen?: Seen
  /** Why it matters, in a line. */
  why: string
  /** The command or edit that mends it, in a line. */
  mend: string
  /** Of a finding about the version of Next.js. */
  advisories?: Advisory[]
}

/** How many there are of each level. */
export function countLevels(findings: Finding[]): Record<Level, number> {
  const count = (level: Level) => findings.filter((finding) => finding.level === level).length
  return { error: count('error'), warning: count('warning'), note: count('note') }
}

/** Worst first; those of one level stay in their order. */
export function byLevel(findings: Finding[]): Finding[] {
  return LEVELS.flatMap((level) => findings.filter((finding) => finding.level === level))
}
