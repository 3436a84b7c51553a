/**
 * The gate as Next.js runs it: behind the adapter that makes a NextRequest of what came, with
 * base path, locales and the forms in which its own client fetches a page. docs/policy.md, Rules.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { createRequire } from 'node:module'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { createGate as createDropIn } from '../../middleware.ts'
import type { Gate } from '../../src/gate/gate.ts'
import { createGate } from '../../src/gate/index.ts'
import { cookie, NAVIGATE, SECRET, shareToken } from '../gate/passes.ts'
import { ALICE, alicePolicy, beforeEachVisit, type Policy, read, summarize } from '../gate/visit.ts'

interface Params {
  handler: Gate
  page: string
  request: { url: string; method: string; headers: object; nextConfig: object; signal: AbortSignal }
}
type Adapter = (params: Params) => Promise<{ response: Response; waitUntil: Promise<unknown> }>

beforeEachVisit()

let adapter: Adapter
let policy: Policy
beforeAll(async () => {
  // As `next start` does before it loads anything.
  Object.assign(globalThis, { AsyncLocalStorage })
  const require = createRequire(import.meta.url)
  adapter = require('next/dist/server/web/adapter').adapter
  policy = await alicePolicy({ allow: ['/pricing', '/docs/**', '/', '/a.png', 'GET /api/x'] })
})

const PLAIN = {}
const SHOP = { basePath: '/shop' }
const LOCALES = { i18n: { locales: ['en', 'fr'], defaultLocale: 'en' } }
const BOTH = { ...SHOP, ...LOCALES }
const SLASH = { trailingSlash: true }

const RSC = { rsc: '1', 'next-router-state-tree': '%5B%22%22%5D' }
const PREFETCH = { ...RSC, 'next-router-prefetch': '1' }
const DATA = { 'x-nextjs-data': '1' }

const rows: [config: object, path: string, headers: { [name: string]: string }, answer: string][] =
  [
    [PLAIN, '/pricing', {}, 'through'],
    [PLAIN, '/pricing/', {}, 'through'],
    [PLAIN, '/', {}, 'through'],
    [PLAIN, '/admin', {}, '401 Basic'],
    [PLAIN, '/admin', ALICE, 'through'],
    [PLAIN, '/pricing?_rsc=1a2b3', RSC, 'through'],
    [PLAIN, '/admin?_rsc=1a2b3', RSC, '401 Basic'],
    [PLAIN, '/admin', PREFETCH, '401 Basic'],
    [
      PLAIN,
      '/pricing?_rsc=1a2b3',
      { ...PREFETCH, 'next-router-segment-prefetch': '/_tree' },
      'through',
    ],
    [
      PLAIN,
      '/admin?_rsc=1a2b3',
      { ...PREFETCH, 'next-router-segment-prefetch': '/_tree' },
      '401 Basic',
    ],
    // A form that Vercel's files have and no client asks for.
    [PLAIN, '/pricing.segments/_tree.segment.rsc', RSC, '401 Basic'],
    [PLAIN, '/admin.segments/_tree.segment.rsc', RSC, '401 Basic'],
    [PLAIN, '/pricing.rsc', RSC, 'through'],
    [PLAIN, '/admin.rsc', RSC, '401 Basic'],
    [PLAIN, '/_next/data/build/pricing.json', DATA, 'through'],
    [PLAIN, '/_next/data/build/pricing.json', {}, 'through'],
    [PLAIN, '/_next/data/build/index.json', DATA, 'through'],
    [PLAIN, '/_next/data/build/docs/a.json', DATA, 'through'],
    [PLAIN, '/_next/data/build/admin.json', DATA, '401 Basic'],
    [PLAIN, '/_next/data/build/admin.json?x=/pricing', DATA, '401 Basic'],
    [PLAIN, '/_next/data/pricing/admin.json', DATA, '401 Basic'],
    [PLAIN, '/_next/data/build/pricing%2F..%2Fadmin.json', DATA, '401 Basic'],
    [PLAIN, '/_next/data/build/docs/..%2fadmin.json', DATA, '401 Basic'],
    [PLAIN, '/_next/data/build/docs/%252e%252e/admin.json', DATA, '401 Basic'],
    [PLAIN, '/pricing/index.json', {}, '401 Basic'],
    [PLAIN, '/_next/image?url=%2Fa.png&w=64&q=75', {}, 'through'],
    [PLAIN, '/_next/image?url=%2Fb.png&w=64&q=75', {}, '401 Basic'],
    [PLAIN, '/_next/image?url=%2Fb.png&nxtPurl=%2Fa.png&w=64&q=75', {}, 'through'],
    [PLAIN, '/_next/image?url=%2Fa.png&nxtPurl=%2Fb.png&w=64&q=75', {}, '401 Basic'],
    [SLASH, '/pricing/', {}, 'through'],
    [SLASH, '/admin/', {}, '401 Basic'],
    [SLASH, '/docs/a/', {}, 'through'],
    [SHOP, '/shop/pricing', {}, 'through'],
    [SHOP, '/shop', {}, 'through'],
    [SHOP, '/shop/', {}, 'through'],
    [SHOP, '/shop/admin', {}, '401 Basic'],
    [SHOP, '/shop/_next/data/build/pricing.json', DATA, 'through'],
    [SHOP, '/shop/_next/data/build/admin.json', DATA, '401 Basic'],
    [SHOP, '/shop/_next/image?url=%2Fshop%2Fa.png&w=64&q=75', {}, 'through'],
    [SHOP, '/shop/_next/image?url=%2Fshop%2Fb.png&w=64&q=75', {}, '401 Basic'],
    [SHOP, '/shop/_next/image?url=%2Fa.png&w=64&q=75', {}, '401 Basic'],
    [SHOP, '/shopping', {}, '401 Basic'],
    [LOCALES, '/fr/pricing', {}, 'through'],
    [LOCALES, '/en/pricing', {}, 'through'],
    [LOCALES, '/pricing', {}, 'through'],
    [LOCALES, '/fr', {}, 'through'],
    [LOCALES, '/fr/admin', {}, '401 Basic'],
    [LOCALES, '/de/pricing', {}, '401 Basic'],
    // Next.js takes the locale off twice before anybody else can see the path.
    [LOCALES, '/fr/fr/pricing', {}, 'through'],
    [LOCALES, '/FR/pricing', {}, 'through'],
    [LOCALES, '/_next/data/build/fr/pricing.json', DATA, 'through'],
    [LOCALES, '/_next/data/build/fr/admin.json', DATA, '401 Basic'],
    [BOTH, '/shop/fr/pricing', {}, 'through'],
    [BOTH, '/shop/fr/admin', {}, '401 Basic'],
    [BOTH, '/shop/_next/data/build/fr/pricing.json', DATA, 'through'],
    [BOTH, '/shop/_next/data/build/fr/admin.json', DATA, '401 Basic'],
  ]

for (const [artefact, create] of Object.entries({
  'src/gate': createGate,
  'middleware.ts': createDropIn,
})) {
  describe(artefact, () => {
    for (const [config, path, headers, answer] of rows) {
      test(`${JSON.stringify(config)} ${path} ${Object.keys(headers)} → ${answer}`, async () => {
        expect(summarize(await visit(create({ policy }), path, headers, config))).toBe(answer)
      })
    }

    test('what goes through, as Next.js hands it on', async () => {
      const headers = { ...ALICE, accept: '*/*', 'x-stagedoor-user': 'eve', cookie: 'a=1' }
      const { status, headers: said } = await visit(create({ policy }), '/admin', headers)
      expect([
        status,
        said['x-middleware-override-headers'],
        said['x-middleware-request-cookie'],
      ]).toEqual([200, 'accept,cookie', 'a=1'])
      expect(JSON.stringify(said)).not.toMatch(/eve|authorization"|YWxpY2U/)
    })

    test('an image goes to its file, under the base path', async () => {
      const path = '/shop/_next/image?url=%2Fshop%2Fa.png%3Fv%3D1&w=64&q=75'
      const { headers } = await visit(create({ policy }), path, {}, SHOP)
      expect(headers['x-middleware-rewrite']).toMatch(
        /^(https:\/\/staging\.example)?\/shop\/a\.png\?v=1$/,
      )
    })

    const links = [
      [PLAIN, '/menu?b=2&stagedoor=T&a=1', '/menu?b=2&a=1'],
      [SHOP, '/shop/menu?stagedoor=T', '/shop/menu'],
      [LOCALES, '/fr/menu?stagedoor=T', '/fr/menu'],
      [BOTH, '/shop/fr/menu?stagedoor=T&a=1', '/shop/fr/menu?a=1'],
      [SLASH, '/menu/?stagedoor=T', '/menu/'],
    ] as const
    for (const [config, from, to] of links) {
      test(`${JSON.stringify(config)} a link at ${from} leads to ${to}, which its cookie opens`, async () => {
        vi.stubEnv('STAGEDOOR_SECRET', SECRET)
        const token = await shareToken({ paths: ['/menu'] })
        const { status, headers } = await visit(
          create({ policy }),
          from.replace('T', token),
          NAVIGATE,
          config,
        )
        const { href } = new URL(headers['location'] ?? '', 'https://staging.example')
        expect([status, href]).toEqual([303, `https://staging.example${to}`])
        const data = to.replace(/\/?(\?.*)?$/, '').replace(/^(\/shop)?/, '$1/_next/data/build')
        const opened = [
          await visit(create({ policy }), to, cookie(token), config),
          await visit(create({ policy }), `${data}.json`, { ...cookie(token), ...DATA }, config),
        ]
        expect(opened.map(summarize)).toEqual(['through', 'through'])
      })
    }

    const pages = [
      [PLAIN, '/menu?a=1', '/.stagedoor/sign-in'],
      [BOTH, '/shop/fr/menu?a=1', '/shop/.stagedoor/sign-in'],
      [SLASH, '/menu/?a=1', '/.stagedoor/sign-in'],
    ] as const
    for (const [config, path, action] of pages) {
      test(`${JSON.stringify(config)} ${path} is asked for by a page that posts to ${action}`, async () => {
        vi.stubEnv('STAGEDOOR_SECRET', SECRET)
        vi.stubEnv('STAGEDOOR_SIGN_IN', 'page')
        const { status, body } = await visit(create({ policy }), path, NAVIGATE, config)
        expect([status, body]).toEqual([401, expect.stringContaining(`action="${action}"`)])
        expect(body).toContain(`name="to" value="${path}"`)
        const page = await visit(create({ policy }), action, NAVIGATE, config)
        expect([page.status, page.body]).toEqual([
          200,
          expect.stringContaining(`action="${action}"`),
        ])
        const out = action.replace('sign-in', 'sign-out')
        expect(
          (await visit(create({ policy }), out, NAVIGATE, config)).headers['set-cookie'],
        ).toMatch(/^__Host-stagedoor=; /)
      })
    }

    test('a gate that is off says nothing', async () => {
      vi.stubEnv('STAGEDOOR', 'off')
      const { status, headers } = await visit(create({ policy }), '/admin', ALICE)
      expect([status, headers]).toEqual([200, { 'x-middleware-next': '1' }])
    })
  })
}

async function visit(handler: Gate, path: string, headers: object, nextConfig: object = {}) {
  const { response, waitUntil } = await adapter({
    handler,
    page: '/middleware',
    request: {
      url: `https://staging.example${path}`,
      method: 'GET',
      headers: { host: 'staging.example', ...lowerCase(headers) },
      nextConfig,
      signal: new AbortController().signal,
    },
  })
  await waitUntil
  const answer = await read(response)
  const override = answer.headers['x-middleware-override-headers']?.split(',')
  if (override) {
    const others = override.filter((name) => name !== 'host')
    answer.headers['x-middleware-override-headers'] = others.join()
  }
  return answer
}

/** As Node gives them. */
function lowerCase(headers: object): object {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
}
