/**
 * What a request for a route looks like to a matcher: Next.js gives it the path after it has taken
 * the route of data out of it and put a locale into it (`resolveRoutes` in its
 * server/lib/router-utils, 13.5 to 16.4).
 */
import { advisoriesOf } from '../project/advisories.ts'
import type { NextApp } from '../project/next-app.ts'
import type { MatcherConfig } from './matcher-program.ts'
import type { Route } from './routes.ts'

/** A request, and the path that the matcher is asked with. */
export interface RequestPath {
  /** As a client sends it. */
  url: string
  path: string
}

export interface Site extends MatcherConfig {
  trailingSlash: boolean
}

/** Words that a matcher knows, which make values of a dynamic segment that it may take for others. */
export function wordsOf(sources: string[]): string[] {
  const found = sources.flatMap((source) => source.match(/[A-Za-z_][\w.-]*/g) ?? [])
  return [...new Set(found)].filter((word) => word.length < 40).slice(0, 40)
}

/** @param words values for dynamic segments, beside some that many matchers leave out */
export function requestsFor(
  route: Route,
  app: NextApp,
  site: Site,
  words: string[],
): RequestPath[] {
  return samplesOf(route, words).flatMap((path) => formsOf(route, path, app, site))
}

const VALUES = ['sample', 'a.b']

/** Paths of a route, with values for its parameters: each once with each value. */
function samplesOf({ segments }: Route, words: string[]): string[] {
  const isDynamic = segments.some((segment) => segment.startsWith('['))
  const values = isDynamic ? [...VALUES, ...words, ...words.map((word) => `${word}x`)] : ['']
  const paths = values.flatMap((value) => [
    ...(segments.some((segment) => segment.startsWith('[[...')) ? [fill(segments, '')] : []),
    fill(segments, value),
  ])
  return [...new Set(paths)]
}

function fill(segments: string[], value: string): string {
  const filled = segments.flatMap((segment) => {
    if (segment.startsWith('[[...') && value === '') return []
    // What stands in brackets with a name before or after it is a literal of the pages router.
    return /^\[.*\]$/.test(segment) ? [value] : [segment]
  })
  return `/${filled.join('/')}`
}

function formsOf(route: Route, path: string, app: NextApp, site: Site): RequestPath[] {
  const { basePath, i18n } = site
  const plain = (inner: string) =>
    slashed(`${basePath}${inner === '/' && basePath ? '' : inner}`, inner, site)
  if (route.kind === 'built' || !i18n) {
    const own = { url: plain(path), path: plain(path) }
    const data = hasData(route) ? [{ url: dataUrl(basePath, path), path: plain(path) }] : []
    return [own, ...data, ...transportsOf(route, path, app, site)]
  }
  const { defaultLocale, locales } = i18n
  const localised = (locale: string) =>
    slashed(`${basePath}/${locale}${path === '/' ? '' : path}`, path, site)
  // Pages of the pages router have a URL for each locale, and one without.
  const others = route.router === 'pages' && route.kind === 'page' ? locales : []
  return [
    { url: plain(path), path: localised(defaultLocale) },
    ...others.map((locale) => ({ url: localised(locale), path: localised(locale) })),
    ...(hasData(route)
      ? [
          ...locales.map((locale) => ({
            url: dataUrl(basePath, `/${locale}${path === '/' ? '' : path}`),
            path: localised(locale),
          })),
          // CVE-2026-44573: with no locale in it, the matcher was asked without one.
          {
            url: dataUrl(basePath, path),
            path: leaksData(app) ? plain(path) : localised(defaultLocale),
          },
        ]
      : []),
  ]
}

function slashed(url: string, inner: string, { trailingSlash }: Site): string {
  const last = inner.split('/').at(-1) ?? ''
  return trailingSlash && !last.includes('.') && !url.endsWith('/') ? `${url}/` : url || '/'
}

function hasData({ router, kind }: Route): boolean {
  return router === 'pages' && kind === 'page'
}

function dataUrl(basePath: string, path: string): string {
  return `${basePath}/_next/data/BUILD${path === '/' ? '/index' : path}.json`
}

/** The forms in which browsers fetch a page of the App Router as data (CVE-2026-44575). */
function transportsOf(
  { router, kind }: Route,
  path: string,
  { version }: NextApp,
  { basePath }: Site,
): RequestPath[] {
  // Before 15.2 no server takes them for the page.
  const isServed = version.major > 15 || (version.major === 15 && version.minor >= 2)
  if (router !== 'app' || kind !== 'page' || !isServed) return []
  const page = `${basePath}${path === '/' ? '/index' : path}`
  return [`${page}.rsc`, `${page}.segments/_tree.segment.rsc`].map((url) => ({ url, path: url }))
}

function leaksData({ version }: NextApp): boolean {
  return advisoriesOf(version).some(({ id }) => id === 'CVE-2026-44573')
}
