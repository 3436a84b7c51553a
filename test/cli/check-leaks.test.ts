/** What `check` finds, and what it does not take for a leak. Tricks are tried in test/slow. */
import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { check, type Gate, INSIDE, RIGHT, refuse401, shop, startSite } from './check-sites.ts'

const urlOf = ({ url = '' }: IncomingMessage) => url
const byUrl =
  (pattern: RegExp): Gate =>
  (request) =>
    pattern.test(urlOf(request))
const field = ({ headers }: IncomingMessage) => headers.authorization ?? ''

/** Kinds that are left out of the gate, seen from inside. */
const kinds: [name: string, hole: Gate, leaks: string[]][] = [
  ['data', byUrl(/^\/_next\/data\/.*s\.json$/), ['served-without-credential data']],
  ['scripts', byUrl(/^\/_next\/static\/.*abcdef\.js$/), ['served-without-credential chunk']],
  ['source maps', byUrl(/\.map$/), ['served-without-credential source map']],
  ['an API', byUrl(/^\/api\/seats$/), ['served-without-credential api']],
  [
    'a page',
    byUrl(/^\/members$/),
    ['served-without-credential data', 'served-without-credential page'],
  ],
  ['a list of pages', byUrl(/^\/sitemap.xml$/), ['served-without-credential metadata']],
]

describe('a gate that leaves out', () => {
  test.each(kinds)('%s', async (_, hole, leaks) => {
    const found = await check(await startSite({ hole }), ...INSIDE, '--max-requests', '900')
    expect([
      found.code,
      found.leaks.filter((leak) => !/(payload|prefetch|data-)/.test(leak)),
    ]).toEqual([3, leaks])
  })

  test('paths that are not there: an error page of the app', async () => {
    const { code, leaks } = await check(await startSite({ hole: byUrl(/^\/api\/[\w-]+$/) }))
    expect([code, leaks]).toEqual([3, ['served-without-credential']])
  })

  test('OPTIONS: it reaches the app, which says nothing', async () => {
    const found = await check(await startSite({ hole: ({ method }) => method === 'OPTIONS' }))
    expect([found.code, found.leaks, found.warnings]).toEqual([0, [], ['reaches-app']])
  })

  test('robots.txt: good to know', async () => {
    const found = await check(await startSite({ hole: byUrl(/^\/robots.txt$/) }))
    expect([found.code, found.leaks, found.notes]).toEqual([0, [], ['public-by-custom by custom']])
  })
})

test('nothing by a redirect to the same path, tidied, as Next.js answers before its middleware', async () => {
  let tidied = 0
  const front: Parameters<typeof startSite>[0] = {
    front: ({ url = '' }, response, next) => {
      const tidy = url.replace(/[\\/]{2,}/g, '/')
      if (tidy === url) return next()
      tidied++
      response.writeHead(308, { Location: tidy, Refresh: `0;url=${tidy}` }).end(tidy)
    },
  }
  const { code, leaks } = await check(await startSite(front), ...INSIDE, '--max-requests', '900')
  expect([code, leaks, tidied > 5]).toEqual([0, [], true])
})

test('no gate at all is said once', async () => {
  const { code, leaks } = await check(await startSite({ hole: () => true }))
  expect([code, leaks]).toEqual([3, ['no-gate page']])
})

test('no gate at all is said once, where the app itself refuses something', async () => {
  const origin = await startSite({ hole: ({ url }) => url !== '/api/seats' })
  const { code, leaks } = await check(origin)
  expect([code, leaks]).toEqual([3, ['no-gate page']])
})

test('a cache that gives strangers what somebody has got', async () => {
  const kept = new Map<string, true>()
  const origin = await startSite({
    hole: ({ url = '' }) => kept.has(url),
    app(request, response, path) {
      if (request.headers.authorization === RIGHT && path === '/members') kept.set('/members', true)
      shop(request, response, path)
    },
    // Nobody has been there before somebody: the first question to that page is refused.
  })
  const first = await check(`${origin}/members`)
  expect([first.code, first.leaks]).toEqual([0, []])
  const { code, leaks } = await check(`${origin}/members`, ...INSIDE)
  expect([code, leaks.some((leak) => /cache-serves-strangers|page/.test(leak))]).toEqual([3, true])
})

test('a refusal that shows the site', async () => {
  const origin = await startSite({
    refuse(request, response) {
      if (request.url !== '/members') return refuse401(request, response)
      response.writeHead(401, {
        'WWW-Authenticate': 'Basic realm="x"',
        'Content-Type': 'text/html',
      })
      response.end('<p>Members meet behind the stage on Mondays</p>')
    },
  })
  const outside = await check(`${origin}/members`)
  expect([outside.code, outside.leaks]).toEqual([0, []])
  const inside = await check(`${origin}/members`, ...INSIDE)
  expect([inside.code, inside.leaks]).toEqual([3, ['shows-site-in-refusal page']])
})

test('refusals that the app draws, all of them: said once', async () => {
  const origin = await startSite({
    refuse(_, response) {
      response.writeHead(401, {
        'WWW-Authenticate': 'Basic realm="x"',
        'Content-Type': 'text/html',
      })
      response.end('<script src="/_next/static/chunks/main.js"></script>Sign in')
    },
  })
  const { code, leaks } = await check(origin)
  expect([code, leaks]).toEqual([3, ['shows-site-in-refusal nowhere']])
})

describe('what is open on purpose', () => {
  const hole = byUrl(/^\/shows\/open($|\?)/)

  test('is a leak, unless it is said', async () => {
    const origin = await startSite({ hole })
    expect((await check(`${origin}/shows/open`)).leaks).toContain('served-without-credential page')
    const found = await check(`${origin}/shows/open`, '--allow', '/shows/open')
    expect([found.code, found.leaks]).toEqual([0, []])
  })

  test('shows what is shut by a parameter', async () => {
    const origin = await startSite({
      hole,
      app(request, response, path) {
        const { searchParams } = new URL(request.url ?? '/', 'http://site')
        const slug = searchParams.get('nxtPslug')
        shop(request, response, slug && path === '/shows/open' ? `/shows/${slug}` : path)
      },
    })
    const args = ['--allow', '/shows/open', ...INSIDE, '--max-requests', '900']
    expect(await check(origin, ...args)).toMatchObject({
      code: 3,
      leaks: ['dynamic-parameter page'],
    })
  })

  test('shows what is shut by a field', async () => {
    const origin = await startSite({
      hole,
      app(request, response, path) {
        shop(request, response, `${request.headers['x-rewrite-url'] ?? path}`)
      },
    })
    const args = ['--allow', '/shows/open', ...INSIDE, '--max-requests', '900']
    expect(await check(origin, ...args)).toMatchObject({ code: 3, leaks: ['path-header page'] })
  })
})

test('an error page beside the base path, where no gate is asked, is no leak of the app', async () => {
  const origin = await startSite({
    front(request, response, next) {
      if (/base/i.test(request.url ?? '')) return next()
      shop(request, response, '/none')
    },
    app: (request, response, path) => shop(request, response, path.replace(/^\/base/, '') || '/'),
  })
  const { code, leaks, warnings } = await check(`${origin}/base`)
  expect([code, leaks, warnings]).toEqual([0, [], ['reaches-app']])
})

test('a gate that breaks on odd credentials', async () => {
  const origin = await startSite({
    front(request, response, next) {
      const [, token] = field(request).split(' ')
      try {
        if (token) atob(token)
        next()
      } catch {
        response.writeHead(500).end('Internal Server Error')
      }
    },
  })
  const { code, leaks, warnings } = await check(origin)
  expect([code, leaks, warnings]).toEqual([0, [], ['breaks-on-odd-credential page']])
})

/** Ways to keep a site private that are no 401: none is a leak. */
describe('keeps it private', () => {
  const redirect = (to: (url: string) => string) => ({
    refuse(request: IncomingMessage, response: Parameters<typeof shop>[1]) {
      response.writeHead(302, { Location: to(request.url ?? '/') }).end()
    },
  })

  test('by 403 and by 503', async () => {
    for (const status of [403, 503]) {
      const origin = await startSite({
        refuse: (_, response) => response.writeHead(status).end('No'),
      })
      expect(await check(origin)).toMatchObject({ code: 0, leaks: [] })
    }
  })

  test('by a redirect to a sign-in elsewhere', async () => {
    const to = (url: string) => `https://vercel.com/sso-api?url=${encodeURIComponent(url)}&nonce=1`
    expect(await check(await startSite(redirect(to)))).toMatchObject({ code: 0, leaks: [] })
  })

  test('by a page to sign in, of its own', async () => {
    const origin = await startSite({
      ...redirect((url) => `/login?next=${encodeURIComponent(url)}`),
      front(request, response, next) {
        if (!/^\/login(\?|$)/.test(request.url ?? '')) return next()
        response.writeHead(200, { 'Content-Type': 'text/html' }).end('<input type=password>')
      },
    })
    expect(await check(origin)).toMatchObject({
      code: 0,
      leaks: [],
      notes: ['open-sign-in page'],
    })
  })

  test('by a page to sign in, in place of every other', async () => {
    const origin = await startSite({
      refuse(request, response) {
        response.writeHead(200, { 'Content-Type': 'text/html' })
        response.end(`<form action="${request.url}"><input type="password"></form>`)
      },
    })
    expect(await check(origin)).toMatchObject({
      code: 0,
      leaks: [],
      warnings: ['refuses-with-200 nowhere'],
    })
  })

  test('and an error page repeats what was asked for', async () => {
    const origin = await startSite({
      hole: byUrl(/^\/_next\/static\//),
      app: (request, response) => response.writeHead(404).end(`Cannot GET ${request.url}`),
    })
    expect(await check(origin)).toMatchObject({ code: 0, leaks: [], warnings: ['reaches-app'] })
  })

  test('and redirects in a circle', async () => {
    const origin = await startSite({
      front(request, response, next) {
        const turn = /^\/members(\d*)$/.exec(request.url ?? '')
        if (!turn) return next()
        response.writeHead(307, { Location: `/members${Number(turn[1]) + 1}` }).end()
      },
    })
    expect(await check(`${origin}/members`)).toMatchObject({ code: 0, leaks: [] })
  })
})
