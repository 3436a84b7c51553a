/** `next dev`: off by default, and shut where it is switched on. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Inventory } from './inventory.ts'
import type { Row } from './matrix.ts'
import { alice, wrong } from './policy.ts'
import { type Server, startServer } from './server.ts'
import { copySite, listFiles, type Site } from './targets.ts'
import { pathTricks } from './tricks.ts'
import { urlKinds } from './url-kinds.ts'
import { complete, judgeAll, textsIn } from './verdict.ts'
import { majorOf } from './versions.ts'
import { type Ask, ask } from './wire.ts'

export function describeDev(row: Row) {
  const { bundler, file, next, runtime, variant } = row
  const kind = [file, runtime, bundler, variant].filter(Boolean).join(', ')
  describe(`next dev, Next.js ${next}, ${kind}`, () => {
    let site: Site
    let server: Server | undefined
    beforeAll(async () => {
      site = await copySite(row)
    })
    afterAll(() => server?.stop())

    /** Starts it anew and looks at some pages. */
    async function look(gate: 'on' | 'unset', requests: Ask[]) {
      await server?.stop()
      server = await startServer(site, { gate })
      const found: [status: number, texts: string[]][] = []
      for (const request of requests) {
        const isHome = request.target === '/' && site.basePath !== ''
        const asked = isHome ? { ...request, target: site.basePath } : complete(server, request)
        const answer = await askPatiently(server.port, asked)
        const texts = textsIn(answer, request).filter((text) => /home|ssr$|file/.test(text))
        found.push([answer.status, texts])
      }
      return found
    }

    test('is open until it is switched on', async () => {
      expect(await look('unset', [{ target: '/' }, { target: '/secret.txt' }])).toEqual([
        [200, ['BACKSTAGE-home']],
        [200, ['BACKSTAGE-file']],
      ])
    })

    test('lets alice in where it is switched on', async () => {
      const requests = ['/', '/legacy/ssr'].map((target) => ({ target, headers: [alice] }))
      expect(await look('on', requests)).toEqual([
        [200, ['BACKSTAGE-home']],
        [200, ['BACKSTAGE-ssr']],
      ])
    })

    test('and nobody else, of any kind of URL', async () => {
      const running = server as Server
      const inventory = await developmentInventory(site)
      const requests = urlKinds.flatMap(({ list }) => list(inventory))
      const tricks = pathTricks('/members', '/members', inventory)
      const asks = [...requests, ...tricks]
        .map((request) => (typeof request === 'string' ? { target: request } : request))
        .filter(({ target }) => !isToolOfDevelopment(target))
        .flatMap((asked: Ask) => [asked, { ...asked, headers: [...(asked.headers ?? []), wrong] }])
      expect(await judgeAll(running, inventory, asks)).toEqual([])
    })
  })
}

/** Hot reloading, and what shows errors: answered before any middleware, as docs/nextjs.md says. */
function isToolOfDevelopment(target: string): boolean {
  return /__nextjs|webpack-hmr|_next\/mcp|_devPagesManifest|_devMiddlewareManifest/.test(target)
}

/** What can be known without a build. */
async function developmentInventory(site: Site): Promise<Inventory> {
  const built = await listFiles(`${site.folder}/.next/static`)
  return {
    major: majorOf(site.next),
    buildId: 'development',
    staticFiles: built.map((name) => `/_next/static/${name}`).slice(0, 40),
    publicFiles: ['/logo.png', '/secret.txt', '/.hidden', '/docs/data.json', '/favicon.ico'],
    prerendered: [],
    actions: { guessed: '0'.repeat(42) },
    previewId: '0'.repeat(32),
  }
}

/** The first request of a page compiles it, which may take longer than an answer may. */
async function askPatiently(port: number, request: Ask) {
  for (let tries = 0; tries < 40; tries++) {
    const answer = await ask(port, request)
    if (answer.status !== 0) return answer
  }
  throw new Error(`no answer to ${request.target}`)
}
