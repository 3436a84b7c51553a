/**
 * Letting a request through. By the `x-middleware-*` response headers that `NextResponse` and
 * `@vercel/functions` set too, so that Next.js, and Vercel under any framework, understand it.
 */
import { GATED } from './answer.ts'
import { forgetCookies, withoutCookie } from './cookies.ts'
import type { Outcome } from './decide.ts'
import { BYPASS, BYPASS_COOKIE, type Facts } from './facts.ts'
import type { Fields } from './fields.ts'
import { issueIdentity } from './holder.ts'
import { isUnder } from './target.ts'

const NEXT = 'x-middleware-next'
const REWRITE = 'x-middleware-rewrite'
const OVERRIDE = 'x-middleware-override-headers'

/** Says who sent a request, signed: for `stagedoor/server`. */
const USER = 'x-stagedoor-user'

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
  const sent = changeFields(outcome, facts, identity)
  // The app's own middleware gets the request itself; what it does to that is its own affair.
  if (sent && next) changeRequest(request, facts.fields, sent)
  return answerThrough(await next?.(), sent, facts)
}

/**
 * Takes out of a request's fields what the app must not get, and puts in who sent it.
 *
 * @param identity signed, or empty
 * @returns the fields that the app gets; nothing where they are as they came
 */
function changeFields(
  { decision, account, took }: Outcome,
  { bypasses, fields, method }: Facts,
  identity: string,
): Fields | undefined {
  let sent = fields
  /** An empty value takes the field out. */
  const set = (name: Lowercase<string>, value = '') => {
    if ((sent.get(name) ?? null) === (value || null)) return
    if (sent === fields) sent = new Map(fields)
    if (value) sent.set(name, value)
    else sent.delete(name)
  }
  for (const name of fields.keys()) if (name.startsWith('x-stagedoor-')) set(name)
  set(USER, identity)
  // By `Next-Url` alone, Next.js shows a page inside another (intercepting routes), whose layout
  // may be one that this visitor may not see.
  if (decision.reason === 'allowed' || account?.paths) set('next-url')
  if (bypasses) for (const name of [BYPASS, BYPASS_COOKIE] as const) set(name)
  // What the gate used is not the app's, nor that of a host behind a rewrite. Only a server
  // action keeps it, which Next.js may send on to itself with these headers.
  if (!(method === 'POST' && fields.has('next-action'))) {
    if (took) set('authorization')
    const cookie = fields.get('cookie')
    if (cookie) set('cookie', withoutCookie(cookie))
  }
  return sent === fields ? undefined : sent
}

function changeRequest(request: Request, came: Fields, sent: Fields): void {
  for (const name of came.keys()) if (!sent.has(name)) request.headers.delete(name)
  for (const [name, value] of sent) {
    if (value !== came.get(name)) request.headers.set(name, value)
  }
  forgetCookies(request)
}

/** The response that lets a request through; `sent` are the fields that the app gets, undefined: all. */
function answerThrough(
  own: Response | null | undefined,
  sent: Fields | undefined,
  { environment, image, path }: Facts,
): Response {
  const before = own?.headers ?? new Map([[NEXT, '1']])
  const isBuilt = isUnder('static', path) && environment.name !== 'development'
  // All at once: setting one header after the other takes twice as long.
  const set: { [name: string]: string } = {
    Vary: [before.get('Vary'), GATED.Vary].filter(Boolean).join(', '),
    'X-Robots-Tag': GATED['X-Robots-Tag'],
    'Cache-Control': cacheControl(before.get('Cache-Control'), isBuilt),
    // For caches that would follow this field and not the other (RFC 9213 §2.2).
    'CDN-Cache-Control': 'no-store',
  }
  const rewritesImage = image && before.has(NEXT)
  // To the file as it is: the optimiser would fetch it without the visitor's credentials,
  // and answers `public`, for caches that everybody shares.
  if (rewritesImage) set[REWRITE] = image.href
  else if (!own) set[NEXT] = '1'
  // The app's middleware got these same headers: a list of its own is right as it is.
  const goesOn = before.has(NEXT) || before.has(REWRITE)
  if (sent && goesOn && !before.has(OVERRIDE)) {
    set[OVERRIDE] = [...sent.keys()].join(',')
    for (const [name, value] of sent) set[`x-middleware-request-${name}`] = value
  }
  if (!own) return new Response(null, { headers: set })
  const response = new Response(own.body, own)
  if (rewritesImage) response.headers.delete(NEXT)
  for (const [name, value] of Object.entries(set)) response.headers.set(name, value)
  return response
}

/** What a visitor's own cache may keep and a shared one may not (RFC 9111 §5.2.2.7). */
function cacheControl(own: string | null | undefined, isBuilt: boolean): string {
  if (own && /(^|,) *(private|no-store) *(,|$)/i.test(own)) return own
  return isBuilt ? 'private, max-age=31536000, immutable' : 'private, no-cache'
}
