/** The pass that a browser keeps of a visitor who has come in. */
import { writeCookie } from './cookies.ts'
import { type Facts, isRedirectable, type Outcome } from './decide.ts'
import { environment } from './environment.ts'
import { BYPASS, BYPASS_COOKIE, LINK } from './facts.ts'
import { issueBypass, issueSession, SESSION } from './issue.ts'
import { takeParameters } from './target.ts'

/** What an answer does beside letting somebody in. Both may be empty. */
export interface Kept {
  /** Values of `Set-Cookie`. */
  cookies: string[]
  /** Where to go on: the same page, without what opened it in the address. */
  url: string
}

/** Makes the cookie, for whom it is wanted and where passes can be signed. */
export async function keepPass(
  request: Request,
  { decision, account, begins, expires = 0 }: Outcome,
  facts: Facts,
): Promise<Kept> {
  const { keys, link, now } = facts
  const sameSite = environment.cookie() === 'none' ? 'none' : 'lax'
  if (decision.reason === 'link') {
    const cookies = begins ? writeCookie(request, link, expires - now / 1000, sameSite) : []
    return { cookies, url: takeParameters(request.url, LINK).rest }
  }
  const nothing = { cookies: [], url: '' }
  if (!keys.secret) return nothing
  if (decision.reason === 'bypass') {
    const { found, rest } = takeParameters(request.url, BYPASS, BYPASS_COOKIE)
    const wish = request.headers.get(BYPASS_COOKIE) ?? found[1]
    if (account || (wish !== 'true' && wish !== 'samesitenone')) return nothing
    const site = wish === 'samesitenone' ? 'none' : sameSite
    const cookies = writeCookie(request, await issueBypass(keys, now), SESSION, site)
    return { cookies, url: found[0] && isRedirectable(facts) ? rest : '' }
  }
  // Not with what scripts fetch: Next.js copies the answer's headers into the request, which
  // `rewrites()` may send on to another host.
  const mode = request.headers.get('Sec-Fetch-Mode') ?? 'navigate'
  if (!begins || !account || mode !== 'navigate') return nothing
  const token = await issueSession(account, keys, now)
  return { cookies: writeCookie(request, token, SESSION, sameSite), url: '' }
}
