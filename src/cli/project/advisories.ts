/**
 * Known faults of Next.js that concern who gets past a gate in its middleware, or what a shared
 * cache keeps, and what each means for a gate without a matcher and for one with.
 *
 * A table of our own: `npm audit` may be refused by a registry mirror, and says nothing about
 * matchers. State of 2026-11-21, from the GitHub advisories that `ghsa` leads to. Those that only
 * slow a server down or put a script into a page are not in it.
 */
import { compareReleases, compareVersions, parseVersion, type Version } from './version.ts'

/**
 * - `skips`: the gate never runs
 * - `around`: a request is served without passing the gate
 * - `rules`: the gate runs, but may take the path for another
 * - `matcher`: harms gates with a matcher, which this one has not
 * - `inside`: harm by requests that a gate has let through: of those who are in, and of everybody
 *   on paths that are public
 * - `own`: harms through what a middleware of the app's own does
 * - `cache`: what a cache keeps and gives to others
 */
export type Effect = 'skips' | 'around' | 'rules' | 'matcher' | 'inside' | 'own' | 'cache'

/** What an app must have for a fault to be of use to anybody. */
export type Through = 'actions' | 'images' | 'rewrites'

export interface Advisory {
  id: string
  ghsa: string
  what: string
  effect: Effect
  /** From the first on, up to but without the second, which is the fixed version. */
  affected: [from: string, fixed: string][]
  /** Where Vercel's own platform is not affected. */
  notOnVercel?: true
  through?: Through
  /** What it means for a gate without a matcher, where that is another than for all of its effect. */
  without?: string
  /** The same for one with a matcher, of this app or another. */
  with?: string
}

/** What it means for a gate, by effect. */
const MEANS: Record<Effect, { without: string; with: string }> = {
  skips: {
    without: 'the gate never runs: everything is open',
    with: 'the gate never runs: everything is open',
  },
  around: {
    without: 'served past the gate, which cannot close it',
    with: 'served past the gate, which cannot close it',
  },
  rules: {
    without: 'a credential is asked for all the same; rules for paths may be taken in',
    with: 'a path that the matcher leaves out may lead to one that it has',
  },
  matcher: {
    without: 'no harm: the gate sees every request',
    with: 'pages that the matcher has are served past the gate',
  },
  inside: {
    without: 'takes a credential, or a path that is public',
    with: 'takes a credential, or a path that is public or that the matcher leaves out',
  },
  own: {
    without: 'no harm by the gate; a middleware of your own around or inside it may do it',
    with: 'no harm by the gate; a middleware of your own around or inside it may do it',
  },
  cache: {
    without:
      'shared caches are told to keep nothing that is gated; what is public, and what Next.js itself keeps, may be another than was asked for',
    with: 'the same, and what the matcher leaves out may be kept by shared caches',
  },
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
  // Reached by requests that a gate lets through.
  {
    id: 'CVE-2025-66478',
    ghsa: 'GHSA-9qr9-h5gf-34mp',
    what: 'a POST to a page of the App Router runs code on the server (React: CVE-2025-55182)',
    effect: 'inside',
    through: 'actions',
    affected: [
      ['15.0.0', '15.0.5'],
      ['15.1.0', '15.1.9'],
      ['15.2.0', '15.2.6'],
      ['15.3.0', '15.3.6'],
      ['15.4.0', '15.4.8'],
      ['15.5.0', '15.5.7'],
      ['16.0.0', '16.0.7'],
    ],
  },
  {
    id: 'CVE-2025-55183',
    ghsa: 'GHSA-w37m-7fhw-fmv9',
    what: 'a POST to a page of the App Router shows the source of server actions',
    effect: 'inside',
    through: 'actions',
    affected: [
      ['15.0.0', '15.0.6'],
      ['15.1.0', '15.1.10'],
      ['15.2.0', '15.2.7'],
      ['15.3.0', '15.3.7'],
      ['15.4.0', '15.4.9'],
      ['15.5.0', '15.5.8'],
      ['16.0.0', '16.0.9'],
    ],
  },
  {
    id: 'CVE-2026-64643',
    ghsa: 'GHSA-955p-x3mx-jcvp',
    what: 'ids of server actions of other pages are told to who asks',
    effect: 'inside',
    through: 'actions',
    affected: [
      ['13.0.0', '15.5.21'],
      ['16.0.0', '16.2.11'],
    ],
  },
  {
    id: 'CVE-2024-34351',
    ghsa: 'GHSA-fr5h-rqp8-mj6g',
    what: 'a Host field makes a server action that redirects fetch from other hosts',
    effect: 'inside',
    through: 'actions',
    affected: [['13.4.0', '14.1.1']],
    notOnVercel: true,
  },
  {
    id: 'CVE-2026-64649',
    ghsa: 'GHSA-89xv-2m56-2m9x',
    what: 'the same of a server action on a custom server',
    effect: 'inside',
    through: 'actions',
    affected: [
      ['14.1.1', '15.5.21'],
      ['16.0.0', '16.2.11'],
    ],
    notOnVercel: true,
  },
  {
    id: 'CVE-2026-75604',
    ghsa: 'GHSA-p293-qw3h-jr36',
    what: 'on a server with Windows, a path runs code',
    effect: 'inside',
    affected: [
      ['13.4.0', '15.5.24'],
      ['16.0.0', '16.3.3'],
    ],
    notOnVercel: true,
  },
  {
    id: 'GHSA-2xp9-vwfh-vxw4',
    ghsa: 'GHSA-2xp9-vwfh-vxw4',
    what: 'an AVIF image that is optimised runs code on the server',
    effect: 'inside',
    through: 'images',
    affected: [
      ['10.0.0', '15.5.24'],
      ['16.0.0', '16.3.3'],
    ],
  },
  {
    id: 'CVE-2026-96889',
    ghsa: 'GHSA-2464-fhr4-w9xw',
    what: 'an SVG image that is optimised runs code on the server',
    effect: 'inside',
    through: 'images',
    affected: [
      ['10.0.0', '15.5.28'],
      ['16.0.0', '16.4.1'],
    ],
  },
  {
    id: 'CVE-2026-94545',
    ghsa: 'GHSA-vcvr-r3jv-pc5j',
    what: 'text that a visitor puts into an image of next/og runs code on the server',
    effect: 'inside',
    affected: [['16.2.0', '16.3.6']],
  },
  {
    id: 'GHSA-673q-mjm6-r5xr',
    ghsa: 'GHSA-673q-mjm6-r5xr',
    what: 'a `use cache` function that returns typed arrays runs code on the server',
    effect: 'inside',
    affected: [['16.0.0', '16.4.1']],
  },
  {
    id: 'CVE-2026-94483',
    ghsa: 'GHSA-cjq9-62q9-8jv4',
    what: 'the image optimiser fetches from private addresses through hosts of remotePatterns',
    effect: 'inside',
    through: 'images',
    affected: [['16.0.0', '16.3.8']],
  },
  {
    id: 'CVE-2026-64645',
    ghsa: 'GHSA-p9j2-gv94-2wf4',
    what: 'rewrites() and redirects() with a parameter in the host lead to any host',
    effect: 'inside',
    through: 'rewrites',
    affected: [
      ['12.0.0', '15.5.21'],
      ['16.0.0', '16.2.11'],
    ],
    without:
      'a rewrite takes a credential, or a public path; a redirect is answered before any gate',
    with: 'a rewrite takes a credential, or a path that is public or left out; a redirect is answered before any gate',
  },
  {
    id: 'CVE-2026-29057',
    ghsa: 'GHSA-ggv3-7p47-pfv8',
    what: 'a request hidden in another goes to the host behind rewrites() unseen',
    effect: 'inside',
    through: 'rewrites',
    affected: [
      ['9.5.0', '15.5.13'],
      ['16.0.0', '16.1.7'],
    ],
    notOnVercel: true,
  },
  {
    id: 'CVE-2024-34350',
    ghsa: 'GHSA-77r5-gw3j-2mpf',
    what: 'a request hidden in another mixes up answers of rewrites()',
    effect: 'inside',
    through: 'rewrites',
    affected: [['13.4.0', '13.5.1']],
  },
  // Of a middleware of the app's own.
  {
    id: 'CVE-2025-57822',
    ghsa: 'GHSA-4342-x723-ch2f',
    what: "NextResponse.next() that is handed the request's headers makes the server fetch from other hosts",
    effect: 'own',
    affected: [
      ['0.9.9', '14.2.32'],
      ['15.0.0', '15.4.7'],
    ],
    notOnVercel: true,
  },
  {
    id: 'CVE-2025-30218',
    ghsa: 'GHSA-223j-4rm8-mrmf',
    what: 'hosts from which a middleware fetches are told what makes Next.js skip it',
    effect: 'own',
    affected: [
      ['12.3.5', '12.3.6'],
      ['13.5.9', '13.5.10'],
      ['14.2.25', '14.2.26'],
      ['15.2.3', '15.2.4'],
    ],
  },
  // Of what caches keep.
  {
    id: 'CVE-2025-57752',
    ghsa: 'GHSA-g5qg-72qw-gw5v',
    what: 'an optimised image that depends on who asks is given to others',
    effect: 'cache',
    through: 'images',
    affected: [
      ['0.9.9', '14.2.31'],
      ['15.0.0', '15.4.5'],
    ],
  },
  {
    id: 'CVE-2024-46982',
    ghsa: 'GHSA-gp8f-8m3g-qvj9',
    what: 'a page of the Pages Router that is made for each visitor is kept for all',
    effect: 'cache',
    affected: [
      ['13.5.1', '13.5.7'],
      ['14.0.0', '14.2.10'],
    ],
    notOnVercel: true,
  },
  {
    id: 'CVE-2025-32421',
    ghsa: 'GHSA-qpjv-v59x-3qc4',
    what: 'a page of the Pages Router is kept as its data',
    effect: 'cache',
    affected: [
      ['0.9.9', '14.2.24'],
      ['15.0.0', '15.1.6'],
    ],
    notOnVercel: true,
  },
  {
    id: 'CVE-2025-49826',
    ghsa: 'GHSA-67rr-84xm-4c7r',
    what: 'an empty answer is kept in place of a page',
    effect: 'cache',
    affected: [['15.0.4-canary.51', '15.1.8']],
    notOnVercel: true,
  },
  {
    id: 'CVE-2025-49005',
    ghsa: 'GHSA-r2fc-ccr8-96c4',
    what: 'a payload of the App Router is kept in place of the page',
    effect: 'cache',
    affected: [['15.3.0', '15.3.3']],
  },
  {
    id: 'CVE-2026-44576',
    ghsa: 'GHSA-wfc6-r584-vfw7',
    what: 'a payload of the App Router is kept in place of the page',
    effect: 'cache',
    affected: [
      ['14.2.0', '15.5.16'],
      ['16.0.0', '16.2.5'],
    ],
  },
  {
    id: 'CVE-2026-44582',
    ghsa: 'GHSA-vfv6-92ff-j949',
    what: 'payloads of the App Router are taken for each other',
    effect: 'cache',
    affected: [
      ['13.4.6', '15.5.16'],
      ['16.0.0', '16.2.5'],
    ],
  },
  {
    id: 'CVE-2026-44572',
    ghsa: 'GHSA-3g8h-86w9-wvmq',
    what: 'a redirect of a middleware is kept without its target',
    effect: 'cache',
    affected: [
      ['12.2.0', '15.5.16'],
      ['16.0.0', '16.2.5'],
    ],
    without: 'the gate redirects only after a share link or a sign-in, with `no-store`',
    with: 'the gate redirects only after a share link or a sign-in, with `no-store`',
  },
  {
    id: 'CVE-2026-64648',
    ghsa: 'GHSA-68g3-v927-f742',
    what: 'what the server fetched for one body is given to another',
    effect: 'cache',
    affected: [
      ['13.0.0', '15.5.21'],
      ['16.0.0', '16.2.11'],
    ],
  },
  {
    id: 'CVE-2026-64647',
    ghsa: 'GHSA-4633-3j49-mh5q',
    what: 'the same of bodies that are no UTF-8',
    effect: 'cache',
    affected: [
      ['13.0.0', '15.5.21'],
      ['16.0.0', '16.2.11'],
    ],
  },
  {
    id: 'CVE-2026-94543',
    ghsa: 'GHSA-4jqv-mc3x-m676',
    what: 'a static page of the Pages Router is kept with the content of another',
    effect: 'cache',
    affected: [
      ['15.0.0', '15.5.27'],
      ['16.0.0', '16.3.8'],
    ],
    notOnVercel: true,
  },
  {
    id: 'CVE-2026-94484',
    ghsa: 'GHSA-mcj8-r9mp-w47p',
    what: 'beside a catch-all page at the root, static pages are kept with the content of others',
    effect: 'cache',
    affected: [
      ['15.0.0', '15.5.27'],
      ['16.0.0', '16.3.8'],
    ],
  },
  {
    id: 'CVE-2026-94544',
    ghsa: 'GHSA-3w37-wq28-93x7',
    what: 'what draft mode shows is kept for everybody by `use cache`',
    effect: 'cache',
    affected: [['16.3.0', '16.3.8']],
  },
  {
    id: 'CVE-2026-103004',
    ghsa: 'GHSA-h694-7cp9-m8p3',
    what: '`use cache` gives what it keeps for one root parameter to another',
    effect: 'cache',
    affected: [['16.3.0', '16.3.8']],
  },
]

/** All that concern a version. */
export function knownFaults(version: Version): Advisory[] {
  return ADVISORIES.filter(({ affected }) =>
    affected.some(([from, fixed]) => isBetween(version, from, fixed)),
  )
}

// What a gate is for: that it is asked, and asked for the right path.
const OF_GATES: Effect[] = ['skips', 'around', 'rules', 'matcher']

/** Those that concern a version and whether a gate is asked there, for the right path. */
export function advisoriesOf(version: Version): Advisory[] {
  return knownFaults(version).filter(({ effect }) => OF_GATES.includes(effect))
}

/** Whether no gate in middleware can close it. */
export function isHole({ effect }: Advisory): boolean {
  return effect === 'skips' || effect === 'around'
}

/** Where GitHub describes it. */
export function linkOf({ ghsa }: Advisory): string {
  return `https://github.com/advisories/${ghsa}`
}

/** What it means for a gate, with a matcher or without. */
export function meaningOf(advisory: Advisory, gate: 'with' | 'without'): string {
  return advisory[gate] ?? MEANS[advisory.effect][gate]
}

/**
 * The least version from here on that no advisory concerns: in the same major line where that
 * has one, else in a later one.
 *
 * @param concern which advisories count
 */
export function safeVersion(version: Version, concern = advisoriesOf): Version {
  const fixes = concern(version).flatMap(({ affected }) =>
    affected
      .filter(([from, fixed]) => isBetween(version, from, fixed))
      .map(([, fixed]) => read(fixed)),
  )
  // A version that closes one hole may still have another.
  return fixes.length === 0
    ? version
    : safeVersion(fixes.sort(compareVersions).at(-1) as Version, concern)
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
