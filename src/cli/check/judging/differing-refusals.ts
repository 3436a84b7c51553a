/** Refusals held against each other: one that is much longer than the rest may hold what it refuses. */
import type { Judged } from '../examined.ts'
import { firstOf } from '../fields.ts'
import { withoutEcho } from './judge.ts'

// Characters that differ from answer to answer: a token, a time, the number of the request.
const TOKENS = 48

/** Those that are half as long again as is usual for their status and type. */
export function differing(plain: Judged[]): Judged[] {
  const groups = new Map<string, { one: Judged; length: number }[]>()
  for (const one of plain) {
    const { answer, asked, verdict } = one
    if ('failure' in answer || (verdict !== 'refused' && verdict !== 'elsewhere')) continue
    const type = (firstOf(answer.fields, 'content-type') ?? '').split(';')[0]
    const key = `${answer.status} ${type}`
    const { length } = withoutEcho(answer.body.toString('latin1'), asked)
    groups.set(key, [...(groups.get(key) ?? []), { one, length }])
  }
  return [...groups.values()].flatMap((group) => {
    const usual = median(group.map(({ length }) => length))
    return group.filter(({ length }) => length > usual * 1.5 + TOKENS).map(({ one }) => one)
  })
}

function median(lengths: number[]): number {
  return lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)] ?? 0
}
