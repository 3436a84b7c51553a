import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { appOf, expectRefused, GATE, makeApp, makeTree, readTree, runInit } from './init-support.ts'
import { readEnvLocal, run } from './run.ts'

const SIGNED = `# Signs sessions, share links and passes; 32 bytes or more: \`npx stagedoor init\` makes it
STAGEDOOR_SECRET=
# \`page\`: a sign-in page in place of the browser's box; needs STAGEDOOR_SECRET
STAGEDOOR_SIGN_IN=
# \`none\`: for previews in another site's frame, as a CMS shows them
STAGEDOOR_COOKIE=
# For \`ips\`: the header in which your own proxy tells the client's address; not on Vercel
STAGEDOOR_IP_HEADER=
`
const EXAMPLE = `# Stagedoor: on or off; empty: on, but for production and \`next dev\`
STAGEDOOR=
# Who may enter, as JSON: \`npx stagedoor user add NAME\` writes it
STAGEDOOR_POLICY=
${SIGNED}`
const PASSWORD = /^[0-9a-z]{5}(-[0-9a-z]{5}){3}-[0-9a-z]{6}\n$/
const ENV =
  /^STAGEDOOR_SECRET=[\w-]{43}\nSTAGEDOOR_POLICY='\{"version":1,"users":\{"staging":\{"verifier":"sha256:[\w-]{22}:[\w-]{43}"\}\}\}'\n$/

describe('from nothing to a gated app', () => {
  const cases: [version: string, tree: Record<string, string>, file: string][] = [
    ['15.5.29', {}, 'middleware.ts'],
    ['16.4.6', {}, 'proxy.ts'],
    ['16.4.6', { 'src/app/page.tsx': '' }, 'src/proxy.ts'],
    ['15.5.29', { 'src/app/page.tsx': '' }, 'src/middleware.ts'],
    [
      '16.4.6',
      { 'next.config.mjs': `export default { pageExtensions: ['page.tsx', 'page.ts'] }` },
      'proxy.page.ts',
    ],
    [
      '15.5.29',
      { 'next.config.js': `module.exports = { pageExtensions: ["page.tsx"] }` },
      'middleware.page.tsx',
    ],
  ]
  test.each(cases)('next %s with %j gets %s', async (version, tree, file) => {
    const dir = makeApp(version, tree)
    const before = readTree(dir)
    const { code, stdout } = await runInit(dir)
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(PASSWORD) })
    expect(readTree(dir)).toEqual({
      ...before,
      '.env.example': EXAMPLE,
      '.env.local': expect.stringMatching(ENV),
      [file]: GATE,
    })
    expect(fs.statSync(path.join(dir, '.env.local')).mode & 0o777).toBe(0o600)
    expect(fs.statSync(path.join(dir, file)).mode & 0o044).toBe(0o044)
  })

  test('says what it did, and what to do next', async () => {
    const { stderr } = await runInit(makeApp('16.4.6', { 'src/app/page.tsx': '' }))
    expect(stderr).toBe(`Next.js 16.4.6, app in src/
  wrote     src/proxy.ts  the gate
  wrote     .env.example  STAGEDOOR, STAGEDOOR_POLICY, STAGEDOOR_SECRET, STAGEDOOR_SIGN_IN, STAGEDOOR_COOKIE, STAGEDOOR_IP_HEADER
  added to  .env.local    STAGEDOOR_SECRET, user staging
next:
  npm run build && npm start   the build must list "Proxy"
  npx stagedoor status   who may enter, and what is gated
  on Vercel: npx stagedoor move --from file --to vercel:preview
next dev: not gated (run \`npx stagedoor on\` to gate it too) · next start: gated · on Vercel: not told by this file · restart a running next start; next dev follows by itself
user-id staging, password, shown this once:
`)
  })

  test('a second run changes nothing and shows no password', async () => {
    const dir = makeApp('16.4.6')
    await runInit(dir)
    const before = readTree(dir)
    const again = await runInit(dir)
    expect({ ...again, tree: readTree(dir) }).toEqual({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(
        /kept {2}proxy\.ts {6}the gate, there already\n[\s\S]* {2}kept {2}\.env\.local {4}nothing to add\nno new user: STAGEDOOR_POLICY is in \.env\.local already \(.*\)\n/,
      ),
      tree: before,
    })
  })

  test('says that the password is lost where stdout takes nothing', async () => {
    const dir = makeApp('16.4.6')
    const { code, stderr } = await run(dir, ['init', '--quiet'], { fullStdout: true })
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        'stagedoor: error: the password could not be shown, and is lost: stdout takes no more\n' +
        'stagedoor: hint: make another: `npx stagedoor user rotate staging`\n',
    })
  })

  test('--json is one document, and nothing else', async () => {
    const { code, stdout, stderr } = await runInit(makeApp('16.4.6'), '--json', '--user', 'ann')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({
      next: { version: '16.4.6', from: 'installed', folder: '.' },
      gate: { file: 'proxy.ts', wired: true },
      files: [
        { file: 'proxy.ts', action: 'wrote', what: 'the gate' },
        { file: '.env.example', action: 'wrote' },
        { file: '.env.local', action: 'added to', what: 'STAGEDOOR_SECRET, user ann' },
      ],
      wiring: null,
      advisories: [],
      user: 'ann',
      password: expect.stringMatching(/^[0-9a-z-]{30}$/),
      place: 'file',
      dryRun: false,
      warnings: [],
    })
  })

  test('--dry-run says the same with “would”, and writes nothing', async () => {
    const dir = makeApp('15.5.29')
    const before = readTree(dir)
    const { code, stdout, stderr } = await runInit(dir, '--dry-run')
    expect({ code, stdout, tree: readTree(dir) }).toEqual({ code: 0, stdout: '', tree: before })
    expect(stderr).toContain(`  would write   middleware.ts  the gate
  would write   .env.example   STAGEDOOR, STAGEDOOR_POLICY, STAGEDOOR_SECRET, STAGEDOOR_SIGN_IN, STAGEDOOR_COOKIE, STAGEDOOR_IP_HEADER
  would add to  .env.local     STAGEDOOR_SECRET, user staging
`)
  })

  test('--diff is a patch that makes the same files, and writes nothing', async () => {
    const dir = makeApp('16.4.6', { '.env.example': 'A=1\r\n', '.env.local': 'MINE=hush-hush\n' })
    const before = readTree(dir)
    const { code, stdout } = await runInit(dir, '--diff')
    expect({ code, tree: readTree(dir) }).toEqual({ code: 0, tree: before })
    expect(stdout).not.toContain('hush-hush')
    execFileSync('git', ['apply', '--whitespace=nowarn', '-'], { cwd: dir, input: stdout })
    const patched = readTree(dir)
    await runInit(dir)
    expect(patched).toEqual({ ...readTree(dir), '.env.local': 'MINE=hush-hush\n' })
  })
})

describe('the first user', () => {
  const policy = `STAGEDOOR_POLICY='{"version":1,"users":{}}'\n`
  test.each([
    ['--no-user', {}, ['--no-user']],
    ['a policy', { '.env.local': policy }, []],
    ['a policy in .env', { '.env': policy }, []],
    ['AUTH_USER', { '.env.production': 'AUTH_USER=a\nAUTH_PASSWORD=b\n' }, []],
  ])('is not made where there is %s', async (_, tree, args) => {
    const dir = makeApp('16.4.6', tree)
    const { code, stdout } = await runInit(dir, ...args)
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(readTree(dir)['.env.local'] ?? '').not.toContain('staging')
    expect(readTree(dir)['proxy.ts']).toBe(GATE)
  })

  test('is made where the example was copied as it is', async () => {
    const dir = makeApp('16.4.6', { '.env.local': EXAMPLE })
    expect((await runInit(dir)).stdout).toMatch(PASSWORD)
    expect(readTree(dir)['.env.local']).toMatch(/POLICY='\{[\s\S]*\nSTAGEDOOR_SECRET=[\w-]{43}\n/)
  })

  test('is added to a policy if asked for by name, once', async () => {
    const dir = makeApp('16.4.6', { '.env.local': `${policy}STAGEDOOR_SECRET=0123456789\n` })
    expect((await runInit(dir, '--user', 'ann')).stdout).toMatch(PASSWORD)
    const before = readTree(dir)
    expect(before['.env.local']).toMatch(/"users":\{"ann":[\s\S]*\nSTAGEDOOR_SECRET=0123456789\n$/)
    const again = await runInit(dir, '--user', 'ann')
    expect({ stdout: again.stdout, tree: readTree(dir) }).toEqual({ stdout: '', tree: before })
    expect(again.stderr).toContain('no new user: there already')
    expect(again.stderr).toContain(
      'STAGEDOOR_SECRET in .env.local has fewer than 32 bytes, so it signs nothing: no sessions, share links or passes; take it out there, and run the command again: it makes a good one\n',
    )
  })

  test.each([
    ['a name that no browser can send', {}, ['--user', 'a:b'], 2, /cannot be a user's name/],
    [
      'a policy that is not valid',
      { '.env.local': 'STAGEDOOR_POLICY={}\n' },
      [],
      1,
      /is not valid/,
    ],
  ])('%s is refused before anything is written', async (_, tree, args, code, message) => {
    const dir = makeApp('16.4.6', tree)
    await expectRefused(dir, args, message, code)
  })
})

describe('git', () => {
  function makeRepository(tree: Record<string, string>, ...add: string[]): string {
    const dir = makeApp('16.4.6', tree)
    execFileSync('git', ['init', '-q'], { cwd: dir })
    for (const file of add) execFileSync('git', ['add', '-f', file], { cwd: dir })
    return dir
  }

  test('a tracked .env.local is refused before anything is written', async () => {
    const dir = makeRepository({ '.env.local': 'A=1\n' }, '.env.local')
    await expectRefused(dir, [], /\.env\.local is tracked by git/)
  })

  const GOOD = 'g'.repeat(40)
  const OWN = 'o'.repeat(40)
  test.each<[string, Record<string, string>, string | null]>([
    ['.env', { '.env': `STAGEDOOR_SECRET=${GOOD}\n` }, '.env'],
    [
      '.env.production, which one run alone reads,',
      {
        '.env.production': `STAGEDOOR_SECRET=${GOOD}\n`,
        '.env.development': `STAGEDOOR_SECRET=${OWN}\n`,
      },
      '.env.production',
    ],
    [
      '.env, where another wins,',
      { '.env': `STAGEDOOR_SECRET=${GOOD}\n`, '.env.local': `STAGEDOOR_SECRET=${OWN}\n` },
      null,
    ],
  ])('a secret in a tracked %s is not taken for one', async (_, tree, file) => {
    const dir = makeRepository(
      { '.gitignore': '.env.local\n', ...tree },
      ...Object.keys(tree).filter((name) => name === (file ?? '.env')),
    )
    const { code, stderr } = await runInit(dir)
    expect(code).toBe(0)
    const secret = /^STAGEDOOR_SECRET=(\S+)$/m.exec(readEnvLocal(dir))?.[1]
    expect(stderr.includes(`git tracks ${file}, so whoever reads the repository knows`)).toBe(
      file !== null,
    )
    expect(secret === OWN).toBe(file === null)
    expect(secret).toMatch(/^[\w-]{40,}$/)
    expect(secret).not.toBe(GOOD)
    expect(stderr).not.toContain(GOOD)
    await runInit(dir)
    expect(readEnvLocal(dir)).toContain(`STAGEDOOR_SECRET=${secret}\n`)
  })

  test('a secret in a file that git does not track is kept', async () => {
    const dir = makeRepository({ '.gitignore': '.env*\n', '.env': `STAGEDOOR_SECRET=${GOOD}\n` })
    expect((await runInit(dir)).stderr).not.toContain('git tracks')
    expect(readEnvLocal(dir)).not.toContain('STAGEDOOR_SECRET')
  })

  test('an ignored .env.example is told', async () => {
    const { stderr } = await runInit(makeRepository({ '.gitignore': '.env*\n' }))
    expect(stderr).toContain('git ignores .env.example: add the line !.env.example to .gitignore')
  })

  test('a .env.local that git would commit is told', async () => {
    const { stderr } = await runInit(makeRepository({}), '--no-user')
    expect(stderr).toContain('git does not ignore .env.local')
  })
})

describe('.env.example', () => {
  test('gets the missing lines, after what is there', async () => {
    const text = 'DATABASE_URL=\n# STAGEDOOR=on\nexport STAGEDOOR_POLICY='
    const dir = makeApp('16.4.6', { '.env.example': text })
    await runInit(dir)
    expect(readTree(dir)['.env.example']).toBe(`${text}\n\n${SIGNED}`)
  })
})

describe('a Next.js with a known way round the gate', () => {
  test.each([
    [
      '13.5.8',
      /CVE-2025-29927 .*CVE-2026-44578[\s\S]*no 13\.x fixes all of them: upgrade to 15\.5\.28/,
    ],
    [
      '14.2.1',
      /CVE-2025-29927 .*CVE-2026-44578[\s\S]*no 14\.x fixes all of them: upgrade to 15\.5\.28/,
    ],
    ['12.3.4', /CVE-2025-29927 [\s\S]*no 12\.x is without a known fault: upgrade to 15\.5\.28/],
    [
      '13.5.11',
      /CVE-2026-44578 .*Vercel are not affected[\s\S]*no 13\.x is without a known fault: upgrade to 15\.5\.28 .*`npm install next@15`/,
    ],
    ['14.2.35', /CVE-2026-44578[\s\S]*no 14\.x is without a known fault/],
    [
      '15.2.2',
      /CVE-2025-29927 .*CVE-2026-44578[\s\S]*hint: upgrade to 15\.5\.28 or later with `npm install next@15`/,
    ],
    ['15.2.3-canary.4', /CVE-2025-29927/],
    ['16.2.4', /CVE-2026-44578[\s\S]*hint: upgrade to 16\.4\.1 or later/],
  ])('%s is refused', async (version, message) => {
    const dir = makeApp(version)
    await expectRefused(dir, [], message)
  })

  test('goes on with --force, and says what it means', async () => {
    const dir = makeApp('15.2.2', { 'pnpm-lock.yaml': '' })
    const { code, stderr } = await runInit(dir, '--force')
    expect({ code, gate: readTree(dir)['middleware.ts'] === GATE }).toEqual({ code: 0, gate: true })
    expect(stderr).toMatch(/THE GATE CAN BE PASSED through CVE-2025-29927/)
  })

  test('the hint names the package manager that is used', async () => {
    const { stderr } = await runInit(makeApp('15.2.2', { 'pnpm-lock.yaml': '' }))
    expect(stderr).toContain('`pnpm add next@15`')
  })

  test('one that harms only matchers is a warning', async () => {
    const { code, stderr } = await runInit(makeApp('16.2.10'))
    expect(code).toBe(0)
    expect(stderr).toContain(
      'CVE-2026-64642 does no harm to a gate without a matcher; upgrade to 16.4.1 or later',
    )
  })
})

describe('what is said of the app', () => {
  const images = 'if the app uses next/image: set `images: { unoptimized: true }`'
  test.each([
    ['14.2.35', {}, images],
    ['12.3.7', {}, 'the gate is not tested with next 12.3.7'],
    ['13.4.19', {}, 'the gate is not tested with next 13.4.19'],
    ['17.0.0', {}, 'the gate is not tested with next 17.0.0'],
    ['16.5.0-canary.3', {}, 'the gate is not tested with next 16.5.0-canary.3'],
    [
      '16.4.6',
      { 'next.config.js': 'module.exports = { pageExtensions: list }' },
      'pageExtensions in next.config.js is not a plain list',
    ],
    [
      '16.4.6',
      { 'next.config.js': `const o = process.env.O\nmodule.exports = { output: o }` },
      `with 'export' there is no gate at all`,
    ],
    [
      '16.4.6',
      { 'middleware.mjs': '' },
      'does not read middleware.mjs, because Next.js takes no .mjs here',
    ],
    [
      '15.5.29',
      { 'proxy.ts': '' },
      'does not read proxy.ts, because Next.js 15 knows no proxy file',
    ],
    ['16.4.6', { 'src/proxy.ts': '' }, 'does not read src/proxy.ts, because it is not beside app'],
    [
      '16.4.6',
      { 'src/app/page.tsx': '', 'proxy.js': '' },
      'does not read proxy.js, because it is not beside app',
    ],
  ])('next %s with %j', async (version, tree, message) => {
    const dir = makeApp(version, tree)
    const { code, stderr } = await runInit(dir, '--force')
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(message) })
    expect(Object.values(readTree(dir))).toContain(GATE)
  })

  test('nothing is said of images where they are not optimised, nor from 15 on', async () => {
    const config = { 'next.config.js': 'module.exports = { images: { unoptimized: true } }' }
    expect((await runInit(makeApp('14.2.35', config), '--force')).stderr).not.toContain(
      'next/image',
    )
    expect((await runInit(makeApp('15.5.29'))).stderr).not.toContain('warning')
  })

  test('an app in JavaScript needs no TypeScript', async () => {
    const dir = makeTree({
      'package.json': '{"dependencies":{"next":"16.4.6"}}',
      'node_modules/next/package.json': '{"version":"16.4.6"}',
      'pages/index.js': '',
      'yarn.lock': '',
    })
    const { code, stderr } = await runInit(dir)
    expect(code).toBe(0)
    expect(stderr).toContain(
      'proxy.ts      the gate (TypeScript, for which nothing need be installed)',
    )
    expect(stderr).toContain('yarn build && yarn start')
  })

  test('a version that is only declared is not looked up, and told', async () => {
    const tree = appOf('15.5.29', { 'package.json': '{"devDependencies":{"next":"^15.0.0"}}' })
    delete tree['node_modules/next/package.json']
    const dir = makeTree(tree)
    const { code, stderr } = await runInit(dir)
    expect({ code, gate: readTree(dir)['middleware.ts'] === GATE }).toEqual({ code: 0, gate: true })
    expect(stderr).toContain('next ^15.0.0 is not installed here')
  })
})

describe('what is refused', () => {
  const app = { 'package.json': '{"dependencies":{"next":"16.4.6"}}', 'src/app/page.tsx': '' }
  test.each([
    ['a folder without package.json', {}, /no Next\.js found in .*: it has no package\.json/],
    ['another kind of app', { 'package.json': '{}' }, /its package\.json does not list next/],
    [
      'the root of a monorepo',
      {
        'package.json': '{"workspaces":["apps/*"]}',
        'apps/web/package.json': app['package.json'],
        'apps/web/app/p': '',
      },
      /hint: there is one in apps\/web: run `npx stagedoor init --cwd apps\/web`/,
    ],
    [
      'a tag without an install',
      { ...app, 'package.json': '{"dependencies":{"next":"latest"}}' },
      /cannot be told from "latest"/,
    ],
    ['no router', { 'package.json': app['package.json'] }, /no app or pages folder/],
    ['routers apart', { ...app, 'pages/x.tsx': '' }, /app and pages are in different folders/],
    [
      'a static export',
      { ...app, 'next.config.mjs': `export default { output: 'export' }` },
      /a static export has no server/,
    ],
    [
      'pageExtensions without TypeScript',
      { ...app, 'next.config.mjs': `export default { pageExtensions: ['page.jsx'] }` },
      /add 'page\.ts' to pageExtensions/,
    ],
    [
      'a Next.js that reads no middleware.ts',
      { ...app, 'package.json': '{"dependencies":{"next":"12.1.6"}}' },
      /reads no middleware\.ts/,
    ],
    [
      'middleware and proxy',
      { ...app, 'src/middleware.ts': '', 'src/proxy.ts': '' },
      /there are both src\/middleware\.ts and src\/proxy\.ts/,
    ],
    [
      'a stagedoor.ts of somebody else',
      { ...app, 'src/proxy.ts': '', 'src/stagedoor.ts': 'mine' },
      /src\/stagedoor\.ts is there already/,
    ],
  ])('%s', async (_, tree, message) => {
    const dir = makeTree(tree)
    await expectRefused(dir, ['--force'], message)
  })

  test('the hint leads to the app from where the user is', async () => {
    const app = {
      'w/web app/package.json': '{"dependencies":{"next":"16.4.6"}}',
      'w/web app/app/p': '',
    }
    const { stderr } = await runInit(makeTree(app), '--cwd', 'w')
    expect(stderr).toContain("run `npx stagedoor init --cwd 'w/web app'`")
  })

  test('an app in a monorepo uses the Next.js above it', async () => {
    const dir = makeTree({
      'node_modules/next/package.json': '{"version":"15.5.29"}',
      'pnpm-lock.yaml': '',
      'apps/web/package.json': '{"dependencies":{"next":"latest"}}',
      'apps/web/pages/index.tsx': '',
    })
    const { code, stderr } = await runInit(dir, '--cwd', 'apps/web')
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('cd apps/web && pnpm build && pnpm start'),
    })
    expect(readTree(dir)['apps/web/middleware.ts']).toBe(GATE)
  })
})

describe('a gate that is there already', () => {
  const settings = GATE.replace("REALM = 'Staging'", "REALM = 'Preview'")
  const edited = GATE.replace('export default createGate()', 'export default createGate({})')

  test('with settings of the user’s own is kept', async () => {
    const dir = makeApp('16.4.6', { 'proxy.ts': settings })
    const { code, stderr } = await runInit(dir, '--force')
    expect({ code, text: readTree(dir)['proxy.ts'] === settings }).toEqual({ code: 0, text: true })
    expect(stderr).toContain('the gate, there already, with your settings')
  })

  test('edited is left alone, shown by --diff, and replaced by --force with its settings kept', async () => {
    const mine = edited.replace("REALM = 'Staging'", "REALM = 'Preview'")
    const dir = makeApp('16.4.6', { 'proxy.ts': mine })
    const before = readTree(dir)
    expect(await runInit(dir)).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /proxy\.ts is a gate that was changed below its settings[\s\S]*--diff[\s\S]*--force/,
      ),
    })
    const { stdout } = await runInit(dir, '--diff')
    expect(stdout).toContain('-export default createGate({})\n+export default createGate()\n')
    expect(readTree(dir)).toEqual(before)
    expect((await runInit(dir, '--force')).code).toBe(0)
    expect(readTree(dir)['proxy.ts'] === settings).toBe(true)
  })

  test('with settings that are no more is replaced without them, and told', async () => {
    const dir = makeApp('16.4.6', { 'proxy.ts': edited.replace('const REALM', 'const OLD_REALM') })
    const { code, stderr } = await runInit(dir, '--force')
    expect({ code, text: readTree(dir)['proxy.ts'] === GATE }).toEqual({ code: 0, text: true })
    expect(stderr).toContain('set yours again')
  })

  test('as middleware.ts keeps its name on 16', async () => {
    const dir = makeApp('16.4.6', { 'middleware.ts': GATE })
    const { code, stderr } = await runInit(dir)
    expect(code).toBe(0)
    expect(stderr).toContain('Next.js 16 still reads middleware.ts, but wants it called proxy.ts')
    expect(stderr).toContain('the build must list "Middleware"')
    expect(readTree(dir)['proxy.ts']).toBe(undefined)
  })
})

describe('a middleware of the user’s own', () => {
  test('is never changed: the gate goes beside it, and the wiring is shown', async () => {
    const text = `import { NextResponse, type NextRequest } from 'next/server'

export function middleware(request: NextRequest) {
  return NextResponse.next()
}

export const config = { matcher: ['/dashboard/:path*'] }
`
    const dir = makeApp('15.5.29', { 'src/app/page.tsx': '', 'src/middleware.ts': text })
    const { code, stdout, stderr } = await runInit(dir)
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(PASSWORD) })
    const tree = readTree(dir)
    expect(tree['src/middleware.ts']).toBe(text)
    expect(tree['src/stagedoor.ts'] === GATE).toBe(true)
    expect(stderr).toContain(`
in src/middleware.ts:
  1. on top, bring in the gate
     + import { createGate } from './stagedoor'
  2. keep your function, but not exported: Next.js would call it instead of the gate (line 3)
     - export function middleware(request: NextRequest) {
     + function middleware(request: NextRequest) {
  3. take the matcher out: what it leaves out would never be asked for a password (line 7)
     - export const config = { matcher: ['/dashboard/:path*'] }
  4. at the end, export the gate around it, which now asks for the paths of your matcher itself
     + const MINE = [/^\\/dashboard(?:\\/[^/]+)*\\/?$/]
     + export default createGate({
     +   next: (request: NextRequest) =>
     +     MINE.some((path) => path.test(request.nextUrl.pathname)) ? middleware(request) : undefined,
     + })
`)
    expect(stderr).toContain('once that is done: next dev: not gated')
    expect((await runInit(dir, '--quiet')).stderr).toBe(
      'stagedoor: warning: THERE IS NO GATE until you edit src/middleware.ts, which is yours and was not changed\n',
    )
    expect(JSON.parse((await runInit(dir, '--json')).stdout)).toMatchObject({
      gate: { file: 'src/stagedoor.ts', wired: false },
      wiring: { file: 'src/middleware.ts', steps: [{}, { line: 3 }, { line: 7 }, {}] },
    })
  })

  test('that has the gate around it is left in peace', async () => {
    const text = `import { createGate } from './stagedoor'\nconst own = () => undefined\nexport default createGate({ next: own })\n`
    const dir = makeApp('16.4.6', { 'middleware.js': text, 'stagedoor.ts': GATE })
    const { code, stderr } = await runInit(dir)
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('middleware.js has the gate around it'),
    })
  })

  test('that passes the gate on as it is, is left in peace; for a store it has to call it', async () => {
    const text = "import gate from './stagedoor'\nexport default gate\n"
    const dir = makeApp('16.4.6', { 'proxy.ts': text, 'stagedoor.ts': GATE })
    const { code, stderr } = await runInit(dir)
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('proxy.ts has the gate around it'),
    })
    const { stdout } = await runInit(dir, '--store', '--dry-run', '--json')
    const { steps } = JSON.parse(stdout).wiring
    const lines = steps.map(({ add }: { add?: string }) => add).join('\n')
    expect(lines).toContain("import { createGate } from './stagedoor'")
    expect(lines).toContain('export default createGate({ store })')
    expect(lines).not.toContain('next:')
  })

  test('that asks for a password of its own within the gate is told of', async () => {
    const text = `import { createGate } from './stagedoor'\nconst own = () =>\n  new Response('', { status: 401, headers: { 'WWW-Authenticate': 'Basic' } })\nexport default createGate({ next: own })\n`
    const dir = makeApp('16.4.6', { 'middleware.js': text, 'stagedoor.ts': GATE })
    const { code, stderr } = await runInit(dir)
    expect(code).toBe(0)
    expect(stderr).toContain(
      'warning: middleware.js:3 asks for a password of its own, after the gate: nobody gets past it',
    )
  })
})
