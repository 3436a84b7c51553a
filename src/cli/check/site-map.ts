/** What is known of a site: its pages and files by kind, as the answers so far have shown them. */
import type { Answer } from './exchange.ts'
import { basePathIn, buildIdIn, linksIn, textsIn } from './search-body.ts'
import type { Site } from './site.ts'
import { isBelow, isHarmless, isSendable } from './target.ts'
import { type FoundKind, kindOf } from './url-kinds.ts'

/** Of a kind. */
const MOST = 60
const MOST_NAMES = 400

export class SiteMap {
  readonly site: Site
  /** Before the app's own paths; `undefined` until it is seen. */
  basePath: string | undefined
  buildId: string | undefined
  /** What only the site itself says: names of chunks, texts of pages. */
  readonly names = new Set<string>()
  readonly #found = new Map<FoundKind, Set<string>>()
  readonly #texts = new Map<string, string[]>()

  constructor(site: Site) {
    this.site = site
  }

  /** Of a kind, in the order in which they were seen. */
  of(kind: FoundKind): string[] {
    return [...(this.#found.get(kind) ?? [])]
  }

  /** Where guessed paths begin. */
  get base(): string {
    return this.basePath ?? ''
  }

  /** Takes what an answer shows of the site. */
  read(target: string, answer: Answer): void {
    this.buildId ??= buildIdIn(answer)
    this.basePath ??= basePathIn(answer)
    if (this.buildId && this.buildId.length >= 8) this.names.add(this.buildId)
    const texts = textsIn(answer)
    this.#texts.set(target, texts)
    for (const text of texts) if (this.names.size < MOST_NAMES) this.names.add(text)
    for (const link of linksIn(target, answer)) this.#add(link, target)
  }

  /** Lines of a page's own text. */
  textsOf(target: string): string[] {
    return this.#texts.get(target) ?? []
  }

  #add(link: string, from: string): void {
    const { origin } = this.site
    if (!URL.canParse(link, origin + from)) return
    const url = new URL(link, origin + from)
    if (url.origin !== origin) return
    // Beside the app's own paths there may be another app, of somebody else.
    if (this.base && !isBelow(url.pathname, this.base)) return
    const isOptimised = url.pathname.endsWith('/_next/image')
    // Of what is Next.js's own the files alone: the rest is asked for by name.
    if (!isOptimised && /\/_next\/(?!static\/.*[^/]$)/.test(url.pathname)) return
    // Of a page without its query: what it asks for may be done by asking.
    const path = url.pathname + (isOptimised ? url.search : '')
    if (!isSendable(path) || !isHarmless(path)) return
    const kind = isOptimised ? 'image' : kindOf(url.pathname)
    const known = this.#found.get(kind) ?? new Set()
    this.#found.set(kind, known)
    if (known.size < MOST) known.add(path)
    if (kind === 'chunk' || kind === 'style') this.#name(path)
  }

  // A file name with a digest in it is like no other.
  #name(path: string): void {
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (name.length >= 12 && this.names.size < MOST_NAMES) this.names.add(name)
  }
}
