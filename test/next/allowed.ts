/** A rule of `allow` opens what it says and nothing beside it. */
import { beforeAll, expect, test } from 'vitest'
import { type Inventory, readInventory } from './inventory.ts'
import type { Server } from './server.ts'
import { headerTricks, pathTricks, targetTricks } from './tricks.ts'
import { actionByForm, actionByScript } from './url-kinds.ts'
import { complete, FRAME, judgeAll, textsIn } from './verdict.ts'
import { type Ask, ask } from './wire.ts'

type Field = [name: string, value: string]

const OPEN = ['/pricing-public', '/shows/open', '/legacy/open', '/open.txt', '/logo-public.png']
const SECRETS = ['/members', '/legacy/ssr', '/secret.txt', '/shows/hamlet', '/dynamic']
const IMAGE = '/_next/image?w=64&q=75&url='

/** @param brief with fewer spellings, and without the headers */
export function describeAllowed(server: () => Server, brief = false): void {
  let inventory: Inventory
  beforeAll(async () => {
    inventory = await readInventory(server().site)
  })

  const faults = (requests: (string | Ask)[]) => judgeAll(server(), inventory, requests, true)
  const look = async (request: string | Ask) => {
    const full = complete(server(), request)
    const answer = await ask(server().port, full)
    return { status: answer.status, texts: textsIn(answer, full) }
  }

  test.each([
    ['/pricing-public', [...FRAME, 'FOYER-pricing']],
    ['/shows/open', [...FRAME, 'FOYER-show']],
    ['/legacy/open', ['FOYER-open', 'FOYER-open-props']],
    ['/open.txt', ['FOYER-file']],
    ['/logo-public.png', ['FOYER-logo']],
  ])('opens %s', async (target, texts) => {
    expect(await look(target)).toEqual({ status: 200, texts })
  })

  test('opens one method and leaves the others shut', async () => {
    const methods = ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'post', 'POSTX']
    const asks = methods.map((method): Ask => ({ target: '/api/hook', method }))
    const override: Field[] = [['x-http-method-override', 'POST']]
    expect(await look({ target: '/api/hook', method: 'POST', body: 'x' })).toEqual({
      status: 200,
      texts: ['FOYER-hook'],
    })
    expect(await faults([...asks, { target: '/api/hook', headers: override }])).toEqual([])
  })

  test('opens the data and the payload of the same page', async () => {
    const { buildId } = inventory
    expect(await look(`/_next/data/${buildId}/legacy/open.json`)).toEqual({
      status: 200,
      texts: ['FOYER-open-props'],
    })
    expect(await payload(server(), '/pricing-public', [])).toEqual({
      status: 200,
      type: 'text/x-component',
      texts: [...FRAME, 'FOYER-pricing'],
    })
  })

  test('opens no other page by a trick with the path', async () => {
    const secrets = brief ? SECRETS.slice(0, 2) : SECRETS
    const tricks = OPEN.slice(0, brief ? 2 : OPEN.length).flatMap((open) =>
      secrets.flatMap((secret) => pathTricks(open, secret, inventory)),
    )
    expect(await faults([...tricks, ...secrets.flatMap(targetTricks)])).toEqual([])
  })

  test.skipIf(brief)('opens no other page by a header', async () => {
    const tricks = headerTricks(inventory)
    const asks = OPEN.flatMap((target) => tricks.map((headers) => ({ target, headers })))
    const elsewhere = tricks.flat().filter(([, value]) => value.includes('/pricing-public'))
    const back = elsewhere.flatMap(([name, value]) =>
      SECRETS.map(
        (secret): Ask => ({
          target: '/pricing-public',
          headers: [[name, value.replace('/pricing-public', secret)]],
        }),
      ),
    )
    expect(await faults([...asks, ...back])).toEqual([])
  })

  test('does not show a public page inside a page that is not public', async () => {
    const from = ['/feed', '/feed/', '/feed/x', '/feed?x', '/base/feed', '/en/feed', '/de/feed']
    const tree = encodeURIComponent(JSON.stringify(['', { children: ['feed', {}] }]))
    const asks = from.flatMap((url) =>
      [
        '/pricing-public',
        '/pricing-public?_rsc=1abcd',
        `${IMAGE}/pricing-public`,
        `${IMAGE}${server().site.basePath}/pricing-public`,
        `/_next/data/${inventory.buildId}/pricing-public.json`,
        '/pricing-public.segments/_tree.segment.rsc',
      ].flatMap((target) =>
        [
          [],
          [['RSC', '1']],
          [
            ['RSC', '1'],
            ['Next-Router-State-Tree', tree],
          ],
          [
            ['RSC', '1'],
            ['Next-Router-Prefetch', '1'],
          ],
          [
            ['RSC', '1'],
            ['Next-Router-Prefetch', '1'],
            ['Next-Router-Segment-Prefetch', '/feed'],
          ],
        ].map((more): Ask => ({ target, headers: [['Next-Url', url], ...(more as Field[])] })),
      ),
    )
    expect(await faults(asks)).toEqual([])
    expect(await payload(server(), '/pricing-public', [['Next-Url', '/feed']])).toEqual({
      status: 200,
      type: 'text/x-component',
      texts: [...FRAME, 'FOYER-pricing'],
    })
  })

  test('runs no action of another page', async () => {
    const asks = Object.values(inventory.actions).flatMap((id) =>
      [...OPEN, '/api/hook'].flatMap((target) =>
        [actionByScript(target, id), actionByForm(target, id, { what: 'ham' })].flatMap((call) => [
          call,
          withField(call, ['x-action-forwarded', '1']),
          withField(call, ['Next-Url', '/desk']),
        ]),
      ),
    )
    // An action's own status, 200, says nothing: what it did does.
    const answers = await Promise.all(asks.map((request) => look(request)))
    const texts = answers.flatMap((answer) => answer.texts.filter((text) => !FRAME.includes(text)))
    expect(texts.filter((text) => text.startsWith('BACKSTAGE'))).toEqual([])
    // To a form with an action that its page has not, 15 answers 500 where 16 answers 409. 13 does
    // so to a script too, with a gate or without; and a form there waits for ever.
    const isOwn = (request: Ask) => isForm(request) || inventory.major < 14
    const errors = answers.filter(({ status }, i) => status >= 500 && !isOwn(asks[i] as Ask))
    expect(errors).toEqual([])
    expect(await server().ledger()).toEqual([])
  })

  test('opens an image of a public file, and no other', async () => {
    const file = `${server().site.basePath}/logo-public.png`
    const answer = await ask(server().port, complete(server(), IMAGE + file))
    const { status, headers } = answer
    // In 14 it answers nothing at all where images are not optimised; but below a base path it asks
    // the middleware first.
    expect([status, headers['content-type']]).toEqual(
      inventory.major === 14 && server().site.basePath === ''
        ? [404, 'text/html; charset=utf-8']
        : [200, 'image/png'],
    )
    expect(await faults(imageTricks(server()))).toEqual([])
  })

  test('gives the app of a public path its own Authorization, and no identity', async () => {
    const body = 'paid'
    const headers: Field[] = [
      ['Authorization', 'Bearer of.the.app'],
      ['x-stagedoor-user', 'alice'],
    ]
    const call = complete(server(), { target: '/api/hook', method: 'POST', body, headers })
    const answer = await ask(server().port, call)
    expect(JSON.parse(`${answer.body}`)).toEqual({
      marker: 'FOYER-hook',
      body,
      authorization: 'Bearer of.the.app',
      user: null,
    })
  })

  // Next.js cuts `.rsc` off before the gate sees a path: it cannot tell these from their page.
  test('cannot tell what is named as a public path with .rsc after it', async () => {
    const named = ['/open.txt.rsc', '/pricing-public.rsc', '/shows/open.rsc']
    // 13 serves what stands before it.
    const shown =
      inventory.major < 14
        ? [['FOYER-file'], [...FRAME, 'FOYER-pricing'], [...FRAME, 'FOYER-show']]
        : [['BACKSTAGE-file-rsc'], ['BACKSTAGE-page-rsc'], [...FRAME, 'BACKSTAGE-show-open']]
    expect(await Promise.all(named.map(look))).toEqual(
      shown.map((texts) => ({ status: 200, texts })),
    )
  })
}

function isForm({ headers = [] }: Ask): boolean {
  return !headers.some(([name]) => name === 'Next-Action')
}

function withField(request: Ask, field: Field): Ask {
  return { ...request, headers: [...(request.headers ?? []), field] }
}

/** A payload as the router asks for it: 16 first sends it to the URL with the right hash. */
async function payload(server: Server, target: string, more: Field[]) {
  const headers: Field[] = [['RSC', '1'], ...more]
  let request = complete(server, { target, headers })
  let answer = await ask(server.port, request)
  for (let hops = 0; answer.status === 307 && hops < 3; hops++) {
    request = { target: `${answer.headers.location}`.replace(/^https?:\/\/[^/]+/, ''), headers }
    answer = await ask(server.port, request)
  }
  const type = answer.headers['content-type']
  return { status: answer.status, type, texts: textsIn(answer, request) }
}

function imageTricks({ site, port }: Server): string[] {
  const base = site.basePath
  const open = `${base}/logo-public.png`
  const secret = `${base}/logo.png`
  const escaped = encodeURIComponent
  return [
    secret,
    `${open}/..${secret}`,
    `${open}/../../${secret}`,
    `${open}/%2e%2e/logo.png`,
    `${open}/%252e%252e/logo.png`,
    `${open}%2F..%2Flogo.png`,
    `${open}\\..\\logo.png`,
    `${open}&url=${escaped(secret)}`,
    `${escaped(secret)}&url=${open}`,
    `${escaped(secret)}&url[]=${open}`,
    `${escaped(secret)}%00${open}`,
    `${escaped(secret)}%3F${open}`,
    `${escaped(secret)}%23${open}`,
    `${open}%3F/../logo.png`,
    `${open}%23/../logo.png`,
    `//localhost:${port}${open}`,
    `//localhost:${port}${secret}`,
    `http://localhost:${port}${secret}`,
    `http://localhost:${port}${open}`,
    `/\\localhost${secret}`,
    `${base}/_next/image?url=${escaped(secret)}`,
    `${base}/_next/image?url=${escaped(open)}`,
    `${base}/members`,
    `${base}/pricing-public/../members`,
    `${base}/_next/data/x/pricing-public.json`,
    `data:image/png;base64,${open}`,
    `.${open}`,
    escaped(` ${open}`),
    escaped(`\t${secret}`),
    escaped(escaped(open)),
    escaped(escaped(secret)),
  ].flatMap((url) => [IMAGE + url, IMAGE + escaped(url), `/_next/image/?w=64&q=75&url=${url}`])
}
