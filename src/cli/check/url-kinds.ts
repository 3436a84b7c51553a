/** Kinds of URL, as the table shows them, and requests by kind. */
import type { Asked } from './exchange.ts'

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

/** Kinds of what a site is found to have; the rest is guessed or derived. */
export type FoundKind =
  | 'page'
  | 'chunk'
  | 'style'
  | 'source map'
  | 'media'
  | 'image'
  | 'file'
  | 'api'

/** What a path is of, by its name alone. */
export function kindOf(path: string): FoundKind {
  const isStatic = path.includes('/_next/static/')
  if (/\.map$/.test(path)) return 'source map'
  if (/\.m?js$/.test(path)) return isStatic ? 'chunk' : 'file'
  if (/\.css$/.test(path)) return isStatic ? 'style' : 'file'
  if (isStatic) return 'media'
  if (/\/api(\/|$)/.test(path)) return 'api'
  return /\/[^/]*\.[a-z\d]{1,12}$/i.test(path) && !/\.html?$/.test(path) ? 'file' : 'page'
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

/** The first of each of these kinds. */
export function oneOfEach(requests: Asked[], kinds: readonly Kind[]): Asked[] {
  return kinds.flatMap((kind) => requests.find((asked) => asked.kind === kind) ?? [])
}
