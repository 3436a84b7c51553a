/** Machines come in by a pass, or as they would by the platform's own protection. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { imageWidths, withBrowser } from './browsing.ts'
import { pass } from './passes.ts'
import type { Server } from './server.ts'

const run = promisify(execFile)

/** `VERCEL_AUTOMATION_BYPASS_SECRET` of these sites. */
export const BYPASS_SECRET = 'a-stagehand-needs-no-ticket-here'

export function describeMachines(server: () => Server): void {
  const visit = withBrowser(server)
  let scratch: string
  beforeAll(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), 'stagedoor-curl-'))
  })
  afterAll(() => rm(scratch, { recursive: true, force: true }))

  /** The real program. @returns the status, and the answer's fields and body as a text */
  async function curl(target: string, ...options: string[]) {
    const url = target.startsWith('http') ? target : `http://localhost:${server().port}${target}`
    const flags = ['--silent', '--show-error', '--include', '--max-time', '60']
    const { stdout } = await run('curl', [...flags, ...options, url], { env: {} })
    return { status: Number(/^HTTP\/1.1 (\d+)/.exec(stdout)?.[1]), text: stdout }
  }
  const statuses = (targets: string[], ...options: string[]) =>
    Promise.all(targets.map(async (target) => (await curl(target, ...options)).status))
  const header = (name: string, value: string) => ['--header', `${name}: ${value}`]

  test.each([
    ['x-stagedoor-pass', (token: string) => header('x-stagedoor-pass', token)],
    ['Bearer', (token: string) => header('Authorization', `Bearer ${token}`)],
    ['bearer, in another case', (token: string) => header('authorization', `bearer ${token}`)],
  ])('opens to a pass in %s', async (_, show) => {
    const pages = ['/', '/members', '/legacy/ssr', '/api/echo', '/secret.txt', '/nowhere']
    expect(await statuses(pages, ...show(await pass('automation')))).toEqual([
      ...[200, 200, 200, 200, 200, 404],
    ])
    const limited = show(await pass('automation', { paths: ['/pricing/**', 'GET /api/echo'] }))
    const both = ['/pricing/gold', '/api/echo', '/', '/members', '/pricing/table.png']
    expect(await statuses(both, ...limited)).toEqual([200, 200, 403, 403, 200])
    expect(await statuses(['/api/echo'], '--request', 'POST', ...limited)).toEqual([403])
    const past = Math.floor(Date.now() / 1000) - 86_400
    const expired = await pass('automation', { iat: past, exp: past + 60 })
    expect(await statuses(['/'], ...show(expired))).toEqual([401])
    // A link is for the address, and this for machines, which keep no cookie.
    const cookie = header('Cookie', `stagedoor=${await pass('automation')}`)
    expect(await statuses(['/'], ...cookie)).toEqual([401])
    expect(await statuses(['/'], ...show(await pass('share', { paths: ['/'] })))).toEqual([401])
  })

  test('leaves the app its own Authorization beside a pass, and takes its own', async () => {
    const token = await pass('automation')
    const echo = async (...options: string[]) => {
      const { text } = await curl('/api/echo', ...options)
      const { headers } = JSON.parse(text.split('\r\n\r\n')[1] ?? '')
      return [headers.authorization, headers['x-stagedoor-pass']]
    }
    const beside = header('x-stagedoor-pass', token)
    expect([
      await echo(...beside, ...header('Authorization', 'Bearer app-token')),
      await echo(...beside, '--user', 'app:own'),
      await echo(...header('Authorization', `Bearer ${token}`)),
    ]).toEqual([
      ['Bearer app-token', undefined],
      [`Basic ${btoa('app:own')}`, undefined],
      [undefined, undefined],
    ])
  })

  test('gives no machine a cookie', async () => {
    const { text } = await curl('/', ...header('x-stagedoor-pass', await pass('automation')))
    expect(text).not.toMatch(/set-cookie/i)
  })

  test('takes the platform’s secret, in the header or the query, and nothing like it', async () => {
    const by = (secret: string) => header('x-vercel-protection-bypass', secret)
    expect([
      await statuses(['/', '/members'], ...by(BYPASS_SECRET)),
      await statuses(['/'], ...by(`${BYPASS_SECRET}x`)),
      await statuses(['/'], ...by(BYPASS_SECRET.slice(1))),
      await statuses(['/'], ...by('')),
      await statuses([`/members?x-vercel-protection-bypass=${BYPASS_SECRET}`]),
      await statuses(['/members?x-vercel-protection-bypass=']),
    ]).toEqual([[200, 200], [401], [401], [401], [200], [401]])
    const { text } = await curl('/api/echo', ...by(BYPASS_SECRET))
    expect([text.includes('BACKSTAGE-echo'), text.includes(BYPASS_SECRET)]).toEqual([true, false])
    expect(text).not.toMatch(/set-cookie/i)
  })

  test.each(['true', 'samesitenone'])('keeps a cookie where it is told to (%s)', async (wish) => {
    const jar = path.join(scratch, `jar-${wish}`)
    const query = `x-vercel-protection-bypass=${BYPASS_SECRET}&x-vercel-set-bypass-cookie=${wish}`
    const first = await curl(`/dynamic?q=1&${query}&r=2`, '--cookie-jar', jar)
    expect(first.status).toBe(303)
    expect(/^location: (.*)$/im.exec(first.text)?.[1]?.trim()).toBe('/dynamic?q=1&r=2')
    const cookie = /^set-cookie: stagedoor=[\w.-]+; (.*)$/im.exec(first.text)?.[1]?.trim()
    expect(cookie).toBe('Path=/; Max-Age=43200; HttpOnly; SameSite=Lax')
    expect(await readFile(jar, 'utf8')).toContain('\tstagedoor\t')
    expect(await statuses(['/members', '/secret.txt'], '--cookie', jar)).toEqual([200, 200])
    expect(await statuses(['/members'])).toEqual([401])
    // With TLS in front, another site's frame may be meant.
    const tls = await curl(`/?${query}`, ...header('X-Forwarded-Proto', 'https'))
    const site = wish === 'true' ? 'Lax' : 'None; Partitioned'
    expect(/^set-cookie: (__Host-stagedoor)=[\w.-]+; (.*)$/im.exec(tls.text)?.slice(1)).toEqual([
      '__Host-stagedoor',
      `Path=/; Max-Age=43200; HttpOnly; Secure; SameSite=${site}`,
    ])
  })

  test('lets a test in a browser in that was set up for the platform', async () => {
    const extraHTTPHeaders = {
      'x-vercel-protection-bypass': BYPASS_SECRET,
      'x-vercel-set-bypass-cookie': 'true',
    }
    const visitor = await visit({ extraHTTPHeaders })
    const { context, page, responses, errors, open } = visitor
    expect((await open('/?from=ci'))?.status()).toBe(200)
    await page.getByRole('link', { name: 'Gallery' }).click()
    await page.getByRole('heading', { name: 'BACKSTAGE-gallery' }).waitFor()
    expect(await imageWidths(visitor)).toEqual([64, 64, 64])
    await open('/desk')
    await page.getByLabel('What').fill('eggs')
    await page.getByRole('button', { name: 'Order' }).click()
    await page.getByText('BACKSTAGE-ordered eggs').first().waitFor()
    // Nobody in particular.
    expect(await server().ledger()).toEqual(['order eggs null'])
    expect(responses.filter((response) => response.status() >= 400)).toEqual([])
    expect(errors).toEqual([])
    const cookies = await context.cookies()
    expect(cookies.map(({ name }) => name).sort()).toEqual(['ordered', 'stagedoor'])
    await context.close()

    // What it has kept opens the site without the headers.
    const later = await visit()
    await later.context.addCookies(cookies)
    expect(await later.arrive('/members')).toBe(200)
    await later.context.close()
  })
}
