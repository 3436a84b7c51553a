/** Kinds of URL, as the table shows them, and what is asked of each plainly. */
import type { Asked, Fields } from './exchange.ts'
import { kindOf, type SiteMap } from './map.ts'

/** In the order of the table. */
export const KINDS = [
  'page',
  'nowhere',
  'data',
  'payload',
  'prefetch',
  'chunk',
  'style',
  'source map',
  'media',
  'image',
  'file',
  'metadata',
  'by custom',
  'api',
  'error page',
  'internal',
  'hidden file',
  'plain http',
] as const

export type Kind = (typeof KINDS)[number]

/** As a browser asks for a page: some gates answer a person otherwise than a program. */
const AS_BROWSER: Fields = [
  ['Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'],
]
const RSC: Fields = [['RSC', '1']]
const PREFETCH: Fields = [...RSC, ['Next-Router-Prefetch', '1']]
/** The whole tree of a page: what React asks for first. */
const SEGMENT: Fields = [...PREFETCH, ['Next-Router-Segment-Prefetch', '/_tree']]

/** Paths that no app has. */
export function nowhere(random: string): string[] {
  return [`/stagedoor-check-${random}`, `/stagedoor-check/${random}/page`]
}

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

/** What says that two requests are the same. */
export function keyOf({ method, target, fields, visitor, host, version, plain }: Asked): string {
  return JSON.stringify([method, target, fields, visitor, host, version, plain])
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

// Of builds with webpack, whose names have no digest.
const CHUNKS = ['/_next/static/chunks/main.js', '/_next/static/chunks/webpack.js']

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

// File conventions of Next.js (https://nextjs.org/docs/app/api-reference/file-conventions/metadata).
const METADATA = [
  ...['/sitemap.xml', '/manifest.webmanifest', '/manifest.json', '/icon.png', '/icon.svg'],
  ...['/apple-icon.png', '/opengraph-image.png', '/opengraph-image', '/twitter-image.png'],
]
/** What crawlers and browsers ask every site for; open, it tells little (RFC 9309, RFC 8615). */
const CUSTOM = ['/robots.txt', '/favicon.ico', '/.well-known/security.txt']

const APIS = ['/api', '/api/health', '/api/hello', '/api/auth/session', '/api/graphql']

// What Next.js answers by itself, while it develops above all.
const INTERNAL = [
  ...['/_next', '/_next/static', '/_next/image', '/_next/webpack-hmr', '/_next/mcp'],
  ...['/__nextjs_original-stack-frame', '/__nextjs_font/geist-latin.woff2'],
  '/_next/static/development/_devPagesManifest.json',
]

// What a server shows that was pointed at the wrong folder.
const HIDDEN = [
  ...['/.env', '/.env.local', '/.git/HEAD', '/.git/config', '/.next/BUILD_ID'],
  ...['/package.json', '/.vercel/project.json', '/_next/server/middleware-manifest.json'],
]

/** Whether a path is one that every site is asked for. */
export function isCustom(path: string, base: string): boolean {
  const inside = path.startsWith(base) ? path.slice(base.length) : path
  return CUSTOM.includes(inside) || inside.startsWith('/.well-known/')
}

function isMetadata(path: string, base: string): boolean {
  return METADATA.includes(path.slice(base.length))
}

export function byKind(requests: Asked[]): Map<string, Asked[]> {
  const kinds = new Map<string, Asked[]>()
  for (const asked of requests) kinds.set(asked.kind, [...(kinds.get(asked.kind) ?? []), asked])
  return kinds
}

/** One of each kind, then another of each, until there are no more. */
export function inTurn(kinds: Map<string, Asked[]>, first: Asked[] = []): Asked[] {
  const lists = [...kinds.values()]
  const longest = Math.max(0, ...lists.map((list) => list.length))
  const rounds = Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list[i] ?? []))
  return [...first, ...rounds.flat()]
}
