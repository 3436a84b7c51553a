/** What the owner says to be open on purpose: rules as those of the policy, held against targets. */
import { covers, parsePath, type Rule, type readRules } from '../../../gate/rules.ts'
import type { Asked } from '../exchange.ts'
import { isHarmless, pathOf } from '../target.ts'

/** Rules, as the gate reads them. */
export type Allow = NonNullable<ReturnType<typeof readRules>>

/**
 * Whether a rule says that everybody may see what is asked for.
 *
 * @param languages those of the site; without them every name of two letters is taken for one
 */
export function isAllowed(
  { method, target }: Asked,
  allow: Allow,
  base: string,
  languages?: ReadonlySet<string>,
): boolean {
  return forms(target, base, languages).some((path) => covers(allow, method, parsePath(path)))
}

/** Paths that rules for reading name, without wildcards. */
export function literalPaths(rules: Rule[], base: string): string[] {
  return rules
    .filter(({ segments, methods }) => {
      return (methods?.includes('GET') ?? true) && !segments.some((name) => name.includes('*'))
    })
    .map(({ segments }) => `${base}/${segments.map(encodeURIComponent).join('/')}`)
    .filter(isHarmless)
}

/** The path, and the page that it is a form of, as Next.js fetches it: its data, its payload. */
function forms(target: string, base: string, languages?: ReadonlySet<string>): string[] {
  const full = pathOf(target)
  if (base && full !== base && !full.startsWith(`${base}/`)) return []
  const path = full.slice(base.length) || '/'
  const pages = [path, ...pageOf(path), ...imageOf(path, target, base)]
  // A rule names a page without its language.
  return pages.flatMap((page) => [page, ...withoutLanguage(page, languages)])
}

function pageOf(path: string): string[] {
  const name =
    /^\/_next\/data\/[\w-]+(\/.+)\.json$/.exec(path)?.[1] ??
    /^(\/.+)\.segments\/[\w./!$%()@-]+\.segment\.rsc$/.exec(path)?.[1] ??
    /^(\/.+?)(?:\.prefetch)?\.rsc$/.exec(path)?.[1]
  if (name === undefined) return []
  return name === '/index' ? [name, '/'] : [name]
}

function imageOf(path: string, target: string, base: string): string[] {
  if (path !== '/_next/image') return []
  const sources = new URLSearchParams(target.replace(/^[^?]*\??/, '')).getAll('url')
  const [source = ''] = sources
  const isLocal = sources.length === 1 && /^\/(?![/\\])/.test(source) && source.startsWith(base)
  return isLocal ? [pathOf(source.slice(base.length))] : []
}

/** `/hr` may be a page in Croatian, or of those who are hired. */
function withoutLanguage(path: string, languages?: ReadonlySet<string>): string[] {
  const [, language, rest = '/'] = /^\/([a-z]{2}(?:-[A-Za-z]{2,4})?)(\/.*)?$/.exec(path) ?? []
  if (language === undefined) return []
  return (languages?.has(language.toLowerCase()) ?? true) ? [rest] : []
}
