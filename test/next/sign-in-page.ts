/** Signing in by the gate's own page, in place of the browser's box. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { boxes, fits, shoot, VIEWPORTS, type Visit, withBrowser } from './browsing.ts'
import { readInventory } from './inventory.ts'
import { pass, takeSession } from './passes.ts'
import { alice, users, wrong } from './policy.ts'
import type { Server } from './server.ts'
import { urlKinds } from './url-kinds.ts'
import { complete, judge, REFUSED, refusal, textsIn } from './verdict.ts'
import { type Answer, type Ask, ask, askAll, show } from './wire.ts'

type Field = [name: string, value: string]

const PASSWORD = users.alice?.password ?? ''
/** The page in place of a refusal: with a challenge for which no browser shows its box. */
const ASKED = { ...REFUSED, challenge: 'Bearer realm="Staging"' }
const WRONG = 'The user name or the password is wrong.'

export function describeSignInPage(server: () => Server): void {
  const visit = withBrowser(server)
  const pathOf = ({ page }: Visit) => page.url().replace(/^https?:\/\/[^/]+/, '')

  async function fill({ page }: Visit, userId: string, password: string) {
    await page.getByLabel('User name').fill(userId)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
  }

  test.each([true, false])('lets alice in where she was going (scripts: %s)', async (scripts) => {
    const visitor = await visit({ javaScriptEnabled: scripts })
    const { context, page, open } = visitor
    expect((await open('/gallery?x=1'))?.status()).toBe(401)
    expect(await page.title()).toBe('Sign in: Staging')
    expect(await page.content()).not.toMatch(/BACKSTAGE|FOYER/)
    await fill(visitor, 'alice', PASSWORD)
    await page.getByRole('heading', { name: 'BACKSTAGE-gallery' }).waitFor()
    expect(pathOf(visitor)).toBe('/gallery?x=1')
    expect(await context.cookies()).toMatchObject([{ name: 'stagedoor', httpOnly: true }])
    await context.close()
  })

  test('says that something is wrong, and not what', async () => {
    const seen = []
    for (const [userId, password] of [
      ['alice', 'no idea'],
      ['nobody', PASSWORD],
      ['ali:ce', PASSWORD],
    ] as const) {
      const visitor = await visit()
      const { context, page, open } = visitor
      await open('/gallery?x=1')
      await fill(visitor, userId, password)
      const alert = page.getByRole('alert')
      expect(await alert.textContent()).toBe(WRONG)
      expect(await page.getByLabel('User name').inputValue()).toBe(userId)
      expect(await page.getByLabel('Password').inputValue()).toBe('')
      expect(await context.cookies()).toEqual([])
      seen.push((await page.content()).replaceAll(userId, ''))
      // From here it still leads to where they were going.
      await fill(visitor, 'alice', PASSWORD)
      await page.getByRole('heading', { name: 'BACKSTAGE-gallery' }).waitFor()
      expect(pathOf(visitor)).toBe('/gallery?x=1')
      await context.close()
    }
    expect(new Set(seen).size).toBe(1)
  })

  test('works by the keyboard alone', async () => {
    const { context, page, open } = await visit()
    await open('/gallery')
    // The first field has the focus, which the browser gives it once it has drawn the page.
    await page.locator('input:focus').waitFor()
    for (const key of ['alice', 'Tab', PASSWORD, 'Enter']) {
      if (key === 'Tab' || key === 'Enter') await page.keyboard.press(key)
      else await page.keyboard.type(key)
    }
    await page.getByRole('heading', { name: 'BACKSTAGE-gallery' }).waitFor()
    await context.close()
  })

  test('signs out to the page again', async () => {
    const visitor = await visit()
    const { context, page, open } = visitor
    await open('/gallery')
    await fill(visitor, 'alice', PASSWORD)
    await page.getByRole('heading', { name: 'BACKSTAGE-gallery' }).waitFor()
    await open('/.stagedoor/sign-out')
    expect(await page.getByRole('status').textContent()).toBe('You are signed out.')
    expect(await context.cookies()).toEqual([])
    await open('/gallery')
    expect(await page.title()).toBe('Sign in: Staging')
    await context.close()
  })

  test('lets alice in from the page that has signed her out', async () => {
    const visitor = await visit()
    await visitor.open('/.stagedoor/sign-out')
    await fill(visitor, 'alice', PASSWORD)
    await visitor.page.waitForURL((url) => url.pathname === '/')
    expect(await visitor.page.title()).toBe('Fixture')
    await visitor.context.close()
  })

  test('fits a phone, in the light and in the dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const [device, viewport] of Object.entries(VIEWPORTS)) {
        const visitor = await visit({ colorScheme, viewport })
        await visitor.open('/gallery')
        expect(await fits(visitor.context)).toBe(true)
        await shoot(visitor, `sign-in-${colorScheme}-${device}`)
        await fill(visitor, 'alice', 'no idea')
        await visitor.page.getByRole('alert').waitFor()
        expect(await fits(visitor.context)).toBe(true)
        await shoot(visitor, `sign-in-wrong-${colorScheme}-${device}`)
        // The button is in the page's colours, the other way round.
        const paper = await visitor.page.evaluate(
          "getComputedStyle(document.querySelector('button')).color",
        )
        expect(paper === 'rgb(255, 255, 255)').toBe(colorScheme === 'light')
        await visitor.context.close()
      }
    }
  })

  test('answers machines, and whoever sends credentials, as without the page', async () => {
    const look = async (target: string, ...headers: Field[]) =>
      refusal(await ask(server().port, complete(server(), { target, headers })))
    for (const target of ['/gallery', '/api/echo', '/logo.png']) {
      expect(await look(target)).toEqual(REFUSED)
      expect(await look(target, ['Sec-Fetch-Mode', 'navigate'], wrong)).toEqual(REFUSED)
    }
    expect(await look('/gallery', ['Sec-Fetch-Mode', 'navigate'])).toEqual(ASKED)
    const hers = await ask(server().port, complete(server(), { target: '/', headers: [alice] }))
    expect(hers.status).toBe(200)
  })

  test('asks who goes on from the page of a share link', async () => {
    const visitor = await visit()
    const { context, page, open } = visitor
    const token = await pass('share', { paths: ['/pricing'] })
    expect((await open(`/pricing?stagedoor=${token}`))?.status()).toBe(200)
    await open('/members')
    await fill(visitor, 'alice', PASSWORD)
    await page.getByText('BACKSTAGE-members').waitFor()
    expect((await open('/gallery'))?.status()).toBe(200)
    await context.close()
  })

  test('brings up no box over a page whose session has ended', async () => {
    const visitor = await visit()
    const { context, page, open } = visitor
    await open('/gallery')
    await fill(visitor, 'alice', PASSWORD)
    await page.getByRole('heading', { name: 'BACKSTAGE-gallery' }).waitFor()
    await context.clearCookies()
    const seen = await page.evaluate(
      "fetch('/api/echo').then(async (a) => [a.status, await a.text()], (error) => error.message)",
    )
    expect(seen).toEqual([401, 'Unauthorized. This site is private. Reload the page to sign in.\n'])
    expect(boxes(visitor)).toEqual([])
    await page.reload()
    expect(await page.title()).toBe('Sign in: Staging')
    await context.close()
  })

  // A page of another site that sends its visitor's browser here with a form of its own.
  let trap: ReturnType<typeof createServer>
  beforeAll(async () => {
    trap = createServer((_, response) => {
      const field = (name: string, value: string) => `<input name="${name}" value="${value}">`
      const action = `http://localhost:${server().port}/.stagedoor/sign-in`
      response.setHeader('Content-Type', 'text/html')
      response.end(
        `<form method="post" action="${action}">${field('user', 'alice')}${field('password', PASSWORD)}${field('to', '/gallery')}</form><script>document.forms[0].submit()</script>`,
      )
    })
    await new Promise<void>((resolve) => trap.listen(0, 'localhost', resolve))
  })
  afterAll(() => trap?.close())

  // Another port of the same host is another origin, and the same site.
  test.each(['127.0.0.1', 'localhost'])('refuses a form that %s sends', async (host) => {
    const { context, page } = await visit()
    await page.goto(`http://${host}:${(trap.address() as AddressInfo).port}/`)
    await page.waitForURL(/sign-in$/)
    expect(await page.getByRole('status').textContent()).toBe(
      'That form came from another site. Sign in here.',
    )
    expect(await page.getByLabel('User name').inputValue()).toBe('')
    expect(await context.cookies()).toEqual([])
    await context.close()
  })
}

/** Signing in and out without a browser: in every shape of a site. */
export function describeSignInForm(server: () => Server): void {
  /** Posts the form as a browser does: again, to where a 308 says. */
  async function post(to: string, password = PASSWORD, more: Partial<Ask> = {}) {
    const action = `${server().site.basePath}/.stagedoor/sign-in`
    const type: Field = ['Content-Type', 'application/x-www-form-urlencoded']
    const { headers = [['Origin', `http://localhost:${server().port}`]], ...rest } = more
    const request: Ask = {
      target: action,
      method: 'POST',
      headers: [type, ...headers],
      body: new URLSearchParams({ user: 'alice', password, to }).toString(),
      ...rest,
    }
    const answer = await ask(server().port, request)
    if (server().site.variant !== 'trailingSlash') return answer
    expect([answer.status, answer.headers.location]).toEqual([308, `${action}/`])
    return ask(server().port, { ...request, target: `${action}/` })
  }

  test('shows the page, signs in, and signs out', async () => {
    const { target } = complete(server(), '/gallery?x=1')
    const page = await ask(server().port, { target, headers: [['Sec-Fetch-Mode', 'navigate']] })
    const text = `${page.body}`
    const [, action = ''] = /action="([^"]*)"/.exec(text) ?? []
    const [, to = ''] = /name="to" value="([^"]*)"/.exec(text) ?? []
    expect([page.status, action, to]).toEqual([
      401,
      `${server().site.basePath}/.stagedoor/sign-in`,
      target,
    ])
    const answer = await post(to)
    const { begun } = await takeSession(answer.headers['set-cookie'])
    expect([answer.status, answer.headers.location, begun]).toEqual([303, target, 'alice'])
    const [pair = ''] = (answer.headers['set-cookie'] ?? '').split(';')
    const hers: Ask['headers'] = [['Cookie', pair]]
    const shown = await ask(server().port, { target, headers: hers })
    expect([shown.status, `${shown.body}`.includes('BACKSTAGE-gallery')]).toEqual([200, true])
    const out = complete(server(), { target: '/.stagedoor/sign-out', headers: hers })
    const left = await ask(server().port, out)
    expect([left.status, left.headers['set-cookie']]).toEqual([
      401,
      'stagedoor=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax',
    ])
  })

  test('leads to the home page where it was told of none, or of the gate’s own', async () => {
    const { basePath } = server().site
    for (const wish of ['', `${basePath}/.stagedoor/sign-out`, `${basePath}/.stagedoor/sign-in`]) {
      const { status, headers } = await post(wish)
      expect([status, headers.location]).toEqual([303, `${basePath}/`])
    }
  })

  test('leads to no other host', async () => {
    const home = `${server().site.basePath}/`
    const wishes = ['//evil.example/', 'https://evil.example/', '/\\evil.example', 'javascript:1']
    for (const wish of wishes) {
      const { status, headers } = await post(wish)
      expect([status, headers.location]).toEqual([303, home])
    }
  })

  test('sends on to the host that was asked for', async () => {
    const host = 'staging.example'
    const { target } = complete(server(), '/gallery')
    const origin: Field = ['Origin', `https://${host}`]
    const answer = await post(target, PASSWORD, { host, headers: [origin] })
    expect([answer.status, answer.headers.location]).toEqual([303, target])
  })

  test('shows nothing of the site to who is asked to sign in', async () => {
    const inventory = await readInventory(server().site)
    const asks = urlKinds
      .flatMap(({ list }) => list(inventory))
      .filter((request) => typeof request === 'string')
      .map((target) => complete(server(), { target, headers: [['Sec-Fetch-Mode', 'navigate']] }))
    const answers = await askAll(server().port, asks)
    const faults = asks.flatMap((request, i) => {
      const answer = answers[i] as Answer
      const isPage = JSON.stringify(refusal(answer)) === JSON.stringify(ASKED)
      const { fault, name } = judge(request, answer, inventory)
      const texts = textsIn(answer, request)
      return (isPage ? texts.length : fault) ? [`${show(request)} → ${name} ${texts}`] : []
    })
    expect(faults).toEqual([])
  })

  test('refuses a wrong password, and a form of another site', async () => {
    const answers = [
      await post('/', 'no idea'),
      await post('/', PASSWORD, { headers: [['Origin', 'http://evil.example']] }),
      await post('/', PASSWORD, { headers: [['Sec-Fetch-Site', 'same-site']] }),
      await post('/', PASSWORD, { headers: [] }),
    ]
    expect(answers.map(({ status, headers }) => [status, headers['set-cookie']])).toEqual([
      [401, undefined],
      [403, undefined],
      [403, undefined],
      [403, undefined],
    ])
  })
}
