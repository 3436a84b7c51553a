/** What leaked, in findings: one for all that leaked in the same way. */
import type { Judged } from '../examined.ts'
import { type Exchange, isPlain } from '../exchange.ts'
import type { Finding } from '../finding.ts'
import { KINDS, type Kind } from '../url-kinds.ts'
import { REFUSALS } from './baseline.ts'
import { found, kindless, listed, status, where } from './finding-words.ts'
import { type Ground, isDrawn } from './judge.ts'
import { mendKind, whyKind } from './kind-words.ts'
import { byCustom, inPlace, longer, programs, reached, silence, upgrades } from './warnings.ts'

/** All findings of the engine; those on single answers are others' work. */
export function findLeaks(exchanges: Judged[], ground: Ground): Finding[] {
  const plain = exchanges.filter(({ asked }) => isPlain(asked))
  const rest = [
    ...reached(exchanges),
    ...silence(exchanges),
    ...programs(exchanges, plain),
    ...byCustom(plain, ground),
  ]
  const isOpen = noGate(plain)
  // What the app itself refuses somewhere says nothing of a gate.
  if (isOpen) return [isOpen, ...rest]
  const tricked = exchanges.filter(({ asked }) => asked.trick !== undefined)
  const isOnlyError = onlyErrors(plain, tricked)
  return [
    ...served(plain),
    ...errorPages([...plain, ...tricked.filter(isOnlyError)]),
    ...refusalsThatShow(exchanges),
    ...drawnRefusals(plain, ground),
    ...strangers(exchanges.filter(({ asked }) => asked.visitor === 'stranger')),
    ...tricks(tricked.filter((one) => !isOnlyError(one))),
    ...upgrades(exchanges),
    ...rest,
    ...longer(plain),
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
  const what = `the app draws an error page for nobody: ${where(evidence)} (${listed(kinds)})`
  const finding = found('served-without-credential', what, evidence, drawn.length)
  return [{ ...kindless(finding), why: whyKind('error page') }]
}

/**
 * Whether all that tricks of its rule got is an error page that is drawn for nobody anyway, or one in
 * place of a file: that is said of the error page.
 */
function onlyErrors(plain: Judged[], tricked: Judged[]): (one: Judged) => boolean {
  const isDrawnAnyway = plain.some((one) => isShown(one) && status(one.answer) >= 400)
  const served = tricked.filter((one) => isShown(one) && status(one.answer) < 400)
  const rules = new Set(served.map(({ asked }) => asked.rule))
  return ({ asked: { rule } }) => {
    return !rules.has(rule) && (isDrawnAnyway || rule === 'file-traversal')
  }
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
    const names = listed(all.map(({ asked }) => asked.credential ?? ''))
    const what = `let in by ${names}: ${where(evidence)}`
    return found(evidence.asked.rule ?? '', what, evidence, all.length)
  })
  const broken = exchanges.filter(({ answer }) => {
    return status(answer) >= 500 && status(answer) !== 503
  })
  const [first] = broken
  if (!first) return letIn
  const names = listed(broken.map(({ asked }) => asked.credential ?? ''))
  const what = `answers ${status(first.answer)} to ${names}: ${where(first)}`
  return [...letIn, found('breaks-on-odd-credential', what, first, broken.length)]
}

function tricks(exchanges: Judged[]): Finding[] {
  return grouped(exchanges.filter(isShown)).map(([evidence, all]) => {
    const names = listed(all.map(({ asked }) => asked.trick ?? ''))
    const what = `past the gate by ${names}: ${where(evidence)}`
    return found(evidence.asked.rule ?? '', what, evidence, all.length)
  })
}

/** What is shown by a refusal is shown to all: that is said of the refusal. */
function isShown({ verdict, answer }: Judged): boolean {
  return verdict === 'open' && !isNo(answer)
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

function isNo(answer: Exchange['answer']): boolean {
  return REFUSALS.includes(status(answer))
}
