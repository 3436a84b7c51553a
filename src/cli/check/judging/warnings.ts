/** What the asking shows beside leaks: warnings, and notes. */
import type { Judged } from '../examined.ts'
import type { Exchange } from '../exchange.ts'
import { valuesOf } from '../fields.ts'
import type { Finding } from '../finding.ts'
import { pathOf } from '../target.ts'
import { differing } from './differing-refusals.ts'
import { asking, found, kindless, listed, status, where } from './finding-words.ts'
import { type Ground, isOwnSignIn, isUpgrade } from './judge.ts'
import { mitigationOf } from './mitigation.ts'

/** An upgrade that the server tried to follow: nothing came of it but this. */
export function upgrades(exchanges: Judged[]): Finding[] {
  const tried = exchanges.find(({ asked, verdict }) => isUpgrade(asked) && verdict === 'reached')
  if (!tried) return []
  const what = `the server tries to fetch, for nobody, what an upgrade names: ${asking(tried)}`
  return [{ ...found('websocket-upgrade', what, tried), level: 'warning' }]
}

/** The app answers, and shows nothing: still it is the app that answers. */
export function reached(exchanges: Judged[]): Finding[] {
  const all = exchanges.filter(({ verdict, asked, answer }) => {
    const isBroken = asked.visitor === 'stranger' && status(answer) >= 500
    return verdict === 'reached' && !isBroken && !isUpgrade(asked)
  })
  const [evidence] = all
  if (!evidence) return []
  const kinds = [...new Set(all.map(({ asked }) => asked.kind))]
  const statuses = [...new Set(all.map(({ answer }) => status(answer)))]
  const what = `the app answers requests of nobody, with ${listed(statuses.map(String))}: ${where(evidence)} (${listed(kinds)})`
  return [kindless(found('reaches-app', what, evidence, all.length))]
}

/** Requests without an answer: nothing is known of what they would have got. */
export function silence(exchanges: Judged[]): Finding[] {
  const failed = exchanges
    .filter(({ verdict, asked }) => verdict === 'failed' && !asked.overHttp)
    // That is told of by itself.
    .filter(({ answer }) => status(answer) !== 429 && mitigation(answer) === null)
  const [evidence] = failed
  if (!evidence) return []
  const { answer } = evidence
  const how = 'failure' in answer ? answer.failure : `answered ${answer.status}`
  const what = `${failed.length} of ${exchanges.length} requests had no answer: ${asking(evidence)}: ${how}`
  return [kindless(found('not-answered', what, evidence, failed.length))]
}

/** Where it is the program that is refused, and maybe not the visitor. */
export function programs(exchanges: Judged[], plain: Judged[]): Finding[] {
  const held = exchanges.filter(({ answer }) => mitigation(answer) !== null)
  const [first] = held
  if (first) {
    const what = `a firewall holds up programs, known by ${mitigation(first.answer)}: ${where(first)}`
    return [kindless(found('program-refused', what, first, held.length))]
  }
  const refused = plain.filter(({ verdict }) => verdict === 'refused')
  const [evidence] = refused
  const isIn = exchanges.some(({ verdict }) => verdict === 'entered' || verdict === 'open')
  if (!evidence || isIn || !refused.every(isBare)) return []
  const what = `all is refused with 403, and no way to get in is named: ${where(evidence)}`
  return [kindless(found('program-refused', what, evidence, refused.length))]
}

/** A 403 that names no way in. */
function isBare({ answer }: Judged): boolean {
  if ('failure' in answer || answer.status !== 403) return false
  const hasChallenge = valuesOf(answer.fields, 'www-authenticate').length > 0
  return !hasChallenge && !/<form\b/i.test(answer.body.toString('latin1'))
}

function mitigation(answer: Exchange['answer']): string | null {
  return 'failure' in answer ? null : mitigationOf(answer)
}

/** Refusals that hold more than the others of their type: what it is, only a person can tell. */
export function longer(plain: Judged[]): Finding[] {
  const all = differing(plain)
  const [evidence] = all
  if (!evidence) return []
  const what = `a refusal holds much more than others do: ${where(evidence)}`
  return [found('refusal-differs', what, evidence, all.length)]
}

/** Open, and no harm: it is told of. */
export function byCustom(plain: Judged[], ground: Ground): Finding[] {
  const open = plain.filter(({ verdict }) => verdict === 'public')
  const signIn = open.filter(({ asked }) => isOwnSignIn(asked, ground))
  const others = open.filter((one) => !signIn.includes(one))
  return [...openSignIn(signIn, ground), ...told('public-by-custom', others)]
}

/** Of a home page more than a form is to be expected: a person has to look. */
function openSignIn(open: Judged[], { site, base }: Ground): Finding[] {
  const isHome = open.some(({ asked }) =>
    [`${base}/`, base, site.path].includes(pathOf(asked.target)),
  )
  return told('open-sign-in', open).map((one) => (isHome ? { ...one, level: 'warning' } : one))
}

function told(rule: string, open: Judged[]): Finding[] {
  const [evidence] = open
  if (!evidence) return []
  const what = `open to all: ${listed(open.map(({ asked }) => asked.target))}`
  return [found(rule, what, evidence, open.length)]
}

/** A page to sign in that says 200. */
export function inPlace(plain: Judged[], { baseline }: Ground): Finding[] {
  const evidence = plain.find(({ asked }) => asked.kind === 'nowhere')
  if (baseline.inPlace === null || !evidence) return []
  const what = 'a page to sign in is answered in place of every other, with status 200'
  return [found('refuses-with-200', what, evidence)]
}
