/**
 * `doctor` with real versions of Next.js: what it says of a matcher is what an app that is built with
 * it answers, route by route; and an app that `init` has set up has no fault but its version's.
 */
import { execFile, spawn } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { gatherFacts } from '../../../src/cli/doctor/facts.ts'
import { evaluateMatcher } from '../../../src/cli/doctor/matcher-program.ts'
import { requestsFor, type Site, wordsOf } from '../../../src/cli/doctor/request-paths.ts'
import { routesOf } from '../../../src/cli/doctor/routes.ts'
import type { Io } from '../../../src/cli/io.ts'
import { start } from '../../cli/run.ts'
import { findFreePort } from '../../free-port.ts'

const run = promisify(execFile)
const WORK = fileURLToPath(new URL('../../../.tmp/doctor/', import.meta.url))
const MATCHER = '/((?!api|_next/static|_next/image|favicon.ico|sitemap.xml|robots.txt).*)'
const { PATH, HOME } = process.env
const ENVIRONMENT = {
  PATH,
  HOME,
  CI: '1',
  NEXT_TELEMETRY_DISABLED: '1',
} as unknown as NodeJS.ProcessEnv

const I18N = { locales: ['en', 'fr'], defaultLocale: 'en' }
const SITES: [name: string, site: Site][] = [
  ['plain', { basePath: '', trailingSlash: false }],
  ['i18n and basePath', { basePath: '/base', trailingSlash: false, i18n: I18N }],
]

describe.each([
  ['13.5.11', '18.3.1'],
  ['14.2.35', '18.3.1'],
  ['15.5.29', '19.2.0'],
  ['16.4.5', '19.2.0'],
])('Next.js %s', (next, react) => {
  const root = path.join(WORK, `next-${next}`)
  beforeAll(() => install(root, [`next@${next}`, `react@${react}`, `react-dom@${react}`]))

  test.each(SITES)('leaves out of a matcher what is said: %s', async (name, site) => {
    const dir = path.join(root, name.replace(/\W+/g, '-'))
    writeApp(dir, site, Number.parseInt(next, 10) >= 16)
    await run('node', [path.join(root, 'node_modules/next/dist/bin/next'), 'build'], {
      cwd: dir,
      env: ENVIRONMENT,
    })
    const facts = gatherFacts({ json: false, dryRun: false, yes: false, quiet: true }, {
      cwd: dir,
      env: {},
    } as Io)
    const { app } = facts
    if (!app) throw new Error('no app was found')
    const requests = routesOf(facts).flatMap((route) =>
      requestsFor(route, app, site, wordsOf([MATCHER])),
    )
    const { basePath, i18n } = site
    const evaluation = await evaluateMatcher(
      dir,
      MATCHER,
      { basePath, ...(i18n && { i18n }) },
      requests.map(({ path }) => path),
    )
    if ('fault' in evaluation) throw new Error(evaluation.fault)
    const answers = await ask(
      root,
      dir,
      requests.map(({ url }) => url),
    )
    expect(requests.map(({ url }, i) => [url, answers[i] === 401])).toEqual(
      requests.map(({ url }, i) => [url, evaluation.seen[i]]),
    )
    // Else nothing would have been compared.
    expect(new Set(evaluation.seen).size).toBe(2)
  })

  test('an app that init has set up has no fault but those of its version', async () => {
    const dir = path.join(root, 'app-of-init')
    fs.rmSync(dir, { recursive: true, force: true })
    fs.mkdirSync(path.join(dir, 'app'), { recursive: true })
    fs.writeFileSync(path.join(dir, 'package.json'), JSON.stringify({ dependencies: { next } }))
    fs.writeFileSync(path.join(dir, 'app/page.tsx'), 'export default () => null\n')
    expect(await start(dir, ['init', '--force', '--quiet']).ended).toMatchObject({ code: 0 })
    const { code, stdout } = await start(dir, ['doctor', '--json']).ended
    const { findings, counts } = JSON.parse(stdout)
    const ids: string[] = findings.map(({ id }: { id: string }) => id)
    expect(code).toBe(counts.error > 0 ? 1 : 0)
    // In a checkout, git sees `.tmp`, and ignores it.
    const ofVersion = /^(advisory-|cache-control-13$)/
    expect(ids.filter((id) => !ofVersion.test(id))).toEqual([])
    if (Number.parseInt(next, 10) >= 15) expect(ids).toEqual([])
  })
})

/** Installs a Next.js once. */
async function install(root: string, packages: string[]): Promise<void> {
  const stamp = path.join(root, 'installed')
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === packages.join(' ')) return
  fs.rmSync(root, { recursive: true, force: true })
  fs.mkdirSync(root, { recursive: true })
  fs.writeFileSync(path.join(root, 'package.json'), '{ "private": true }')
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--save-exact']
  await run('npm', ['install', '--prefix', root, ...flags, ...packages])
  fs.writeFileSync(stamp, packages.join(' '))
}

/** An app with every kind of route, and a middleware that refuses all that it is asked for. */
function writeApp(dir: string, { basePath, i18n }: Site, isProxy: boolean): void {
  fs.rmSync(dir, { recursive: true, force: true })
  const write = (name: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true })
    fs.writeFileSync(path.join(dir, name), text)
  }
  const page = 'export default function Page() { return <p>page</p> }\n'
  const dynamic = `export const dynamic = 'force-dynamic'\n`
  const served = `${page}export async function getServerSideProps() { return { props: {} } }\n`
  write('package.json', '{ "private": true, "dependencies": { "next": "*" } }')
  write(
    'next.config.js',
    `module.exports = ${JSON.stringify({ ...(basePath && { basePath }), ...(i18n && { i18n }) })}\n`,
  )
  const name = isProxy ? 'proxy' : 'middleware'
  const refuse = `export default function ${name}() { return new Response('refused', { status: 401 }) }\n`
  write(`${name}.js`, `${refuse}export const config = { matcher: ${JSON.stringify(MATCHER)} }\n`)
  write('pages/old/index.js', served)
  write('pages/blog/[slug].js', served)
  write('pages/api/x.js', 'export default function handler(_, response) { response.end() }\n')
  write('public/logo.txt', '')
  write('public/a/b.png', '')
  // Next.js has no app router for locales.
  if (i18n) {
    write('pages/index.js', served)
    return
  }
  write(
    'app/layout.js',
    'export default function Layout({ children }) { return <html><body>{children}</body></html> }\n',
  )
  write('app/page.js', page)
  write('app/(group)/about/page.js', page)
  write('app/docs/[[...slug]]/page.js', `${dynamic}${page}`)
  write('app/hello/route.js', `${dynamic}export function GET() { return new Response() }\n`)
  write('app/robots.js', 'export default function robots() { return { rules: [] } }\n')
}

/** Starts a built app, asks for each URL, and stops it. @returns the status of each answer */
async function ask(root: string, dir: string, urls: string[]): Promise<number[]> {
  const port = await findFreePort('127.0.0.1')
  const program = path.join(root, 'node_modules/next/dist/bin/next')
  const child = spawn('node', [program, 'start', '-p', `${port}`, '-H', '127.0.0.1'], {
    cwd: dir,
    env: ENVIRONMENT,
    stdio: 'ignore',
  })
  const build = fs.readFileSync(path.join(dir, '.next/BUILD_ID'), 'utf8')
  try {
    const deadline = Date.now() + 120_000
    while ((await status(port, '/').catch(() => 0)) === 0) {
      if (Date.now() > deadline) throw new Error('it does not listen')
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    const answers: number[] = []
    for (const url of urls) answers.push(await status(port, url.replace('/BUILD', `/${build}`)))
    return answers
  } finally {
    child.kill('SIGKILL')
  }
}

function status(port: number, target: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.get(
      { host: '127.0.0.1', port, path: target, agent: false },
      (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0))
      },
    )
    request.on('error', reject)
  })
}
