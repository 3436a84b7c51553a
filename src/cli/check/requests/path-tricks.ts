/** Other spellings of a path: what the gate takes for one, the app may take for another. */
import type { SiteMap } from '../site-map.ts'

export interface PathTrick {
  rule: string
  trick: string
  target: string
  weight: number
}

/** Below these, gates like to let everybody in. */
const LEFT_OUT = ['/_next/static', '/favicon.ico', '/api', '/robots.txt']

/**
 * Spellings of a path that is refused.
 *
 * @param path without query
 * @param open paths that everybody may see: from there the way may lead on
 */
export function pathTricks(path: string, open: string[], map: SiteMap): PathTrick[] {
  const name = path.slice(1)
  return [
    ...dots(path, name),
    ...escapes(path, name),
    ...endings(path),
    ...parameters(path),
    ...[...open, ...LEFT_OUT.map((left) => map.base + left)].flatMap((from, i) =>
      ways(from, name, i < open.length ? 8 : 6),
    ),
    ...absolute(path, map.site.origin),
    ...dataPaths(path, map),
  ].filter(({ target }) => /^(\/|https?:)/.test(target))
}

const spelling = (target: string, trick: string, weight = 5): PathTrick => ({
  rule: 'other-spelling',
  trick,
  target,
  weight,
})

/** Dot segments and empty ones (RFC 3986 §5.2.4, §6.2.2.3). */
function dots(path: string, name: string): PathTrick[] {
  return [
    spelling(`//${name}`, 'two slashes', 8),
    spelling(`/./${name}`, 'a dot segment', 7),
    spelling(`/%2e/${name}`, 'an escaped dot segment', 6),
    spelling(`/x/../${name}`, 'there and back', 6),
    spelling(`/x/%2e%2e/${name}`, 'there and back, escaped', 6),
    spelling(`/x/..%2f${name}`, 'back, with an escaped slash'),
    spelling(`/x/..;/${name}`, 'back, with a parameter', 6),
    spelling(`/;${path}`, 'a parameter first'),
    spelling(`/.;${path}`, 'a dot with a parameter'),
    spelling(`/\\${name}`, 'a backslash first'),
    spelling(`/%5C${name}`, 'an escaped backslash first'),
    spelling(`/%2F${name}`, 'an escaped slash first', 6),
    spelling(`/%252F${name}`, 'a slash that is escaped twice'),
    spelling(`///${name}`, 'three slashes'),
  ]
}

/** Octets that need no escape, escaped, and cases (RFC 3986 §6.2.2). */
function escapes(path: string, name: string): PathTrick[] {
  const last = path.slice(path.lastIndexOf('/') + 1)
  if (last === '') return []
  const escaped = `%${last.charCodeAt(0).toString(16)}${last.slice(1)}`
  const folder = path.slice(0, -last.length)
  return [
    spelling(`/${name.toUpperCase()}`, 'upper case', 7),
    spelling(folder + last.replace(/[a-z]/, (letter) => letter.toUpperCase()), 'one capital', 6),
    spelling(folder + escaped, 'a letter escaped', 7),
    spelling(folder + escaped.replace('%', '%25'), 'a letter escaped twice', 6),
    spelling(`/en${path}`, 'a language before it'),
    spelling(`/index${path}`, 'index before it', 4),
    spelling(`/_next${path}`, '_next before it', 4),
  ]
}

/** What stands after it: gates leave out what ends like a file. */
function endings(path: string): PathTrick[] {
  const stem = path.replace(/\/$/, '')
  const files = ['.css', '.png', '.json', '.txt', '/x.png', '%2Fx.png', ';.css', '%00.png']
  const odd = [
    '/',
    '/.',
    '.',
    '%20',
    '%09',
    '%0A',
    '%0D%0A',
    '%00',
    '%2F',
    '%5C',
    '\\',
    ';x',
    '..;/',
  ]
  const inside = ['/index', '/page', '/route', '.html', '/index.html', '.action', '/__PAGE__']
  return [
    ...files.map((end) => spelling(stem + end, `as if it were a file: ${end}`, 7)),
    ...odd.map((end) => spelling(stem + end, `${end} after it`)),
    ...inside.map((end) => spelling(stem + end, `${end} after it`, 4)),
    spelling(`${stem}%3Fx`, 'an escaped question mark', 4),
    spelling(`${stem}%23`, 'an escaped number sign', 4),
    spelling(`${stem}#x`, 'a number sign', 4),
  ]
}

/**
 * Parameters that Next.js uses itself. `nxtP…` names the value of a dynamic part of the path
 * (CVE-2026-44574, https://github.com/advisories/GHSA-492v-c6pp-mqqv).
 */
function parameters(path: string): PathTrick[] {
  const value = 'open'
  return [
    spelling(`${path}?x=.css`, 'a query that ends like a file', 6),
    spelling(`${path}?/_next/static/x.js`, 'a query that looks like a path', 6),
    {
      ...spelling(`${path}?__nextDataReq=1`, '__nextDataReq'),
      rule: 'data-request',
    },
    spelling(`${path}?__nextLocale=de&__nextDefaultLocale=de`, '__nextLocale', 4),
    {
      ...spelling(`${path}?${dynamic(value)}`, 'nxtP… parameters'),
      rule: 'dynamic-parameter',
    },
  ]
}

/** The names that dynamic parts of a path mostly have. */
export function dynamic(value: string): string {
  return ['slug', 'id', 'name', 'path', 'page', 'handle', 'locale', 'lang', 'category']
    .map((name) => `nxtP${name}=${encodeURIComponent(value)}`)
    .join('&')
}

/** From what is left out to what is not. */
function ways(from: string, name: string, weight: number): PathTrick[] {
  const up = from.replace(/[^/]+/g, '..').slice(1)
  const escaped = up.replaceAll('..', '%2e%2e')
  return [
    spelling(`${from}/${up}/${name}`, `a way through ${from}`, weight),
    spelling(`${from}/${escaped}/${name}`, `a way through ${from}, escaped`, weight),
    spelling(
      `${from}%2F${escaped}%2F${name}`,
      `a way through ${from}, slashes escaped`,
      weight - 1,
    ),
    spelling(`${from};/${up}/${name}`, `a way through ${from}, with a parameter`, weight - 2),
  ]
}

/** A target that is a whole URL (RFC 9112 §3.2.2), of the host itself. */
function absolute(path: string, origin: string): PathTrick[] {
  const other = origin.replace(/^https?/, (scheme) => (scheme === 'https' ? 'http' : 'https'))
  return [
    { rule: 'absolute-target', trick: 'a whole URL', target: origin + path, weight: 7 },
    {
      rule: 'absolute-target',
      trick: 'a whole URL, other scheme',
      target: other + path,
      weight: 5,
    },
    {
      rule: 'absolute-target',
      trick: 'a URL after a slash',
      target: `/${origin}${path}`,
      weight: 4,
    },
  ]
}

/**
 * The data of a page under the names that gates did not know: without its language, where there
 * is one, or with one, where there is none (CVE-2026-44573 and 64642,
 * https://github.com/advisories/GHSA-36qx-fr4f-26g5).
 */
function dataPaths(path: string, { base, buildId = 'development' }: SiteMap): PathTrick[] {
  const inside = path.slice(base.length).replace(/\/$/, '') || '/index'
  const data = (target: string, trick: string): PathTrick => ({
    rule: 'data-request',
    trick,
    target: base + target,
    weight: 8,
  })
  return [
    data(`/_next/data/${buildId}/en${inside}.json`, 'data, with a language'),
    data(`/en/_next/data/${buildId}${inside}.json`, 'data, after a language'),
    data(`/_next/data/${buildId}/index${inside}.json`, 'data, below index'),
    data(`/_next/data/${buildId}${inside}.json?x=1`, 'data, with a query'),
    data(`/_next/data/${buildId}//${inside.slice(1)}.json`, 'data, with two slashes'),
    data(`/_next/dat%61/${buildId}${inside}.json`, 'data, with a letter escaped'),
  ]
}

/**
 * Out of a folder of files: an `alias` of nginx without its last slash
 * (https://github.com/yandex/gixy/blob/master/docs/en/plugins/aliastraversal.md), a path that is
 * decoded after it was looked at.
 */
export function traversals({ base }: SiteMap): PathTrick[] {
  const out = (target: string): PathTrick => ({
    rule: 'file-traversal',
    trick: `out of a folder: ${target}`,
    target: base + target,
    weight: 6,
  })
  return [
    ...['/_next../package.json', '/static../package.json', '/assets../package.json'].map(out),
    ...['/images../.env', '/_next/static../BUILD_ID', '/_next/static/..%2f..%2fBUILD_ID'].map(out),
    out('/_next/static/chunks/..%2f..%2f..%2fBUILD_ID'),
    out('/_next/static/%2e%2e/%2e%2e/server/pages-manifest.json'),
  ]
}
