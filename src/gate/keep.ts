/** The pass that a browser keeps of a visitor who has come in. */
import { writeCookie } from './cookies.ts'
import type { Outcome } from './decide.ts'
import { BYPASS, BYPASS_COOKIE, type Facts, isRedirectable, LINK } from './facts.ts'
import { issueBypass, issueSession, SESSION } from './holder.ts'
import { takeParameters } from './target.ts'

// What a pass looks like.
const SIGNED = /^[\w-]+\.[\w-]+\.[\w-]+$/
// What admits a browser that holds a pass already, unless one begins.
const HOLDS = ['session', 'share', 'bypass', 'credentials']

/**
 * What an answer does beside letting somebody in: values of `Set-Cookie`, and the same URL without
 * what opened it, to go on to, or nothing.
 */
export async function keepPass(request: Request, outcome: Outcome, facts: Facts) {
  const { begins, decision } = outcome
  const cookies = begins ? await beginPass(request, outcome, facts) : []
  const holds = begins ? cookies.length > 0 : HOLDS.includes(decision.reason)
  // Neither is for the app, nor for what the page links to.
  const taken = [
    ...(SIGNED.test(facts.link) ? [LINK] : []),
    ...(holds && facts.bypasses && request.url.includes(BYPASS) ? [BYPASS, BYPASS_COOKIE] : []),
  ]
  const leaves = taken.length > 0 && isRedirectable(facts)
  return { cookies, url: leaves ? takeParameters(request.url, ...taken).rest : '' }
}

async function beginPass(request: Request, outcome: Outcome, facts: Facts): Promise<string[]> {
  const { account, decision, expires = 0 } = outcome
  const { environment, fields, keys, link, now } = facts
  const { url } = request
  const usual = environment.isFramed ? 'none' : 'lax'
  if (decision.reason === 'link') return writeCookie(request, link, expires - now / 1000, usual)
  if (!keys.secret) return []
  if (decision.reason === 'bypass') {
    const wish = fields.get(BYPASS_COOKIE) ?? takeParameters(url, BYPASS_COOKIE).found[0]
    if (wish !== 'true' && wish !== 'samesitenone') return []
    const sameSite = wish === 'true' ? usual : 'none'
    return writeCookie(request, await issueBypass(keys, now), SESSION, sameSite)
  }
  // Not with what scripts fetch: Next.js copies the answer's headers into the request, which
  // `rewrites()` may send on to another host.
  if (!account || (fields.get('sec-fetch-mode') ?? 'navigate') !== 'navigate') return []
  return writeCookie(request, await issueSession(account, keys, now), SESSION, usual)
}
