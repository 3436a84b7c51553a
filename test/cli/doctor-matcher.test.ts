/** What matchers leave out, as the Next.js of this repository says. */
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readLiteral } from '../../src/cli/project/literal.ts'
import { findings, makeProject } from './doctor-support.ts'
import { GATE } from './init-support.ts'

const NEXT = fileURLToPath(new URL('../../node_modules/next', import.meta.url))
const { version: VERSION } = JSON.parse(fs.readFileSync(path.join(NEXT, 'package.json'), 'utf8'))
const STANDARD = "'/((?!api|_next/static|_next/image|favicon.ico|sitemap.xml|robots.txt).*)'"

/** An app with this repository's Next.js, and a gate with this matcher. */
function makeMatched(matcher: string, changes: Record<string, string | undefined> = {}): string {
  const wiring = `import { createGate } from './stagedoor'\n\nexport default createGate()\nexport const config = { matcher: ${matcher} }\n`
  const dir = makeProject(
    {
      'node_modules/next/package.json': undefined,
      'node_modules/x': '',
      'proxy.ts': wiring,
      'stagedoor.ts': GATE,
      ...changes,
    },
    VERSION,
  )
  fs.symlinkSync(NEXT, path.join(dir, 'node_modules/next'))
  return dir
}

async function matcherFindings(dir: string) {
  return (await findings(dir)).filter(({ id }) => id.startsWith('matcher-'))
}

describe('a matcher', () => {
  test('that is the one of the documentation leaves out what it names, and what looks like it', async () => {
    const dir = makeMatched(STANDARD, {
      'app/api/x/route.ts': '',
      'app/[slug]/page.tsx': '',
      'app/(group)/about/page.tsx': '',
      'app/@modal/(.)about/page.tsx': '',
      'app/robots.ts': '',
      'app/opengraph-image.tsx': '',
      'pages/old/index.tsx': '',
      'public/logo.png': '',
    })
    const found = await matcherFindings(dir)
    expect(found).toEqual([
      expect.objectContaining({ id: 'matcher-gap', level: 'error', file: 'proxy.ts', line: 4 }),
    ])
    const named = /leaves out (.*)$/.exec(found[0]?.what ?? '')?.[1]?.split(', ')
    expect(named).toEqual([
      '/[slug] (/api)',
      '/api/x',
      '/robots.txt',
      '/_next/static/chunks/main.js',
      '/_next/static/media/font.woff2',
      '/_next/image',
    ])
  })

  test('with a basePath or i18n leaves out the home page as well', async () => {
    const base = makeMatched(STANDARD, {
      'next.config.js': "module.exports = { basePath: '/base' }",
    })
    expect((await matcherFindings(base))[0]?.what).toContain('leaves out / (/base), ')
    const i18n = makeMatched(STANDARD, {
      'app/page.tsx': undefined,
      'pages/index.tsx': '',
      'pages/a.tsx': '',
      'next.config.js': "module.exports = { i18n: { locales: ['en', 'fr'], defaultLocale: 'en' } }",
    })
    expect((await matcherFindings(i18n))[0]?.what).toMatch(/leaves out \/, \/_next\/static/)
  })

  test('for one page leaves out all others, and data of none', async () => {
    const dir = makeMatched("['/about/:path*', '/old']", {
      'app/about/page.tsx': '',
      'pages/old.tsx': '',
      'app/blog/[...slug]/page.tsx': '',
    })
    const [found] = await matcherFindings(dir)
    expect(found?.what).toMatch(
      /^the matcher leaves out \/blog\/\[\.\.\.slug\] \(\/blog\/sample\), \/, /,
    )
    expect(found?.what).not.toMatch(/about|old/)
  })

  test('with conditions is the choice of who sends them', async () => {
    const matcher =
      "[{ source: '/:path*', missing: [{ type: 'header', key: 'purpose', value: 'prefetch' }] }]"
    const found = await matcherFindings(makeMatched(matcher))
    expect(found.map(({ id, level }) => [id, level])).toEqual([
      ['matcher-condition', 'error'],
      ['matcher-present', 'warning'],
    ])
  })

  test('that Next.js does not take, or that is not plain, is not known', async () => {
    const known = async (matcher: string, changes = {}) =>
      (await matcherFindings(makeMatched(matcher, changes))).map(({ id, what }) => [
        id,
        what.split(': ')[1],
      ])
    const id = 'matcher-unevaluated'
    expect(await known("'/(('")).toEqual([[id, 'this Next.js does not take it']])
    expect(await known('MATCHERS')).toEqual([[id, 'it is no list of plain texts']])
    const config = { 'next.config.js': 'module.exports = { basePath: process.env.BASE }' }
    expect(await known(STANDARD, config)).toEqual([
      [id, 'basePath or i18n in next.config is not plain'],
    ])
  })

  test.each([
    "export const unused = 1,\n  config = { matcher: ['/nothing'] }",
    "export const unused = () => { const a = 1 },\n  config = { 'match\\u0065r': ['/nothing'] }",
    `export const config = { "m\\u0061tcher": ['/nothing'] }`,
    "export const config = { m\\u0061tcher: ['/nothing'] }",
    "export const config = { m\\u{61}tcher: ['/nothing'] }",
    "export const config = { ['mat' + 'cher']: ['/nothing'] }",
    "const config = { 'm\\x61tcher': '/nothing' }\nexport { config }",
    "export { config } from './lib/config'",
    'export const config = { ...mine }',
    "export { nothing as 'c\\u006fnfig' }",
  ])('is not overlooked in %j', async (lines) => {
    const wiring = `import { createGate } from './stagedoor'\nexport default createGate()\n${lines}\n`
    const found = await matcherFindings(makeMatched("'/'", { 'proxy.ts': wiring }))
    expect(found.map(({ id }) => id)).toEqual(['matcher-unevaluated'])
  })

  test.each([
    "export const config = { runtime: 'nodejs', regions: ['iad1'] }",
    'const config = load()\nexport const other = 1',
    'export const f = (a, config = load()) => a',
    'export const pattern = /[\\u4e00-\\u9fff]/',
  ])('is not seen in %j', async (lines) => {
    const wiring = `import { createGate } from './stagedoor'\nexport default createGate()\n${lines}\n`
    expect(await matcherFindings(makeMatched("'/'", { 'proxy.ts': wiring }))).toEqual([])
  })

  test('is not known without its Next.js', async () => {
    const wiring = { 'proxy.ts': `${GATE}export const config = { matcher: '/a' }\n` }
    const half = await matcherFindings(makeProject(wiring))
    expect(half[0]?.what).toContain('this Next.js is not installed whole')
    const none = await matcherFindings(
      makeProject({ ...wiring, 'node_modules/next/package.json': undefined }),
    )
    expect(none[0]?.what).toContain('this Next.js is not installed here')
    expect(none[0]?.what).toContain('run `npm install`')
  })

  test('is evaluated without what this process knows, nor leave to write', async () => {
    const spy = `const fs = require('node:fs')
exports.getMiddlewareMatchers = () => {
  let wrote = 'wrote'
  try { fs.writeFileSync(__dirname + '/seen', 'x') } catch { wrote = 'refused' }
  throw Object.assign(new Error(), { code: Object.keys(process.env).join() + ' ' + wrote })
}`
    const program = 'node_modules/next/dist/build/analysis/get-page-static-info.js'
    const wiring = {
      'proxy.ts': `${GATE}export const config = { matcher: '/a' }\n`,
      [program]: spy,
    }
    const [found] = await matcherFindings(makeProject(wiring))
    expect(found?.what).toMatch(/it fails: +refused$/)
    const endless = makeProject({ ...wiring, [program]: 'process.exit(0)' })
    expect((await matcherFindings(endless))[0]?.what).toContain('this Next.js does not take it')
  })
})

test.each<[string, unknown]>([
  [`'a\\'b'`, "a'b"],
  ['"\\u0061\\x62\\n"', 'ab\n'],
  ['`a`', 'a'],
  [`['a', "b", ]`, ['a', 'b']],
  [
    `{ a: 1, 'b': [true, null, undefined], /* c */ c: { d: -1.5 } } as const`,
    { a: 1, b: [true, null, undefined], c: { d: -1.5 } },
  ],
  ['{ __proto__: 1 }', JSON.parse('{"__proto__":1}')],
])('the literal %s', (text, value) => {
  expect(readLiteral(text)?.value).toEqual(value)
})

test.each([
  'a',
  'f()',
  ['`a$', '{b}`'].join(''),
  '[a]',
  '{ a }',
  '{ ...a }',
  '[',
  "'a",
  '',
  '['.repeat(100),
])('no literal: %s', (text) => {
  expect(readLiteral(text)).toBe(null)
})
