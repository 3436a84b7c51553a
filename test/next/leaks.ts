/** Nothing of the site goes to who may not enter. */
import { beforeAll, expect, test } from 'vitest'
import { type Inventory, readInventory } from './inventory.ts'
import { pass, uselessPasses } from './passes.ts'
import { alice, wrong } from './policy.ts'
import type { Server } from './server.ts'
import { headerTricks, malformed, pathTricks, targetTricks } from './tricks.ts'
import { urlKinds } from './url-kinds.ts'
import { complete, judgeAll, REFUSED, refusal, textsIn } from './verdict.ts'
import { type Ask, ask, send } from './wire.ts'

const METHODS = ['HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'QUERY']

/** @param brief without the methods and the headers, which take most of the time, and with fewer spellings */
export function describeLeaks(server: () => Server, brief = false): void {
  let inventory: Inventory
  beforeAll(async () => {
    inventory = await readInventory(server().site)
  })

  /** Asks all, without credentials and with wrong ones. */
  const faults = (requests: (string | Ask)[]) =>
    judgeAll(
      server(),
      inventory,
      requests
        .map((request) => (typeof request === 'string' ? { target: request } : request))
        .flatMap((ask) => [ask, { ...ask, headers: [...(ask.headers ?? []), wrong] }]),
    )

  test.each(urlKinds)('refuses $kind', async ({ list }) => {
    const result = await faults(list(inventory))
    expect(result).toEqual([])
  })

  test.skipIf(brief).each(METHODS)('refuses %s of every kind of URL', async (method) => {
    const all = urlKinds.flatMap(({ list }) => list(inventory))
    const targets = all.filter((request) => typeof request === 'string')
    const shut = targets.filter((target) => `${method} ${target}` !== 'POST /api/hook')
    const result = await faults(shut.map((target) => ({ target, method })))
    expect(result).toEqual([])
  })

  test.skipIf(brief)('refuses every header that ever skipped a middleware', async () => {
    const targets = [
      ...['/', '/news', '/dynamic', '/members', '/legacy/ssr', '/legacy/ssg', '/secret.txt'],
      ...['/api/echo', '/robots.txt', '/_next/image?url=/logo.png&w=64&q=75', '/nowhere'],
      `/_next/data/${inventory.buildId}/legacy/ssr.json`,
      inventory.staticFiles.find((name) => name.endsWith('.js')) as string,
    ]
    const result = await faults(
      headerTricks(inventory).flatMap((headers) => targets.map((target) => ({ target, headers }))),
    )
    expect(result).toEqual([])
  })

  test('refuses every pass that is none, wherever it is shown', async () => {
    const passes = Object.values(await uselessPasses())
    // Without a secret there are none.
    if (!server().signs) passes.push(await pass('automation'), await pass('share'))
    const targets = ['/', '/members', '/legacy/ssr', '/secret.txt', '/api/echo', '/.stagedoor/x']
    const result = await faults(
      targets.flatMap((target) =>
        passes.flatMap((token): Ask[] => [
          { target: `${target}?stagedoor=${token}` },
          { target, headers: [['Cookie', `stagedoor=${token}`]] },
          { target, headers: [['Cookie', `stagedoor=${token}; __Host-stagedoor=${token}`]] },
          { target, headers: [['x-stagedoor-pass', token]] },
          { target, headers: [['x-stagedoor-user', token]] },
          { target: `${target}?x-vercel-protection-bypass=${token}` },
          { target, headers: [['x-vercel-protection-bypass', token]] },
        ]),
      ),
    )
    expect(result).toEqual([])
  })

  test('refuses every spelling of a path, of a target, of a host', async () => {
    const secrets = [
      '/members',
      '/dynamic',
      '/legacy/ssr',
      '/secret.txt',
      '/api/echo',
      '/archive/a',
    ].slice(brief ? 3 : 0)
    const result = await faults(
      secrets.flatMap((secret) => [
        ...pathTricks(secret, secret, inventory),
        ...(brief ? [] : pathTricks('/nowhere', secret, inventory)),
        ...targetTricks(secret),
      ]),
    )
    expect(result).toEqual([])
  })

  test.skipIf(brief)('answers malformed requests without an error of its own', async () => {
    const result = await faults(malformed('/members'))
    expect(result).toEqual([])
  })

  test('asks each request of one connection for its own credentials', async () => {
    const target = complete(server(), '/members').target
    const request = (field = '') => `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${field}\r\n`
    const last = 'Connection: close\r\n'
    const wires = [
      request(`${alice.join(': ')}\r\n`) + request(last),
      request('Content-Length: 0\r\n') + request(last),
    ]
    const answers = await Promise.all(wires.map((bytes) => send(server().port, bytes)))
    const statuses = answers.map((bytes) => `${bytes}`.match(/(?<=HTTP\/1\.1 )\d+/g))
    expect(statuses).toEqual([
      ['200', '401'],
      ['401', '401'],
    ])
  })

  test('shows where next.config redirects, and the language of a visitor, and no more', async () => {
    const german: Ask[] = [
      { target: '/', headers: [['Accept-Language', 'de']] },
      { target: '/', headers: [['Cookie', 'NEXT_LOCALE=de']] },
    ]
    const result = await faults(['/old', '/de/old', ...german])
    expect(result).toEqual([])
  })

  test('challenges another scheme with one for which browsers show no box', async () => {
    const answer = await ask(
      server().port,
      complete(server(), {
        target: '/members',
        headers: [['Authorization', 'Bearer of.the.app']],
      }),
    )
    expect(refusal(answer)).toEqual({ ...REFUSED, challenge: 'Bearer realm="Staging"' })
  })

  test('takes the first of two Authorization fields', async () => {
    const answer = await ask(
      server().port,
      complete(server(), {
        target: '/members',
        headers: [wrong, ['Authorization', 'Basic YWxpY2U6bWVuZGVkLXZlbHZldC1jdXJ0YWlu']],
      }),
    )
    expect(refusal(answer)).toEqual(REFUSED)
  })

  test('cannot defend a page from who knows the id in the draft-mode cookie', async () => {
    // Next.js takes such a request for its own regeneration, and runs no middleware.
    const headers: Ask['headers'] = [['x-prerender-revalidate', inventory.previewId]]
    const answer = await ask(server().port, complete(server(), { target: '/news', headers }))
    expect([answer.status, textsIn(answer, { target: '/' })]).toEqual([
      200,
      ['BACKSTAGE-news', 'BACKSTAGE-not-found', 'BACKSTAGE-root-layout'],
    ])
  })

  test('has run nothing of the app', async () => {
    expect(await server().ledger()).toEqual([])
  })
}
