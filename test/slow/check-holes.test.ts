/** Every hole that `check` knows, in a gate that has just that one: found, and by its name. */
import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { check, type Gate, startSite } from '../cli/check-sites.ts'

const has = (name: string, value?: string): Gate => {
  return ({ headers }) => (value === undefined ? name in headers : headers[name] === value)
}
const byUrl =
  (pattern: RegExp): Gate =>
  (request) =>
    pattern.test(request.url ?? '')
const field = ({ headers }: IncomingMessage) => headers.authorization ?? ''
const userPass = (request: IncomingMessage) => {
  return Buffer.from(field(request).replace(/^Basic /, ''), 'base64').toString()
}

const SERVED = 'served-without-credential'
const WRONG = 'served-to-wrong-credential'

/** Each once. */
function rulesOf(leaks: string[]): string[] {
  return [...new Set(leaks.map((leak) => leak.split(' ')[0] ?? ''))].sort()
}

/** Holes at every path, seen from outside. */
const holes: [name: string, hole: Gate, rules: string | string[]][] = [
  ['a middleware that is skipped', has('x-middleware-subrequest'), 'middleware-subrequest'],
  [
    'prefetches by one field',
    has('next-router-prefetch'),
    ['prefetch-header', 'segment-prefetch', SERVED],
  ],
  ['prefetches by another', has('purpose', 'prefetch'), 'prefetch-header'],
  ['requests of data', has('x-nextjs-data'), ['data-request', SERVED]],
  ['fields of the framework', has('x-middleware-next'), 'internal-header'],
  ['a path in a field of the framework', has('x-matched-path'), 'internal-header'],
  ['a path in a field', has('x-original-url'), 'path-header'],
  ['an address in a field', has('x-forwarded-for', '127.0.0.1'), 'trusted-address'],
  ['an address in RFC 7239', has('forwarded'), 'trusted-address'],
  ['a host', has('host', 'localhost'), 'trusted-address'],
  ['a crawler', ({ headers }) => /Googlebot/.test(headers['user-agent'] ?? ''), 'trusted-agent'],
  ['HEAD', ({ method }) => method === 'HEAD', 'other-method'],
  ['a method in a field', has('x-http-method-override'), 'method-override'],
  ['ranges', has('range'), 'part-or-condition'],
  ['conditions', has('if-none-match'), 'part-or-condition'],
  ['made-up revalidation', has('x-prerender-revalidate'), 'prerender-revalidate'],
  ['HTTP/1.0', ({ httpVersion }) => httpVersion === '1.0', 'old-version'],
  ['whole URLs', byUrl(/^http:/), ['absolute-target', 'websocket-upgrade']],
  ['two slashes', byUrl(/^\/\//), 'other-spelling'],
  ['dot segments', byUrl(/\/\.\//), 'other-spelling'],
  ['what is decoded twice', byUrl(/%25/), 'other-spelling'],
  ['whatever goes through a folder', byUrl(/^\/_next\/static\/.*members/), 'other-spelling'],
  ['a query that ends like a file', byUrl(/\?.*\.css$/), 'other-spelling'],
]

describe('a hole for', () => {
  test.each(holes)('%s', async (_, hole, rule) => {
    const { code, leaks } = await check(`${await startSite({ hole })}/members`)
    expect([code, rulesOf(leaks)]).toEqual([3, [rule].flat()])
  })
})

const strangers: [name: string, hole: Gate, rules: string | string[]][] = [
  ['any field', (request) => field(request) !== '', ['forged-pass', WRONG]],
  ['Bearer', (request) => /^Bearer/.test(field(request)), ['forged-pass', WRONG]],
  ['a right name with any password', (request) => /^admin:/.test(userPass(request)), WRONG],
  ['empty passwords', (request) => /:$/.test(userPass(request)), WRONG],
  ['cookies that say yes', ({ headers }) => /auth=1/.test(headers.cookie ?? ''), 'forged-pass'],
  [
    'tokens without a signature',
    ({ headers }) => /\.$/.test(headers['x-stagedoor-pass']?.toString() ?? ''),
    'forged-pass',
  ],
  ['who names themselves', has('x-forwarded-user'), 'forged-pass'],
  ['share links without a signature', byUrl(/[?&]stagedoor=/), 'forged-pass'],
  ['any bypass', has('x-vercel-protection-bypass'), 'forged-pass'],
]

describe('a gate that takes', () => {
  test.each(strangers)('%s', async (_, hole, rule) => {
    const { code, leaks } = await check(await startSite({ hole }))
    expect([code, rulesOf(leaks)]).toEqual([3, [rule].flat()])
  })
})
