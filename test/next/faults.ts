/**
 * Faults of Next.js by which requests got past a middleware: for each the last version that has
 * it and the first that has not, the request that used it, and what becomes of it at a gate
 * without a matcher. `doctor` knows the same faults by src/cli/project/advisories.ts.
 */
import type { TinyGate } from './tiny.ts'
import { WEBSOCKET } from './tricks.ts'
import type { Version } from './versions.ts'
import type { Answer, Ask } from './wire.ts'

export interface Pair {
  affected: Version
  fixed: Version
  bundler: 'turbopack' | 'webpack'
}

export interface Fault {
  id: string
  pairs: Pair[]
  /** Locales of the site that has it, where it takes some. */
  locales?: string
  /** The gate that the trick gets past: the control, without which a refusal proves nothing. */
  control: TinyGate
  /**
   * The trick, at a page that is to stay shut or at another server of this machine, by its port;
   * and what of that it shows: see `hasWorked`.
   */
  trick(buildId: string, inside: number): Ask
  /** The page as people ask for it, where the control refuses that. */
  plain?(buildId: string): Ask
  shows?: string
  /**
   * What the gate as it ships does about it on an affected version: it refuses; or it never runs,
   * and what asks next to the data refuses; or another host is fetched from, which no code of the
   * app can prevent.
   */
  gate: 'refuses' | 'never runs' | 'is not asked'
  /** The same trick at places that ask next to the data. */
  near?(buildId: string): Ask[]
}

/** What a server says that only this machine can reach. */
export const INSIDE = 'BACKSTAGE-inside'

/** As the documentation of Next.js has people write one: the paths that are to be shut. */
export const MATCHER = ['/members', '/plain', '/legacy/:path*', '/shows/:slug*']

const pair = (affected: Version, fixed: Version, bundler: Pair['bundler'] = 'webpack'): Pair => ({
  affected,
  fixed,
  bundler,
})
const SKIP: Ask['headers'] = [['x-middleware-subrequest', Array(5).fill('middleware').join(':')]]

export const faults: Fault[] = [
  {
    id: 'CVE-2026-44578',
    pairs: [pair('16.2.4', '16.2.5')],
    control: 'plain',
    trick: (_, inside) => ({ target: `http://localhost:${inside}/`, headers: WEBSOCKET }),
    plain: () => ({ target: '/members' }),
    shows: INSIDE,
    gate: 'is not asked',
  },
  {
    id: 'CVE-2026-44578',
    pairs: [pair('15.5.15', '15.5.16')],
    control: 'plain',
    // It loses the host and the port: what it connects to is port 80 of its own machine.
    trick: (_, inside) => ({ target: `http://localhost:${inside}/`, headers: WEBSOCKET }),
    plain: () => ({ target: '/members' }),
    gate: 'is not asked',
  },
  {
    id: 'CVE-2024-51479',
    pairs: [pair('14.2.14', '14.2.15')],
    control: 'matcher',
    // The page of that name, under the address of the home page, which the matcher leaves out.
    trick: () => ({ target: '/?__nextLocale=members' }),
    plain: () => ({ target: '/members' }),
    shows: 'BACKSTAGE-members',
    gate: 'refuses',
  },
  {
    id: 'CVE-2026-44573',
    pairs: [pair('15.5.15', '15.5.16'), pair('16.2.4', '16.2.5')],
    locales: 'en,de',
    control: 'matcher',
    trick: (buildId) => ({ target: `/_next/data/${buildId}/legacy/ssr.json` }),
    plain: (buildId) => ({ target: `/_next/data/${buildId}/en/legacy/ssr.json` }),
    shows: 'BACKSTAGE-ssr-props',
    gate: 'refuses',
  },
  {
    id: 'CVE-2026-64642',
    pairs: [pair('16.2.10', '16.2.11', 'turbopack')],
    // With one locale alone the matcher fits no path at all.
    locales: 'en',
    control: 'matcher',
    trick: () => ({ target: '/members' }),
    shows: 'BACKSTAGE-members',
    gate: 'refuses',
  },
  {
    id: 'CVE-2025-29927',
    pairs: [pair('13.5.8', '13.5.9'), pair('14.2.24', '14.2.25'), pair('15.2.2', '15.2.3')],
    control: 'plain',
    trick: () => ({ target: '/members', headers: SKIP }),
    plain: () => ({ target: '/members' }),
    shows: 'BACKSTAGE-members',
    gate: 'never runs',
    near: (buildId) =>
      [
        ...['/account', '/api/account', '/api/account-legacy', '/legacy/guarded'],
        ...['/guarded/hamlet', `/_next/data/${buildId}/legacy/guarded.json`],
      ].map((target) => ({ target, headers: SKIP })),
  },
]

/** Whether the trick of a fault did what it is for: shown a page, or had any answer at all. */
export function hasWorked({ shows }: Fault, { status, body }: Answer): boolean {
  return shows ? status === 200 && `${body}`.includes(shows) : body.length > 0
}
