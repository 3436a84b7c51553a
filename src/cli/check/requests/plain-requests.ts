/** What is asked plainly of each kind of URL: what is known to be there, and what is guessed. */
import { type Asked, type Fields, keyOf } from '../exchange.ts'
import type { SiteMap } from '../site-map.ts'
import { type Kind, kindOf } from '../url-kinds.ts'
import {
  APIS,
  CHUNKS,
  CUSTOM,
  HIDDEN,
  INTERNAL,
  isCustom,
  isMetadata,
  METADATA,
} from './guessed-paths.ts'

/** As a browser asks for a page: some gates answer a person otherwise than a program. */
const AS_BROWSER: Fields = [
  ['Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
]
const RSC: Fields = [['RSC', '1']]
const PREFETCH: Fields = [...RSC, ['Next-Router-Prefetch', '1']]
/** The whole tree of a page: what React asks for first. */
const SEGMENT: Fields = [...PREFETCH, ['Next-Router-Segment-Prefetch', '/_tree']]

type Way = string | [target: string, fields: Fields]

/**
 * All that is to be asked plainly, by kind; what is known to be there comes first.
 *
 * @param opened paths that are said to be open
 */
export function plainRequests(map: SiteMap, opened: string[], random: string): Map<Kind, Asked[]> {
  const { base, site } = map
  const at = (...paths: string[]) => paths.map((path) => base + path)
  const openPages = opened.filter((path) => kindOf(path) === 'page')
  const pages = [...new Set([site.path, base || '/', ...openPages, ...map.of('page')])]
  const ways: Record<Exclude<Kind, 'nowhere' | 'plain http'>, Way[]> = {
    page: [...pages, ...at('/index', '/admin', '/dashboard', '/login')].map(asPage),
    data: dataOf(pages, map, random),
    payload: pages.flatMap((page): Way[] => [
      [`${page}?_rsc=${random.slice(0, 5)}`, RSC],
      [page, RSC],
      suffixed(page, base, '.rsc'),
    ]),
    prefetch: pages.flatMap((page): Way[] => [
      [page, PREFETCH],
      [page, SEGMENT],
      suffixed(page, base, '.prefetch.rsc'),
      suffixed(page, base, '.segments/_tree.segment.rsc'),
    ]),
    chunk: [...map.of('chunk'), ...at(...CHUNKS), ...manifests(map)],
    style: map.of('style'),
    'source map': mapsOf(map),
    media: map.of('media'),
    image: [...map.of('image'), ...imagesOf(map)],
    file: [...opened, ...map.of('file')]
      .filter((path) => kindOf(path) === 'file')
      .filter((path) => !isCustom(path, base) && !isMetadata(path, base)),
    metadata: at(...METADATA),
    'by custom': at(...CUSTOM),
    api: [
      ...opened.filter((path) => kindOf(path) === 'api'),
      ...map.of('api'),
      ...at(...APIS, `/api/stagedoor-check-${random}`),
    ],
    'error page': at('/404', '/500', '/_not-found', '/_error').map(asPage),
    internal: at(...INTERNAL),
    'hidden file': at(...HIDDEN),
  }
  return new Map(
    Object.entries(ways).map(([kind, list]) => [kind as Kind, unique(list, kind as Kind)]),
  )
}

/** A plain request of nobody. */
export function plainly(way: Way, kind: Kind): Asked {
  const [target, fields] = typeof way === 'string' ? [way, []] : way
  return { method: 'GET', target, fields, visitor: 'nobody', kind }
}

export function asPage(path: string): Way {
  return [path, AS_BROWSER]
}

function unique(ways: Way[], kind: Kind): Asked[] {
  const asked = ways.map((way) => plainly(way, kind))
  return [...new Map(asked.map((one) => [keyOf(one), one])).values()]
}

// `/` and the base path are drawn as `index`.
function suffixed(page: string, base: string, suffix: string): string {
  return (nameOf(page, base) === '' ? `${base}/index` : page.replace(/\/$/, '')) + suffix
}

/** A page within the app, `` for the first. */
function nameOf(page: string, base: string): string {
  const inside = page.startsWith(`${base}/`) || page === base ? page.slice(base.length) : page
  return inside.replace(/\/$/, '')
}

/** Where a page's data is, with the build's id or a wrong one. */
function dataPath(page: string, { base, buildId }: SiteMap, random: string): string {
  return `${base}/_next/data/${buildId ?? random}${nameOf(page, base) || '/index'}.json`
}

function dataOf(pages: string[], map: SiteMap, random: string): Way[] {
  const paths = pages.map((page) => dataPath(page, map, random))
  return [...paths, ...pages.map((page): Way => [page, [['x-nextjs-data', '1']]])]
}

function manifests({ base, buildId }: SiteMap): string[] {
  if (!buildId) return []
  const folder = `${base}/_next/static/${buildId}`
  return [`${folder}/_buildManifest.js`, `${folder}/_ssgManifest.js`]
}

function mapsOf(map: SiteMap): string[] {
  const named = [...map.of('chunk'), ...map.of('style')].slice(0, 8)
  return [...map.of('source map'), ...named.map((path) => `${path}.map`)]
}

function imagesOf(map: SiteMap): string[] {
  const files = [...map.of('file'), ...map.of('media')].filter((path) =>
    /\.(png|jpe?g|gif|webp|avif|svg)$/.test(path),
  )
  return [...files.slice(0, 4), `${map.base}/favicon.ico`, `${map.base}/icon.png`].map(
    (path) => `${map.base}/_next/image?url=${encodeURIComponent(path)}&w=64&q=75`,
  )
}
