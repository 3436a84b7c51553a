/** Findings of the engine in words: what every one of them is made of. */
import type { Judged } from '../examined.ts'
import type { Exchange } from '../exchange.ts'
import type { Finding } from '../finding.ts'
import { LEAK_RULES } from '../report/leak-rules.ts'

/** A finding, in the words of its rule. */
export function found(rule: string, what: string, evidence: Judged, count = 1): Finding {
  const { level, why, mend } = LEAK_RULES[rule as keyof typeof LEAK_RULES]
  return { rule, level, kind: evidence.asked.kind, what, why, mend, evidence, count }
}

/** One that is of no kind in particular. */
export function kindless({ kind: _, ...finding }: Finding): Finding {
  return finding
}

/** `` `GET /members` is answered 200 ``. */
export function where(exchange: Exchange): string {
  const { answer } = exchange
  if (!('failure' in answer)) return `${asking(exchange)} is answered ${answer.status}`
  return `${asking(exchange)} is answered ${answer.statusSaid}, and then ${answer.failure}`
}

/** `` `GET /members` ``. */
export function asking({ asked: { method, target } }: Exchange): string {
  return `\`${method} ${target.length > 100 ? `${target.slice(0, 99)}…` : target}\``
}

/** 0 where there is no answer. */
export function status(answer: Exchange['answer']): number {
  return 'failure' in answer ? 0 : answer.status
}

/** `a`, `a and b`, `a, b and 3 more`. */
export function listed(names: string[]): string {
  const all = [...new Set(names)]
  if (all.length <= 3) return all.join(', ').replace(/, (?=[^,]*$)/, ' and ')
  return `${all.slice(0, 3).join(', ')} and ${all.length - 3} more`
}
