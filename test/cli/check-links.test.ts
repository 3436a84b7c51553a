/** What `check` reads out of a site's pages and files, which may be hostile. */
import { describe, expect, test } from 'vitest'
import type { Answer } from '../../src/cli/check/exchange.ts'
import { type Allow, isAllowed } from '../../src/cli/check/judging/allowed.ts'
import { plainly } from '../../src/cli/check/requests/plain-requests.ts'
import { textsIn } from '../../src/cli/check/search-body.ts'
import { readSite } from '../../src/cli/check/site.ts'
import { SiteMap } from '../../src/cli/check/site-map.ts'
import { parseRule, readRules } from '../../src/gate/rules.ts'
import { check, INSIDE, startSite } from './check-sites.ts'

function answer(type: string, text: string): Answer {
  return {
    status: 200,
    fields: [['Content-Type', type]],
    body: Buffer.from(text, 'latin1'),
    isCut: false,
    milliseconds: { connect: 0, firstByte: 0 },
  }
}

function mapOf(type: string, text: string, target = '/shop/page'): SiteMap {
  const map = new SiteMap(readSite('https://a.example/'))
  map.read(target, answer(type, text))
  return map
}

describe('leads on', () => {
  test('from a page', () => {
    const map = mapOf(
      'text/html; charset=utf-8',
      `<link href="/_next/static/css/a1.css"><script src='/_next/static/chunks/main-0123456789.js'></script>
      <a href="news?id=1#top">x</a> <a href="../about">y</a> <a href="https://a.example/full">z</a>
      <img src="/logo.png" srcset="/_next/image?url=%2Flogo.png&amp;w=64&amp;q=75 1x, /big.png 2x">
      <script>fetch("/api/seats?x")</script><script>self.__next_f.push([1,"0:{\\"b\\":\\"build-12345\\"}"])</script>`,
    )
    expect({
      pages: map.of('page'),
      styles: map.of('style'),
      chunks: map.of('chunk'),
      images: map.of('image'),
      files: map.of('file'),
      api: map.of('api'),
      build: map.buildId,
      base: map.base,
    }).toEqual({
      pages: ['/shop/news', '/about', '/full'],
      styles: ['/_next/static/css/a1.css'],
      chunks: ['/_next/static/chunks/main-0123456789.js'],
      images: ['/_next/image?url=%2Flogo.png&w=64&q=75'],
      files: ['/logo.png', '/big.png'],
      api: ['/api/seats'],
      build: 'build-12345',
      base: '',
    })
  })

  test('from styles, scripts, lists of pages', () => {
    expect(
      mapOf(
        'text/css',
        'a{b:url(../f/x.woff2)} /*# sourceMappingURL=a.css.map */',
        '/_next/static/css/a.css',
      ),
    ).toSatisfy(
      (map: SiteMap) =>
        map.of('media')[0] === '/_next/static/f/x.woff2' &&
        map.of('source map')[0] === '/_next/static/css/a.css.map',
    )
    const manifest = mapOf(
      'application/javascript',
      'self.__BUILD_MANIFEST={"/legacy/ssr":["static/chunks/pages/legacy-1.js"],"/posts/[id]":[],"/_app":[]}',
      '/_next/static/x/_buildManifest.js',
    )
    expect([manifest.of('page'), manifest.of('chunk')]).toEqual([
      ['/legacy/ssr'],
      ['/_next/static/chunks/pages/legacy-1.js'],
    ])
    expect(
      mapOf('application/xml', '<loc>https://a.example/x</loc><loc>https://b.example/y</loc>').of(
        'page',
      ),
    ).toEqual(['/x'])
    expect(
      mapOf('text/plain', 'Disallow: /secret\nSitemap: https://a.example/s.xml', '/robots.txt').of(
        'page',
      ),
    ).toEqual(['/secret'])
  })

  test('below the base path alone, where there is one', () => {
    const map = mapOf(
      'text/html',
      '<script src="/base/_next/static/chunks/a.js"></script><a href="/base/x">x</a><a href="/other">y</a>',
    )
    expect([map.base, map.of('page')]).toEqual(['/base', ['/base/x']])
  })

  test('nowhere else, to nothing that ends or removes something, and to no broken request line', () => {
    const map = mapOf(
      'text/html',
      `<a href="https://b.example/a">1</a><a href="//b.example/a">2</a><a href="http://a.example/a">3</a>
      <a href="javascript:alert(1)">4</a><a href="mailto:a@b">5</a><a href="https://a.example:444/a">6</a>
      <a href="/logout">7</a><a href="/account/sign-out?x">8</a><a href="/items/1/delete">9</a>
      <a href="/log%6Fut">13</a><a href="/%2564elete/1">14</a><a href="/x%zz/reset%2Dall">15</a>
      <img src="/_next/image?url=%2Fapi%2Fdelete%2F1&w=64&q=75">
      <a href="/a\r\nX: y">10</a><a href="/.stagedoor/sign-out">11</a><a href="http://[">12</a>`,
    )
    expect([map.of('page'), map.of('image')]).toEqual([[], []])
  })

  test('nowhere dangerous by a redirect, a manifest or a rule either', async () => {
    const asked: string[] = []
    const origin = await startSite({
      app(request, response) {
        asked.push(request.url ?? '')
        if (request.url === '/go') {
          response.writeHead(307, { Location: '/api/auth/logout?all=1' }).end()
        } else if (request.url === '/on') {
          response.writeHead(307, { Location: '/there?action=run' }).end()
        } else {
          response.writeHead(200, { 'Content-Type': 'text/html' })
          response.end('<a href="/go">x</a><a href="/on">x</a><a href="/%64elete">y</a>')
        }
      },
      hole: () => true,
    })
    const rules = ['--allow', '/sign-out', '--allow', '/ok']
    await check(origin, ...INSIDE, ...rules, '--max-requests', '300')
    expect(asked).toContain('/go')
    expect(asked).toContain('/there')
    expect(
      asked.filter((target) => /action=|logout|delete|sign-out/i.test(unescape(target))),
    ).toEqual([])
  })

  test('on from the path that was given, whatever its name', async () => {
    const asked: string[] = []
    const origin = await startSite({ front: ({ url = '' }, _, next) => asked.push(url) && next() })
    await check(`${origin}/reset`, ...INSIDE, '--max-requests', '60')
    expect(asked.filter((target) => target === '/reset').length).toBeGreaterThan(1)
  })
})

test('texts are those that are seen, and long enough to be of no other site', () => {
  const html =
    '<h1>short</h1><p> Members meet behind the stage </p><script>var a="<b>in a script that nobody sees at all</b>"</script><i>And one after it, which is seen</i>'
  expect(textsIn(answer('text/html', html))).toEqual([
    'Members meet behind the stage',
    'And one after it, which is seen',
  ])
  expect(textsIn(answer('application/json', html))).toEqual([])
})

test('half a megabyte of whatever is read in linear time', () => {
  const parts = [
    ' href="',
    ' srcset="',
    'url(',
    '/_next/static/',
    '"/api/',
    '<loc>',
    '"src" : "',
    '<script',
    '</script',
    '<style>',
    '/a',
    '&amp;',
    '>',
    '"b":"',
    'sourceMappingURL=',
    ' ',
    'disallow: ',
  ]
  for (const part of parts) {
    const text = part.repeat(Math.ceil((512 * 1024) / part.length))
    for (const type of [
      'text/html',
      'text/css',
      'text/javascript',
      'application/xml',
      'application/json',
    ]) {
      expect(mapOf(type, text).of('page').length).toBeLessThanOrEqual(60)
    }
  }
})

test('a rule opens a page in the forms in which Next.js fetches it, and nothing else', () => {
  const rules = ['/pricing', '/shows/*', 'POST /hook', '/logo.png', '/'].map(
    (text) => parseRule(text)?.text ?? '',
  )
  const allow = readRules(rules) as Allow
  const open = (target: string, base = '') => isAllowed(plainly(target, 'page'), allow, base)
  const yes = [
    ...['/pricing', '/pricing/', '/pricing?x=1', '/pricing.rsc', '/pricing.prefetch.rsc', '/'],
    ...[
      '/pricing.segments/_tree.segment.rsc',
      '/_next/data/abc/pricing.json',
      '/_next/data/abc/index.json',
    ],
    ...['/shows/hamlet', '/_next/image?url=%2Flogo.png&w=64&q=75', '/de/pricing', '/de'],
  ]
  expect(yes.filter((target) => !open(target))).toEqual([])
  const no = [
    ...[
      '/pricing/gold',
      '/Pricing',
      '//pricing',
      '/pricing%2F',
      '/shows/a/b',
      '/hook',
      '/pricing/..',
    ],
    ...[
      '/_next/image?url=%2Fother.png',
      '/_next/image?url=https://a/logo.png',
      '/_next/image?url=//logo.png',
    ],
    ...[
      '/_next/image?url=%2Flogo.png&url=%2Fx.png',
      '/_next/data/abc/members.json',
      '/members.rsc',
      '/deep/pricing',
    ],
    ...['/shows/%2e%2e', 'http://a.example/pricing'],
  ]
  expect(no.filter((target) => open(target))).toEqual([])
  expect([
    open('/base/pricing', '/base'),
    open('/base', '/base'),
    open('/pricing', '/base'),
  ]).toEqual([true, true, false])
})
