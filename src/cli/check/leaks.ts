/** What leaked, in findings: one for all that leaked in the same way. */
import type { Judged } from './examined.ts'
import type { Exchange } from './exchange.ts'
import type { Finding } from './finding.ts'
import { type Ground, isDrawn, isUpgrade } from './judge.ts'
import { mendKind, whyKind } from './kind-words.ts'
import { KINDS, type Kind } from './kinds.ts'
import { LEAK_RULES } from './report/leak-rules.ts'

/** All findings of the engine; those on single answers are others' work. */
export function findLeaks(exchanges: Judged[], ground: Ground): Finding[] {
  const plain = exchanges.filter(({ asked }) => asked.visitor === 'nobody' && !asked.trick)
  const rest = [...reached(exchanges), ...silence(exchanges), ...byCustom(plain)]
  const isOpen = noGate(plain)
  // What the app itself refuses somewhere says nothing of a gate.
  if (isOpen) return [isOpen, ...rest]
  return [
    ...served(plain),
    ...errorPages(plain),
    ...refusalsThatShow(exchanges),
    ...drawnRefusals(plain, ground),
    ...strangers(exchanges.filter(({ asked }) => asked.visitor === 'stranger')),
    ...tricks(exchanges.filter(({ asked }) => asked.trick !== undefined)),
    ...upgrades(exchanges),
    ...rest,
    ...inPlace(plain, ground),
  ]
}

/** Where neither paths that are not there are refused, nor one in ten of all. */
function noGate(plain: Judged[]): Finding | undefined {
  const open = plain.filter(({ verdict }) => verdict === 'open')
  const refused = plain.filter(({ verdict }) => verdict === 'refused')
  const [evidence] = open
  const isShut = refused.some(({ asked }) => asked.kind === 'nowhere')
  if (!evidence || isShut || refused.length * 10 >= open.length) return undefined
  const few = refused.length === 0 ? 'nothing' : 'next to nothing'
  const what = `${few} is refused: everybody gets what the site serves`
  return found('no-gate', what, evidence, open.length)
}

/** What nobody got for the asking. */
function served(plain: Judged[]): Finding[] {
  return KINDS.flatMap((kind) => {
    const own = plain.filter(({ asked, verdict }) => asked.kind === kind && verdict === 'open')
    const shown = own.filter(({ answer }) => status(answer) < 400)
    return kindServed(kind, shown, plain)
  })
}

/** Error pages that the app draws: of whatever kind the URL is, they show the same. */
function errorPages(plain: Judged[]): Finding[] {
  const drawn = plain.filter(
    ({ verdict, answer }) => verdict === 'open' && status(answer) >= 400 && !isNo(answer),
  )
  const [evidence] = drawn
  if (!evidence) return []
  const kinds = [...new Set(drawn.map(({ asked }) => asked.kind))]
  const what = `the app draws an error page for nobody: ${where(evidence)} (${listOf(kinds)})`
  const { kind: _, ...finding } = found('served-without-credential', what, evidence, drawn.length)
  return [{ ...finding, why: whyKind('error page') }]
}

function kindServed(kind: Kind, shown: Judged[], plain: Judged[]): Finding[] {
  const evidence = shown.find(({ answer }) => status(answer) < 300) ?? shown[0]
  if (!evidence) return []
  const asked = plain.filter((one) => one.asked.kind === kind).length
  const what = `nobody gets ${shown.length} of ${asked} URLs of the kind ${kind}: ${where(evidence)}`
  const words = { why: whyKind(kind), mend: mendKind(kind, evidence.asked) }
  return [{ ...found('served-without-credential', what, evidence, shown.length), ...words }]
}

function refusalsThatShow(exchanges: Judged[]): Finding[] {
  const shows = exchanges.filter(({ verdict, answer }) => verdict === 'open' && isNo(answer))
  const [evidence] = shows
  return evidence ? [showing(evidence, shows.length)] : []
}

/** Where all refusals are drawn by the app: said once. */
function drawnRefusals(plain: Judged[], { baseline }: Ground): Finding[] {
  const refused = plain.filter(({ verdict }) => verdict === 'refused')
  const evidence = refused.find(({ asked }) => asked.kind === 'nowhere')
  return evidence && isDrawn(baseline) ? [showing(evidence, refused.length)] : []
}

function showing(evidence: Judged, count: number): Finding {
  const what = `a refusal shows what the site is made of: ${where(evidence)}`
  return found('shows-site-in-refusal', what, evidence, count)
}

/** Wrong credentials: those that let in, and those that break the gate. */
function strangers(exchanges: Judged[]): Finding[] {
  const letIn = grouped(exchanges.filter(isShown)).map(([evidence, all]) => {
    const names = listOf(all.map(({ asked }) => asked.credential ?? ''))
    const what = `let in by ${names}: ${where(evidence)}`
    return found(evidence.asked.rule ?? '', what, evidence, all.length)
  })
  const broken = exchanges.filter(({ answer }) => {
    return status(answer) >= 500 && status(answer) !== 503
  })
  const [first] = broken
  if (!first) return letIn
  const names = listOf(broken.map(({ asked }) => asked.credential ?? ''))
  const what = `answers ${status(first.answer)} to ${names}: ${where(first)}`
  return [...letIn, found('breaks-on-odd-credential', what, first, broken.length)]
}

function tricks(exchanges: Judged[]): Finding[] {
  return grouped(exchanges.filter(isShown)).map(([evidence, all]) => {
    const names = listOf(all.map(({ asked }) => asked.trick ?? ''))
    const what = `past the gate by ${names}: ${where(evidence)}`
    return found(evidence.asked.rule ?? '', what, evidence, all.length)
  })
}

/** What is shown by a refusal is shown to all: that is said of the refusal. */
function isShown({ verdict, answer }: Judged): boolean {
  return verdict === 'open' && !isNo(answer)
}

/** An upgrade that the server tried to follow: nothing came of it but this. */
function upgrades(exchanges: Judged[]): Finding[] {
  const tried = exchanges.find(({ asked, verdict }) => isUpgrade(asked) && verdict === 'reached')
  if (!tried) return []
  const what = `the server tries to fetch, for nobody, what an upgrade names: ${asking(tried)}`
  return [{ ...found('websocket-upgrade', what, tried), level: 'warning' }]
}

/** The app answers, and shows nothing: still it is the app that answers. */
function reached(exchanges: Judged[]): Finding[] {
  const all = exchanges.filter(({ verdict, asked, answer }) => {
    const isBroken = asked.visitor === 'stranger' && status(answer) >= 500
    return verdict === 'reached' && !isBroken && !isUpgrade(asked)
  })
  const [evidence] = all
  if (!evidence) return []
  const kinds = [...new Set(all.map(({ asked }) => asked.kind))]
  const statuses = [...new Set(all.map(({ answer }) => status(answer)))]
  const what = `the app answers requests of nobody, with ${listOf(statuses.map(String))}: ${where(evidence)} (${listOf(kinds)})`
  const { kind: _, ...finding } = found('reaches-app', what, evidence, all.length)
  return [finding]
}

/** Requests without an answer: nothing is known of what they would have got. */
function silence(exchanges: Judged[]): Finding[] {
  const failed = exchanges.filter(({ verdict, asked }) => verdict === 'failed' && !asked.plain)
  const [evidence] = failed
  if (!evidence) return []
  const { answer } = evidence
  const how = 'failure' in answer ? answer.failure : `answered ${answer.status}`
  const what = `${failed.length} of ${exchanges.length} requests had no answer: ${asking(evidence)}: ${how}`
  const { kind: _, ...finding } = found('not-answered', what, evidence, failed.length)
  return [finding]
}

function byCustom(plain: Judged[]): Finding[] {
  const open = plain.filter(({ verdict }) => verdict === 'public')
  const [evidence] = open
  if (!evidence) return []
  const what = `open to all: ${listOf(open.map(({ asked }) => asked.target))}`
  return [found('public-by-custom', what, evidence, open.length)]
}

function inPlace(plain: Judged[], { baseline }: Ground): Finding[] {
  const evidence = plain.find(({ asked }) => asked.kind === 'nowhere')
  if (baseline.inPlace === null || !evidence) return []
  const what = 'a page to sign in is answered in place of every other, with status 200'
  return [found('refuses-with-200', what, evidence)]
}

/** A finding, in the words of its rule. */
function found(rule: string, what: string, evidence: Judged, count = 1): Finding {
  const { level, why, mend } = LEAK_RULES[rule as keyof typeof LEAK_RULES]
  return { rule, level, kind: evidence.asked.kind, what, why, mend, evidence, count }
}

/** By rule, each with what shows it best. */
function grouped(exchanges: Judged[]): [Judged, Judged[]][] {
  const groups = new Map<string, Judged[]>()
  for (const one of exchanges) {
    const { rule = '' } = one.asked
    groups.set(rule, [...(groups.get(rule) ?? []), one])
  }
  // What was served is better to show than an error page.
  return [...groups.values()].map((all) => [
    all.find(({ answer }) => status(answer) < 300) ?? (all[0] as Judged),
    all,
  ])
}

/** `` `GET /members` is answered 200 ``. */
function where(exchange: Exchange): string {
  return `${asking(exchange)} is answered ${status(exchange.answer)}`
}

function asking({ asked: { method, target } }: Exchange): string {
  return `\`${method} ${target.length > 100 ? `${target.slice(0, 99)}…` : target}\``
}

function status(answer: Exchange['answer']): number {
  return 'failure' in answer ? 0 : answer.status
}

function isNo(answer: Exchange['answer']): boolean {
  return [401, 403, 407, 429, 503].includes(status(answer))
}

/** `a`, `a and b`, `a, b and 3 more`. */
function listOf(names: string[]): string {
  const all = [...new Set(names)]
  if (all.length <= 3) return all.join(', ').replace(/, (?=[^,]*$)/, ' and ')
  return `${all.slice(0, 3).join(', ')} and ${all.length - 3} more`
}
