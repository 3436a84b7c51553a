/** A visitor with a browser. */
import { type Browser, type BrowserContext, chromium, type Response } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import type { Server } from './server.ts'

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run']

export const VIEWPORTS = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 360, height: 640 },
}

export type Visit = Awaited<ReturnType<ReturnType<typeof withBrowser>>>

/** One browser for the tests of a group. @returns what lets a visitor in, with nothing yet */
export function withBrowser(server: () => Server) {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
  })
  afterAll(() => browser?.close())

  return async function visit(options: Parameters<Browser['newContext']>[0] = {}, to = server()) {
    const context = await browser.newContext(options)
    const page = await context.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(`${message.text()} ${message.location().url}`)
    })
    const responses: Response[] = []
    context.on('response', (response) => responses.push(response))
    const origin = `http://localhost:${to.port}`
    const open = (path: string) => page.goto(origin + path)
    /** Goes somewhere. @returns the status, or that a box would have come up */
    const arrive = async (path: string) => {
      try {
        return (await open(path))?.status()
      } catch (error) {
        if (!`${error}`.includes('ERR_INVALID_AUTH_CREDENTIALS')) throw error
        await settle({ page })
        return 'box'
      }
    }
    return { context, page, errors, responses, origin, open, arrive }
  }
}

/** Waits until Chromium shows the error that it shows here in place of its box. */
export async function settle({ page }: Pick<Visit, 'page'>): Promise<void> {
  await page.waitForFunction("location.protocol === 'chrome-error:'")
}

/** Whether the page needs no scrolling sideways. */
export async function fits(context: BrowserContext): Promise<unknown> {
  return context.pages()[0]?.evaluate('document.documentElement.scrollWidth <= window.innerWidth')
}

/** Waits for the images of a page. @returns their widths */
export async function imageWidths({ page }: Pick<Visit, 'page'>): Promise<unknown> {
  await page.waitForFunction('[...document.images].every((image) => image.complete)')
  return page.evaluate('[...document.images].map((image) => image.naturalWidth)')
}

/** The answer to whoever has last gone somewhere; of what a page fetches, some may come later. */
export function lastVisit({ responses }: Pick<Visit, 'responses'>): Response | undefined {
  return responses.filter((response) => response.request().isNavigationRequest()).at(-1)
}

/** What would make a browser show its box although nobody has gone anywhere. */
export function boxes({ responses }: Pick<Visit, 'responses'>): string[] {
  return responses
    .filter((response) => !response.request().isNavigationRequest())
    .filter((response) => response.headers()['www-authenticate']?.startsWith('Basic'))
    .map((response) => `${response.status()} ${response.url()}`)
}

/** A picture of the page, where pictures are wanted. */
export async function shoot({ page }: Pick<Visit, 'page'>, name: string): Promise<void> {
  const folder = process.env.SHOTS
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` })
}
