/** What keeps a check from saying that a site is private: what it asked, and was not told. */
import type { Examined, Judged } from '../examined.ts'
import { isPlain } from '../exchange.ts'
import { mitigationOf } from '../judging/mitigation.ts'

/**
 * Servers may close the connection on purpose where something odd is asked (`return 444` of nginx);
 * only where much of that had no answer is there something that is not known.
 */
const ODD_KINDS = ['hidden file', 'internal']
const FEW = 4

/** In words, each a part of a sentence; none where all that matters was answered. */
export function doubtsOf({ exchanges }: Examined): string[] {
  const outside = exchanges.filter(({ asked }) => asked.visitor !== 'somebody' && !asked.overHttp)
  const usual = outside.filter(isUsual)
  const odd = outside.filter((one) => !isUsual(one))
  const lost = odd.filter(isLost)
  const own = exchanges.filter(({ asked }) => asked.visitor === 'somebody')
  const isMuch = lost.length > FEW && lost.length * 4 > odd.length
  return [
    ...told(usual.filter(isLost), usual, 'of nobody'),
    ...(isMuch ? told(lost, odd, 'of strangers and tricksters') : []),
    ...(own.length > 0 && own.every(isLost) ? told(own, own, 'with your credential') : []),
  ]
}

/**
 * Whether anything was refused that servers do not refuse by themselves. Where nothing was, a site
 * that shows nothing is not private for that: it may have nothing, or lead in a circle.
 */
export function isGateSeen({ exchanges }: Examined): boolean {
  return exchanges.some((one) => {
    return one.verdict === 'refused' && isUsual(one) && !one.asked.overHttp
  })
}

function isUsual({ asked }: Judged): boolean {
  return isPlain(asked) && !ODD_KINDS.includes(asked.kind)
}

function isLost({ verdict }: Judged): boolean {
  return verdict === 'failed'
}

/** `3 of 60 requests of nobody had no answer` */
function told(lost: Judged[], all: Judged[], whose: string): string[] {
  const reasons = new Map<string, number>()
  for (const one of lost) reasons.set(reasonOf(one), (reasons.get(reasonOf(one)) ?? 0) + 1)
  return [...reasons].map(([reason, count]) => {
    return `${count} of ${all.length} requests ${whose} ${reason}`
  })
}

function reasonOf({ answer }: Judged): string {
  if ('failure' in answer) return 'had no answer'
  if (mitigationOf(answer) !== null) return 'were held up by a firewall, as those of a program'
  if (answer.status === 429) return 'were answered 429, for being too many'
  return `were answered ${answer.status}, by a proxy that got no answer itself`
}
