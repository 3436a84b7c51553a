/** What next.config and vercel.json tell caches of gated answers. */
import path from 'node:path'
import { lineAt } from '../project/source-text.ts'
import { bodyOf, propertiesOf } from './config-values.ts'
import type { Facts } from './facts.ts'
import type { Finding } from './finding.ts'
import { textOf } from './read-safely.ts'

// Fields of shared caches that the gate does not set, so what the app sets is sent (docs/nextjs.md).
const VENDOR =
  /(['"`])(Surrogate-Control|Vercel-CDN-Cache-Control|Cloudflare-CDN-Cache-Control|Netlify-CDN-Cache-Control)\1/i
const SHARED = /(['"`])(?:[^'"`]*\b(?:public|s-maxage)\b[^'"`]*)\1/i

export function cachingFindings({ config, dir }: Facts): Finding[] {
  const file = path.join(dir, 'vercel.json')
  const vercel = textOf(file)
  const places = [
    ...(config
      ? propertiesOf(config, 'headers').map((property) => ({
          seen: property.seen,
          body: bodyOf(config, property),
          isPlatform: false,
        }))
      : []),
    ...[...vercel.matchAll(/"headers"\s*:\s*\[/g)].slice(0, 1).map(({ index }) => ({
      seen: { file: 'vercel.json', line: lineAt(vercel, index) },
      body: vercel.slice(index),
      isPlatform: true,
    })),
  ]
  return places.flatMap(({ seen, body, isPlatform }) => {
    const vendor = VENDOR.exec(body)?.[2]
    const isCached = /(['"`])(?:CDN-)?Cache-Control\1/i.test(body) && SHARED.test(body)
    if (vendor === undefined && !isCached) return []
    // The gate's own field comes after that of next.config; the platform's comes after both.
    const wins = vendor !== undefined || isPlatform
    return [
      {
        id: 'public-caching' as const,
        level: wins ? ('warning' as const) : ('note' as const),
        what: `headers in ${seen.file} tell caches to keep answers (${vendor ?? 'Cache-Control'})`,
        seen,
        why: wins
          ? 'a shared cache may keep what is gated, and give it to others'
          : 'the gate replaces it on what it lets through; where the gate is off or a rule opens a path it is sent',
        mend: 'take it out on the staging branch, or give it paths that are public alone',
      },
    ]
  })
}
