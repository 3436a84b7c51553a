/** The pass that a browser keeps of a visitor who has come in. */
import { sameText } from './bytes.ts'
import { type SameSite, writeCookie } from './cookies.ts'
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

// What a pass looks like.
const SIGNED = /^[\w-]+\.[\w-]+\.[\w-]+$/
// What admits a browser that holds a pass already, unless one begins.
const HOLDS = ['session', 'share', 'bypass', 'credentials']

/** Makes the cookie, for whom it is wanted and where passes can be signed. */
export async function keepPass(request: Request, outcome: Outcome, facts: Facts): Promise<Kept> {
  const { begins, decision, expires = 0 } = outcome
  if (decision.reason === 'link') {
    const seconds = expires - facts.now / 1000
    const cookies = begins ? writeCookie(request, facts.link, seconds, usual()) : []
    return { cookies, url: takeParameters(request.url, LINK).rest }
  }
  const cookies = begins && facts.keys.secret ? await beginPass(request, outcome, facts) : []
  // Whatever it is, it is not for the app, nor for what the page links to.
  if (SIGNED.test(facts.link) && isRedirectable(facts)) {
    return { cookies, url: takeParameters(request.url, LINK).rest }
  }
  const holds = begins ? cookies.length > 0 : HOLDS.includes(decision.reason)
  return { cookies, url: holds ? withoutBypass(request.url, facts) : '' }
}

async function beginPass(request: Request, outcome: Outcome, facts: Facts): Promise<string[]> {
  const { account, decision } = outcome
  const { keys, now } = facts
  const { headers, url } = request
  if (decision.reason === 'bypass') {
    const wish = headers.get(BYPASS_COOKIE) ?? takeParameters(url, BYPASS_COOKIE).found[0]
    if (wish !== 'true' && wish !== 'samesitenone') return []
    const sameSite = wish === 'true' ? usual() : 'none'
    return writeCookie(request, await issueBypass(keys, now), SESSION, sameSite)
  }
  // Not with what scripts fetch: Next.js copies the answer's headers into the request, which
  // `rewrites()` may send on to another host.
  if (!account || (headers.get('Sec-Fetch-Mode') ?? 'navigate') !== 'navigate') return []
  return writeCookie(request, await issueSession(account, keys, now), SESSION, usual())
}

/** The URL without the platform's secret, where it has the right one; else nothing. */
function withoutBypass(url: string, facts: Facts): string {
  const { found, rest } = takeParameters(url, BYPASS, BYPASS_COOKIE)
  const { bypass } = facts.keys
  const isRight = bypass !== '' && sameText(found[0] ?? '', bypass)
  return isRight && isRedirectable(facts) ? rest : ''
}

function usual(): SameSite {
  return environment.cookie() === 'none' ? 'none' : 'lax'
}
