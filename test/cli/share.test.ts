import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { GATE } from './init-support.ts'
import {
  ask,
  claimsOf,
  DATA,
  follow,
  makeSigned,
  makeSignedApp,
  NO_APP,
  POLICY,
  printed,
  RUNS,
  SECRET,
  SITE,
  secretOf,
} from './pass-support.ts'
import { makeBare, makeFolder, policyOf, RESTART, readEnvLocal, run, start } from './run.ts'

const ID = /[\w][\w-]{15}/
/** Root writes whatever the mode says, and Windows has none. */
const readsAll = process.getuid?.() === 0 || process.platform === 'win32'
const WEEK = 7 * 86_400

function tokenOf(link: string): string {
  return new URL(link, SITE).searchParams.get('stagedoor') ?? ''
}

/** With what differs from run to run left out. */
function plain(text: string): string {
  return text
    .replace(new RegExp(`(link |revoke )${ID.source}`, 'g'), '$1<id>')
    .replace(/20\S+Z/, '<end>')
}

describe('share', () => {
  test('prints a link, which another reader of JWTs takes', async () => {
    const folder = makeSigned()
    const before = Math.floor(Date.now() / 1000)
    const { code, stdout, stderr } = await run(folder, ['share', '/pricing', '--url', SITE])
    expect(stdout).toMatch(
      /^https:\/\/staging\.example\.com\/pricing\?stagedoor=[\w-]+\.[\w-]+\.[\w-]+\n$/,
    )
    expect({ code, stderr: plain(stderr) }).toEqual({
      code: 0,
      stderr:
        'signed with STAGEDOOR_SECRET of .env.local, which servers and deployments need too\n' +
        'link <id> opens /pricing, until <end> (in 7 days)\n' +
        `${NO_APP}\n${DATA}\nto end it sooner: \`npx stagedoor pass revoke <id>\`\n${RUNS}\n`,
    })
    const claims = await claimsOf(tokenOf(stdout), SECRET)
    expect(claims).toEqual({
      iss: 'stagedoor',
      sub: '/pricing',
      use: 'share',
      iat: expect.any(Number),
      exp: (claims.iat as number) + WEEK,
      jti: expect.stringMatching(/^[\w-]{16}$/),
      paths: ['GET,HEAD /pricing'],
    })
    expect((claims.iat as number) - before).toBeLessThan(10)
    expect(stderr).toContain(`link ${claims.jti} `)
    expect(readEnvLocal(folder)).toBe(`${POLICY}STAGEDOOR_SECRET=${SECRET}\n`)
  })

  test('prints a link that opens its page, and nothing else', async () => {
    const folder = makeSignedApp(['public/logo.png'])
    const args = ['share', '/pricing?plan=pro', 'GET /api/products/**', '--url', SITE]
    const link = await printed(folder, args)
    const paths = ['/pricing', '/api/products/1', '/_next/static/x.js', '/logo.png']
    expect(await follow(folder, link, paths)).toEqual([200, 200, 200, 200, 200])
    const others = ['/', '/pricing/x', '/api/orders', '/_next/data/b/pricing.json', '/x.png']
    expect(await follow(folder, link, others)).toEqual([200, 403, 403, 403, 403, 403])
    // In no header.
    const token = tokenOf(link)
    expect(await ask(folder, `${SITE}/pricing`, { 'x-stagedoor-pass': token })).toBe(401)
    expect(await ask(folder, `${SITE}/pricing`, { Authorization: `Bearer ${token}` })).toBe(401)
    // And only where the secret is the same.
    expect(await ask(folder, link, {}, SECRET.toLowerCase())).toBe(401)
    const claims = await claimsOf(token, SECRET)
    expect((await run(folder, ['pass', 'revoke', claims.jti as string])).code).toBe(0)
    expect(await ask(folder, link)).toBe(401)
  })

  test.each([
    ['/pricing?plan=pro', '/pricing?plan=pro&stagedoor=', '/pricing'],
    ['/pricing?', '/pricing?stagedoor=', '/pricing'],
    ['/pricing#faq', '/pricing?stagedoor=', '/pricing'],
    ['/pricing/', '/pricing/?stagedoor=', '/pricing'],
    ['/', '/?stagedoor=', '/'],
    ['/pricing/**', '/pricing?stagedoor=', '/pricing/**'],
    ['/pricing/**?plan=pro', '/pricing?plan=pro&stagedoor=', '/pricing/**'],
    ['/café au lait', '/caf%C3%A9%20au%20lait?stagedoor=', '/café au lait'],
    ['/caf%C3%A9%20au%20lait?q=é', '/caf%C3%A9%20au%20lait?q=%C3%A9&stagedoor=', '/café au lait'],
    ['/%61/@b/[c]', '/a/@b/%5Bc%5D?stagedoor=', '/a/@b/[c]'],
  ])('of %s leads to %s…, and opens that', async (page, start, rule) => {
    const folder = makeSigned()
    const { link, paths } = JSON.parse(
      await printed(folder, ['share', page, '--json', '--url', SITE]),
    )
    expect([link.slice(0, SITE.length + start.length), paths]).toEqual([
      SITE + start,
      [`GET,HEAD ${rule}`],
    ])
    expect(link.endsWith('#faq')).toBe(page.endsWith('#faq'))
    expect(await follow(folder, link, [])).toEqual([200])
  })

  test('opens what is below the page where that was said', async () => {
    const folder = makeSigned()
    const link = await printed(folder, ['share', '/a/**', '--url', SITE])
    expect(await follow(folder, link, ['/a/b/c', '/a'])).toEqual([200, 200, 200])
    const { stderr } = await run(folder, ['share', '/**', '--url', SITE])
    expect(stderr).toContain(
      "warning: 'GET,HEAD /**' opens the whole site to whoever has the link\n",
    )
  })

  test('prints one document', async () => {
    const folder = makeSigned()
    const args = [
      'share',
      '/a',
      'GET /b',
      'GET /b',
      '--name',
      'for Ann',
      '--expires',
      '12h',
      '--json',
    ]
    const { code, stdout, stderr } = await run(folder, args)
    const document = JSON.parse(stdout)
    expect({ code, stderr, document }).toEqual({
      code: 0,
      stderr: '',
      document: {
        link: expect.stringMatching(/^\/a\?stagedoor=eyJ/),
        id: expect.stringMatching(/^[\w-]{16}$/),
        name: 'for Ann',
        expires: expect.stringMatching(/^20.*Z$/),
        paths: ['GET,HEAD /a', 'GET /b'],
        files: [],
        place: 'file',
        file: path.join(folder, '.env.local'),
        changed: false,
        dryRun: false,
        runs: expect.any(Array),
        warnings: [],
      },
    })
    const claims = await claimsOf(tokenOf(document.link), SECRET)
    expect(claims).toMatchObject({
      sub: 'for Ann',
      paths: ['GET,HEAD /a', 'GET /b'],
      jti: document.id,
    })
    expect(new Date((claims.exp as number) * 1000).toISOString()).toBe(
      document.expires.replace('Z', '.000Z'),
    )
  })

  test('makes another link each time, and says how to make it whole', async () => {
    const folder = makeSigned()
    const [one, other] = [await run(folder, ['share', '/a']), await run(folder, ['share', '/a'])]
    expect(one.stdout).toMatch(/^\/a\?stagedoor=/)
    expect(one.stdout).not.toBe(other.stdout)
    expect(one.stderr).toContain(`put the site before it, or give --url ${SITE}\n`)
  })

  test.each([
    [`${SITE}/base/`, `${SITE}/base/a?stagedoor=`],
    [`${SITE}/`, `${SITE}/a?stagedoor=`],
    ['http://localhost:3000', 'http://localhost:3000/a?stagedoor='],
  ])('at %s', async (url, start) => {
    const { stdout, stderr } = await run(makeSigned(), ['share', '/a', '--url', url])
    expect(stdout.slice(0, start.length)).toBe(start)
    expect(stderr).not.toContain('warning')
  })

  test('warns of a site without TLS', async () => {
    const { stderr } = await run(makeSigned(), ['share', '/a', '--url', 'http://a.example'])
    expect(stderr).toContain('http://a.example has no TLS: whoever is on the way can read the link')
  })

  test.each([
    ['staging.example.com', "'staging.example.com' is no http or https URL"],
    ['ftp://a.example', "'ftp://a.example' is no http or https URL"],
    ['https://ann:hunter2@a.example', 'the URL of --url has credentials in it, or an @'],
    ['ann:hunter2@a.example', 'the URL of --url has credentials in it, or an @'],
    ['https://a.example?key=hunter2', 'the URL of --url has more than a path in it'],
  ])('refuses --url %s', async (url, message) => {
    const outcome = await run(makeSigned(), ['share', '/a', '--url', url])
    expect(outcome).toEqual({
      code: 2,
      stdout: '',
      stderr: `stagedoor: error: ${message}\nstagedoor: hint: write --url ${SITE}, with the base path if there is one\n`,
    })
  })

  test.each([
    ['pricing', "'pricing' is not a rule: a pattern starts with /"],
    ['GET /a', "'GET /a' is no page: a method stands in a rule"],
    ['/a/*', "'/a/*' is no page: only /** may stand at its end"],
    ['/a%2Ab', "'/a%2Ab' is no page: only /** may stand at its end"],
    ['/**/a', "'/**/a' is no page: only /** may stand at its end"],
    ['/100%', "no rule covers a path with '100%' in it"],
    ['/a%25', "no rule covers a path with '%' in it"],
    ['/a%3Fb', "no rule covers a path with '?' in it"],
    ['/a%2Fb', "no rule covers a path with 'a%2Fb' in it"],
    ['/a%FF', "no rule covers a path with 'a%FF' in it"],
    ['/a/../b', "'/a/../b' is not a rule: it has a dot segment, which is never public"],
    ['/a/..;x', "'/a/..;x' is not a rule: it has a dot segment, which is never public"],
    ['/a//b', "'/a//b' is not a rule: it has an empty segment"],
    ['', "'' is not a rule: it is empty"],
    [`${SITE}/a?b=c`, 'that is a whole URL, and a page is named by its path'],
    ['/a?stagedoor=x', 'that page has a pass in it already'],
  ])('refuses the page %j', async (page, message) => {
    const { code, stdout, stderr } = await run(makeSigned(), ['share', page])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^stagedoor: error: .*\nstagedoor: hint: .*\n$/)
    expect(stderr).toContain(`error: ${message}\n`)
  })

  test.each([
    [['/a', 'b'], "'b' is not a rule: a pattern starts with /"],
    [['/a', '--expires', '367d'], "'367d' is too far off: a pass is good for 366 days at most"],
    [['/a', '--expires', 'never'], "'never' is no time to expire at"],
    [['/a', '--expires', '2020-01-01'], "'2020-01-01' is past already"],
    [['/a', '--name', ' '], 'that cannot be the name of a pass: it is empty'],
    [['/a', '--name', 'a\tb'], 'that cannot be the name of a pass: it has a control character'],
    [
      ['/a', '--name', 'x'.repeat(101)],
      'that cannot be the name of a pass: it has more than 100 characters',
    ],
    [
      ['/a', ...Array.from({ length: 200 }, (_, i) => `/some/longer/path/${i}`)],
      'the pass would have 6215 characters, and no more than 3900 get through',
    ],
  ])('refuses %j', async (args, message) => {
    const folder = makeFolder()
    const { code, stdout, stderr } = await run(folder, ['share', ...args])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.replace(/have \d{4} /, 'have 6215 ')).toContain(`error: ${message}\n`)
    expect(fs.readdirSync(folder)).toEqual([])
  })

  test('lasts for 366 days at most', async () => {
    const folder = makeSigned()
    const link = await printed(folder, ['share', '/a', '--expires', '366d', '--url', SITE])
    expect(await follow(folder, link, [])).toEqual([200])
  })

  test('says no pass again that was given as the page', async () => {
    const folder = makeSigned()
    const link = await printed(folder, ['share', '/a', '--url', SITE])
    for (const args of [
      ['share', link],
      ['share', tokenOf(link)],
      ['share', '/a', '--name', tokenOf(link)],
    ]) {
      const { code, stderr } = await run(folder, args)
      expect(code).toBe(2)
      expect(stderr).not.toContain('eyJ')
    }
  })
})

describe('the page of a share link', () => {
  const APP = { 'package.json': '{"dependencies":{"next":"16.4.5"}}' }
  const ROUTES = [
    'app/page.tsx',
    'app/(shop)/pricing/page.tsx',
    'app/(shop)/@side/sale/page.tsx',
    'app/products/[slug]/page.mdx',
    'app/docs/[...path]/page.tsx',
    'app/help/[[...path]]/page.tsx',
    'app/feed/route.ts',
    'app/empty/layout.tsx',
    'app/_private/page.tsx',
    'app/(.)photo/page.tsx',
    'app/%5Fopen/page.tsx',
    'app/café/page.tsx',
    'pages/index.tsx',
    'pages/_app.tsx',
    'pages/about.tsx',
    'pages/blog/index.tsx',
    'pages/blog/[id].tsx',
    'pages/wiki/[...path].tsx',
  ]
  const warningOf = async (page: string, files: Record<string, string>, ...args: string[]) => {
    const folder = makeBare({ '.env.local': `STAGEDOOR_SECRET=${SECRET}\n`, ...files })
    const { code, stdout } = await run(folder, ['share', page, '--json', ...args])
    expect(code).toBe(0)
    const told = (await run(folder, ['share', page, ...args])).stderr
    expect(JSON.parse(stdout).link).toMatch(/stagedoor=/)
    return /warning: no page of this app is at (.*)/.exec(told)?.[1]
  }
  const tree = (names: string[]) => Object.fromEntries(names.map((name) => [name, '']))

  test.each([
    '/',
    '/**',
    '/pricing?plan=pro#faq',
    '/pricing/',
    '/pricing/**',
    '/sale',
    '/products/1',
    '/docs/a/b',
    '/help',
    '/help/a',
    '/feed',
    '/_open',
    '/caf%C3%A9',
    '/about',
    '/blog',
    '/blog/1',
    '/wiki/a/b',
    '/sitemap.xml',
  ])('is there at %s', async (page) => {
    expect(await warningOf(page, { ...APP, ...tree(ROUTES) })).toBe(undefined)
  })

  test.each([
    ['/nowhere', '/nowhere'],
    ['/nowhere/**', '/nowhere'],
    ['/pricing/x', '/pricing/x'],
    ['/products', '/products'],
    ['/products/1/2', '/products/1/2'],
    ['/docs', '/docs'],
    ['/empty', '/empty'],
    ['/_private', '/_private'],
    ['/_app', '/_app'],
    ['/photo', '/photo'],
    ['/(shop)/pricing', '/(shop)/pricing'],
    ['/About', '/About'],
    ['/wiki', '/wiki'],
  ])('is not there at %s, and that is said', async (page, said) => {
    expect(await warningOf(page, { ...APP, ...tree(ROUTES) })).toBe(said)
    expect(await warningOf(page, { ...APP, ...tree(ROUTES) }, '--no-files')).toBe(said)
  })

  test.each<[string, Record<string, string>]>([
    ['no app', { 'app/page.tsx': '' }],
    ['an app without pages', APP],
    ['rewrites', { ...APP, 'next.config.js': 'module.exports = { async rewrites() {} }' }],
    ['i18n', { ...APP, 'next.config.mjs': "export default { 'i18n': {} }" }],
    ['a catch-all at the root', { ...APP, 'app/[...path]/page.tsx': '' }],
    ['an optional one', { ...APP, 'src/pages/[[...path]].tsx': '' }],
    [
      'a middleware that may rewrite',
      { ...APP, 'middleware.ts': 'export function middleware() {}' },
    ],
  ])('is not asked for with %s', async (_, files) => {
    const page = files === APP ? {} : { 'app/page.tsx': '' }
    expect(await warningOf('/nowhere/x', { ...page, ...files })).toBe(undefined)
  })

  test('is looked for in src too, beside a gate of ours', async () => {
    const files = { ...APP, 'src/app/a/page.tsx': '', 'src/middleware.ts': GATE }
    expect(await warningOf('/a', files)).toBe(undefined)
    expect(await warningOf('/b', files)).toBe('/b')
  })

  test('has its data beside it where rules say so', async () => {
    const told = async (...args: string[]) => (await run(makeSigned(), ['share', ...args])).stderr
    expect(await told('/a')).toContain(`\n${DATA}\n`)
    expect(await told('/a/**')).toContain(`\n${DATA}\n`)
    expect(await told('/**')).not.toContain(DATA)
    expect(await told('/a', 'GET /api/plans')).not.toContain(DATA)
  })
})

describe('the secret of a share link', () => {
  test('is made where there is none, and stays', async () => {
    const folder = makeFolder({ '.env.local': POLICY })
    const dry = await run(folder, ['share', '/a', '--dry-run', '--url', SITE])
    expect({ ...dry, stderr: plain(dry.stderr) }).toEqual({
      code: 0,
      stdout: '',
      stderr:
        'would make STAGEDOOR_SECRET in .env.local: servers and deployments need the same one, and a restart or a new deployment\n' +
        `would make a link that opens /a, until <end> (in 7 days)\n${NO_APP}\n${DATA}\n${RUNS}\n`,
    })
    expect(readEnvLocal(folder)).toBe(POLICY)
    const { stdout, stderr } = await run(folder, ['share', '/a', '--url', SITE])
    const secret = secretOf(folder)
    expect(secret).toMatch(/^[\w-]{43}$/)
    expect(stderr).toMatch(/^made STAGEDOOR_SECRET in \.env\.local: servers and deployments need /)
    expect(stderr).toContain(RESTART)
    expect(stdout + stderr).not.toContain(secret)
    expect(await follow(folder, stdout.trim(), ['/b'])).toEqual([200, 403])
    const again = await run(folder, ['share', '/a', '--url', SITE])
    expect(secretOf(folder)).toBe(secret)
    expect(again.stderr).toMatch(/^signed with STAGEDOOR_SECRET of \.env\.local, /)
    expect(await follow(folder, stdout.trim(), [])).toEqual([200])
    expect(policyOf(folder)).toEqual({ version: 1, users: {} })
  })

  test('is made once, however many ask for it', async () => {
    const folder = makeFolder({ '.env.local': POLICY })
    const all = [1, 2, 3].map(() => start(folder, ['share', '/a', '--url', SITE]).ended)
    for (const { code, stdout } of await Promise.all(all)) {
      expect(code).toBe(0)
      expect(await follow(folder, stdout.trim(), [])).toEqual([200])
    }
  })

  test('is made in the place that was named, and in the folder that was', async () => {
    const folder = makeFolder()
    fs.mkdirSync(path.join(folder, 'app'))
    const { code } = await run(folder, ['--cwd', 'app', 'share', '/a', '--to', 'file:my.env'])
    expect([code, fs.readdirSync(path.join(folder, 'app'))]).toEqual([0, ['my.env']])
    expect(fs.statSync(path.join(folder, 'app/my.env')).mode & 0o777).toBe(0o600)
  })

  test('is never made in a file that git tracks', async () => {
    const folder = makeFolder({ '.env.local': POLICY })
    execFileSync('git', ['init', '-q'], { cwd: folder })
    execFileSync('git', ['add', '-f', '.env.local'], { cwd: folder })
    for (const more of [[], ['--dry-run']]) {
      const { code, stdout, stderr } = await run(folder, ['share', '/a', ...more])
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      expect(stderr).toContain('error: .env.local is tracked by git, and credentials must not end')
    }
    expect(readEnvLocal(folder)).toBe(POLICY)
  })

  test.each([
    ['.env', {}, '.env'],
    ['.env.production.local', {}, '.env.production.local'],
    ['the shell', { STAGEDOOR_SECRET: SECRET }, 'the environment of this shell'],
  ])('is taken from %s, as the gate does', async (name, env, source) => {
    const files = name === 'the shell' ? {} : { [name]: `STAGEDOOR_SECRET=${SECRET}\n` }
    const folder = makeFolder({ '.env.local': POLICY, ...files })
    const { code, stdout, stderr } = await run(folder, ['share', '/a'], { env })
    expect(code).toBe(0)
    expect(stderr).toContain(`signed with STAGEDOOR_SECRET of ${source}, `)
    expect(stderr.includes('next dev has no STAGEDOOR_SECRET, and takes no passes')).toBe(
      name === '.env.production.local',
    )
    expect(await claimsOf(tokenOf(stdout), SECRET)).toMatchObject({ use: 'share' })
    expect(readEnvLocal(folder)).toBe(POLICY)
  })

  test('is that of next start where the runs differ, or that of the place which was named', async () => {
    const folder = makeSigned({
      '.env.development.local': `STAGEDOOR_SECRET=${'D'.repeat(32)}\n`,
    })
    const one = await run(folder, ['share', '/a'])
    expect(one.stderr).toContain(
      'warning: next dev does not take it: its STAGEDOOR_SECRET is another, of .env.development.local\n',
    )
    expect(await claimsOf(tokenOf(one.stdout), SECRET)).toMatchObject({ use: 'share' })
    const other = await run(folder, ['share', '/a', '--to', 'file:.env.development.local'])
    expect(other.stderr).toContain('next start does not take it')
    expect(await claimsOf(tokenOf(other.stdout), 'D'.repeat(32))).toMatchObject({ use: 'share' })
  })

  test('of a file that Next.js does not read is that of the file, whatever the others have', async () => {
    const folder = makeSigned({ 'my.env': `STAGEDOOR_SECRET=${'M'.repeat(32)}\n` })
    const { stdout } = await run(folder, ['share', '/a', '--to', 'file:my.env'])
    expect(await claimsOf(tokenOf(stdout), 'M'.repeat(32))).toMatchObject({ use: 'share' })
    const made = await run(folder, ['share', '/a', '--to', 'file:other.env'])
    expect(made.stderr).toContain('made STAGEDOOR_SECRET in other.env')
  })

  test('of the shell that hides another is told', async () => {
    const env = { STAGEDOOR_SECRET: 'E'.repeat(32) }
    const { stdout, stderr } = await run(makeSigned(), ['share', '/a'], { env })
    expect(stderr).toContain(
      'STAGEDOOR_SECRET of the environment of this shell wins over another one in .env.local',
    )
    expect(await claimsOf(tokenOf(stdout), 'E'.repeat(32))).toMatchObject({ use: 'share' })
  })

  test('that is too short is refused, and not said', async () => {
    const folder = makeFolder({ '.env.local': 'STAGEDOOR_SECRET=hunter2\n' })
    for (const args of [
      ['share', '/a'],
      ['pass', 'create', 'ci'],
    ]) {
      expect(await run(folder, args)).toEqual({
        code: 1,
        stdout: '',
        stderr:
          'stagedoor: error: STAGEDOOR_SECRET in .env.local has fewer than 32 bytes, so it signs nothing\n' +
          'stagedoor: hint: take it out there, and run the command again: it makes a good one\n',
      })
    }
  })

  test('that is hidden by an empty one is refused', async () => {
    const folder = makeFolder({ '.env.local': 'STAGEDOOR_SECRET=\n' })
    const { code, stderr } = await run(folder, ['share', '/a'], { env: { STAGEDOOR_SECRET: '' } })
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        'stagedoor: error: STAGEDOOR_SECRET is empty in the environment of this shell, which wins over .env.local\n' +
        'stagedoor: hint: take it out there, and run the command again\n',
    })
    expect((await run(folder, ['share', '/a'])).code).toBe(0)
  })

  test.skipIf(readsAll)('is looked for without a need to write', async () => {
    const folder = makeSigned()
    fs.chmodSync(folder, 0o500)
    expect((await run(folder, ['share', '/a'])).code).toBe(0)
    fs.chmodSync(folder, 0o700)
  })
})

test('the real program makes a link as it does in these tests', async () => {
  const folder = makeSigned()
  const { code, stdout, stderr } = await start(folder, ['share', '/a', '--url', SITE]).ended
  expect({ code, stderr: plain(stderr) }).toEqual({
    code: 0,
    stderr: plain((await run(folder, ['share', '/a', '--url', SITE])).stderr),
  })
  expect(await follow(folder, stdout.trim(), ['/b'])).toEqual([200, 403])
})
