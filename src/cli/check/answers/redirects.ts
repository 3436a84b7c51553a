/**
 * Redirects that answer before anybody is asked for a credential, those that leave TLS, and one
 * that all get, to where maybe nobody signs in.
 */
import type { Examined, Judged } from '../examined.ts'
import { type Answered, isAnswered, isPlain } from '../exchange.ts'
import { firstOf } from '../fields.ts'
import type { Finding } from '../finding.ts'
import { looksLikeSignIn, locationOf as wayOf } from '../judging/baseline.ts'
import { pathOf, unescaped } from '../target.ts'
import { found, quoted } from './make-finding.ts'
import { platformOf } from './platform.ts'

export function judgeRedirects(examined: Examined): Finding[] {
  return [...beforeGate(examined), ...toHttp(examined), ...sentElsewhere(examined)]
}

/**
 * All that are refused are sent to the same page. Where it is of another host it is not looked at:
 * it may be one to sign in, or that of a site that has nothing here, and no gate.
 */
function sentElsewhere({ url, exchanges }: Examined): Finding[] {
  const { origin } = new URL(url)
  const refused = exchanges
    .filter(({ verdict, asked }) => verdict === 'refused' && asked.visitor !== 'somebody')
    .filter(isAnswered)
  const sent = refused.flatMap((one) => {
    const page = platformOf(one) === null ? pageElsewhere(one, exchanges, origin) : null
    return page === null ? [] : [{ one, page }]
  })
  const [first] = sent
  // Who gets in is told apart from those who are sent away.
  const served = new Set(exchanges.filter(isServed).map(({ asked }) => asked.target))
  if (!first || sent.some(({ one }) => served.has(one.asked.target))) return []
  const isAll = sent.length === refused.length
  const who = isAll ? 'everybody is' : `${sent.length} of ${refused.length} that are refused are`
  const what = `${who} sent to ${quoted(first.page)}: is that where one signs in?`
  return [found('sent-elsewhere', what, { by: sent.map(({ one }) => one) })]
}

function isServed({ verdict, answer }: Judged): boolean {
  return verdict === 'entered' && 'status' in answer && answer.status >= 200 && answer.status < 300
}

/** The page of another host to which one is sent, where it looks like none to sign in. */
function pageElsewhere(one: Answered, exchanges: Judged[], origin: string): string | null {
  const way = wayOf(one.answer, one.asked.target, { origin })
  if (!way || looksLikeSignIn(way.href)) return null
  if (way.origin !== origin) return way.page
  // By way of a page of this site, of which it was looked where it leads.
  const next = exchanges
    .filter(({ verdict, asked }) => verdict === 'elsewhere' && isPlain(asked))
    .filter(isAnswered)
    .find(({ asked }) => origin + pathOf(asked.target) === way.page)
  const on = next && wayOf(next.answer, next.asked.target, { origin })
  return !on || on.origin === origin || looksLikeSignIn(on.href) ? null : on.page
}

function beforeGate({ url, exchanges }: Examined): Finding[] {
  const by = exchanges
    .filter(({ verdict }) => verdict === 'elsewhere')
    // What an odd spelling leads to is mostly the plain one.
    .filter(({ asked }) => asked.visitor !== 'somebody' && !asked.trick && !asked.isLoose)
    .filter(isAnswered)
    .filter((one) => !tellsNothing(url, one.asked.target, locationOf(one)))
  const [first] = by
  if (!first) return []
  const targets = new Set(by.map(({ asked }) => asked.target.split('?', 1)[0])).size
  const more = targets > 1 ? `, and ${targets - 1} more of its kind` : ''
  const what = `${quoted(first.asked.target)} leads to ${quoted(locationOf(first))}, without a credential${more}`
  return [found('redirect-before-gate', what, { by })]
}

function locationOf({ answer }: Answered): string {
  return firstOf(answer.fields, 'Location') ?? ''
}

/**
 * Whether a redirect says no more than was asked: the same path in plain spelling, with a locale in
 * front, or at the same site under another scheme or with `www`.
 */
export function tellsNothing(url: string, target: string, location: string): boolean {
  const [from, to] = [plainPathOf(url, target), plainPathOf(url, location)]
  if (from === null || to === null) return false
  const [locale = ''] = LOCALE.exec(to) ?? []
  return to === from || (locale !== '' && (to.slice(locale.length) || '/') === from)
}

// `/en`, `/pt-br`, in lower case: what Next.js puts in front of a path under `i18n`.
const LOCALE = /^\/[a-z]{2}(?:-[a-z0-9]{2,4})?(?=\/|$)/

/** The path as all spellings of it have it; `null` where it is of another site. */
function plainPathOf(url: string, reference: string): string | null {
  const { origin, hostname } = new URL(url)
  // A target that starts with two slashes is a path (RFC 9112 §3.2.1); so is it for who redirects it.
  const tidy = reference.replace(/\\/g, '/').replace(/^\/{2,}/, '/')
  let to: URL
  try {
    to = new URL(tidy, origin)
  } catch {
    return null
  }
  const bare = (name: string) => name.replace(/^www\./, '')
  if (bare(to.hostname) !== bare(hostname)) return null
  const path = unescaped(to.pathname)
    .replace(/\/{2,}/g, '/')
    .toLowerCase()
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

function toHttp({ url, exchanges }: Examined): Finding[] {
  const { protocol, hostname } = new URL(url)
  if (protocol !== 'https:') return []
  const by = exchanges.filter(isAnswered).filter((one) => {
    const isRedirect = one.answer.status >= 300 && one.answer.status < 400
    const location = locationOf(one)
    return isRedirect && /^http:/i.test(location) && hostOf(location) === hostname
  })
  const [first] = by
  if (!first) return []
  const what = `${quoted(first.asked.target)} leads to ${quoted(locationOf(first))}`
  return [found('redirect-to-http', what, { by })]
}

function hostOf(location: string): string | null {
  try {
    return new URL(location).hostname
  } catch {
    return null
  }
}
