/**
 * Letting a request through: by the `x-middleware-*` response headers that `NextResponse` and
 * `@vercel/functions` set too, so that Next.js, and Vercel under any framework, understand it.
 */
import { GATED } from './answer.ts'
import type { Decision } from './decide.ts'
import { environment } from './environment.ts'
import { isUnder, type Target } from './target.ts'

const NEXT = 'x-middleware-next'
const REWRITE = 'x-middleware-rewrite'
const OVERRIDE = 'x-middleware-override-headers'

/** Takes out of a request's headers what the app must not get. @returns whether it had any */
export function dropHeaders(headers: Headers, decision: Decision, method: string): boolean {
  const isProven = decision.reason === 'credentials'
  // By `Next-Url` alone, Next.js shows a page inside another (intercepting routes), whose layout
  // may be one that this visitor may not see.
  const unwanted = isProven && decision.everywhere ? [] : ['next-url']
  // What the gate used is not the app's, nor that of a host behind a rewrite. Only a server
  // action keeps it, which Next.js may send on to itself with these headers.
  const isAction = method === 'POST' && headers.has('next-action')
  if (isProven && !isAction) unwanted.push('authorization')
  const dropped = [...headers.keys()].filter(
    (name) => unwanted.includes(name) || name.startsWith('x-stagedoor-'),
  )
  for (const name of dropped) headers.delete(name)
  return dropped.length > 0
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
