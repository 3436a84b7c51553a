/** The lines of the table: how many of each kind were answered how. */
import type { Judged, KindResult, Tally } from '../examined.ts'
import { isPlain } from '../exchange.ts'
import { KINDS } from '../url-kinds.ts'
import { REFUSALS } from './baseline.ts'

export function tally(exchanges: Judged[]): KindResult[] {
  return KINDS.flatMap((kind) => {
    const own = exchanges.filter(({ asked }) => asked.kind === kind)
    if (own.length === 0) return []
    const of = (claim: (judged: Judged) => boolean) => count(own.filter(claim))
    const plain = own.filter(({ asked }) => isPlain(asked))
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

function count(exchanges: Judged[]): Tally {
  const result: Tally = { asked: exchanges.length }
  for (const one of exchanges) {
    const verdict = isNothing(one) ? 'reached' : one.verdict
    result[verdict] = (result[verdict] ?? 0) + 1
  }
  return result
}

/**
 * Where nothing is, the app's error page is no file of it, to nobody and to somebody. That it is drawn
 * for nobody is a finding.
 */
function isNothing({ answer, verdict }: Judged): boolean {
  if ((verdict !== 'open' && verdict !== 'entered') || 'failure' in answer) return false
  return answer.status >= 400 && !REFUSALS.includes(answer.status)
}
