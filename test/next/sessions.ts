/** Somebody signs in once, and their browser keeps a pass. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { alice as aliceInBrowser } from './browser.ts'
import { boxes, imageWidths, withBrowser } from './browsing.ts'
import { readInventory } from './inventory.ts'
import { pass, SECRET, takeSession, withoutIdentity } from './passes.ts'
import { alice, boris, paula, policy, users, wrong } from './policy.ts'
import { type Server, startServer } from './server.ts'
import { headerTricks, pathTricks } from './tricks.ts'
import { complete, FRAME, REFUSED, refusal, textsIn } from './verdict.ts'
import { type Answer, type Ask, ask, askAll, show } from './wire.ts'

type Field = [name: string, value: string]

const NAVIGATES: Field = ['Sec-Fetch-Mode', 'navigate']

/** The `Cookie` field of somebody who signs in. */
export async function signIn(server: Server, visitor: Field, target = '/'): Promise<Field> {
  const request = complete(server, { target, headers: [visitor] })
  const [pair = ''] = ((await ask(server.port, request)).headers['set-cookie'] ?? '').split(';')
  return ['Cookie', pair]
}

export function describeSessions(server: () => Server): void {
  const visit = withBrowser(server)
  const get = (target: string, ...headers: Field[]) =>
    ask(server().port, complete(server(), { target, headers }))

  test('opens the whole site to a browser that holds nothing but the cookie', async () => {
    const first = await visit({ httpCredentials: aliceInBrowser })
    await first.open('/')
    await first.page.getByRole('link', { name: 'Gallery' }).click()
    await first.page.getByRole('heading', { name: 'BACKSTAGE-gallery' }).waitFor()
    const cookies = await first.context.cookies()
    const kept = { domain: 'localhost', path: '/', httpOnly: true, sameSite: 'Lax', secure: false }
    expect(cookies).toMatchObject([{ name: 'stagedoor', ...kept }])
    const hours = ((cookies[0]?.expires ?? 0) - Date.now() / 1000) / 3600
    expect([hours > 11.9, hours <= 12]).toEqual([true, true])
    await first.context.close()

    const visitor = await visit()
    const { context, page, errors, responses, open } = visitor
    await context.addCookies(cookies)
    await open('/token')
    await page.getByText('200 Bearer app-token').waitFor()
    await open('/')
    await page.getByRole('link', { name: 'Gallery' }).click()
    await page.getByRole('heading', { name: 'BACKSTAGE-gallery' }).waitFor()
    expect(await imageWidths(visitor)).toEqual([64, 64, 64])
    await open('/desk')
    await page.getByLabel('What').fill('ham')
    await page.getByRole('button', { name: 'Order' }).click()
    await page.getByText('BACKSTAGE-ordered ham').first().waitFor()
    const [order = ''] = await server().ledger()
    expect(await withoutIdentity(order, 'alice')).toBe('order ham null')
    await open('/legacy/auto')
    await page.getByRole('link', { name: 'Ssr' }).click()
    await page.getByText('BACKSTAGE-ssr-props').first().waitFor()
    await open('/whoami')
    await page.getByText('"userId":"alice"').first().waitFor()
    expect(responses.filter((response) => response.status() >= 400)).toEqual([])
    const again = await Promise.all(responses.map((response) => response.headerValue('set-cookie')))
    expect(again.filter((value) => value?.includes('stagedoor'))).toEqual([])
    expect([errors, boxes(visitor)]).toEqual([[], []])
    await context.close()
  })

  test('signs out a browser that holds the cookie', async () => {
    const { context, open, arrive, origin } = await visit()
    const [, pair = ''] = await signIn(server(), alice)
    const [name = '', value = ''] = pair.split('=')
    await context.addCookies([{ name, value, url: origin }])
    expect((await open('/gallery'))?.status()).toBe(200)
    expect(await arrive('/.stagedoor/sign-out')).toBe('box')
    expect(await context.cookies()).toEqual([])
    expect(await arrive('/gallery')).toBe('box')
    await context.close()
  })

  test('signs out a browser that holds the credentials', async () => {
    // Chromium's own store of them: playwright would answer each challenge anew.
    const { context, page, arrive, origin } = await visit()
    const { username, password } = aliceInBrowser
    await page.goto(`${origin.replace('//', `//${username}:${password}@`)}/gallery`)
    await context.clearCookies()
    expect(await arrive('/dynamic')).toBe(200)
    expect(await context.cookies()).toMatchObject([{ name: 'stagedoor' }])
    expect(await arrive('/.stagedoor/sign-out')).toBe('box')
    expect(await context.cookies()).toEqual([])
    expect(await arrive('/dynamic')).toBe('box')
    await context.close()
  })

  test('begins a session by going to a page, and not by what a script fetches', async () => {
    const modes = ['navigate', 'cors', 'same-origin', 'no-cors', 'websocket']
    const begun = async (target: string, ...headers: Field[]) =>
      (await takeSession((await get(target, ...headers)).headers['set-cookie'])).begun
    const byMode = await Promise.all(
      modes.map((mode) => begun('/dynamic', alice, ['Sec-Fetch-Mode', mode])),
    )
    expect(byMode).toEqual(['alice', ...modes.slice(1).map(() => undefined)])
    const hers = await signIn(server(), alice)
    expect(await begun('/', NAVIGATES, hers)).toBe(undefined)
    expect(await begun('/', NAVIGATES, alice, hers)).toBe(undefined)
    // Another user's credentials are meant.
    expect(await begun('/', NAVIGATES, boris, hers)).toBe('boris')
    expect(await begun('/', NAVIGATES, wrong)).toBe(undefined)
    expect(await begun('/pricing-public', NAVIGATES, alice)).toBe(undefined)
  })

  test('refuses wrong credentials beside a good session', async () => {
    const answer = await get('/', wrong, await signIn(server(), alice))
    expect(refusal(answer)).toEqual(REFUSED)
  })

  test('names the cookie after its host where TLS ends before Next.js', async () => {
    const https: Field = ['X-Forwarded-Proto', 'https']
    const { 'set-cookie': cookie = '' } = (await get('/', alice, https)).headers
    const [pair = '', ...attributes] = cookie.split('; ')
    expect([pair.split('=')[0], ...attributes]).toEqual([
      ...['__Host-stagedoor', 'Path=/', 'Max-Age=43200', 'HttpOnly', 'Secure', 'SameSite=Lax'],
    ])
    expect((await get('/members', https, ['Cookie', pair])).status).toBe(200)
    // By its plain name, somebody on the way or on a sister domain may have set it.
    const plain = pair.replace('__Host-', '')
    expect(refusal(await get('/members', https, ['Cookie', plain]))).toEqual(REFUSED)
    expect(refusal(await get('/members', ['Cookie', pair]))).toEqual(REFUSED)
    expect(refusal(await get('/members', https, ['Cookie', `${pair}; ${pair}`]))).toEqual(REFUSED)
  })

  test('shows the holder of a limited pass nothing else by any trick', async () => {
    const inventory = await readInventory(server().site)
    const paths = ['/pricing', '/pricing/**']
    const bearers: Field[] = [
      await signIn(server(), paula, '/pricing'),
      ['Cookie', `stagedoor=${await pass('share', { paths })}`],
      ['x-stagedoor-pass', await pass('automation', { paths })],
    ]
    const from = ['/feed', '/members'].map((url): Field[] => [['Next-Url', url]])
    const asks = ['/members', '/legacy/ssr', '/secret.txt']
      .flatMap((secret) => pathTricks('/pricing', secret, inventory))
      .concat(Object.values(inventory.actions).map((id) => `/pricing?${id}`))
      .map((target): Ask => ({ target }))
      .concat(
        [...headerTricks(inventory), ...from].map((headers) => ({ target: '/pricing', headers })),
      )
      .concat(from.map((headers) => ({ target: '/pricing', headers: [...headers, ['RSC', '1']] })))
      .flatMap((request) =>
        bearers.map(
          (bearer): Ask => ({ ...request, headers: [bearer, ...(request.headers ?? [])] }),
        ),
      )
    const answers = await askAll(server().port, asks)
    const theirs = /^(FOYER-.*|BACKSTAGE-(pricing|plan.*|table))$/
    const faults = asks.flatMap((asked, i) => {
      const answer = answers[i] as Answer
      const others = textsIn(answer, asked).filter(
        (text) => !theirs.test(text) && !FRAME.includes(text),
      )
      return others.length ? [`${show(asked)} → ${answer.status} ${others}`] : []
    })
    expect(faults).toEqual([])
    const shown = await askAll(
      server().port,
      bearers.map((bearer) => ({ target: '/pricing', headers: [bearer] })),
    )
    expect(shown.map(({ status }) => status)).toEqual([200, 200, 200])
  })

  describe('on a server whose policy is another one by now', () => {
    let later: Server
    beforeAll(async () => {
      const { alice, boris } = users
      const who = {
        alice: { ...alice, password: 'unheard-new-password' },
        boris: { password: boris?.password ?? '', roles: ['admin'] },
      }
      const variables = { STAGEDOOR_POLICY: policy({ who, revoked: ['revoked-of-the-tests'] }) }
      later = await startServer(server().site, {
        variables: { ...variables, STAGEDOOR_SECRET: SECRET },
      })
    })
    afterAll(() => later?.stop())

    test('ends with the password, and with the user; a role that changed counts at once', async () => {
      const cookies = await Promise.all([
        signIn(server(), alice),
        signIn(server(), paula, '/pricing'),
        signIn(server(), boris),
      ])
      const asks = ['/pricing', '/api/whoami?role=admin'].flatMap((target) =>
        cookies.map((cookie): Ask => ({ target, headers: [cookie] })),
      )
      const before = await askAll(server().port, asks)
      const after = await askAll(later.port, asks)
      expect(before.map(({ status }) => status)).toEqual([200, 200, 200, 200, 403, 403])
      expect(after.map(({ status }) => status)).toEqual([401, 401, 200, 401, 401, 200])
    })

    test('knows no pass whose id was revoked', async () => {
      const token = await pass('automation', { jti: 'revoked-of-the-tests' })
      const request: Ask = { target: '/members', headers: [['x-stagedoor-pass', token]] }
      const answers = [await ask(server().port, request), await ask(later.port, request)]
      expect(answers.map(({ status }) => status)).toEqual([200, 401])
    })
  })
}
