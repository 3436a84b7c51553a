/** `stagedoor check` at built sites: our gate, none, and gates as people write them. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../cli/run.ts'
import { allow } from './policy.ts'
import { type Server, type ServerOptions, startServer } from './server.ts'
import {
  BYPASSED_15,
  buildSite,
  bundlerFlags,
  copySite,
  MIDDLEWARE_15,
  nextProgram,
  PROXY_16,
  type Site,
  siteEnvironment,
  type Target,
} from './targets.ts'

const PASSWORD = 'mended-velvet-curtain'
const INSIDE = ['--user', 'alice', '--password-stdin']
const OPEN = allow.filter((rule) => rule.startsWith('/')).flatMap((rule) => ['--allow', rule])

let server: Server | undefined
afterEach(async () => {
  await server?.stop()
  server = undefined
})

interface Found {
  rule: string
  level: string
  kind?: string
  what: string
}

/** Starts a site, checks it, and tells what was found. */
async function check(site: Site, args: string[], options: ServerOptions = {}, from = '') {
  server = await startServer(site, options)
  const url = `http://localhost:${server.port}${site.basePath}${from}`
  const given = args.includes('--user') ? { stdin: PASSWORD } : {}
  const { code, stdout, stderr } = await run('/', ['check', url, '--json', ...args], given)
  if (stdout === '') throw new Error(stderr)
  const report = JSON.parse(stdout)
  const of = (level: string): string[] =>
    report.findings
      .filter((found: Found) => found.level === level)
      .map(({ rule, kind }: Found) => [rule, kind].filter(Boolean).join(' '))
  return { code, entered: report.entered, leaks: of('leak'), warnings: of('warning') }
}

const QUIET = { code: 0, leaks: [], warnings: [] }

describe.each([PROXY_16, MIDDLEWARE_15])('our gate on $name', (target) => {
  let site: Site
  beforeAll(async () => {
    site = await buildSite(target)
  })

  test('leaks nothing to who looks from outside', async () => {
    expect(await check(site, [])).toEqual({ ...QUIET, entered: null })
  })

  test('leaks nothing that is known from inside, and shows as open what is', async () => {
    const args = [...INSIDE, ...OPEN, '--max-requests', '2000']
    expect(await check(site, args)).toEqual({ ...QUIET, entered: true })
  })

  test('signs in by a page, and leaks nothing', async () => {
    const options: ServerOptions = { signs: true, variables: { STAGEDOOR_SIGN_IN: 'page' } }
    const found = await check(site, [...INSIDE, ...OPEN], options)
    expect(found).toEqual({ ...QUIET, entered: true })
  })

  test('shows as a leak what is open, and not said to be', async () => {
    const { code, leaks } = await check(site, INSIDE, {}, '/pricing-public')
    expect([code, leaks]).toEqual([3, expect.arrayContaining(['served-without-credential page'])])
  })

  test('that is off is none', async () => {
    const { code, leaks } = await check(site, [], { gate: 'off' })
    expect([code, leaks]).toEqual([3, ['no-gate page']])
  })
})

describe('15.2.2', () => {
  let site: Site
  beforeAll(async () => {
    site = await buildSite(BYPASSED_15)
  })

  test('skips its middleware, and follows an upgrade', async () => {
    const { code, leaks, warnings } = await check(site, [])
    expect({ code, leaks, warnings }).toEqual({
      code: 3,
      leaks: ['middleware-subrequest page'],
      warnings: ['websocket-upgrade page'],
    })
  })
})

/** As in many articles, with what many have added for the app's own API. */
const ARTICLE = `import { NextResponse } from 'next/server'
export const config = { matcher: ['/((?!api|_next/static|_next/image|favicon.ico).*)'] }
export default function proxy(request) {
  const field = request.headers.get('authorization')
  if (field?.startsWith('Bearer ')) return NextResponse.next()
  if (field) {
    const [user, password] = atob(field.split(' ')[1]).split(':')
    if (user === 'alice' && password === '${PASSWORD}') return NextResponse.next()
  }
  return new NextResponse('Auth required', {
    status: 401,
    headers: { 'WWW-Authenticate': 'Basic realm="Secure Area"' },
  })
}
`

/** One that takes what asks for a page's data for harmless. */
const DATA = `import { NextResponse } from 'next/server'
export default function proxy(request) {
  const { pathname } = request.nextUrl
  const expected = 'Basic ' + btoa('alice:${PASSWORD}')
  if (request.headers.get('authorization') === expected) return NextResponse.next()
  if (request.headers.get('x-nextjs-data') || pathname.startsWith('/_next/data/')) {
    return NextResponse.next()
  }
  return new NextResponse('Auth required', {
    status: 401,
    headers: { 'WWW-Authenticate': 'Basic realm="Staging"' },
  })
}
`

/** The fixture behind another gate; one that is there is built again where the fixture was. */
async function buildBehind(gate: string, name: string): Promise<Site> {
  const plain = await buildSite(PROXY_16)
  const target: Target = { ...PROXY_16, name }
  const folder = path.join(path.dirname(plain.folder), name)
  const stamp = path.join(folder, '.digest')
  const digest = `${gate}\n${await readFile(path.join(plain.folder, '.digest'), 'utf8')}`
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === digest) {
    return { ...plain, ...target, folder }
  }
  const site = await copySite(target)
  await writeFile(path.join(site.folder, target.file), gate)
  const args = [nextProgram(site), 'build', ...bundlerFlags(target)]
  const options = { cwd: site.folder, env: siteEnvironment(site), timeout: 280_000 }
  await promisify(execFile)(site.program, args, options)
  await writeFile(stamp, digest)
  return site
}

describe('a gate as articles have it', () => {
  let site: Site
  beforeAll(async () => {
    site = await buildBehind(ARTICLE, 'next-16-article')
  })

  test('is seen through from outside', async () => {
    const { code, leaks, warnings } = await check(site, [])
    expect([code, leaks]).toEqual([
      3,
      // An error page of the app, where the API is left out; and whoever is of another scheme.
      expect.arrayContaining(['served-without-credential', 'served-to-wrong-credential page']),
    ])
    expect(warnings).toEqual(expect.arrayContaining(['breaks-on-odd-credential page']))
  })

  test('is seen through from inside', async () => {
    const { code, leaks, entered } = await check(site, [...INSIDE, '--max-requests', '1000'])
    expect([code, entered]).toEqual([3, true])
    const kinds = ['chunk', 'style', 'source map', 'image', 'api']
    expect(leaks).toEqual(
      expect.arrayContaining(kinds.map((kind) => `served-without-credential ${kind}`)),
    )
    expect(leaks).not.toContain('served-without-credential page')
  })
})

describe('a gate that takes data for harmless', () => {
  let site: Site
  beforeAll(async () => {
    site = await buildBehind(DATA, 'next-16-data')
  })

  test('lets the data of pages out', async () => {
    const { code, leaks } = await check(site, [...INSIDE, '--max-requests', '1000'])
    expect(code).toBe(3)
    expect(leaks).toContain('served-without-credential data')
    expect(leaks).not.toContain('served-without-credential page')
  })
})
