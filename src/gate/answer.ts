/** The challenge and the refusals. Those of one status are alike; why stands in the log. */
import type { Fields } from './fields.ts'

/** On every answer of a gated site: no index, and no cache that serves one visitor's to another. */
export const GATED = { 'X-Robots-Tag': 'noindex, nofollow', Vary: 'Authorization, Cookie' }

const CSP = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'"

/** What the pages of a site show and lead to. */
export interface Site {
  realm: string
  basePath: string
  /** Whether visitors sign in by a page. */
  hasPage: boolean
  /** Whether it is shown in frames of other sites. */
  isFramed: boolean
}

/** What shows of a refusal. */
interface Refused {
  status: keyof typeof TEXTS
  challenge?: 'Basic' | 'Bearer'
}

const TEXTS = {
  401: ['Unauthorized', 'This site is private. Reload the page to sign in.'],
  403: ['Forbidden', 'This part of the site is not open to you.'],
  429: ['Too Many Requests', 'Too many attempts at once. Wait a few seconds, then reload.'],
  503: [
    'Service Unavailable',
    'This site can let nobody in at the moment, so it stays shut. Its log says why.',
  ],
} as const

/** Where the gate itself answers. */
export const SIGN_IN = '/.stagedoor/sign-in'
export const SIGN_OUT = '/.stagedoor/sign-out'

// Seconds. The slowest queue, ten derivations of a quarter of a second two at a time, is over.
const RETRY_AFTER = '2'

/** The response that refuses a request: as a page, a problem (RFC 9457) or text, as is asked for. */
export function refuse(request: Request, refused: Refused, site: Site): Response {
  const { realm, basePath } = site
  const { status, challenge = 'Basic' } = refused
  const [title, detail] = TEXTS[status]
  const accept = request.headers.get('Accept') ?? ''
  let response: Response
  if (isNavigation(request.headers) || accept.includes('text/html')) {
    const way =
      status === 403 ? `\n<p><a href="${escapeHtml(basePath + SIGN_OUT)}">Sign out</a></p>` : ''
    response = answerPage(request, site, status, title, `<h1>${title}</h1>\n<p>${detail}</p>${way}`)
  } else if (/[/+]json\b/.test(accept)) {
    const problem = JSON.stringify({ type: 'about:blank', title, status, detail })
    response = respond(request, site, status, 'application/problem+json', problem)
  } else {
    response = respond(request, site, status, 'text/plain; charset=utf-8', `${title}. ${detail}\n`)
  }
  if (status === 401) response.headers.set('WWW-Authenticate', writeChallenge(challenge, realm))
  return response
}

function respond(
  request: Request,
  { isFramed }: Site,
  status: number,
  type: string,
  body: string,
): Response {
  const headers = {
    ...GATED,
    'Cache-Control': 'no-store',
    'Content-Security-Policy': `${CSP}${isFramed ? '' : "; frame-ancestors 'none'"}`,
    'Content-Type': type,
    'X-Content-Type-Options': 'nosniff',
    ...(status === 429 && { 'Retry-After': RETRY_AFTER }),
  }
  return new Response(request.method === 'HEAD' ? null : body, { status, headers })
}

/** Sends a browser on with its new cookie. 303: by GET, whatever came (RFC 9110 §15.4.4). */
export function redirect(url: string): Response {
  const own = { 'Cache-Control': 'no-store', Location: url, 'Referrer-Policy': 'no-referrer' }
  return new Response(null, { status: 303, headers: { ...GATED, ...own } })
}

/** Value of `WWW-Authenticate` (RFC 9110 §11.6.1); `charset` is Basic's alone (RFC 7617 §2.1). */
export function writeChallenge(scheme: 'Basic' | 'Bearer', realm: string): string {
  // quoted-pair (RFC 9110 §5.6.4)
  const quoted = `${scheme} realm="${realm.replace(/["\\]/g, '\\$&')}"`
  return scheme === 'Basic' ? `${quoted}, charset="UTF-8"` : quoted
}

/** Whether a browser will show the answer as a page. Older ones, and plain http, do not say so. */
export function isNavigation(fields: Pick<Headers | Fields, 'get'>): boolean {
  const mode = fields.get('sec-fetch-mode')
  return mode ? mode === 'navigate' : (fields.get('accept') ?? '').includes('text/html')
}

/** A page that needs nothing else. @param main HTML. @param style CSS beside that of all pages */
export function answerPage(
  request: Request,
  site: Site,
  status: number,
  title: string,
  main: string,
  style = '',
): Response {
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>
body { display: grid; place-content: center; min-height: 90vh; margin: 5vh 2rem 0; text-align: center; font: 1.1rem/1.5 system-ui, sans-serif }
h1 { margin: 0; font-size: 1.6rem }
a { color: inherit }
${style}</style>
<main>
${main}
</main>
</html>
`
  return respond(request, site, status, 'text/html; charset=utf-8', html)
}

/** A text as HTML, in an attribute too. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
