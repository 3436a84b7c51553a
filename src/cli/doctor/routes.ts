/** The URLs that an app has, as its files say: each with paths to try a matcher with. */
import fs from 'node:fs'
import path from 'node:path'
import { PAGE_EXTENSIONS } from '../project/next-config.ts'
import type { Facts } from './facts.ts'
import { entriesOf, filesBelow } from './read-safely.ts'

export interface Route {
  /** As its files name it: `/blog/[slug]`. */
  name: string
  /** Segments; each parameter stands as `[name]`, `[...name]` or `[[...name]]`. */
  segments: string[]
  /** `file`: of `public`, or one that Next.js makes; `built`: of the build. */
  kind: 'page' | 'handler' | 'file' | 'built'
  router: 'app' | 'pages' | null
}

/** All routes. Nothing here fails: what cannot be read is left out. */
export function routesOf(facts: Facts): Route[] {
  const known = READ.get(facts)
  if (known) return known
  const routes = readRoutes(facts)
  READ.set(facts, routes)
  return routes
}

/** Rules ask for them again and again. */
const READ = new WeakMap<Facts, Route[]>()

function readRoutes({ dir, config, routers }: Facts): Route[] {
  if (!routers) return []
  const extensions = config?.pageExtensions === 'unknown' ? null : config?.pageExtensions
  const ends = extensions ?? PAGE_EXTENSIONS
  return [
    ...appRoutes(new Way(path.join(routers.folder, 'app')), [], ends),
    ...pagesRoutes(new Way(path.join(routers.folder, 'pages')), [], ends),
    ...publicRoutes(path.join(dir, 'public')),
    ...BUILT,
  ]
}

const BUILT: Route[] = [
  '/_next/static/chunks/main.js',
  '/_next/static/media/font.woff2',
  '/_next/image',
].map((name) => ({ name, segments: name.split('/').slice(1), kind: 'built', router: null }))

const DEEPEST = 30
const MOST_ENTRIES = 10_000
// `isMetadataRouteFile` of Next.js 13 to 16: files, and code that draws or writes one.
const METADATA: [pattern: RegExp, served: (match: RegExpExecArray) => string][] = [
  [/^(favicon\.ico|robots\.txt|sitemap\.xml|manifest\.(?:webmanifest|json))$/, ([name]) => name],
  [
    /^((?:icon|apple-icon|opengraph-image|twitter-image)\d?\.(?:ico|jpe?g|png|svg|gif))$/,
    ([name]) => name,
  ],
  [/^((?:icon|apple-icon|opengraph-image|twitter-image)\d?)\.[jt]sx?$/, ([, name = '']) => name],
  [/^robots\.[jt]s$/, () => 'robots.txt'],
  [/^sitemap\.[jt]s$/, () => 'sitemap.xml'],
  [/^manifest\.[jt]s$/, () => 'manifest.webmanifest'],
]

/** Groups and slots are in no path; private folders and intercepting ones have no page of their own. */
function appRoutes(way: Way, at: string[], ends: string[]): Route[] {
  return way.entries().flatMap(({ name }) => {
    if (way.isFolder(name)) {
      const below = /^_|^\(\.+\)/.test(name) ? null : way.into(name)
      const inner = /^[(@]/.test(name) ? at : [...at, name.replace(/^%5F/i, '_')]
      return below ? appRoutes(below, inner, ends) : []
    }
    const metadata = METADATA.flatMap(([pattern, served]) => {
      const match = pattern.exec(name)
      return match ? [served(match)] : []
    })
    if (metadata[0] !== undefined) return [routeOf([...at, metadata[0]], 'file', 'app')]
    const [stem, end] = splitEnd(name, ends)
    if (end === null || (stem !== 'page' && stem !== 'route')) return []
    return [routeOf(at, stem === 'page' ? 'page' : 'handler', 'app')]
  })
}

function pagesRoutes(way: Way, at: string[], ends: string[]): Route[] {
  return way.entries().flatMap(({ name }) => {
    if (way.isFolder(name)) {
      const below = way.into(name)
      return below ? pagesRoutes(below, [...at, name], ends) : []
    }
    const [stem, end] = splitEnd(name, ends)
    if (end === null || (at.length === 0 && /^_(?:app|document|error)$/.test(stem))) return []
    const segments = stem === 'index' ? at : [...at, stem]
    return [routeOf(segments, at[0] === 'api' || stem === 'api' ? 'handler' : 'page', 'pages')]
  })
}

function publicRoutes(folder: string): Route[] {
  return filesBelow(folder).map((file) => {
    const segments = path.relative(folder, file).split(path.sep)
    return routeOf(
      segments.map((segment) => encodeURIComponent(segment)),
      'file',
      null,
    )
  })
}

function routeOf(segments: string[], kind: Route['kind'], router: Route['router']): Route {
  return { name: `/${segments.join('/')}`, segments, kind, router }
}

/** `page.client.tsx` is `page` only where `client.tsx` is one of pageExtensions. */
function splitEnd(name: string, ends: string[]): [stem: string, end: string | null] {
  const end = ends.find((one) => name.endsWith(`.${one}`)) ?? null
  return end === null ? [name, null] : [name.slice(0, -end.length - 1), end]
}

/**
 * A folder that is walked, and those on the way to it. Links are followed, as Next.js does, but not
 * back to where the walk came through, and no walk goes through more entries than an app has.
 */
class Way {
  readonly folder: string
  /** Of this folder and those above, as they are without links. */
  readonly #real: string[]
  readonly #seen: { entries: number }

  constructor(folder: string, real: string[] = [realOf(folder)], seen = { entries: 0 }) {
    this.folder = folder
    this.#real = real
    this.#seen = seen
  }

  entries(): fs.Dirent[] {
    const left = MOST_ENTRIES - this.#seen.entries
    if (left <= 0) return []
    const entries = entriesOf(this.folder).slice(0, left)
    this.#seen.entries += entries.length
    return entries
  }

  isFolder(name: string): boolean {
    try {
      return fs.statSync(path.join(this.folder, name)).isDirectory()
    } catch {
      return false
    }
  }

  /** `null` where the walk goes no further. */
  into(name: string): Way | null {
    const folder = path.join(this.folder, name)
    const real = realOf(folder)
    if (this.#real.length > DEEPEST || this.#real.includes(real)) return null
    return new Way(folder, [...this.#real, real], this.#seen)
  }
}

function realOf(folder: string): string {
  try {
    return fs.realpathSync(folder)
  } catch {
    return folder
  }
}
