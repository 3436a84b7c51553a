/** What a request asks for, as docs/nextjs.md and docs/passes.md have it. */
import type { NextUrl, World } from '../vector.ts'
import { segmentsOf } from './paths.ts'

/** A request as it was made: the platform has read its URL and its fields. */
export interface Asked {
  method: string
  url: string
  headers: Headers
  body: string
  nextUrl: NextUrl | undefined
}

/** What decides about the path: its segments, and where the file of an image is. */
export function targetOf({ url, nextUrl }: Asked): { path: string[] | null; image?: URL } {
  const { pathname, searchParams, origin } = new URL(url)
  const path = segmentsOf(nextUrl?.pathname ?? pathname)
  const folder = path?.[0] === '_next' ? path[1] : ''
  if (folder === 'data') return { path: null }
  if (folder !== 'image') return { path }
  const base = nextUrl?.basePath ?? ''
  const [source = '', ...others] = searchParams.getAll('url')
  if (others.length > 0) return { path: null }
  if (source.startsWith('https://') || source.startsWith('http://')) return { path }
  if (!source.startsWith('/') || !URL.canParse(source, url)) return { path: null }
  const image = new URL(source, url)
  if (image.origin !== origin || !image.pathname.startsWith(`${base}/`)) return { path: null }
  const file = segmentsOf(image.pathname.slice(base.length))
  const isAgain = file?.[0] === '_next' && file[1] === 'image'
  return isAgain ? { path: null } : { path: file, image }
}

/** The value of a parameter as it stands in the URL, the first of that name. */
export function parameterOf(url: string, name: string): string | null {
  const query = new URL(url).search.slice(1)
  const pair = query.split('&').find((one) => one.startsWith(`${name}=`))
  return pair === undefined ? null : pair.slice(name.length + 1)
}

/** A URL without parameters, the others as they were. */
export function without(url: string, names: string[]): string {
  const made = new URL(url)
  const pairs = made.search.slice(1).split('&')
  made.search = pairs.filter((pair) => !names.some((name) => pair.startsWith(`${name}=`))).join('&')
  return made.href
}

/** Pairs of a `Cookie` field (RFC 6265bis §4.2.1: SP alone stands between them). */
export function cookiesOf(headers: Headers): { name: string; value: string; text: string }[] {
  return (headers.get('cookie') ?? '').split(';').map((pair) => {
    let text = pair
    while (text.startsWith(' ')) text = text.slice(1)
    const at = text.indexOf('=')
    return at < 0
      ? { name: text, value: '', text }
      : { name: text.slice(0, at), value: text.slice(at + 1), text }
  })
}

/** The gate's cookie of this site, where there is one and no second. */
export function ownCookie({ url, headers }: Asked): string {
  const own = url.startsWith('https://') ? '__Host-stagedoor' : 'stagedoor'
  const found = cookiesOf(headers).filter(({ name }) => name === own)
  return found.length === 1 ? (found[0]?.value ?? '') : ''
}

/** The address that a header tells which no client can set; empty without one. */
export function addressOf(world: World, headers: Headers): string {
  const { STAGEDOOR_IP_HEADER: named, VERCEL } = world.environment
  const name = named || (VERCEL === '1' ? 'x-real-ip' : '')
  return /^[!#$%&'*+.^`|~\w-]+$/.test(name) ? (headers.get(name) ?? '') : ''
}
