/** Fields by which something was once told to let a request through, or to look elsewhere. */
import type { Fields } from '../exchange.ts'

export interface FieldTrick {
  rule: string
  /** In words, for the report. */
  trick: string
  fields: Fields
  /** What goes first where not all can be asked; from 5 on it is tried at every victim. */
  weight: number
  /** The answer may come from another site on the same server: only its own words prove a leak. */
  isLoose?: true
  host?: string | null
  version?: '1.0'
  method?: 'HEAD' | 'OPTIONS'
}

const one = (rule: string, weight: number, name: string, value: string): FieldTrick => ({
  rule,
  weight,
  trick: `${name}: ${value.length > 60 ? `${value.slice(0, 57)}…` : value}`,
  fields: [[name, value]],
})

/**
 * CVE-2025-29927 (https://github.com/advisories/GHSA-f82v-jwr5-mffw): Next.js takes such a request
 * for one that its own middleware has made. Since 14 the name stands there five times, before
 * that once; up to 12.1 it is that of a file in `pages`.
 */
function subrequests(): FieldTrick[] {
  const five = ['middleware', 'src/middleware', 'proxy', 'src/proxy']
  const once = ['middleware', 'src/middleware', 'pages/_middleware', 'src/pages/_middleware']
  const ask = (value: string, weight: number) =>
    one('middleware-subrequest', weight, 'x-middleware-subrequest', value)
  return [
    ...five.map((name, i) => ask(Array(5).fill(name).join(':'), i < 2 ? 10 : 7)),
    ...once.map((name) => ask(name, 8)),
  ]
}

/** Fields that are Next.js's own between its servers (packages/next/src/server/lib/server-ipc/utils.ts). */
const INTERNAL_FLAGS = [
  ...['x-middleware-next', 'x-middleware-invoke', 'x-middleware-skip', 'x-middleware-prefetch'],
  ...['x-invoke-status', 'x-nextjs-prerender', 'next-resume', 'x-nextjs-postponed'],
]
const INTERNAL_PATHS = [
  ...['x-matched-path', 'x-invoke-path', 'x-invoke-output', 'x-middleware-rewrite'],
  ...['x-nextjs-rewritten-path', 'x-nextjs-rewrite', 'next-url'],
]
/** CVE-2018-14773 (https://symfony.com/cve-2018-14773): the path that counts is another. */
const PATH_FIELDS = ['x-original-url', 'x-rewrite-url', 'x-forwarded-uri', 'x-original-uri']
/** Who asks, as a proxy would say it (RFC 7239 §8.1: anybody can). */
const ADDRESS_FIELDS = [
  ...['x-forwarded-for', 'x-real-ip', 'x-client-ip', 'true-client-ip', 'cf-connecting-ip'],
  'x-vercel-forwarded-for',
]

/**
 * All of them.
 *
 * @param open a path that everybody may see, or that gates like to leave out
 */
export function fieldTricks(open: string, host: string, random: string): FieldTrick[] {
  return [
    ...subrequests(),
    ...prefetches(),
    // CVE-2026-44573 (https://github.com/advisories/GHSA-36qx-fr4f-26g5): taken for a request of data.
    one('data-request', 9, 'x-nextjs-data', '1'),
    ...methods(),
    ...INTERNAL_FLAGS.map((name) => one('internal-header', 4, name, '1')),
    ...INTERNAL_PATHS.map((name) => one('internal-header', 4, name, open)),
    one('internal-header', 4, 'x-now-route-matches', `1=${open}`),
    one('internal-header', 3, 'x-middleware-override-headers', 'authorization'),
    ...PATH_FIELDS.map((name) => one('path-header', 5, name, open)),
    ...ADDRESS_FIELDS.map((name) => one('trusted-address', 4, name, '127.0.0.1')),
    one('trusted-address', 4, 'forwarded', 'for=127.0.0.1;host=localhost;proto=https'),
    one('trusted-address', 4, 'x-forwarded-host', 'localhost'),
    one('trusted-address', 2, 'x-forwarded-proto', 'https'),
    one('trusted-address', 3, 'Referer', `https://${host}/`),
    ...hosts(),
    ...agents(),
    ...conditions(),
    // Whoever knows the id regenerates pages, unasked: it is the value of draft mode's cookie.
    one('prerender-revalidate', 6, 'x-prerender-revalidate', random.repeat(4).slice(0, 32)),
    one('prerender-revalidate', 3, 'x-prerender-revalidate-if-generated', '1'),
    one('prerender-revalidate', 4, 'Cookie', `__prerender_bypass=${random}; __next_preview_data=1`),
    { ...one('old-version', 5, 'HTTP/1.0', ''), trick: 'HTTP/1.0', fields: [], version: '1.0' },
    {
      rule: 'old-version',
      weight: 5,
      trick: 'HTTP/1.0 without Host',
      fields: [],
      version: '1.0',
      host: null,
      isLoose: true,
    },
  ]
}

/**
 * The matcher that Next.js's guides print leaves prefetches out
 * (https://nextjs.org/docs/app/guides/content-security-policy): whoever says that it is one is in.
 */
function prefetches(): FieldTrick[] {
  return [
    one('prefetch-header', 9, 'next-router-prefetch', '1'),
    one('prefetch-header', 9, 'purpose', 'prefetch'),
    one('prefetch-header', 5, 'sec-purpose', 'prefetch'),
    // CVE-2026-44575 and 45109 (https://github.com/advisories/GHSA-267c-6grr-h53f).
    ...['/_tree', '/_full', '/__PAGE__'].map(
      (segment): FieldTrick => ({
        rule: 'segment-prefetch',
        weight: 6,
        trick: `a prefetch of the segment ${segment}`,
        fields: [
          ['RSC', '1'],
          ['Next-Router-Prefetch', '1'],
          ['Next-Router-Segment-Prefetch', segment],
        ],
      }),
    ),
  ]
}

/** A gate that asks GET for a credential may forget the others (https://cwe.mitre.org/data/definitions/650.html). */
function methods(): FieldTrick[] {
  const other = (method: 'HEAD' | 'OPTIONS', trick: string, fields: Fields = []): FieldTrick => ({
    rule: 'other-method',
    weight: 6,
    trick,
    fields,
    method,
  })
  return [
    other('HEAD', 'HEAD'),
    other('OPTIONS', 'OPTIONS'),
    other('OPTIONS', 'a CORS preflight', [
      ['Origin', 'https://stagedoor-check.invalid'],
      ['Access-Control-Request-Method', 'GET'],
    ]),
    ...['x-http-method-override', 'x-http-method', 'x-method-override'].map((name) =>
      one('method-override', 4, name, 'OPTIONS'),
    ),
  ]
}

/** Snippets that let `localhost` in, for development, by what the request says. */
function hosts(): FieldTrick[] {
  return ['localhost', '127.0.0.1'].map((host) => ({
    rule: 'trusted-address',
    weight: 5,
    trick: `Host: ${host}`,
    fields: [],
    host,
    isLoose: true,
  }))
}

/** Sites that let crawlers and monitors in, by what they call themselves. */
function agents(): FieldTrick[] {
  return ['Googlebot/2.1', 'vercel-screenshot/1.0', 'UptimeRobot/2.0'].map((agent) =>
    one('trusted-agent', 4, 'User-Agent', `Mozilla/5.0 (compatible; ${agent})`),
  )
}

/** Conditions count after the credential was asked for, never before (RFC 9110 §13.2.1). */
function conditions(): FieldTrick[] {
  return [
    one('part-or-condition', 5, 'Range', 'bytes=0-9'),
    one('part-or-condition', 5, 'If-None-Match', '*'),
    one('part-or-condition', 3, 'If-Modified-Since', 'Fri, 31 Dec 2100 23:59:59 GMT'),
    one('part-or-condition', 3, 'If-Match', '"x"'),
  ]
}
