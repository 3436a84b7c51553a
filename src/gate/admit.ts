/**
 * Letting a request through. By the `x-middleware-*` response headers that `NextResponse` and
 * `@vercel/functions` set too, so that Next.js, and Vercel under any framework, understand it.
 */
import { GATED } from './answer.ts'
import { sameText } from './bytes.ts'
import { withoutCookie } from './cookies.ts'
import type { Outcome } from './decide.ts'
import { environment } from './environment.ts'
import { BYPASS, BYPASS_COOKIE } from './facts.ts'
import { isUnder, type Target } from './target.ts'

const NEXT = 'x-middleware-next'
const REWRITE = 'x-middleware-rewrite'
const OVERRIDE = 'x-middleware-override-headers'

/** Says who sent a request, signed: for `stagedoor/server`. */
export const USER = 'x-stagedoor-user'

/**
 * Takes out of a request's headers what the app must not get, and puts in who sent it.
 *
 * @param identity signed, or empty
 * @param bypass the platform's secret, or empty
 * @returns whether anything is another now
 */
export function changeHeaders(
  headers: Headers,
  { decision, account, took }: Outcome,
  method: string,
  identity: string,
  bypass: string,
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
  if (bypass && sameText(headers.get(BYPASS) ?? '', bypass)) {
    for (const name of [BYPASS, BYPASS_COOKIE]) set(name)
  }
  // What the gate used is not the app's, nor that of a host behind a rewrite. Only a server
  // action keeps it, which Next.js may send on to itself with these headers.
  if (!(method === 'POST' && headers.has('next-action'))) {
    if (took) set('authorization')
    set('cookie', withoutCookie(headers))
  }
  return changed
}

/**
 * The response that lets a request through. What the app's `own` middleware answered is kept;
 * `headers` are what the app gets of the request's, all where undefined.
 */
export function admit(
  own: Response | null | undefined,
  headers: Headers | undefined,
  { image, path }: Target,
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
