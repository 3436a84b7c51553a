/** The challenge and the refusals. Those of one status are alike; why stands in the log. */
import type { Refusal } from './decide.ts'
import { REALM } from './settings.ts'

/** On every answer of a gated site: no index, and no cache that serves one visitor's to another. */
export const GATED = { 'X-Robots-Tag': 'noindex, nofollow', Vary: 'Authorization, Cookie' }

const TEXTS = {
  401: ['Unauthorized', 'This site is private. Reload the page to sign in.'],
  403: ['Forbidden', 'You are signed in, but this part of the site is not open to you.'],
  429: ['Too Many Requests', 'Too many attempts at once. Wait a few seconds, then reload.'],
  503: [
    'Service Unavailable',
    'This site has no valid policy yet, so it stays shut. Its log says why.',
  ],
} as const

// Seconds. The slowest queue, ten derivations of a quarter of a second two at a time, is over.
const RETRY_AFTER = '2'

/** The response that refuses a request. */
export function refuse(request: Request, refusal: Refusal, realm = REALM): Response {
  const [type, body] = writeBody(refusal.status, request.headers)
  const headers = new Headers({
    ...GATED,
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
    'Content-Type': type,
    'X-Content-Type-Options': 'nosniff',
  })
  if (refusal.status === 401) headers.set('WWW-Authenticate', challenge(refusal.challenge, realm))
  if (refusal.status === 429) headers.set('Retry-After', RETRY_AFTER)
  return new Response(request.method === 'HEAD' ? null : body, { status: refusal.status, headers })
}

/** Value of `WWW-Authenticate` (RFC 9110 §11.6.1); `charset` is Basic's alone (RFC 7617 §2.1). */
export function challenge(scheme: 'Basic' | 'Bearer', realm: string): string {
  // quoted-pair (RFC 9110 §5.6.4)
  const quoted = `${scheme} realm="${realm.replace(/["\\]/g, '\\$&')}"`
  return scheme === 'Basic' ? `${quoted}, charset="UTF-8"` : quoted
}

function writeBody(status: Refusal['status'], headers: Headers): [type: string, body: string] {
  const [title, detail] = TEXTS[status]
  const accept = headers.get('Accept') ?? ''
  if (headers.get('Sec-Fetch-Mode') === 'navigate' || accept.includes('text/html')) {
    return ['text/html; charset=utf-8', page(title, detail)]
  }
  if (/[/+]json\b/.test(accept)) {
    const problem = { type: 'about:blank', title, status, detail }
    return ['application/problem+json', JSON.stringify(problem)]
  }
  return ['text/plain; charset=utf-8', `${title}. ${detail}\n`]
}

function page(title: string, detail: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>
body { display: grid; place-content: center; min-height: 90vh; margin: 5vh 2rem 0; text-align: center; font: 1.1rem/1.5 system-ui, sans-serif }
h1 { margin: 0; font-size: 1.5rem }
</style>
<h1>${title}</h1>
<p>${detail}</p>
</html>
`
}
