/** What a share link opens beside what was named: files that pages show. */
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  claimsOf,
  follow,
  makeSigned,
  makeSignedApp,
  NO_APP,
  POLICY,
  printed,
  SECRET,
  SITE,
} from './pass-support.ts'
import { makeFolder, run } from './run.ts'

/** Root reads whatever the mode says, and Windows has none. */
const readsAll = process.getuid?.() === 0 || process.platform === 'win32'
const isWindows = process.platform === 'win32'

const OPTION = 'mend that, or leave the files of public out with `--no-files`'

/** The rules of files, without their methods. */
async function filesOf(folder: string, ...args: string[]): Promise<string[]> {
  const { paths, files } = JSON.parse(await printed(folder, ['share', '/a', '--json', ...args]))
  expect(paths).toEqual(['GET,HEAD /a', ...files])
  return files.map((rule: string) => rule.replace(/^GET,HEAD /, ''))
}

function names(count: number, type = 'png', folder = 'public'): string[] {
  return Array.from({ length: count }, (_, i) => `${folder}/f${i}.${type}`)
}

describe('the files of a share link', () => {
  test('are told, and signed', async () => {
    const folder = makeSignedApp([
      'public/images/a.png',
      'public/images/b/c.jpg',
      'public/logo.svg',
    ])
    const args = ['share', '/pricing', 'GET /api/plans', '--url', SITE]
    const { code, stdout, stderr } = await run(folder, args)
    expect(code).toBe(0)
    const lines = stderr.split('\n')
    expect(lines[1]).toMatch(/ opens \/pricing and GET \/api\/plans, until /)
    expect(lines[2]).toBe('with the files of public that pages show: /images/**, /logo.svg')
    expect(stderr).not.toContain('warning')
    const paths = [
      'GET,HEAD /pricing',
      'GET /api/plans',
      'GET,HEAD /images/**',
      'GET,HEAD /logo.svg',
    ]
    const token = new URL(stdout.trim()).searchParams.get('stagedoor') ?? ''
    expect(await claimsOf(token, SECRET)).toMatchObject({ paths })
    const document = JSON.parse(await printed(folder, [...args, '--json']))
    expect(document).toMatchObject({ paths, files: paths.slice(2) })
    const dry = await run(folder, [...args, '--dry-run'])
    expect(dry.stderr).toContain(`\n${lines[2]}\n`)
  })

  test('are opened by the gate, and no others', async () => {
    const folder = makeSignedApp([
      'public/images/hero.png',
      'public/images/old/räum lich.webp',
      'public/docs/plan.pdf',
      'public/docs/cover.png',
      'public/logo.svg',
      'public/data.json',
      'pages/orders/[id].tsx',
    ])
    const link = await printed(folder, ['share', '/pricing', '--url', SITE])
    const open = [
      '/images/hero.png',
      '/images/old/r%C3%A4um%20lich.webp',
      '/docs/cover.png',
      '/logo.svg',
      '/_next/static/chunks/main.js',
      '/_next/image?url=%2Fimages%2Fhero.png&w=640&q=75',
      '/_next/image?url=https%3A%2F%2Fcdn.example.com%2Fa.png&w=640&q=75',
    ]
    expect(await follow(folder, link, open)).toEqual([200, ...open.map(() => 200)])
    const shut = [
      '/docs/plan.pdf',
      '/data.json',
      '/orders/5.png',
      '/orders/5',
      '/other.svg',
      '/_next/image?url=%2Forders%2F5.png&w=640&q=75',
      '/_next/data/build/orders/5.json',
    ]
    expect(await follow(folder, link, shut)).toEqual([200, ...shut.map(() => 403)])
  })

  test.each<[string, string[], string[]]>([
    [
      'every type that pages show',
      'avif css gif ico jpeg jpg js mp3 mp4 otf png svg ttf wasm webm webp woff woff2'
        .split(' ')
        .map((type) => `public/all/a.${type}`),
      ['/all/**'],
    ],
    [
      'no document, and no data',
      'html json map mjs pdf txt webmanifest xml zip'.split(' ').map((type) => `public/a.${type}`),
      [],
    ],
    [
      'a folder that has others too, by type, as they are written',
      ['public/docs/a.pdf', 'public/docs/b/c.PNG', 'public/docs/d.png', 'public/docs/e.jpg'],
      ['/docs/**/*.PNG', '/docs/**/*.jpg', '/docs/**/*.png'],
    ],
    ['a folder that has no such file, not at all', ['public/docs/a.pdf', 'public/x/.gitkeep'], []],
    ['a name that is a type and nothing else', ['public/png', 'public/x.y.png'], ['/x.y.png']],
    [
      'twenty files by name',
      names(20),
      names(20)
        .map((name) => name.slice(6))
        .sort(),
    ],
    ['more by type', [...names(20), 'public/x.ico'], ['/*.ico', '/*.png']],
    [
      'as few of others as do not count',
      [...names(20), ...names(5, 'json')],
      names(20)
        .map((name) => name.slice(6))
        .sort(),
    ],
    ['hundreds in a folder by one rule', names(300, 'svg', 'public/icons/deep'), ['/icons/**']],
    [
      'icons of app',
      ['favicon.ico', 'icon.svg', 'icon1.png', 'apple-icon.tsx', 'opengraph-image.jpg', 'icons.ts']
        .map((name) => `app/${name}`)
        .concat('app/shop/icon.png'),
      ['/apple-icon', '/favicon.ico', '/icon.svg', '/icon1.png'],
    ],
    [
      'icons of src/app, each once',
      ['src/app/favicon.ico', 'public/favicon.ico'],
      ['/favicon.ico'],
    ],
    ['what Next.js has no way to serve, never', ['public/_next/static/a.png'], []],
  ])('are: %s', async (_, files, rules) => {
    expect(await filesOf(makeSignedApp(files))).toEqual(rules)
  })

  test.each<[string, string[], string[]]>([
    [
      'by name beside routes of app',
      ['public/orders/a.png', 'public/orders/b/c.jpg', 'app/orders/[id]/page.tsx'],
      ['/orders/a.png', '/orders/b/c.jpg'],
    ],
    [
      'by name beside routes of a group',
      ['public/orders/a.png', 'src/app/(shop)/(eu)/orders/page.tsx'],
      ['/orders/a.png'],
    ],
    [
      'by name beside routes of pages',
      ['public/orders/a.png', 'pages/orders/[id].tsx'],
      ['/orders/a.png'],
    ],
    ['by name in api, which may be passed on', ['public/api/a.png'], ['/api/a.png']],
    [
      'by type where they are too many',
      [...names(21, 'png', 'public/orders'), 'pages/orders/[id].tsx'],
      ['/orders/**/*.png'],
    ],
    [
      'by type below a first segment that varies',
      ['public/en/a.png', 'public/b.png', 'app/[locale]/page.tsx'],
      ['/en/**/*.png', '/b.png'],
    ],
    ['by type below a catch-all', ['public/en/a.png', 'pages/[[...all]].tsx'], ['/en/**/*.png']],
    [
      'whole beside a page that has none below',
      ['public/en/a.png', 'pages/[slug].tsx'],
      ['/en/**'],
    ],
  ])('share their folder with no route: %s', async (_, files, rules) => {
    expect(await filesOf(makeSignedApp(files))).toEqual(rules)
  })

  test('are not said again where they were named', async () => {
    const folder = makeSignedApp(['public/images/a.png', 'public/b.png'])
    const args = ['share', '/b.png', 'GET,HEAD /images/**', '--json']
    expect(JSON.parse(await printed(folder, args))).toMatchObject({
      paths: ['GET,HEAD /b.png', 'GET,HEAD /images/**'],
      files: [],
    })
  })

  test('get no caution, which what was named gets', async () => {
    const folder = makeSignedApp(['public/draft/a.png', 'public/preview.png'])
    expect((await run(folder, ['share', '/a'])).stderr).not.toContain('warning')
    const { stderr } = await run(folder, ['share', '/a', '/draft/**'])
    expect(stderr).toContain("warning: '/draft/**' opens a draft-mode endpoint")
  })

  test('are left out with --no-files', async () => {
    const folder = makeSignedApp(['public/images/a.png', 'app/icon.svg'])
    expect(await filesOf(folder, '--no-files')).toEqual([])
    const { stderr } = await run(folder, ['share', '/a', '--no-files'])
    expect(stderr).not.toMatch(/files of|\/images/)
    const link = await printed(folder, ['share', '/a', '--no-files', '--url', SITE])
    expect(await follow(folder, link, ['/images/a.png'])).toEqual([200, 403])
    expect((await run(makeSigned(), ['share', '/a', '--no-files'])).stderr).not.toContain(NO_APP)
  })

  test('are none where there is no app, which is told', async () => {
    const folder = makeSigned({ 'public/a.png': '', 'package.json': '{}' })
    expect(await filesOf(folder)).toEqual([])
    expect((await run(folder, ['share', '/a'])).stderr).toContain(`\n${NO_APP}\n`)
    const { stderr } = await run(folder, ['share', '/a', '-q'])
    expect(stderr).toBe('')
    // In an app that has none there is nothing to tell.
    const app = makeSignedApp([])
    expect(await filesOf(app)).toEqual([])
    expect((await run(app, ['share', '/a'])).stderr).not.toContain('files of')
  })

  test('are those of the folder that was named, whatever its version of Next.js', async () => {
    const folder = makeFolder({
      'web/package.json': '{"dependencies":{"next":"latest"}}',
      'web/public/a.png': '',
      'web/.env.local': `${POLICY}STAGEDOOR_SECRET=${SECRET}\n`,
    })
    expect(await filesOf(folder, '--cwd', 'web')).toEqual(['/a.png'])
  })

  test('are never more than a pass holds', async () => {
    const many = Array.from({ length: 150 }, (_, i) => `public/${'long-'.repeat(3)}${i}/a.png`)
    const folder = makeSignedApp(many)
    const { code, stdout, stderr } = await run(folder, ['share', '/a'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(
      /^stagedoor: error: the pass would have \d+ characters, and no more than 3900 get through\n/,
    )
    expect(stderr).toContain(
      'hint: leave the files of public out with `--no-files`, and name those that the page shows as rules\n',
    )
    expect((await run(folder, ['share', '/a', '--no-files'])).code).toBe(0)
  })
})

describe.skipIf(isWindows)('files of public', () => {
  test('with names that no rule can hold stay shut, with a warning', async () => {
    const odd = [
      'a%b.png',
      'a\\b.png',
      'a?.png',
      'a#.png',
      'a*.png',
      'a\n.png',
      '1*/x.png',
      '..;/x.png',
    ]
    const folder = makeSignedApp([...odd, 'good.png'].map((name) => `public/${name}`))
    expect(await filesOf(folder)).toEqual(['/good.png'])
    const { code, stderr } = await run(folder, ['share', '/a'])
    expect(code).toBe(0)
    expect(stderr).toContain(
      'warning: files of public with names that no rule can hold stay shut: ' +
        '/..;/x.png, /1*/x.png, /a\\u000a.png, /a#.png, /a%b.png and 3 more\n',
    )
  })

  test('are named in the warning only where the rule of their folder does not do', async () => {
    const folder = makeSignedApp(['public/x/a*.png', 'public/x/a?.png', 'public/x/100%.png'])
    const { stdout, stderr } = await run(folder, ['share', '/a', '--url', SITE])
    expect(stderr).toContain(
      'warning: files of public with names that no rule can hold stay shut: /x/100%.png\n',
    )
    const paths = ['/x/a*.png', '/x/a%3F.png', '/x/100%25.png']
    expect(await follow(folder, stdout.trim(), paths)).toEqual([200, 200, 200, 403])
  })

  test('that are links are followed within it alone', async () => {
    const folder = makeSignedApp(['public/images/a.png', 'public/docs/b.pdf', 'brand/c.png'])
    const link = (to: string, at: string) => fs.symlinkSync(to, path.join(folder, 'public', at))
    link('images', 'pictures')
    link('images/a.png', 'd.png')
    expect(await filesOf(folder)).toEqual(['/images/**', '/pictures/**', '/d.png'])
    link('../../brand', 'images/brand')
    link('../brand/c.png', 'c.png')
    link('nowhere', 'e.png')
    link('..', 'docs/self')
    const rules = ['/images/**/*.png', '/pictures/**/*.png', '/d.png']
    expect(await filesOf(folder)).toEqual(rules)
    expect((await run(folder, ['share', '/a'])).stderr).toContain(
      'warning: links in public that lead out of it are not followed, and stay shut: ' +
        '/c.png, /docs/self, /e.png, /images/brand, /pictures/brand\n',
    )
  })

  test('may be in a folder to which public is a link', async () => {
    const folder = makeSignedApp(['shared/images/a.png'])
    fs.symlinkSync('shared', path.join(folder, 'public'))
    expect(await filesOf(folder)).toEqual(['/images/**'])
  })

  test('that cannot be found for links in a circle are an error', async () => {
    const folder = makeSignedApp([])
    fs.symlinkSync('public', path.join(folder, 'public'))
    expect(await run(folder, ['share', '/a'])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'stagedoor: error: cannot read public: its links lead in a circle\n' +
        `stagedoor: hint: ${OPTION}\n`,
    })
    expect((await run(folder, ['share', '/a', '--no-files'])).code).toBe(0)
  })

  test.skipIf(readsAll)('in a folder that cannot be read are an error', async () => {
    const folder = makeSignedApp(['public/images/a.png'])
    fs.chmodSync(path.join(folder, 'public/images'), 0)
    const { code, stderr } = await run(folder, ['share', '/a'])
    fs.chmodSync(path.join(folder, 'public/images'), 0o700)
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        'stagedoor: error: cannot read public/images: permission denied\n' +
        `stagedoor: hint: ${OPTION}\n`,
    })
  })
})
