/**
 * What a shared cache may keep (RFC 9111 §3, §3.5, §4.2, §5.2), by `Cache-Control` and by the fields
 * that caches of one kind heed instead of it (RFC 9213 and vendors' own).
 */
import type { Answer, Fields } from '../exchange.ts'
import { firstOf, listOf } from '../fields.ts'

/** Directives by name, in lower case, with their argument; `''` where there is none. */
export type Directives = Map<string, string>

// A member of the list: its name, and an argument as a token or in quotes (RFC 9111 §5.2).
const DIRECTIVE = /([!#$%&'*+\-.^_`|~0-9A-Za-z]+)(?:=(?:"([^"\\]*)"|([^\s,;"]*)))?/y
// Characters: no field of a site that is well has as many.
const LONGEST = 4_096

/** Reads such a field. Of directives that are there twice the first one counts (RFC 9111 §4.2.1). */
export function parseDirectives(text: string): Directives {
  const directives: Directives = new Map()
  const limited = text.slice(0, LONGEST)
  let at = 0
  while (at < limited.length) {
    DIRECTIVE.lastIndex = at
    const found = DIRECTIVE.exec(limited)
    if (!found) {
      at++
      continue
    }
    const [all, name = '', quoted, token] = found
    at += all.length
    const key = name.toLowerCase()
    if (!directives.has(key)) directives.set(key, quoted ?? token ?? '')
  }
  return directives
}

/** Seconds, as far as the argument is a number (RFC 9111 §1.2.2). */
function seconds(directives: Directives, name: string): number | null {
  const digits = /^\d{1,10}/.exec(directives.get(name) ?? '')?.[0]
  return digits === undefined ? null : Number(digits)
}

/** A field that some caches read, and which comes before `Cache-Control` for them. */
interface Targeted {
  field: string
  /** Whether its caches know that what was asked with `Authorization` is not to be kept (RFC 9111 §3.5). */
  heedsAuthorization: boolean
}

const TARGETED: Targeted[] = [
  // RFC 9213 §2.2: a valid field for a cache is used instead of Cache-Control; §3.1 registers this one.
  { field: 'CDN-Cache-Control', heedsAuthorization: true },
  // vercel.com/docs/caching/cache-control-headers: for Vercel's own, before CDN-Cache-Control.
  { field: 'Vercel-CDN-Cache-Control', heedsAuthorization: true },
  // developers.cloudflare.com/cache/concepts/cdn-cache-control
  { field: 'Cloudflare-CDN-Cache-Control', heedsAuthorization: true },
  // docs.netlify.com/build/caching/caching-overview
  { field: 'Netlify-CDN-Cache-Control', heedsAuthorization: true },
  // Edge Architecture Specification 1.0 §2.1 has no such rule.
  { field: 'Surrogate-Control', heedsAuthorization: false },
]

// RFC 9110 §15.1: kept by a guess where nothing says for how long.
const HEURISTIC = [200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501]

/**
 * What lets a shared cache keep an answer and serve it again without asking, as it stands there.
 *
 * @param isAuthorized whether the request had `Authorization`
 * @returns `null` where nothing does
 */
export function whatKeeps(answer: Answer, isAuthorized: boolean): string | null {
  const { fields } = answer
  for (const { field, heedsAuthorization } of TARGETED) {
    const text = listOf(fields, field)
    if (text === undefined) continue
    const directives = parseDirectives(text)
    if (keeps(directives, answer, isAuthorized && heedsAuthorization, false))
      return `${field}: ${text}`
  }
  const text = listOf(fields, 'Cache-Control')
  if (!keeps(parseDirectives(text ?? ''), answer, isAuthorized, true)) return null
  if (text !== undefined) return `Cache-Control: ${text}`
  const expires = firstOf(fields, 'Expires')
  return expires === undefined ? 'no Cache-Control' : `Expires: ${expires}`
}

function keeps(
  directives: Directives,
  { status, fields }: Answer,
  isAuthorized: boolean,
  guesses: boolean,
): boolean {
  if (forbids(directives)) return false
  // RFC 9111 §3.5
  const isLet = ['public', 's-maxage', 'must-revalidate'].some((name) => directives.has(name))
  if (isAuthorized && !isLet) return false
  const lifetime = lifetimeOf(directives, guesses ? fields : [])
  if (lifetime !== null) return lifetime > 0 || isServedStale(directives)
  // RFC 9111 §4.2.2. Caches guess by Last-Modified.
  const isGuessed = HEURISTIC.includes(status) && firstOf(fields, 'Last-Modified') !== undefined
  const isForever = status === 301 || status === 308
  return directives.has('public') || (guesses && (isGuessed || isForever))
}

/** With field names as its argument, `private` and `no-cache` are about those fields alone (§5.2.2.4, §5.2.2.7). */
function forbids(directives: Directives): boolean {
  return (
    directives.has('no-store') ||
    directives.get('private') === '' ||
    directives.get('no-cache') === ''
  )
}

/** In seconds, where the answer says so (RFC 9111 §4.2.1). */
function lifetimeOf(directives: Directives, fields: Fields): number | null {
  const said = seconds(directives, 's-maxage') ?? seconds(directives, 'max-age')
  if (said !== null) return said
  const expires = firstOf(fields, 'Expires')
  if (expires === undefined) return null
  // What is no date is in the past (§5.3).
  const [end, start] = [Date.parse(expires), Date.parse(firstOf(fields, 'Date') ?? '')]
  return Number.isNaN(end)
    ? 0
    : Math.max(0, (end - (Number.isNaN(start) ? Date.now() : start)) / 1000)
}

/** RFC 5861 §3: served once more while the cache asks. */
function isServedStale(directives: Directives): boolean {
  return (seconds(directives, 'stale-while-revalidate') ?? 0) > 0
}

/**
 * How an answer says that a shared cache had it; `null` where it does not.
 *
 * Vercel's own cache is behind its middleware, and its protection before both, so that what was found
 * there was asked for at the gate (vercel.com/docs/routing-middleware: "runs before the cache"). What
 * Next.js says of its own (`x-nextjs-cache`) is of a cache inside the app.
 */
export function cacheHit(fields: Fields): string | null {
  const isVercel = firstOf(fields, 'X-Vercel-Cache') !== undefined
  for (const name of [
    'CF-Cache-Status',
    'X-Cache',
    'X-Cache-Status',
    'CDN-Cache',
    'X-Proxy-Cache',
  ]) {
    const value = listOf(fields, name)
    if (value && /\bhit\b/i.test(value)) return `${name}: ${value}`
  }
  // RFC 9211 §2.1
  const status = listOf(fields, 'Cache-Status')
  if (status && /;[\t ]?hit\b/i.test(status)) return `Cache-Status: ${status}`
  const age = /^\d{1,10}$/.exec(firstOf(fields, 'Age') ?? '')?.[0]
  return !isVercel && age !== undefined && Number(age) > 0 ? `Age: ${age}` : null
}
