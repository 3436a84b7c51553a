/**
 * Every kind of URL that a Next.js app answers. The documentation quotes this table; the
 * tests ask each, without credentials and with wrong ones, in every method.
 */
import type { Inventory } from './inventory.ts'
import type { Ask } from './wire.ts'

export interface UrlKind {
  kind: string
  /** One URL of it, for the documentation. */
  example: string
  /** All of them, in the fixture. */
  list(inventory: Inventory): (string | Ask)[]
}

const RSC: [string, string] = ['RSC', '1']
const PREFETCH: [string, string] = ['Next-Router-Prefetch', '1']

/** Pages of the App Router, one of each way to draw them, and one that is not there. */
const APP_PAGES = [
  ...['/', '/news', '/dynamic', '/shows/hamlet', '/shows/else', '/archive/a/b', '/stream', '/feed'],
  ...['/pricing', '/pricing/gold', '/members', '/desk', '/gallery', '/draft', '/redirected'],
  ...['/missing', '/rewritten', '/nowhere', '/token', '/whoami', '/whoami/admin'],
]
const LEGACY_PAGES = [
  ...['/legacy/ssr', '/legacy/ssg', '/legacy/isr', '/legacy/auto'],
  ...['/legacy/posts/one', '/legacy/posts/two'],
]
const IMAGE = '/_next/image?w=64&q=75&url='

export const urlKinds: UrlKind[] = [
  {
    kind: 'page (App Router): static, revalidated, dynamic, streamed, intercepting, rewritten',
    example: '/pricing',
    list: () => APP_PAGES,
  },
  {
    kind: 'page (Pages Router): at request, at build, revalidated, automatic, fallback',
    example: '/legacy/ssr',
    list: () => LEGACY_PAGES,
  },
  {
    kind: 'RSC payload, with and without the hash',
    example: '/pricing?_rsc=1abcd (RSC: 1)',
    list: () => APP_PAGES.flatMap((target) => [rsc(target), rsc(`${target}?_rsc=1abcd`)]),
  },
  {
    kind: 'prefetch',
    example: '/pricing?_rsc=1abcd (RSC: 1, Next-Router-Prefetch: 1)',
    list: () => APP_PAGES.map((target) => rsc(`${target}?_rsc=1abcd`, PREFETCH)),
  },
  {
    kind: 'segment prefetch, by header',
    example: '/pricing (Next-Router-Segment-Prefetch: /_tree)',
    list: () =>
      APP_PAGES.flatMap((target) =>
        ['/_tree', '/_full', '/__PAGE__', '/pricing/__PAGE__'].map((segment) =>
          rsc(target, PREFETCH, ['Next-Router-Segment-Prefetch', segment]),
        ),
      ),
  },
  {
    kind: 'what the build has drawn: page, .rsc, .segments/….segment.rsc',
    example: '/pricing.segments/_tree.segment.rsc',
    list: ({ prerendered }) => [
      ...prerendered,
      ...prerendered.map((target) => rsc(target)),
      ...APP_PAGES.flatMap((target) => [`${target}.rsc`, `${target}.prefetch.rsc`]),
    ],
  },
  {
    kind: 'data of a page',
    example: '/_next/data/<build>/legacy/ssr.json',
    list: ({ buildId }) =>
      ['/index', ...LEGACY_PAGES, ...APP_PAGES.slice(1)].flatMap((page) => [
        `/_next/data/${buildId}${page}.json`,
        `/_next/data/${buildId}/index${page}.json`,
        `/_next/data/${buildId}/en${page}.json`,
        `/_next/data/${buildId}/de${page}.json`,
        `/_next/data/WRONG${page}.json`,
        `/_next/data/WRONG/en${page}.json`,
        `/en/_next/data/${buildId}${page}.json`,
        `/de/_next/data/${buildId}${page}.json`,
        { target: page, headers: [['x-nextjs-data', '1']] },
      ]),
  },
  {
    kind: 'file made by the build: chunk, style sheet, source map, media, manifest',
    example: '/_next/static/<build>/_buildManifest.js',
    list: ({ staticFiles }) => [
      ...staticFiles,
      ...staticFiles.filter((name) => name.endsWith('.js')).map((name) => `${name}.map`),
      '/_next/static/nowhere.js',
    ],
  },
  {
    kind: 'optimised image: public file, imported file, foreign, none',
    example: '/_next/image?url=%2Flogo.png&w=64&q=75',
    list: ({ staticFiles }) => [
      `${IMAGE}%2Flogo.png`,
      `${IMAGE}/logo.png`,
      `${IMAGE}/pricing/table.png`,
      ...staticFiles.filter((name) => name.endsWith('.png')).map((name) => IMAGE + name),
      `${IMAGE}/icon.png`,
      `${IMAGE}/members`,
      `${IMAGE}/_next/image?url=/logo.png`,
      `${IMAGE}https://example.com/logo.png`,
      `${IMAGE}//example.com/logo.png`,
      `${IMAGE}/nowhere.png`,
      '/_next/image',
      '/_next/image/',
      '/_next/image?url=%',
    ],
  },
  {
    kind: 'public file, hidden and .well-known too',
    example: '/.well-known/security.txt',
    list: ({ publicFiles }) => [...publicFiles, '/docs', '/docs/', '/secret%2Etxt'],
  },
  {
    kind: 'metadata route',
    example: '/robots.txt',
    list: () => [
      ...['/robots.txt', '/sitemap.xml', '/manifest.webmanifest', '/icon.png'],
      ...['/opengraph-image.png', '/favicon.ico', '/apple-icon.png'],
    ],
  },
  {
    kind: 'route handler, API route',
    example: '/api/echo',
    list: () => [
      ...['/api/echo', '/api/hook', '/api/draft', '/api/cacheable', '/api/legacy', '/api/nowhere'],
      ...['/api/whoami', '/api/whoami?role=admin', '/api/whoami-legacy'],
      { target: '/api/revalidate', method: 'POST', body: 'now' },
    ],
  },
  {
    kind: 'server action, sent by a script and by a form',
    example: 'POST /desk (Next-Action: <id>)',
    list: ({ actions }) =>
      Object.values(actions).flatMap((id) =>
        ['/desk', '/members', '/', '/nowhere', '/legacy/ssr'].flatMap((target) => [
          actionByScript(target, id),
          actionByForm(target, id),
        ]),
      ),
  },
  {
    kind: 'error page, and names that mean something inside Next.js',
    example: '/_not-found',
    list: () => [
      ...['/404', '/500', '/_not-found', '/_error', '/_document', '/_app', '/_global-error'],
      ...['/index', '/_next', '/_next/', '/_next/webpack-hmr', '/_next/mcp', '/_next/postponed'],
      ...[
        '/__nextjs_original-stack-frame',
        '/__nextjs_font/geist-latin.woff2',
        '/_vercel/insights',
      ],
      ...['/BUILD_ID', '/.next/BUILD_ID', '/_next/server/app/members.html', '/server.js'],
      ...['/proxy', '/middleware', '/proxy.ts', '/middleware.ts', '/src/middleware', '/.env'],
    ],
  },
]

function rsc(target: string, ...headers: [string, string][]): Ask {
  return { target, headers: [RSC, ...headers] }
}

/** A server action called as React's client does, with no arguments of interest. */
export function actionByScript(target: string, id: string, args: unknown[] = []): Ask {
  return {
    target,
    method: 'POST',
    headers: [
      ['Next-Action', id],
      ['Accept', 'text/x-component'],
      ['Content-Type', 'text/plain;charset=UTF-8'],
    ],
    body: JSON.stringify(args),
  }
}

/** A server action posted by a form of a page whose scripts do not run. */
export function actionByForm(
  target: string,
  id: string,
  fields: { [name: string]: string } = {},
): Ask {
  const parts = Object.entries({ [`$ACTION_ID_${id}`]: '', ...fields }).map(
    ([name, value]) =>
      `--edge\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  return {
    target,
    method: 'POST',
    headers: [['Content-Type', 'multipart/form-data; boundary=edge']],
    body: `${parts.join('')}--edge--\r\n`,
  }
}
