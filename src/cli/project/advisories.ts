/**
 * Known ways round a middleware of Next.js, and what each means for a gate without a matcher.
 *
 * A table of our own: `npm audit` may be refused by a registry mirror, and says nothing about
 * matchers. State of 2026-11-21, from the GitHub advisories that `id` leads to.
 */
import { compareReleases, compareVersions, parseVersion, type Version } from './version.ts'

/**
 * - `skips`: the gate never runs
 * - `around`: a request is served without passing the gate
 * - `rules`: the gate runs, but may take the path for another
 * - `matcher`: harms gates with a matcher, which this one has not
 */
export type Effect = 'skips' | 'around' | 'rules' | 'matcher'

export interface Advisory {
  id: string
  ghsa: string
  what: string
  effect: Effect
  /** From the first on, up to but without the second, which is the fixed version. */
  affected: [from: string, fixed: string][]
  /** Where Vercel's own platform is not affected. */
  notOnVercel?: true
}

export const ADVISORIES: Advisory[] = [
  {
    id: 'CVE-2025-29927',
    ghsa: 'GHSA-f82v-jwr5-mffw',
    what: 'a request header (x-middleware-subrequest) makes Next.js skip middleware',
    effect: 'skips',
    affected: [
      ['11.1.4', '12.3.5'],
      ['13.0.0', '13.5.9'],
      ['14.0.0', '14.2.25'],
      ['15.0.0', '15.2.3'],
    ],
    notOnVercel: true,
  },
  {
    // Seen on 13.5.11 and 14.2.35: with a middleware that refuses all, the server still
    // connected to where an upgrade request with an absolute URL told it to.
    id: 'CVE-2026-44578',
    ghsa: 'GHSA-c4j6-fc7j-m34r',
    what: 'a WebSocket upgrade makes the server fetch from other hosts for anyone',
    effect: 'around',
    affected: [
      ['13.4.13', '15.5.16'],
      ['16.0.0', '16.2.5'],
    ],
    notOnVercel: true,
  },
  {
    id: 'CVE-2026-44574',
    ghsa: 'GHSA-492v-c6pp-mqqv',
    what: 'a query parameter changes which dynamic route a path leads to',
    effect: 'rules',
    affected: [
      ['15.4.0', '15.5.16'],
      ['16.0.0', '16.2.5'],
    ],
  },
  {
    id: 'CVE-2024-51479',
    ghsa: 'GHSA-7gfc-8cq8-jh5f',
    what: 'pages directly under the root are seen under another path',
    effect: 'rules',
    affected: [['9.5.5', '14.2.15']],
    notOnVercel: true,
  },
  {
    id: 'CVE-2026-44573',
    ghsa: 'GHSA-36qx-fr4f-26g5',
    what: 'data requests without a locale pass matchers',
    effect: 'matcher',
    affected: [
      ['12.2.0', '15.5.16'],
      ['16.0.0', '16.2.5'],
    ],
  },
  {
    id: 'CVE-2026-44575',
    ghsa: 'GHSA-267c-6grr-h53f',
    what: 'segment prefetches pass matchers',
    effect: 'matcher',
    affected: [
      ['15.2.0', '15.5.16'],
      ['16.0.0', '16.2.5'],
    ],
  },
  {
    id: 'CVE-2026-45109',
    ghsa: 'GHSA-26hh-7cqf-hhc6',
    what: 'segment prefetches pass matchers under Turbopack, too',
    effect: 'matcher',
    affected: [
      ['15.2.0', '15.5.18'],
      ['16.0.0', '16.2.6'],
    ],
  },
  {
    id: 'CVE-2026-64642',
    ghsa: 'GHSA-6gpp-xcg3-4w24',
    what: 'an app with one locale passes matchers under Turbopack',
    effect: 'matcher',
    affected: [['16.0.0', '16.2.11']],
  },
]

/** Those that concern a version. */
export function advisoriesOf(version: Version): Advisory[] {
  return ADVISORIES.filter(({ affected }) =>
    affected.some(([from, fixed]) => isBetween(version, from, fixed)),
  )
}

/** Whether no gate in middleware can close it. */
export function isHole({ effect }: Advisory): boolean {
  return effect === 'skips' || effect === 'around'
}

/** Where GitHub describes it. */
export function linkOf({ ghsa }: Advisory): string {
  return `https://github.com/advisories/${ghsa}`
}

/**
 * The least version from here on that no advisory concerns: in the same major line where that
 * has one, else in a later one.
 */
export function safeVersion(version: Version): Version {
  const fixes = advisoriesOf(version).flatMap(({ affected }) =>
    affected
      .filter(([from, fixed]) => isBetween(version, from, fixed))
      .map(([, fixed]) => read(fixed)),
  )
  // A version that closes one hole may still have another.
  return fixes.length === 0 ? version : safeVersion(fixes.sort(compareVersions).at(-1) as Version)
}

/** A prerelease of the first affected version counts as affected, as does one of the fixed. */
function isBetween(version: Version, from: string, fixed: string): boolean {
  return compareReleases(version, read(from)) >= 0 && compareVersions(version, read(fixed)) < 0
}

function read(text: string): Version {
  const version = parseVersion(text)
  if (!version) throw new Error(`not a version in the table of advisories: ${text}`)
  return version
}
