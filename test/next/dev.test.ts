import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { alice } from './policy.ts'
import { type Server, startServer } from './server.ts'
import { copySite, PROXY_16, type Site } from './targets.ts'
import { textsIn } from './verdict.ts'
import { type Ask, ask } from './wire.ts'

describe('next dev', () => {
  let site: Site
  let server: Server | undefined
  beforeAll(async () => {
    site = await copySite({ ...PROXY_16, name: 'next-16-dev' })
  })
  afterAll(() => server?.stop())

  /** Starts it anew and looks at some pages. */
  async function look(gate: 'on' | 'unset', requests: Ask[]) {
    await server?.stop()
    server = await startServer(site, { gate, dev: true })
    const found: [status: number, texts: string[]][] = []
    for (const request of requests) {
      const answer = await askPatiently(server.port, request)
      found.push([answer.status, textsIn(answer, request).filter((t) => /home|ssr$|file/.test(t))])
    }
    return found
  }

  test('is open until it is switched on', async () => {
    expect(await look('unset', [{ target: '/' }, { target: '/secret.txt' }])).toEqual([
      [200, ['BACKSTAGE-home']],
      [200, ['BACKSTAGE-file']],
    ])
  })

  test('is shut where it is switched on', async () => {
    const targets = ['/', '/legacy/ssr', '/secret.txt', '/_next/static/chunks/main.js', '/nowhere']
    expect(
      await look(
        'on',
        targets.map((target) => ({ target })),
      ),
    ).toEqual(targets.map(() => [401, []]))
  })

  test('lets alice in', async () => {
    const requests = ['/', '/legacy/ssr'].map((target) => ({ target, headers: [alice] }))
    expect(await look('on', requests)).toEqual([
      [200, ['BACKSTAGE-home']],
      [200, ['BACKSTAGE-ssr']],
    ])
  })
})

/** The first request of a page compiles it, which may take longer than an answer may. */
async function askPatiently(port: number, request: Ask) {
  for (let tries = 0; tries < 5; tries++) {
    const answer = await ask(port, request)
    if (answer.status !== 0) return answer
  }
  throw new Error(`no answer to ${request.target}`)
}
