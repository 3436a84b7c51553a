/** What caches may keep of refusals, and of what somebody was given. */
import type { Examined, Judged } from '../examined.ts'
import { type Answered, isAnswered } from '../exchange.ts'
import { firstOf, listOf, tokensOf } from '../fields.ts'
import type { Finding } from '../finding.ts'
import { cacheHit, parseDirectives, whatKeeps } from './cache-control.ts'
import { credentialCookies } from './cookies.ts'
import { found, grouped, quoted } from './make-finding.ts'

/** @param refusals answers to those who have no right credential, and none of the platform's own */
export function judgeCaching(examined: Examined, refusals: Answered[]): Finding[] {
  return [
    ...keptRefusals(refusals),
    ...keptAnswers(examined),
    ...servedByCache(examined),
    ...cachedForSomebody(examined),
  ]
}

function keptRefusals(refusals: Answered[]): Finding[] {
  const groups = grouped(refusals, ({ asked, answer }) => {
    const hit = cacheHit(answer.fields)
    if (hit !== null) return `came out of a cache (${quoted(hit)})`
    const isAuthorized = firstOf(asked.fields, 'Authorization') !== undefined
    const what = whatKeeps(answer, isAuthorized)
    return what && `may be kept by caches: ${answer.status} with ${quoted(what)}`
  })
  return [...groups].map(([what, by]) => found('refusal-cacheable', `a refusal ${what}`, { by }))
}

function keptAnswers(examined: Examined): Finding[] {
  const inside = examined.exchanges.filter(isEntered)
  const served = inside.filter((one) => isServed(one) && !isMeantToBeKept(one))
  // The requests of those who have a session have no Authorization, for which caches would leave them alone.
  const begins = credentialCookies(examined).length > 0
  const groups = grouped(served, ({ asked, answer }) => {
    const what = whatKeeps(answer, true)
    if (what !== null) return `${asked.kind}\n${quoted(what)}`
    const unsaid = begins && whatKeeps(answer, false)
    return unsaid ? `${asked.kind}\n${quoted(unsaid)}, of those who come with a cookie` : null
  })
  return merged(groups).map(({ kinds, what, by }) => {
    const isKeyed = by.every(({ answer }) => variesByVisitor(answer.fields))
    return found('answer-cacheable', `${someOf(kinds)} may be kept by shared caches: ${what}`, {
      by,
      ...(kinds.length === 1 && { kind: by[0]?.asked.kind ?? '' }),
      // RFC 9111 §4.1: of use to nobody else, for a cache that heeds Vary; not every one does.
      ...(isKeyed && { level: 'note' as const }),
    })
  })
}

/** A redirect or an error of the site tells little. */
function isServed({ answer }: Answered): boolean {
  return answer.status >= 200 && answer.status < 300
}

// Kinds that are named in a sentence.
const NAMED = 4

function someOf(kinds: string[]): string {
  const named = kinds.slice(0, NAMED).join(', ')
  return kinds.length > NAMED ? `${named} and ${kinds.length - NAMED} kinds more` : named
}

/** Kinds of which the same is to be said, together. */
function merged(groups: Map<string, Answered[]>) {
  const alike = new Map<string, { kinds: string[]; by: Answered[] }>()
  for (const [key, by] of groups) {
    const [kind = '', what = ''] = key.split('\n')
    const group = alike.get(what) ?? { kinds: [], by: [] }
    group.kinds.push(kind)
    group.by.push(...by)
    alike.set(what, group)
  }
  return [...alike].map(([what, group]) => ({ what, ...group }))
}

function isEntered(exchange: Judged): exchange is Judged & Answered {
  return exchange.verdict === 'entered' && isAnswered(exchange)
}

/** What no harm comes of: the build's own files, and pictures of other hosts, open there. */
function isMeantToBeKept({ asked, answer }: Answered): boolean {
  const directives = parseDirectives(listOf(answer.fields, 'Cache-Control') ?? '')
  if (asked.target.includes('/_next/static/') && directives.has('immutable')) return true
  return /\/_next\/image\/?\?(?:[^#]*&)?url=https?(?:%3a|:)/i.test(asked.target)
}

/** Whether what one visitor got is of use to nobody else (RFC 9110 §12.5.5). */
function variesByVisitor(fields: Answered['answer']['fields']): boolean {
  const vary = tokensOf(fields, 'Vary')
  return vary.includes('*') || (vary.includes('authorization') && vary.includes('cookie'))
}

/** What nobody is to see, out of a cache: the gate was not asked. Where nothing is refused there is none. */
function servedByCache({ exchanges }: Examined): Finding[] {
  if (!exchanges.some(({ verdict }) => verdict === 'refused')) return []
  // Of what is asked again for this there is a finding already.
  const by = exchanges
    .filter(({ verdict, asked }) => verdict === 'open' && asked.rule !== 'cache-serves-strangers')
    .filter(isAnswered)
    .filter(({ answer }) => cacheHit(answer.fields) !== null)
  const hit = by[0] && cacheHit(by[0].answer.fields)
  if (!hit) return []
  return [found('cache-answers-first', `what is open came out of a cache (${quoted(hit)})`, { by })]
}

function cachedForSomebody({ exchanges }: Examined): Finding[] {
  const by = exchanges.filter((one, at): one is Judged & Answered => {
    if (!isEntered(one) || isMeantToBeKept(one) || cacheHit(one.answer.fields) === null)
      return false
    // Nobody, asked after it, tells whether the cache is in front.
    const after = exchanges.slice(at + 1).filter(({ asked }) => asked.target === one.asked.target)
    return !after.some(({ asked, verdict }) => asked.visitor === 'nobody' && verdict !== 'failed')
  })
  if (by.length === 0) return []
  const hit = cacheHit(by[0]?.answer.fields ?? []) ?? ''
  return [found('cache-hit', `what you may see came out of a cache (${quoted(hit)})`, { by })]
}
