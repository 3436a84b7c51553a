/** What the fuzzer makes policies and requests of. */
import { createHash, pbkdf2Sync } from 'node:crypto'

/** 2026-07-01T00:00:00Z, in milliseconds: where the clocks of the worlds start. */
export const START = 1_782_864_000_000

export const SITES = ['https://staging.example', 'http://127.0.0.1:3000']

export const SECRETS = [
  'S3CRET-OF-32-BYTES-THAT-SIGNS-IT',
  'ünother-secret-thät-signs-passes-longer',
]
/** Too short for HS256: there are no passes. */
export const SHORT_SECRET = 'S3CRET-OF-31-BYTES-THAT-SIGNS-N'
export const FOREIGN_SECRET = 'AN0THER-OF-32-BYTES-THAT-SIGNS-X'
export const BYPASS_SECRETS = ['bYpAsSsEcReToFtHeSiTe0123456789X', 'an other bypass=secret&co']

export const USER_IDS = [
  'alice',
  'bob',
  'client',
  'Alice',
  '',
  ' ',
  'jürgen',
  'a b',
  '__proto__',
  'constructor',
  'ﬁne',
  'Å',
  '日本',
  'limited',
]

/** Passwords that mean something to whoever compares carelessly. */
export const PASSWORDS = [
  'correct-horse-battery-staple',
  'correct-horse-battery-staplf',
  'with:two:colons-in-it',
  'pässwörd-mit-ümläuten',
  'ﬁlligree-ﬁsh-compat',
  'Ångström-ligature-é',
  'emoji-🚪🎭-door-stage',
  '=trailing-equals====',
  ' leading-and-trailing ',
  'UPPER-and-lower-CASE',
  'A'.repeat(43),
  'undefined',
  'null',
  '\uFEFFbyte-order-mark',
  'a',
  '',
  'x'.repeat(300),
]

const salt = (password: string) => createHash('md5').update(password).digest()

/** A verifier (docs/policy.md, Verifiers). */
export function verifierOf(password: string, iterations: number): string {
  const text = Buffer.from(password.normalize('NFC'))
  const salted = salt(password)
  const written = salted.toString('base64url')
  if (iterations === 0) {
    const digest = createHash('sha256').update(salted).update(text).digest('base64url')
    return `sha256:${written}:${digest}`
  }
  const key = pbkdf2Sync(text, salted, iterations, 32, 'sha256').toString('base64url')
  return `pbkdf2-sha256:${iterations}:${written}:${key}`
}

/** By password: verifiers with a digest, and with the fewest iterations that are read. */
export const VERIFIERS = new Map(
  PASSWORDS.map((password) => [password, [verifierOf(password, 0), verifierOf(password, 1000)]]),
)

export const RULES = [
  '/',
  '/**',
  '/open/**',
  '/open',
  '/docs/*/page',
  '/a/**/z',
  '/**/public',
  '/*.png',
  '/img/*-*.png',
  '/a*b*c/**',
  '/café/**',
  '/a b/*',
  '/_next/static/**',
  '/_next/image',
  '/.well-known/**',
  '/pricing',
  '/pricing/**',
  '/robots.txt',
  'GET,HEAD /icon.*',
  'POST /api/webhooks/**',
  'OPTIONS /api/**',
  'GET /api/items/*',
  '/..a/*',
  '/a;b',
  '/[slug]/x',
  '/*/*/deep',
  '/constructor/**',
]

export const NETWORKS = [
  '203.0.113.0/24',
  '198.51.100.7',
  '10.0.0.0/9',
  '0.0.0.0/0',
  '192.0.2.128/25',
  '2001:db8::/32',
  '2001:db8:ffff:8000::/49',
  '::1',
  '::/0',
  '::ffff:203.0.113.0/120',
  'fe80::/10',
]

export const ADDRESSES = [
  '203.0.113.7',
  '203.0.114.7',
  '198.51.100.7',
  '10.127.255.255',
  '10.128.0.0',
  '192.0.2.127',
  '192.0.2.128',
  '::ffff:203.0.113.7',
  '::ffff:cb00:7107',
  '2001:db8::1',
  '2001:DB8:0:0::1',
  '2001:db9::1',
  '2001:db8:ffff:8000::1',
  '2001:db8:ffff:7fff::1',
  '::1',
  '::',
  'fe80::1',
  'fe80::1%eth0',
  '203.0.113.7:443',
  '[2001:db8::1]',
  '203.0.113.07',
  '203.0.113.7.',
  '203.0.113',
  '0xcb007107',
  '3405803783',
  '203.0.113.7, 8.8.8.8',
  '',
  'unknown',
  '::ffff:203.0.113.256',
  ':::1',
  '1:2:3:4:5:6:7:8:9',
]

export const SEGMENTS = [
  'open',
  'docs',
  'page',
  'a',
  'z',
  'public',
  'x.png',
  'img',
  'b-c.png',
  'aXbYc',
  'caf%C3%A9',
  'cafe%CC%81',
  'a%20b',
  'a+b',
  '_next',
  'static',
  'image',
  'data',
  'build',
  '.well-known',
  'pricing',
  'pricing.rsc',
  'pricing.segments',
  '_tree.segment.rsc',
  'robots.txt',
  'icon.svg',
  'api',
  'webhooks',
  'items',
  'admin',
  'index.json',
  '..a',
  'a;b',
  '..;',
  '.',
  '..',
  '...',
  '%2e',
  '%2E%2e',
  '%2f',
  '%5C',
  '%00',
  '%25',
  '%252e',
  '%',
  '%zz',
  '%c0%af',
  '%ff',
  '%61',
  '%2D',
  '%7E',
  '[slug]',
  'deep',
  'constructor',
  '__proto__',
  '.stagedoor',
  'sign-in',
  'sign-out',
  'ﬁ',
  'OPEN',
  '',
]

export const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'get', 'FOO']

/** Fields by which something has been fooled before, or that Next.js sends. */
export const FIELDS: [name: string, values: string[]][] = [
  [
    'accept',
    ['text/html', 'application/json', '*/*', 'text/html,application/xhtml+xml', 'a/b+json'],
  ],
  ['sec-fetch-mode', ['navigate', 'cors', 'no-cors', 'same-origin', 'websocket', '']],
  ['sec-fetch-site', ['same-origin', 'same-site', 'cross-site', 'none']],
  ['sec-purpose', ['prefetch', 'prefetch;prerender']],
  ['purpose', ['prefetch']],
  ['rsc', ['1']],
  ['next-router-prefetch', ['1', '2']],
  ['next-router-segment-prefetch', ['/_tree', '/pricing']],
  ['next-router-state-tree', ['%5B%22%22%5D']],
  ['next-url', ['/open', '/admin']],
  ['next-action', ['40b1', '']],
  ['x-nextjs-data', ['1']],
  ['x-middleware-subrequest', ['middleware:middleware:middleware:middleware:middleware']],
  ['x-middleware-next', ['1']],
  ['x-middleware-rewrite', ['/open']],
  ['x-middleware-override-headers', ['x-stagedoor-user', '']],
  ['x-middleware-request-x-stagedoor-user', ['mallory']],
  ['x-invoke-path', ['/open']],
  ['x-matched-path', ['/open']],
  ['x-original-url', ['/open']],
  ['x-rewrite-url', ['/open']],
  ['x-http-method-override', ['OPTIONS']],
  ['x-forwarded-for', ['203.0.113.7', '127.0.0.1']],
  ['x-forwarded-host', ['staging.example', 'evil.example']],
  ['x-forwarded-proto', ['https', 'http']],
  ['x-prerender-revalidate', ['1']],
  ['host', ['staging.example', '127.0.0.1:3000', 'evil.example']],
  ['origin', ['https://staging.example', 'http://127.0.0.1:3000', 'https://evil.example', 'null']],
  ['referer', ['https://staging.example/open']],
  ['user-agent', ['Mozilla/5.0', 'curl/8']],
  ['x-stagedoor-user', ['mallory', 'eyJhbGciOiJub25lIn0.e30.']],
  ['x-stagedoor-role', ['admin']],
  ['x-stagedoor-', ['1']],
  ['cache-control', ['no-cache']],
  ['range', ['bytes=0-9']],
  ['if-none-match', ['"x"']],
  ['connection', ['upgrade']],
  ['x-vercel-set-bypass-cookie', ['true', 'samesitenone', 'false', '']],
]
