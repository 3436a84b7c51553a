/** Redirects that answer before anybody is asked for a credential, and those that leave TLS. */
import type { Examined } from '../examined.ts'
import { type Answered, isAnswered } from '../exchange.ts'
import { firstOf } from '../fields.ts'
import type { Finding } from '../finding.ts'
import { unescaped } from '../target.ts'
import { found, quoted } from './make-finding.ts'

export function judgeRedirects(examined: Examined): Finding[] {
  return [...beforeGate(examined), ...toHttp(examined)]
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
