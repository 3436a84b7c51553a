/** The lines of the table: how many of each kind were answered how. */
import type { Judged, KindResult, Tally } from './examined.ts'
import { KINDS } from './kinds.ts'

export function tally(exchanges: Judged[]): KindResult[] {
  return KINDS.flatMap((kind) => {
    const own = exchanges.filter(({ asked }) => asked.kind === kind)
    if (own.length === 0) return []
    const of = (claim: (judged: Judged) => boolean) => count(own.filter(claim))
    const plain = own.filter(isPlain)
    return {
      kind,
      targets: new Set(plain.map(({ asked }) => asked.target)).size,
      nobody: count(plain),
      stranger: of(({ asked }) => asked.visitor === 'stranger'),
      tricks: of(({ asked }) => asked.trick !== undefined),
      somebody: of(({ asked }) => asked.visitor === 'somebody'),
    }
  })
}

function isPlain({ asked }: Judged): boolean {
  return asked.visitor === 'nobody' && asked.trick === undefined
}

function count(exchanges: Judged[]): Tally {
  const result: Tally = { asked: exchanges.length }
  for (const { verdict } of exchanges) result[verdict] = (result[verdict] ?? 0) + 1
  return result
}
