/** Making findings: what was seen is of the site, the rest is of the rule. */
import type { Exchange } from '../exchange.ts'
import type { Finding, Level } from '../finding.ts'
import { ANSWER_RULES, type AnswerRule } from '../report/answer-rules.ts'
import type { Rule } from '../report/rules.ts'

/** What is said of one finding beside its rule. */
export interface Seen {
  /** The requests that show it; the first one is the evidence. */
  by?: Exchange[]
  /** Where it is less, or more, than the rule has it. */
  level?: Level
  kind?: string
  why?: string
  mend?: string
}

export function found(rule: AnswerRule, what: string, { by = [], ...rest }: Seen = {}): Finding {
  const { level, why, mend }: Rule = ANSWER_RULES[rule]
  const [evidence] = by
  return {
    rule,
    level,
    what,
    why,
    mend,
    ...rest,
    ...(evidence && { evidence, count: by.length }),
  }
}

/**
 * Groups by a text, in the order in which they came. Texts that differ in numbers alone are one, that
 * of the first: a time, an age or a length is another each time.
 */
export function grouped<T>(all: T[], textOf: (one: T) => string | null): Map<string, T[]> {
  const [groups, firsts] = [new Map<string, T[]>(), new Map<string, string>()]
  for (const one of all) {
    const text = textOf(one)
    if (text === null) continue
    const key = text.replace(/\d+/g, '0')
    const first = firsts.get(key) ?? text
    firsts.set(key, first)
    groups.set(first, groups.get(first) ?? [])
    groups.get(first)?.push(one)
  }
  return groups
}

// Of one rule. A site that answers each time otherwise is told so once.
const MOST = 3

/** As many findings of each rule as can be read; the last of them stands for those that are left out. */
export function few(findings: Finding[]): Finding[] {
  const rules = new Set(findings.map(({ rule }) => rule))
  return [...rules].flatMap((rule) => {
    const own = findings.filter((finding) => finding.rule === rule)
    const [last, ...rest] = own.slice(MOST - 1)
    if (last === undefined || rest.length === 0) return own
    const count = [last, ...rest].reduce((sum, finding) => sum + (finding.count ?? 1), 0)
    const what = `${last.what}, and ${rest.length} more of its kind`
    return [...own.slice(0, MOST - 1), { ...last, what, count }]
  })
}

// Characters of what a site says that are shown in a sentence.
const SHOWN = 80

/** A text of the site in a sentence: between backticks, and not more of it than is needed. */
export function quoted(text: string): string {
  const characters = [...text.slice(0, SHOWN + 1)]
  return characters.length > SHOWN ? `\`${characters.slice(0, SHOWN).join('')}…\`` : `\`${text}\``
}
