/** Whether an app has a page at a path, as its files say. For talk only: nothing here fails. */
import fs from 'node:fs'
import path from 'node:path'
import { findMiddleware, findRouters } from './app-files.ts'
import { digestOf } from './drop-in.ts'
import { hasNextApp } from './next-app.ts'
import { mayMovePaths, readNextConfig } from './next-config.ts'
import { isWiringText } from './store-wiring.ts'

/** Segments of a path, as folders and files name them: `[slug]` and `[...rest]` among them. */
type Route = string[]

/**
 * Whether no page and no route handler of the app is at a path.
 *
 * @param page decoded, without `basePath`
 * @returns `false` too where that cannot be told
 */
export function lacksPage(dir: string, page: string): boolean {
  const segments = page.normalize('NFC').split('/').filter(Boolean)
  // Files of `public`, and those that Next.js makes, such as /sitemap.xml.
  if (segments.at(-1)?.includes('.')) return false
  try {
    if (movesPaths(dir)) return false
    const routes = readRoutes(dir)
    const isAnything = routes.some(([first]) => first !== undefined && isCatchAll(first))
    return routes.length > 0 && !isAnything && !routes.some((route) => matches(route, segments))
  } catch {
    return false
  }
}

// A version that knows `middleware` and `proxy`.
const READS_BOTH = { major: 16, minor: 0, patch: 0, prerelease: [] }

/** By next.config, by Vercel, or by a middleware of the user's own. */
function movesPaths(dir: string): boolean {
  if (!hasNextApp(dir) || mayMovePaths(dir)) return true
  if (fs.existsSync(path.join(dir, 'vercel.json'))) return true
  const found = findMiddleware(dir, findRouters(dir), readNextConfig(dir), READS_BOTH)
  const isOurs = (text: string) => digestOf(text) !== undefined || isWiringText(text)
  return found.some(({ text, unread }) => unread === null && !isOurs(text))
}

function matches([first, ...rest]: Route, segments: string[]): boolean {
  if (first === undefined) return segments.length === 0
  if (isCatchAll(first)) return first.startsWith('[[') || segments.length > 0
  const [segment, ...others] = segments
  return (
    segment !== undefined && (first.startsWith('[') || first === segment) && matches(rest, others)
  )
}

function isCatchAll(segment: string): boolean {
  return /^\[\[?\.\.\./.test(segment)
}

function readRoutes(dir: string): Route[] {
  return [dir, path.join(dir, 'src')].flatMap((folder) => [
    ...appRoutes(path.join(folder, 'app'), []),
    ...pagesRoutes(path.join(folder, 'pages'), []),
  ])
}

/** Groups and slots are in no path; private folders and intercepting ones have no page. */
function appRoutes(folder: string, at: Route): Route[] {
  return entriesOf(folder).flatMap((entry) => {
    if (!entry.isDirectory()) return /^(?:page|route)\./.test(entry.name) ? [at] : []
    if (/^_|^\(\./.test(entry.name)) return []
    const inPath = !/^[(@]/.test(entry.name)
    const name = entry.name.replace(/^%5F/i, '_').normalize('NFC')
    return appRoutes(path.join(folder, entry.name), inPath ? [...at, name] : at)
  })
}

function pagesRoutes(folder: string, at: Route): Route[] {
  return entriesOf(folder).flatMap((entry) => {
    const inner = path.join(folder, entry.name)
    if (entry.isDirectory()) return pagesRoutes(inner, [...at, entry.name.normalize('NFC')])
    const [name = ''] = /^(?:\[\[?[^\]]*\]\]?|[^.]*)/.exec(entry.name) ?? []
    if (at.length === 0 && /^_(?:app|document|error)$/.test(name)) return []
    return [name === 'index' ? at : [...at, name.normalize('NFC')]]
  })
}

/** @throws for a link, which may lead in a circle */
function entriesOf(folder: string): fs.Dirent[] {
  if (!fs.existsSync(folder)) return []
  const entries = fs.readdirSync(folder, { withFileTypes: true })
  if (entries.some((entry) => entry.isSymbolicLink())) throw new Error('a link')
  return entries
}
