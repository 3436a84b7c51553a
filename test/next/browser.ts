/** Issue, item 6: in a browser, one sign-in, and the site is whole. */
import { type Browser, type BrowserContext, chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Server } from './server.ts'

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run']

const alice = { username: 'alice', password: 'mended-velvet-curtain' }

export function describeBrowser(server: () => Server): void {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
  })
  afterAll(() => browser?.close())

  /** A visitor, and what their console said. */
  async function visit(options: Parameters<Browser['newContext']>[0]) {
    const context = await browser.newContext(options)
    const page = await context.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text())
    })
    const open = (path: string) => page.goto(`http://localhost:${server().port}${path}`)
    return { context, page, errors, open }
  }

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
        const { context, page, open } = await visit({ colorScheme, viewport, httpCredentials })
        const response = await open('/gallery')
        expect([response?.status(), await page.title()]).toEqual([401, 'Unauthorized'])
        expect(await page.content()).not.toMatch(/BACKSTAGE|FOYER/)
        expect(await fits(context)).toBe(true)
        const folder = process.env.SHOTS
        if (folder) await page.screenshot({ path: `${folder}/401-${colorScheme}-${device}.png` })
        await context.close()
      }
    }
  })
}

const VIEWPORTS = { desktop: { width: 1280, height: 800 }, phone: { width: 360, height: 640 } }

/** Whether the page needs no scrolling sideways. */
async function fits(context: BrowserContext): Promise<unknown> {
  return context.pages()[0]?.evaluate('document.documentElement.scrollWidth <= window.innerWidth')
}
