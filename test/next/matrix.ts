/**
 * Which sites the suite builds and asks, and what it asks of each: one row a site.
 *
 * CI asks every Next.js everything, by `middleware.ts` on the edge and by `proxy.ts`, and has each
 * value of the other axes once, with 15 or 16. `MATRIX=all`, for every night, adds `middleware.ts`
 * in Node.js with everything, and rows enough that every two values of two axes meet in some site.
 * matrix.test.ts counts both.
 */
import { MIDDLEWARE_15, MIDDLEWARE_16, PROXY_16, type Target, type Variant } from './targets.ts'
import type { NodeVersion, Version } from './versions.ts'

/**
 * - `whole`: every request there is, of which there are some ten thousand
 * - `brief`: the same of every kind, with fewer spellings, and no methods and headers of attackers
 */
export type Programme = 'whole' | 'brief'

export interface Row extends Target {
  programme: Programme
  /** Whether only the nightly run has it. */
  nightly: boolean
  /** Whether a browser goes through it too. */
  browser: boolean
}

interface More {
  mode?: Target['mode']
  node?: NodeVersion
  runtime?: 'nodejs'
  programme?: Programme
  nightly?: true
  browser?: true
}

/** The shortest way to write one. */
function row(
  next: Version,
  file: 'proxy' | 'middleware',
  bundler: Target['bundler'],
  variant: Variant,
  { mode = 'start', programme = 'brief', nightly, browser, runtime, node }: More = {},
): Row {
  const name = ['next', next, file, runtime, bundler, variant, mode, node].filter(Boolean).join('-')
  const more = { ...(runtime && { runtime }), ...(node && { node }) }
  return {
    name,
    next,
    file: `${file}.ts`,
    bundler,
    variant,
    mode,
    programme,
    nightly: nightly ?? false,
    browser: browser ?? false,
    ...more,
  }
}

const NODE = { runtime: 'nodejs' } as const
const WHOLE = { programme: 'whole' } as const
const NIGHTLY = { nightly: true } as const
const STANDALONE = { mode: 'standalone' } as const
const DEV = { mode: 'dev' } as const

export const matrix: Row[] = [
  // In CI: every Next.js.
  row(13, 'middleware', 'webpack', 'plain', { ...WHOLE, browser: true }),
  row(14, 'middleware', 'webpack', 'plain', { ...WHOLE, browser: true }),
  { ...row(15, 'middleware', 'turbopack', 'plain', { ...WHOLE, browser: true }), ...MIDDLEWARE_15 },
  { ...row(16, 'middleware', 'webpack', 'plain', WHOLE), ...MIDDLEWARE_16 },
  { ...row(16, 'proxy', 'turbopack', 'plain', { ...WHOLE, browser: true }), ...PROXY_16 },

  // In CI: each value of the other axes.
  row(15, 'middleware', 'webpack', 'assetPrefix', { ...STANDALONE, ...NODE, node: '22.23.3' }),
  row(16, 'proxy', 'webpack', 'i18n', { ...STANDALONE, node: '20.9.0' }),
  row(16, 'proxy', 'turbopack', 'basePath', { node: '24.9.0' }),
  row(16, 'proxy', 'turbopack', 'trailingSlash', { ...STANDALONE, node: '22.23.3' }),
  row(16, 'proxy', 'turbopack', 'cacheComponents', { node: '22.23.3' }),
  row(16, 'proxy', 'turbopack', 'plain', DEV),

  // At night: what else is asked everything.
  row(15, 'middleware', 'webpack', 'plain', { ...NIGHTLY, ...WHOLE, ...NODE }),
  row(16, 'middleware', 'turbopack', 'plain', { ...NIGHTLY, ...WHOLE, ...NODE }),

  // At night: what makes every two values meet.
  ...[
    row(13, 'middleware', 'webpack', 'basePath', { ...STANDALONE, node: '20.9.0' }),
    row(13, 'middleware', 'webpack', 'i18n', { node: '22.23.3' }),
    row(13, 'middleware', 'webpack', 'trailingSlash', { node: '24.9.0' }),
    row(14, 'middleware', 'webpack', 'i18n', { ...STANDALONE, node: '24.9.0' }),
    row(14, 'middleware', 'webpack', 'trailingSlash', { node: '20.9.0' }),
    row(14, 'middleware', 'webpack', 'assetPrefix', { node: '22.23.3' }),
    row(15, 'middleware', 'turbopack', 'basePath', { ...NODE, node: '24.9.0' }),
    row(15, 'middleware', 'webpack', 'i18n', { ...NODE, node: '20.9.0' }),
    row(15, 'middleware', 'turbopack', 'plain', { ...STANDALONE, node: '22.23.3' }),
    row(16, 'proxy', 'turbopack', 'assetPrefix', { node: '20.9.0' }),
    row(16, 'middleware', 'webpack', 'cacheComponents', { ...STANDALONE, node: '20.9.0' }),
    row(13, 'middleware', 'webpack', 'assetPrefix', { ...DEV, node: '24.9.0' }),
    row(14, 'middleware', 'turbopack', 'basePath', { ...DEV, node: '22.23.3' }),
    row(14, 'middleware', 'webpack', 'plain', { ...DEV, node: '24.9.0' }),
    row(15, 'middleware', 'turbopack', 'trailingSlash', { ...DEV, ...NODE, node: '24.9.0' }),
    row(15, 'middleware', 'webpack', 'plain', { ...DEV, node: '20.9.0' }),
    row(16, 'middleware', 'turbopack', 'cacheComponents', { ...DEV, ...NODE, node: '24.9.0' }),
    row(16, 'middleware', 'turbopack', 'i18n', { ...DEV, node: '22.23.3' }),
  ].map((row): Row => ({ ...row, nightly: true })),

  // At night: what is left of the products that matter.
  ...([13, 14] as const).flatMap((next) => [
    row(next, 'middleware', 'webpack', 'basePath', NIGHTLY),
    row(next, 'middleware', 'webpack', 'i18n', NIGHTLY),
    row(next, 'middleware', 'webpack', 'trailingSlash', { ...NIGHTLY, ...STANDALONE }),
    row(next, 'middleware', 'webpack', 'assetPrefix', NIGHTLY),
    row(next, 'middleware', 'webpack', 'plain', { ...NIGHTLY, ...STANDALONE }),
  ]),
  row(14, 'middleware', 'turbopack', 'i18n', { ...NIGHTLY, ...DEV }),
  ...(['basePath', 'i18n', 'trailingSlash', 'assetPrefix'] as const).flatMap((variant) => [
    row(15, 'middleware', 'turbopack', variant, NIGHTLY),
    row(15, 'middleware', 'webpack', variant, { ...NIGHTLY, ...NODE }),
    row(16, 'proxy', 'turbopack', variant, NIGHTLY),
    row(16, 'proxy', 'webpack', variant, { ...NIGHTLY, ...STANDALONE }),
  ]),
  row(15, 'middleware', 'webpack', 'plain', NIGHTLY),
  row(16, 'proxy', 'turbopack', 'plain', { ...NIGHTLY, ...STANDALONE }),
  row(16, 'middleware', 'turbopack', 'cacheComponents', { ...NIGHTLY, ...STANDALONE }),
]

/** Whether the nightly rows run too. */
export const isNightly = process.env.MATRIX === 'all'

/** The rows of one Next.js, of this run, that are built or not. */
export function rowsOf(next: Version, mode: 'built' | 'dev'): Row[] {
  return matrix.filter(
    (row) =>
      row.next === next && (row.mode === 'dev') === (mode === 'dev') && (isNightly || !row.nightly),
  )
}
