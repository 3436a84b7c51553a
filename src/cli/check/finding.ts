/** What `check` says of a site, for people and machines. */
import type { Exchange } from './exchange.ts'

/**
 * - `leak`: somebody without a right credential gets what the site serves; exit 3
 * - `warning`: not private enough, or a trap; nothing got out
 * - `note`: good to know
 */
export type Level = 'leak' | 'warning' | 'note'

export interface Finding {
  /** One of a fixed list, kebab-case: `served-without-credential`, `challenge-missing`, … */
  rule: string
  level: Level
  /** `page`, `data`, … where it is about one kind. */
  kind?: string
  /** What was seen, in a line. */
  what: string
  /** Why it matters, in a line. */
  why: string
  /** The command or edit that mends it, in a line. */
  mend: string
  /** One that shows it, where one does. */
  evidence?: Exchange
  /** How many requests showed the same. */
  count?: number
}
