import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  ADVISORIES,
  advisoriesOf,
  isHole,
  safeVersion,
} from '../../../src/cli/project/advisories.ts'
import { unifiedDiff } from '../../../src/cli/project/diff.ts'
import { kindOf, withSettingsOf } from '../../../src/cli/project/drop-in.ts'
import { addToExample } from '../../../src/cli/project/env-example.ts'
import { matcherPatterns, pathPattern } from '../../../src/cli/project/matcher.ts'
import { readNextConfig } from '../../../src/cli/project/next-config.ts'
import {
  compareVersions,
  leastVersion,
  parseVersion,
  type Version,
  writeVersion,
} from '../../../src/cli/project/version.ts'
import { GATE, makeTree } from '../init-support.ts'

const require = createRequire(import.meta.url)
const version = (text: string) => parseVersion(text) as Version

describe('versions', () => {
  test('are in the order of Semantic Versioning §11', () => {
    const ordered = [
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      '1.0.2',
      '1.0.10',
      '1.9.0',
      '1.10.0',
      '2.0.0',
    ]
    const shuffled = [...ordered].reverse().map(version).sort(compareVersions)
    expect(shuffled.map(writeVersion)).toEqual(ordered)
  })

  test.each([
    ['15.5.29', '15.5.29'],
    ['^15.2.0', '15.2.0'],
    ['~14.1', '14.1.0'],
    ['>=13.4.0 <15', '13.4.0'],
    ['15.x', '15.0.0'],
    ['16', '16.0.0'],
    ['16.0.0-canary.3', '16.0.0-canary.3'],
    ['^16.0.0-canary.3', '16.0.0'],
    ['latest', null],
    ['<16', null],
    ['*', null],
    ['workspace:*', null],
    ['catalog:', null],
    ['npm:next@15.0.0', null],
    ['github:vercel/next.js#v15', null],
  ])('least of %s is %s', (range, least) => {
    const found = leastVersion(range)
    expect(found && writeVersion(found)).toBe(least)
  })
})

describe('advisories', () => {
  const idsOf = (text: string) => advisoriesOf(version(text)).map(({ id }) => id)

  test.each([
    ['13.4.12', ['CVE-2025-29927', 'CVE-2024-51479', 'CVE-2026-44573']],
    ['14.2.35', ['CVE-2026-44578', 'CVE-2026-44573']],
    ['15.2.3', ['CVE-2026-44578', 'CVE-2026-44573', 'CVE-2026-44575', 'CVE-2026-45109']],
    ['15.5.16', ['CVE-2026-45109']],
    ['15.5.18', []],
    [
      '16.0.0-canary.1',
      [
        'CVE-2026-44578',
        'CVE-2026-44574',
        'CVE-2026-44573',
        'CVE-2026-44575',
        'CVE-2026-45109',
        'CVE-2026-64642',
      ],
    ],
    ['16.2.11-canary.0', ['CVE-2026-64642']],
    ['16.2.11', []],
    ['16.4.6', []],
  ])('of %s', (text, ids) => {
    expect(idsOf(text)).toEqual(ids)
  })

  test('what is advised to upgrade to has none', () => {
    for (const { affected } of ADVISORIES) {
      for (const bound of affected.flat())
        expect(idsOf(writeVersion(safeVersion(version(bound))))).toEqual([])
    }
  })

  test('those that a gate without a matcher cannot close', () => {
    expect(ADVISORIES.filter(isHole).map(({ id }) => id)).toEqual([
      'CVE-2025-29927',
      'CVE-2026-44578',
    ])
  })
})

describe('next.config', () => {
  const read = (text: string) => {
    const { pageExtensions, isExport } = readNextConfig(makeTree({ 'next.config.mjs': text }))
    return { pageExtensions, isExport }
  }
  const standard = ['tsx', 'ts', 'jsx', 'js']
  test.each<[text: string, pageExtensions: string[] | 'unknown', isExport: boolean | 'unknown']>([
    ['export default {}', standard, false],
    [
      `export default { output: 'standalone', webpack: (c) => { c.output = { path: x } } }`,
      standard,
      false,
    ],
    [`export default { output: "export" }`, standard, true],
    [`export default { 'output': 'export', }`, standard, true],
    ['nextConfig.output = `export`\n', standard, true],
    [`export default { // output: 'export'\n}`, standard, false],
    [`export default { /* pageExtensions: ['page.js'] */ }`, standard, false],
    [`const a = "output: 'export'"`, standard, false],
    [`export default { output: isStaging ? undefined : 'export' }`, standard, 'unknown'],
    [`export default { output: process.env.OUT }`, standard, 'unknown'],
    [`export default { output }`, standard, 'unknown'],
    [`export default { pageExtensions: ['page.ts', "page.tsx",] }`, ['page.ts', 'page.tsx'], false],
    [`export default { pageExtensions: [\n  'ts', // types\n  'tsx',\n] }`, ['ts', 'tsx'], false],
    [`export default { pageExtensions: ['ts', 'tsx'] as const }`, ['ts', 'tsx'], false],
    [`export default { pageExtensions: ['ts'].map(f) }`, 'unknown', false],
    [`export default { pageExtensions: [...d, 'mdx'] }`, 'unknown', false],
    [`const pageExtensions = ['a.ts']\nexport default { pageExtensions }`, ['a.ts'], false],
    [
      `const pageExtensions = ['a.ts']\nexport default { pageExtensions: [...pageExtensions, 'b.ts'] }`,
      'unknown',
      false,
    ],
    [`const output = 'export'\nexport default { output }`, standard, true],
    [`export default {\n  output:\n    'export',\n}`, standard, true],
    [`module.exports = withX({ output: 'export' })`, standard, true],
    [`export default { pageExtensions: a ? ['ts'] : ['js'] }`, 'unknown', false],
  ])('%s', (text, pageExtensions, isExport) => {
    expect(read(text)).toEqual({ pageExtensions, isExport })
  })

  test('of a parent folder counts', () => {
    const dir = makeTree({
      'next.config.js': `module.exports = { output: 'export' }`,
      'apps/web': null,
    })
    expect(readNextConfig(path.join(dir, 'apps/web')).isExport).toBe(true)
  })
})

describe('matchers', () => {
  // Next.js matches with this, so it is what ours must agree with.
  const { pathToRegexp } = require('next/dist/compiled/path-to-regexp') as {
    pathToRegexp(source: string): RegExp
  }
  const PATHS = [
    '/',
    '/a',
    '/a/',
    '/a/b',
    '/a/b/c',
    '/about',
    '/api',
    '/api/x',
    '/apix',
    '/_next/static/x.js',
    '/favicon.ico',
    '/faviconxico',
    '/de/a',
    '/a.b',
    '/a+b',
  ]
  test.each([
    '/',
    '/a',
    '/a/:path*',
    '/a/:path+',
    '/a/:path?',
    '/:first/b',
    '/(api|about)',
    '/(api|about)/:path*',
    '/((?!api|_next/static|_next/image|favicon.ico).*)',
    '/((?!api|_next|.*\\..*).*)',
    '/(.*)',
    '/a.b',
  ])('%s matches what Next.js matches', (source) => {
    const ours = new RegExp(pathPattern(source) as string)
    const theirs = pathToRegexp(source)
    expect(PATHS.filter((p) => ours.test(p))).toEqual(PATHS.filter((p) => theirs.test(p)))
  })

  test.each(['a', '/:lang(de|en)', '/{a}?', '/(a)?', '/(a', '/a*'])(
    '%s is not understood',
    (source) => {
      expect(pathPattern(source)).toBe(null)
    },
  )

  test.each<[value: string, patterns: string[] | null]>([
    [`'/a'`, ['^\\/a\\/?$']],
    [`["/a", '/b',]`, ['^\\/a\\/?$', '^\\/b\\/?$']],
    [`'/((?!\\\\.).*)'`, ['^\\/(?:(?!\\.).*)\\/?$']],
    [`[{ source: '/a' }]`, null],
    ['paths', null],
    ['[...paths]', null],
  ])('of %s', (value, patterns) => {
    expect(matcherPatterns(value)).toEqual(patterns)
  })
})

describe('copies of the gate', () => {
  const other = GATE.replace(/sha256 [0-9a-f]{16}/, 'sha256 0123456789abcdef')
  test.each([
    ['the same', GATE, 'same'],
    ['another checkout of the same', GATE.replaceAll('\n', '\r\n'), 'same'],
    ['settings', GATE.replace('3_600_000', '9_000'), 'settings'],
    ['a change below', GATE.replace('export default createGate()', ''), 'edited'],
    ['a change above', GATE.replace('Stagedoor', 'Backdoor'), 'edited'],
    ['a digest that is not its own', other, 'edited'],
    ['something else', 'export default () => {}', 'foreign'],
    ['nothing', '', 'foreign'],
  ])('%s', (_, text, kind) => {
    expect(kindOf(text, GATE)).toBe(kind)
  })

  test('one of another version is known as such', () => {
    const later = GATE.replace("REALM = 'Staging'", "REALM = 'x'")
    // Of the two, each is another version to one who has the other: only the digest tells.
    expect(kindOf(GATE, later.replace(/sha256 [0-9a-f]{16}/, 'sha256 0123456789abcdef'))).toBe(
      'other',
    )
  })

  test('settings are taken over where they are the same ones', () => {
    const mine = GATE.replace('3_600_000', '9_000')
    expect(mine === GATE).toBe(false)
    expect(withSettingsOf(mine, GATE) === mine).toBe(true)
    expect(withSettingsOf(GATE.replace('const MAX_STALE', 'const STALE'), GATE)).toBe(null)
  })
})

describe('.env.example', () => {
  test('keeps its line ends, and is left alone once it names all', () => {
    const { text } = addToExample('A=\r\n')
    expect(text.startsWith('A=\r\n\r\n# Stagedoor')).toBe(true)
    expect(text.replaceAll('\r\n', '')).not.toContain('\n')
    expect(addToExample(text)).toEqual({ text, names: [] })
  })
})

describe('diff', () => {
  const numbers = Array.from({ length: 20 }, (_, i) => `${i}\n`)
  test('shows hunks with three lines around', () => {
    const after = numbers.map((line, i) => (i === 2 ? 'two\n' : i === 17 ? 'x\ny\n' : line))
    expect(unifiedDiff('a.txt', numbers.join(''), after.join(''))).toBe(`--- a/a.txt
+++ b/a.txt
@@ -1,6 +1,6 @@
 0
 1
-2
+two
 3
 4
 5
@@ -15,6 +15,7 @@
 14
 15
 16
-17
+x
+y
 18
 19
`)
  })

  test('of a new file, of a missing line end, of nothing', () => {
    expect(unifiedDiff('n', null, 'a\nb')).toBe(`--- /dev/null
+++ b/n
@@ -0,0 +1,2 @@
+a
+b
\\ No newline at end of file
`)
    expect(unifiedDiff('n', 'a', 'a')).toBe('')
  })
})

test('the package ships the gate that init copies', () => {
  expect(fs.existsSync(new URL('../../../middleware.ts', import.meta.url))).toBe(true)
})
