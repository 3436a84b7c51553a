/** What next.config answers before the gate, leads elsewhere, or tells caches. */
import path from 'node:path'
import { gitState } from '../places/git.ts'
import { lineAt } from '../project/source-text.ts'
import { bodyOf, literalOf, type Property, propertiesOf } from './config-values.ts'
import type { Config, Facts } from './facts.ts'
import type { Finding } from './finding.ts'
import { faultOf, isInside, leadsOut, textOf } from './read-safely.ts'
import { usesImages } from './version.ts'

export async function configFindings(facts: Facts): Promise<Finding[]> {
  const { config } = facts
  return [
    ...(config
      ? [...redirects(config), ...rewrites(config), ...maps(config), ...images(facts, config)]
      : []),
    ...caching(facts),
    ...(await built(facts)),
  ]
}

const HOST = /(['"`])(https?:\/\/[^'"`]+)\1/g

/** Texts of a property that are URLs, with a `destination` in front. */
function destinations(config: Config, property: Property): string[] {
  const body = bodyOf(config, property)
  return [...body.matchAll(/\bdestination['"]?\s*:\s*(?=['"`])/g)].flatMap(
    ({ index, 0: { length } }) => {
      HOST.lastIndex = index + length
      const match = HOST.exec(body)
      return match?.index === index + length ? [match[2] as string] : []
    },
  )
}

function redirects(config: Config): Finding[] {
  return propertiesOf(config, 'redirects').flatMap((property) => [
    {
      id: 'redirects' as const,
      level: 'note' as const,
      what: `${config.name} has redirects()`,
      seen: property.seen,
      why: 'Next.js answers them before the gate: everybody is told where they lead, and the target asks',
      mend: 'keep what nobody may know out of them; a redirect() in a page or in your middleware is gated',
    },
    ...parameters(config, property, 'redirects'),
  ])
}

function rewrites(config: Config): Finding[] {
  return propertiesOf(config, 'rewrites').flatMap((property) => {
    const hosts = [...new Set(destinations(config, property).map(hostOf))]
    if (hosts.length === 0) return []
    return [
      {
        id: 'rewrites-elsewhere' as const,
        level: 'note' as const,
        what: `${config.name} has rewrites() to ${hosts.slice(0, 5).join(', ')}`,
        seen: property.seen,
        why: 'that host is asked on behalf of who is in; by its own address it is open, unless it asks itself',
        mend: 'close that host to all but this app, such as by a secret header or an allow list',
      },
      ...parameters(config, property, 'rewrites'),
    ]
  })
}

function parameters(config: Config, property: Property, name: string): Finding[] {
  const [first] = destinations(config, property).filter((url) =>
    /^https?:\/\/[^/]*:[A-Za-z]/.test(url),
  )
  if (first === undefined) return []
  return [
    {
      id: 'host-parameter',
      level: 'warning',
      what: `${name}() in ${config.name} have a parameter in a host: ${first}`,
      seen: property.seen,
      why: 'a visitor chooses which host is asked, before Next.js 15.5.21 and 16.2.11 any host (CVE-2026-64645)',
      mend: 'write each host out, or check the parameter with a pattern such as `:tenant(a|b)`',
    },
  ]
}

function hostOf(url: string): string {
  return /^https?:\/\/([^/]*)/.exec(url)?.[1] ?? url
}

function maps(config: Config): Finding[] {
  if (literalOf(config, 'productionBrowserSourceMaps') !== true) return []
  const [property] = propertiesOf(config, 'productionBrowserSourceMaps')
  return [
    {
      id: 'source-maps',
      level: 'note',
      what: `${config.name} builds source maps for browsers`,
      ...(property && { seen: property.seen }),
      why: 'who is in, or may see a script by an allow rule, may read the source of the app',
      mend: 'take productionBrowserSourceMaps out, or never allow /_next',
    },
  ]
}

function images(facts: Facts, config: Config): Finding[] {
  const [images] = propertiesOf(config, 'images')
  const { app } = facts
  if (!app) return []
  const body = images ? bodyOf(config, images) : ''
  const seen = images?.seen ?? { file: config.name || 'next.config.js' }
  const isPast = app.version.major === 14
  const anyHost = /hostname['"]?\s*:\s*(['"])\*\*?\1/.test(body)
  const loader =
    /\bloader['"]?\s*:\s*['"](?!default)(\w+)|\bloaderFile\b|\bpath['"]?\s*:\s*['"](https?:\/\/[^'"]*)/.exec(
      body,
    )
  return [
    ...(isPast &&
    !config.unoptimized &&
    !loader &&
    (usesImages(facts) || /remotePatterns|domains/.test(body))
      ? [
          {
            id: 'images-past-gate' as const,
            level: 'warning' as const,
            what: `next ${app.version.major} answers /_next/image past the gate, and the app has images for it`,
            seen,
            why: 'everybody may have remote images fetched and optimised; those of the app itself stay broken, for who is in too',
            mend: `set \`images: { unoptimized: true }\` in ${config.name || 'next.config.js'} on the staging branch`,
          },
        ]
      : []),
    ...(anyHost && !config.unoptimized
      ? [
          {
            id: 'images-any-host' as const,
            level: 'warning' as const,
            what: `remotePatterns in ${config.name} have every host`,
            seen,
            why: 'who is in has the server fetch from anywhere, and what is fetched is kept as public',
            mend: 'name the hosts that the images are from',
          },
        ]
      : []),
    ...(loader
      ? [
          {
            id: 'images-elsewhere' as const,
            level: 'note' as const,
            what: `images in ${config.name} have a loader (${loader[1] ?? loader[2] ?? 'loaderFile'})`,
            seen,
            why: 'where it leads to another host, images are served there, and nothing gates that host',
            mend: 'set `images: { unoptimized: true }` on the staging branch where they must stay private',
          },
        ]
      : []),
  ]
}

// Fields of shared caches that the gate does not set, so what the app sets is sent (docs/nextjs.md).
const VENDOR =
  /(['"`])(Surrogate-Control|Vercel-CDN-Cache-Control|Cloudflare-CDN-Cache-Control|Netlify-CDN-Cache-Control)\1/i
const SHARED = /(['"`])(?:[^'"`]*\b(?:public|s-maxage)\b[^'"`]*)\1/i

function caching({ config, dir }: Facts): Finding[] {
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

/** What a build makes holds every page; in a repository everybody who reads it has them. */
async function built({ dir, config }: Facts): Promise<Finding[]> {
  const distDir = config ? literalOf(config, 'distDir') : undefined
  const folder = typeof distDir === 'string' && distDir !== 'unknown' ? distDir : '.next'
  const file = path.resolve(dir, folder, 'BUILD_ID')
  if (!isInside(dir, file) || leadsOut(dir, file)) return []
  if (faultOf(file) !== undefined || (await gitState(file)) !== 'tracked') return []
  return [
    {
      id: 'build-tracked',
      level: 'warning',
      what: `git tracks ${folder}, which a build has made`,
      seen: { file: `${folder}/BUILD_ID` },
      why: 'it holds pages, source and the secret of draft mode, which walks past the gate',
      mend: `run \`git rm -r --cached ${folder}\`, and add the line /${folder}/ to .gitignore`,
    },
  ]
}
