/**
 * Letting a request through. By the `x-middleware-*` response headers that `NextResponse` and
 * `@vercel/functions` set too, so that Next.js, and Vercel under any framework, understand it.
 */
import { GATED } from './answer.ts'
import { forgetCookies, withoutCookie } from './cookies.ts'
import type { Outcome } from './decide.ts'
import { environment } from './environment.ts'
import { BYPASS, BYPASS_COOKIE, type Facts } from './facts.ts'
import { issueIdentity } from './holder.ts'
import { isUnder } from './target.ts'

const NEXT = 'x-middleware-next'
const REWRITE = 'x-middleware-rewrite'
const OVERRIDE = 'x-middleware-override-headers'

/** Says who sent a request, signed: for `stagedoor/server`. */
export const USER = 'x-stagedoor-user'

/** The app's own middleware, with what Next.js hands to it. */
export type Next = () => Promise<Response | undefined>

/** Lets a request through to the app's own middleware, and on. What that has answered is kept. */
export async function admit(
  request: Request,
  outcome: Outcome,
  facts: Facts,
  next?: Next,
): Promise<Response> {
  const { keys, now } = facts
  const identity =
    outcome.account && keys.secret ? await issueIdentity(outcome.account, keys, now) : ''
  // The app's own middleware gets the request itself; what it does to that is its own affair.
  const fields = next ? request.headers : new Headers(request.headers)
  const changed = changeHeaders(fields, outcome, facts, identity)
  if (changed && next) forgetCookies(request)
  const sent = changed ? new Headers(fields) : undefined
  return answerThrough(await next?.(), sent, facts)
}

/**
 * Takes out of a request's headers what the app must not get, and puts in who sent it.
 *
 * @param identity signed, or empty
 * @returns whether anything is another now
 */
function changeHeaders(
  headers: Headers,
  { decision, account, took }: Outcome,
  { method, bypasses }: Facts,
  identity: string,
): boolean {
  let changed = false
  /** An empty value takes the field out. */
  const set = (name: string, value = '') => {
    if ((headers.get(name) ?? '') === value) return
    changed = true
    if (value) headers.set(name, value)
    else headers.delete(name)
  }
  for (const name of [...headers.keys()]) if (name.startsWith('x-stagedoor-')) set(name)
  set(USER, identity)
  // By `Next-Url` alone, Next.js shows a page inside another (intercepting routes), whose layout
  // may be one that this visitor may not see.
  if (decision.reason === 'allowed' || account?.paths) set('next-url')
  if (bypasses) for (const name of [BYPASS, BYPASS_COOKIE]) set(name)
  // What the gate used is not the app's, nor that of a host behind a rewrite. Only a server
  // action keeps it, which Next.js may send on to itself with these headers.
  if (!(method === 'POST' && headers.has('next-action'))) {
    if (took) set('authorization')
    set('cookie', withoutCookie(headers))
  }
  return changed
}

/** The response that lets a request through; `headers` are what the app gets of it, undefined: all. */
function answerThrough(
  own: Response | null | undefined,
  headers: Headers | undefined,
  { image, path }: Facts,
): Response {
  const response = new Response(own?.body, own ?? { headers: { [NEXT]: '1' } })
  const result = response.headers
  if (image && result.has(NEXT)) {
    // To the file as it is: the optimiser would fetch it without the visitor's credentials,
    // and answers `public`, for caches that everybody shares.
    result.delete(NEXT)
    result.set(REWRITE, image.href)
  }
  // The app's middleware got these same headers: a list of its own is right as it is.
  const goesOn = result.has(NEXT) || result.has(REWRITE)
  if (headers && goesOn && !result.has(OVERRIDE)) {
    result.set(OVERRIDE, [...headers.keys()].join(','))
    for (const [name, value] of headers) result.set(`x-middleware-request-${name}`, value)
  }
  result.append('Vary', GATED.Vary)
  result.set('X-Robots-Tag', GATED['X-Robots-Tag'])
  result.set('Cache-Control', cacheControl(result.get('Cache-Control'), path))
  // For caches that would follow this field and not the other (RFC 9213 §2.2).
  result.set('CDN-Cache-Control', 'no-store')
  return response
}

/** What a visitor's own cache may keep and a shared one may not (RFC 9111 §5.2.2.7). */
function cacheControl(own: string | null, path: string[] | null): string {
  if (own && /(^|,) *(private|no-store) *(,|$)/i.test(own)) return own
  return isUnder('static', path) && environment.name() !== 'development'
    ? 'private, max-age=31536000, immutable'
    : 'private, no-cache'
}
