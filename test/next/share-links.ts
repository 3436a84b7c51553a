/** A link opens a page to who has no credentials, and nothing else. */
import { expect, test } from 'vitest'
import { boxes, imageWidths, lastVisit, settle, type Visit, withBrowser } from './browsing.ts'
import { pass, subjectOf } from './passes.ts'
import { alice } from './policy.ts'
import type { Server } from './server.ts'
import { complete, REFUSED, refusal } from './verdict.ts'
import { ask, askAll } from './wire.ts'

type Field = [name: string, value: string]

export function describeShareLinks(server: () => Server): void {
  const visit = withBrowser(server)
  const pathOf = ({ page }: Visit) => page.url().replace(/^https?:\/\/[^/]+/, '')

  test('opens its page, with the images, and leaves nothing in the address', async () => {
    const token = await pass('share', { sub: 'client', paths: ['/pricing', '/pricing/*.png'] })
    const visitor = await visit()
    const { context, responses, errors, open, arrive } = visitor
    const response = await open(`/pricing?a=1&stagedoor=${token}&b=%20x%26y&c`)
    // As Next.js spells what it shows to a middleware.
    expect([response?.status(), pathOf(visitor)]).toEqual([200, '/pricing?a=1&b=+x%26y&c='])
    const [first] = responses
    expect([first?.status(), await first?.headerValue('referrer-policy')]).toEqual([
      303,
      'no-referrer',
    ])
    expect(await imageWidths(visitor)).toEqual([64])
    expect(await context.cookies()).toMatchObject([
      { name: 'stagedoor', value: token, path: '/', httpOnly: true, sameSite: 'Lax' },
    ])
    // All but the icon of the site, which it does not name. Chromium asks for it, and tells the
    // console, when it likes.
    const refused = responses.filter((response) => response.status() >= 400)
    const addresses = [...refused.map((response) => response.url()), ...errors]
    expect(addresses.filter((text) => !/\/icon\.png(\?|$)/.test(text))).toEqual([])
    expect(boxes(visitor)).toEqual([])

    // Another page asks its visitor, who may have credentials.
    expect(await arrive('/members')).toBe('box')
    expect(lastVisit(visitor)?.headers()['www-authenticate']).toBe(REFUSED.challenge)
    // The link's own page is open still.
    expect((await open('/pricing'))?.status()).toBe(200)
    await context.close()
  })

  test('runs the scripts of its page, and the router goes nowhere else', async () => {
    const token = await pass('share', { sub: 'client', paths: ['/'] })
    const visitor = await visit()
    const { context, page, responses, open } = visitor
    expect((await open(`/?stagedoor=${token}`))?.status()).toBe(200)
    expect(pathOf(visitor)).toBe('/')
    await page.getByRole('button', { name: 'BACKSTAGE-chunk' }).click()
    await page.getByText('BACKSTAGE-chunk 1').waitFor()
    expect(await imageWidths(visitor)).toEqual([64])
    // What the router fetches in advance, or for a click, is refused without a box.
    const isRefused = () => responses.some((response) => response.status() === 403)
    await expect.poll(isRefused, { timeout: 60_000 }).toBe(true)
    for (const name of ['Gallery', 'Legacy']) {
      await open('/')
      await page.getByRole('link', { name }).click()
      // A new document, and there the box.
      await settle(visitor)
      expect(lastVisit(visitor)?.status()).toBe(401)
    }
    expect(boxes(visitor)).toEqual([])
    await context.close()
  })

  test('asks as ever where the link has expired, is for another page, or is no link', async () => {
    const past = Math.floor(Date.now() / 1000) - 86_400
    const tokens = [
      await pass('share', { paths: ['/pricing'], iat: past, exp: past + 3600 }),
      await pass('share', { paths: ['/members'] }),
      await pass('automation'),
    ]
    for (const token of tokens) {
      const { context, responses, arrive } = await visit()
      expect(await arrive(`/pricing?stagedoor=${token}`)).toBe('box')
      expect(responses.map((response) => response.status())).toEqual([401])
      expect(await context.cookies()).toEqual([])
      await context.close()
    }
  })

  test('sends on to the host that was asked for, whatever Next.js takes for its own', async () => {
    const token = await pass('share', { paths: ['/pricing'] })
    const target = `/pricing?stagedoor=${token}&x=1`
    const request = complete(server(), { target, headers: [['X-Forwarded-Proto', 'https']] })
    const answer = await ask(server().port, { ...request, host: 'staging.example' })
    expect([answer.status, answer.headers.location]).toEqual([303, '/pricing?x=1'])
    expect(answer.headers['set-cookie']).toMatch(/^__Host-stagedoor=.*; Secure; SameSite=Lax$/)
  })

  test('opens the images that it names, and no others', async () => {
    const token = await pass('share', { paths: ['/pricing', '/pricing/*.png'] })
    const images = ['/pricing/table.png', '/logo.png', '/icon.png'].flatMap((image) => [
      image,
      `/_next/image?url=${encodeURIComponent(image)}&w=64&q=75`,
    ])
    const answers = await askAll(
      server().port,
      images.map((target) => ({ target, headers: [['Cookie', `stagedoor=${token}`]] })),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 403, 403, 403, 403])
  })

  test('keeps a session that sees the page as well', async () => {
    const token = await pass('share', { paths: ['/pricing'] })
    const first = await ask(server().port, complete(server(), { target: '/', headers: [alice] }))
    const [pair = ''] = (first.headers['set-cookie'] ?? '').split(';')
    expect(await subjectOf(pair.replace('stagedoor=', ''), 'session')).toBe('alice')
    const hers: Field = ['Cookie', pair]
    const answer = await ask(
      server().port,
      complete(server(), { target: `/pricing?stagedoor=${token}`, headers: [hers] }),
    )
    expect([answer.status, answer.headers['set-cookie']]).toEqual([303, undefined])
  })

  test('opens no method but GET and HEAD, and no action', async () => {
    const token = await pass('share', { paths: ['GET,HEAD /pricing'] })
    const statuses = await Promise.all(
      ['GET', 'HEAD', 'POST', 'PUT', 'OPTIONS'].map(async (method) => {
        const target = `/pricing?stagedoor=${token}`
        return (await ask(server().port, complete(server(), { target, method }))).status
      }),
    )
    expect(statuses).toEqual([303, 303, 401, 401, 401])
    const posted = complete(server(), {
      target: '/pricing',
      method: 'POST',
      headers: [['Cookie', `stagedoor=${token}`]],
    })
    expect(refusal(await ask(server().port, posted)).status).toBe(403)
  })
}

/** A link's address, in every shape of a site. */
export function describeShareAddress(server: () => Server): void {
  test('sends on to the page in the address that it was opened by', async () => {
    const locale = server().site.variant === 'i18n' ? '/de' : ''
    const { target } = complete(server(), `${locale}/legacy/ssr?x=1`)
    const token = await pass('share', { paths: ['/legacy/ssr'] })
    const { port } = server()
    const answer = await ask(port, { target: `${target}&stagedoor=${token}` })
    expect([answer.status, answer.headers.location]).toEqual([303, target])
    const [pair = ''] = (answer.headers['set-cookie'] ?? '').split(';')
    const shown = await ask(port, { target, headers: [['Cookie', pair]] })
    expect([shown.status, `${shown.body}`.includes('BACKSTAGE-ssr-props')]).toEqual([200, true])
    const other = complete(server(), '/legacy/ssg')
    expect((await ask(port, { ...other, headers: [['Cookie', pair]] })).status).toBe(403)
  })
}
