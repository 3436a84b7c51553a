/** What can be found, one by one: why it matters, what mends it, and where that is written. */
import type { Level } from '../finding.ts'
import { ANSWER_RULES } from './answer-rules.ts'
import { LEAK_RULES } from './leak-rules.ts'

export interface Rule {
  /** In a few words, as a heading. */
  title: string
  level: Level
  why: string
  mend: string
  /** A clause of a standard, an advisory, or a vendor's page. */
  help: string
}

/** By id: all that `check` can find. */
export const RULES: Record<string, Rule> = { ...LEAK_RULES, ...ANSWER_RULES }
