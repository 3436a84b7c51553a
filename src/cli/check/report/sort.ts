/** The order in which findings are shown: what got out first. */
import type { Finding, Level } from '../finding.ts'

const LEVELS: Level[] = ['leak', 'warning', 'note']

/** By level, then as they came. */
export function sortFindings(findings: Finding[]): Finding[] {
  return LEVELS.flatMap((level) => findings.filter((finding) => finding.level === level))
}
