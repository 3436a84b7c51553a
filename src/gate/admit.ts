/**
 * Letting a request through: by the `x-middleware-*` response headers that `NextResponse` and
 * `@vercel/functions` set too, so that Next.js, and Vercel under any framework, understand it.
 */
import { GATED } from './answer.ts'
import { environment } from './environment.ts'
import type { Target } from './target.ts'

const NEXT = 'x-middleware-next'
const REWRITE = 'x-middleware-rewrite'
const OVERRIDE = 'x-middleware-override-headers'

/**
 * Takes out of a request's headers what the app must not get.
 *
 * @param consumed whether the gate has used the credentials; else the path is a public one
 * @returns whether there was anything
 */
export function dropHeaders(headers: Headers, consumed: boolean): boolean {
  // Where the gate used the credentials, they are not the app's. Only a server action keeps
  // them, which Next.js may send on to itself with these headers.
  const used = headers.has('next-action') ? undefined : 'authorization'
  // By `Next-Url` alone, Next.js shows a public page inside another (intercepting routes),
  // whose layout is not public.
  const unwanted = consumed ? used : 'next-url'
  const dropped = [...headers.keys()].filter((n) => n === unwanted || n.startsWith('x-stagedoor-'))
  for (const name of dropped) headers.delete(name)
  return dropped.length > 0
}

/**
 * The response that lets a request through.
 *
 * @param own what the app's own middleware answered, all of which is kept
 * @param headers what the app gets of the request's; all where undefined
 */
export function admit(
  own: Response | null | undefined,
  headers: Headers | undefined,
  { image, path }: Target,
): Response {
  const response = new Response(own?.body, own ?? { headers: { [NEXT]: '1' } })
  const result = response.headers
  const goesOn = result.has(NEXT) || result.has(REWRITE)
  if (image && result.has(NEXT)) {
    // To the file as it is: the optimiser would fetch it without the visitor's credentials,
    // and answers `public`, for caches that everybody shares. Under `next start -H 127.0.0.1`
    // the rewrite comes back here as a request of its own, so it keeps its credentials.
    result.delete(NEXT)
    result.set(REWRITE, image.href)
  } else if (headers && goesOn && !result.has(OVERRIDE)) {
    // The app's middleware got these same headers: a list of its own is right as it is.
    result.set(OVERRIDE, [...headers.keys()].join(','))
    for (const [name, value] of headers) result.set(`x-middleware-request-${name}`, value)
  }
  result.append('Vary', GATED.Vary)
  result.set('X-Robots-Tag', GATED['X-Robots-Tag'])
  result.set('Cache-Control', cacheControl(result.get('Cache-Control'), path))
  return response
}

/** What a visitor's own cache may keep and a shared one may not (RFC 9111 §5.2.2.7). */
function cacheControl(own: string | null, path: string[] | null): string {
  if (own && /\b(private|no-store)\b/i.test(own)) return own
  const isHashed = path?.[0] === '_next' && path[1] === 'static'
  return isHashed && environment.name() !== 'development'
    ? 'private, max-age=31536000, immutable'
    : 'private, no-cache'
}
