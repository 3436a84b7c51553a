/** In a browser, one sign-in, and the site is whole. */
import { expect, test } from 'vitest'
import { fits, shoot, VIEWPORTS, withBrowser } from './browsing.ts'
import { users } from './policy.ts'
import type { Server } from './server.ts'

export const alice = { username: 'alice', password: users.alice?.password ?? '' }

export function describeBrowser(server: () => Server): void {
  const visit = withBrowser(server)

  test('lets alice see, go on, and act', async () => {
    const { context, page, errors, open } = await visit({ httpCredentials: alice })
    expect((await open('/'))?.status()).toBe(200)
    await page.getByRole('button', { name: 'BACKSTAGE-chunk' }).click()
    await page.getByText('BACKSTAGE-chunk 1').waitFor()

    // By the router, without a new document.
    await page.evaluate('window.sameDocument = true')
    await page.getByRole('link', { name: 'Gallery' }).click()
    await page.getByRole('heading', { name: 'BACKSTAGE-gallery' }).waitFor()
    await page.waitForFunction(
      '[...document.images].length === 3 && [...document.images].every((i) => i.complete)',
    )
    const images = await page.evaluate('[...document.images].map((image) => image.naturalWidth)')
    expect(images).toEqual([64, 64, 64])
    expect(await page.evaluate('window.sameDocument')).toBe(true)

    await page.goBack()
    await page.getByRole('link', { name: 'Desk' }).click()
    await page.getByLabel('What').fill('ham')
    await page.getByRole('button', { name: 'Order' }).click()
    await page.getByText('BACKSTAGE-ordered ham').first().waitFor()
    await page.getByRole('button', { name: 'Leave' }).click()
    await page.getByText('BACKSTAGE-dynamic').first().waitFor()
    expect(new URL(page.url()).pathname).toBe('/dynamic')
    expect(await server().ledger()).toEqual(['order ham null', 'leave'])

    await open('/legacy/auto')
    await page.getByRole('link', { name: 'Ssr' }).click()
    await page.getByText('BACKSTAGE-ssr-props').first().waitFor()
    expect(errors).toEqual([])
    await context.close()
  })

  test('starts alice deep in the site as well', async () => {
    const { context, page, errors, open } = await visit({ httpCredentials: alice })
    await open('/shows/hamlet')
    await open('/gallery')
    await page.waitForFunction(
      '[...document.images].length === 3 && [...document.images].every((i) => i.naturalWidth)',
    )
    expect(errors).toEqual([])
    await context.close()
  })

  // Chromium shows the page of a refusal when its box is cancelled: playwright does that for
  // whose credentials were not taken.
  const httpCredentials = { username: 'alice', password: 'no idea' }

  test('shows a stranger why, and nothing of the site', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const [device, viewport] of Object.entries(VIEWPORTS)) {
        const visitor = await visit({ colorScheme, viewport, httpCredentials })
        const { context, page, open } = visitor
        const response = await open('/gallery')
        expect([response?.status(), await page.title()]).toEqual([401, 'Unauthorized'])
        expect(await page.content()).not.toMatch(/BACKSTAGE|FOYER/)
        expect(await fits(context)).toBe(true)
        await shoot(visitor, `401-${colorScheme}-${device}`)
        await context.close()
      }
    }
  })
}
