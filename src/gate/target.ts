/** What a request is for: read from the URL alone, never from a header that a client can set. */
import { parsePath } from './rules.ts'

export interface Target {
  /** As asked for, without the query, where a secret might stand. For the log. */
  pathname: string
  /** Segments that rules are held against; `null` for a path that is on no list. */
  path: string[] | null
  /** Where the file of an image is that would be optimised. */
  image: URL | undefined
}

/** The URL as Next.js gives it, without base path and locale. */
interface NextRequestLike {
  nextUrl?: { pathname: string; basePath: string; searchParams: URLSearchParams }
}

/**
 * Reads what a request is for. `/_next/image?url=/a.png` is for `/a.png`: whoever may see the
 * one may see the other.
 */
export function readTarget(request: Request): Target {
  const { nextUrl } = request as NextRequestLike
  const { pathname, searchParams } = nextUrl ?? new URL(request.url)
  const isOptimiser = /^\/_next\/image\/?$/.test(pathname)
  const image = isOptimiser ? localImage(request.url, searchParams.getAll('url')) : undefined
  const basePath = nextUrl?.basePath ?? ''
  if (image?.pathname.startsWith(`${basePath}/`)) {
    return { pathname, path: parsePath(image.pathname.slice(basePath.length)), image }
  }
  const path = parsePath(pathname)
  // Next.js has named the page of a data request already. One that it has not, such as
  // `/en/_next/data/…`, it may still answer with a page.
  const isData = path?.[0] === '_next' && path[1] === 'data'
  return { pathname, path: isData ? null : path, image: undefined }
}

/** None for an image on another host, which the optimiser fetches from there by itself. */
function localImage(base: string, [source, ...more]: string[]): URL | undefined {
  if (!source?.startsWith('/') || more.length > 0) return undefined
  try {
    const image = new URL(source, base)
    // `//host` and `/\host` start with a slash too.
    return image.origin === new URL(base).origin ? image : undefined
  } catch {
    return undefined
  }
}
