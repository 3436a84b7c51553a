/** What next.config answers before the gate, leads elsewhere, or builds. */
import path from 'node:path'
import { gitState } from '../places/git.ts'
import { cachingFindings } from './caching.ts'
import { bodyOf, literalOf, type Property, propertiesOf } from './config-values.ts'
import type { Config, Facts } from './facts.ts'
import type { Finding } from './finding.ts'
import { boundFindings, imageFindings } from './images.ts'
import { faultOf, isInside, leadsOut } from './read-safely.ts'

export async function configFindings(facts: Facts): Promise<Finding[]> {
  const { config } = facts
  return [
    ...(config
      ? [
          ...redirects(config),
          ...rewrites(config),
          ...sourceMaps(config),
          ...imageFindings(facts, config),
          ...boundFindings(facts, config),
        ]
      : []),
    ...cachingFindings(facts),
    ...(await trackedBuild(facts)),
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
    ...hostParameters(config, property, 'redirects'),
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
      ...hostParameters(config, property, 'rewrites'),
    ]
  })
}

function hostParameters(config: Config, property: Property, name: string): Finding[] {
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

function sourceMaps(config: Config): Finding[] {
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

/** What a build makes holds every page; in a repository everybody who reads it has them. */
async function trackedBuild({ dir, config }: Facts): Promise<Finding[]> {
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
