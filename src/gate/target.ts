/** What a request is for: read from the URL alone, never from a header that a client can set. */
import { parsePath } from './rules.ts'

export interface Target {
  /** As asked for, without the query, where a secret might stand. For the log. */
  pathname: string
  /** Segments that rules are held against; `null` for a path that is on no list. */
  path: string[] | null
  /** Where the file is of an image that would be optimised. */
  image: URL | undefined
  /** What stands before the app's own paths. */
  basePath: string
}

/** The URL as Next.js gives it, without base path and locale. */
interface NextRequestLike {
  nextUrl?: { pathname: string; basePath: string; searchParams: URLSearchParams }
}

/** Reads what a request is for. */
export function readTarget(request: Request): Target {
  const { nextUrl } = request as NextRequestLike
  const url = nextUrl ?? new URL(request.url)
  const { pathname } = url
  const basePath = nextUrl?.basePath ?? ''
  const path = parsePath(pathname)
  if (isUnder('image', path)) {
    const sources = url.searchParams.getAll('url')
    const { path: inner, image } = readImage(request.url, basePath, sources)
    return { pathname, path: inner, image, basePath }
  }
  // Next.js has named the page of a data request already. One that it has not, such as
  // `/en/_next/data/…`, it may still answer with a page.
  const named = isUnder('data', path) ? null : path
  return { pathname, path: named, image: undefined, basePath }
}

/**
 * Values of parameters, and the URL without them, the others byte for byte as they came; no URL
 * where it has none of them.
 */
export function takeParameters(href: string, ...names: string[]) {
  const url = new URL(href)
  const pairs = url.search.slice(1).split('&')
  const find = (name: string) => pairs.find((pair) => pair.startsWith(`${name}=`)) ?? ''
  const found = names.map((name) => find(name).slice(name.length + 1))
  const others = pairs.filter((pair) => !names.some((name) => pair.startsWith(`${name}=`)))
  url.search = others.join('&')
  return { found, rest: others.length < pairs.length ? url.href : '' }
}

/** Whether a path is below `/_next/<folder>`; `static` has what the build made for the pages. */
export function isUnder(folder: string, path: string[] | null): boolean {
  return path?.[0] === '_next' && path[1] === folder
}

/**
 * `/_next/image?url=/a.png` is for `/a.png`: whoever may see the one may see the other. An
 * image of another host is for `/_next/image` itself.
 */
function readImage(
  base: string,
  basePath: string,
  sources: string[],
): { path: string[] | null; image?: URL } {
  const [source = ''] = sources
  if (sources.length === 1 && /^https?:\/\//.test(source)) return { path: ['_next', 'image'] }
  try {
    const image = new URL(source, base)
    const path = parsePath(image.pathname.slice(basePath.length))
    // `//host` and `/\host` start with a slash too, and `..` may lead out of the base path.
    const isLocal = source.startsWith('/') && image.origin === new URL(base).origin
    const isInApp = image.pathname.startsWith(`${basePath}/`) && !isUnder('image', path)
    if (sources.length === 1 && isLocal && isInApp) return { path, image }
  } catch {}
  return { path: null }
}
