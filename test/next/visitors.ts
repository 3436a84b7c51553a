/** For who may enter, the site works as it does without a gate. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Inventory, readInventory } from './inventory.ts'
import { takeSession, withoutIdentity } from './passes.ts'
import { alice, paula } from './policy.ts'
import { type Server, startServer } from './server.ts'
import { headerTricks, pathTricks } from './tricks.ts'
import { actionByForm, actionByScript, urlKinds } from './url-kinds.ts'
import { complete, FRAME, textsIn } from './verdict.ts'
import { type Answer, type Ask, ask, askAll, show } from './wire.ts'

type Field = [name: string, value: string]

const RSC: Field = ['RSC', '1']

/** @param brief without what waits, and what tricks paula */
export function describeVisitors(server: () => Server, brief = false): void {
  let inventory: Inventory
  /** The same build with the gate off. */
  let bare: Server
  beforeAll(async () => {
    inventory = await readInventory(server().site)
    bare = await startServer(server().site, { gate: 'off', host: server().host })
  })
  afterAll(() => bare?.stop())

  const as = (visitor: Field, request: string | Ask): Ask => {
    const full = complete(server(), request)
    return { ...full, headers: [visitor, ...(full.headers ?? [])] }
  }
  const get = (request: string | Ask) => ask(server().port, as(alice, request))
  /** An answer without what a gate that signs adds: alice's session, and to the app her identity. */
  const unsigned = async (answer: Answer): Promise<Answer> => {
    if (!server().signs) return answer
    const { 'set-cookie': cookie, ...headers } = answer.headers
    const { rest, begun } = await takeSession(cookie)
    // What has passed the gate has begun one.
    const isBefore = headers['x-robots-tag'] === undefined
    if (begun !== (isBefore ? undefined : 'alice')) headers['session'] = `${begun}`
    const body = await withoutIdentity(`${answer.body.toString('latin1')}`, 'alice')
    return {
      ...answer,
      headers: { ...headers, ...(rest && { 'set-cookie': rest }) },
      body: Buffer.from(body, 'latin1'),
    }
  }

  // A page that is regenerated shows who asked first, here or there.
  const REGENERATED = /\/(news|isr)\b/
  test('answers alice as without a gate', async () => {
    const requests = allRequests(inventory).filter(
      ({ target }) =>
        !isImage(target) &&
        target !== '/api/echo' &&
        // Where the gate signs, these know alice.
        !(server().signs && target.includes('/whoami')),
    )
    const answers = await askAll(
      server().port,
      requests.map((request) => as(alice, request)),
    )
    const gated = await Promise.all(answers.map(unsigned))
    const open = await askAll(
      bare.port,
      requests.map((request) => complete(bare, request)),
    )
    const differences = requests.flatMap((request, i) => {
      const [a = '', b = ''] = [gated[i], open[i]].map((answer) =>
        REGENERATED.test(request.target)
          ? `${answer?.status} ${textsIn(answer as Answer, request)}`
          : essence(answer as Answer),
      )
      return a === b ? [] : [`${show(request)} → ${difference(a, b)}`]
    })
    expect(differences).toEqual([])
  })

  test('lets no shared cache store what passes, and no search engine list it', async () => {
    const requests = allRequests(inventory)
      .filter(({ target }) => inventory.major !== 14 || !isImage(target))
      .map((request) => as(alice, request))
    const answers = await askAll(server().port, requests)
    const storable = answers.flatMap(({ status, headers }, i) => {
      const cacheControl = headers['cache-control'] ?? 'none'
      const isGate = headers['x-robots-tag'] === 'noindex, nofollow'
      const isPrivate = /\b(private|no-store)\b/.test(cacheControl)
      // These never reach the gate, and hold nothing of the site.
      // 13 writes its own over the gate's, on pages that it has drawn beforehand: docs/nextjs.md.
      const isDrawn =
        inventory.major < 14 && /^s-maxage=\d+, stale-while-revalidate$/.test(cacheControl)
      if (isDrawn && isGate && headers['cdn-cache-control'] === 'no-store') return []
      const isBefore = status === 308 || (status === 307 && requests[i]?.target.endsWith('/old'))
      return isBefore || (isGate && isPrivate)
        ? []
        : [`${show(requests[i] as Ask)} → ${status} ${cacheControl} ${headers['x-robots-tag']}`]
    })
    expect(storable).toEqual([])
  })

  test('keeps files with a hash in their name for ever, in the visitor’s own cache', async () => {
    const requests = inventory.staticFiles.map((file) => complete(server(), file))
    const open = await askAll(bare.port, requests)
    // 13 finds none whose name needs escapes, with a gate or without.
    const there = requests.filter((_, i) => open[i]?.status === 200)
    expect(there.length).toBeGreaterThan(requests.length / 2)
    const answers = await askAll(
      server().port,
      there.map((request) => ({ ...request, headers: [alice] })),
    )
    const values = answers.map(({ status, headers }) => `${status} ${headers['cache-control']}`)
    expect([...new Set(values)]).toEqual(['200 private, max-age=31536000, immutable'])
  })

  test('shows images to alice, and to nobody else', async () => {
    const base = server().site.basePath
    const media = inventory.staticFiles.filter((name) => name.endsWith('.png'))
    // In 14 only unoptimised images work, and those are the files themselves.
    const address = (file: string) =>
      inventory.major === 14
        ? file
        : `/_next/image?url=${encodeURIComponent(base + file)}&w=64&q=75`
    const images = ['/logo.png', '/pricing/table.png', '/icon.png', ...media].map(address)
    // As behind a proxy that ends TLS. With `127.0.0.1` no rewrite of any middleware works
    // there: Next.js takes itself for another host, and speaks TLS to it.
    const proto: Field[] = server().host === 'localhost' ? [['X-Forwarded-Proto', 'https']] : []
    const shown = await askAll(
      server().port,
      images.map((target) => as(alice, { target, headers: proto })),
    )
    expect(
      shown.map(({ status, headers }) => ({
        status,
        type: headers['content-type'],
        private: headers['cache-control']?.startsWith('private'),
      })),
    ).toEqual(images.map(() => ({ status: 200, type: 'image/png', private: true })))
    const refused = await askAll(
      server().port,
      images.map((image) => complete(server(), image)),
    )
    expect(refused.map(({ status }) => status)).toEqual(images.map(() => 401))
  })

  test('shows paula hers, and tells her of the rest that it is not hers', async () => {
    const hers = ['/pricing', '/pricing/gold', '/pricing/table.png', '/pricing-public', '/open.txt']
    const base = server().site.basePath
    const isOptimised = inventory.major !== 14
    if (isOptimised) hers.push(`/_next/image?w=64&q=75&url=${base}/pricing/table.png`)
    const others = ['/', '/members', '/logo.png', '/pricingx', '/legacy/ssr', '/robots.txt']
    others.push('/pricing/%2e%2e%2fmembers')
    if (isOptimised) others.push(`/_next/image?w=64&q=75&url=${base}/logo.png`)
    const statuses = async (targets: string[]) =>
      (
        await askAll(
          server().port,
          targets.map((target) => {
            const full = as(paula, target)
            // With a slash after it the base path is one that Next.js tidies first.
            return target === '/' && base ? { ...full, target: base } : full
          }),
        )
      ).map(({ status, headers }) => [status, headers['www-authenticate']])
    expect(await statuses(hers)).toEqual(hers.map(() => [200, undefined]))
    expect(await statuses(others)).toEqual(others.map(() => [403, undefined]))
  })

  test.skipIf(brief)('shows paula nothing else by any trick', async () => {
    const tricks = headerTricks(inventory)
    const from = ['/feed', '/feed/', '/members'].map((url): Field[] => [['Next-Url', url]])
    const asks = [
      ...['/members', '/legacy/ssr', '/secret.txt', '/news'].flatMap((secret) =>
        pathTricks('/pricing', secret, inventory),
      ),
      ...[...tricks, ...from].map((headers) => ({ target: '/pricing', headers })),
      ...from.map((headers) => ({ target: '/pricing', headers: [...headers, RSC] })),
    ].map((request) => as(paula, request))
    const answers = await askAll(server().port, asks)
    const hers = /^(FOYER-.*|BACKSTAGE-(pricing|plan.*|table))$/
    const faults = asks.flatMap((asked, i) => {
      const answer = answers[i] as Answer
      const others = textsIn(answer, asked).filter(
        (text) => !hers.test(text) && !FRAME.includes(text),
      )
      return others.length ? [`${show(asked)} → ${answer.status} ${others}`] : []
    })
    expect(faults).toEqual([])
  })

  test('runs server actions as without a gate, and forwarded ones too', async () => {
    const { order, leave, wipe } = inventory.actions as { [name: string]: string }
    const calls = [
      orderByScript(order as string),
      actionByScript('/desk', leave as string),
      // Of another page: Next.js forwards it to itself, through the gate.
      actionByScript('/desk', wipe as string),
      actionByForm('/members', wipe as string),
    ]
    const run = async (to: Server, visitor?: Field) => {
      const results = []
      for (const call of calls) {
        const asked = visitor ? as(visitor, call) : complete(to, call)
        const answer = await unsigned(await ask(to.port, asked))
        const { 'x-action-redirect': redirect, 'set-cookie': cookie } = answer.headers
        const texts = textsIn(answer, asked)
        const ran = await withoutIdentity(JSON.stringify(await to.ledger()), 'alice')
        results.push({ status: answer.status, redirect, cookie, texts, ran: JSON.parse(ran) })
      }
      return results
    }
    const gated = await run(server(), alice)
    const isOld = inventory.major < 14
    expect(gated).toEqual(await run(bare))
    expect(gated.map(({ ran, redirect }) => [...ran, redirect])).toEqual([
      ['order ham null', undefined],
      // From 15 on the way to go there is said too.
      ['leave', inventory.major < 15 ? '/dynamic' : '/dynamic;push'],
      // 13 knows no action of another page, nor one in a form without what its page puts there.
      // With `trailingSlash` 16 does not run such a one for a script either, with a gate or without.
      isOld || server().site.variant === 'trailingSlash' ? [undefined] : ['wipe', undefined],
      isOld ? [undefined] : ['wipe', undefined],
    ])
  })

  test.skipIf(brief)('streams', async () => {
    const { status, arrivals, body } = await get('/stream')
    const [first = 0, last = 0] = [arrivals[0], arrivals.at(-1)]
    expect([status, `${body}`.includes('BACKSTAGE-late'), last - first > 300]).toEqual([
      200,
      true,
      true,
    ])
  })

  test('switches draft mode on', async () => {
    const cookie = (await get('/api/draft')).headers['set-cookie'] ?? ''
    const bypass = /__prerender_bypass=\w+/.exec(cookie)?.[0] ?? ''
    const shown = async (headers: Field[]) => `${(await get({ target: '/draft', headers })).body}`
    expect([
      (await shown([['Cookie', bypass]])).includes('BACKSTAGE-draft on'),
      (await shown([])).includes('BACKSTAGE-draft on'),
    ]).toEqual([true, false])
    const anonymous = complete(server(), { target: '/draft', headers: [['Cookie', bypass]] })
    expect((await ask(server().port, anonymous)).status).toBe(401)
  })

  test.skipIf(brief).each(['/news', '/legacy/isr'])('regenerates %s in time', async (target) => {
    const read = async () => /\d{13}/.exec(`${(await get(target)).body}`)?.[0]
    const before = await read()
    const seen = [before]
    while (seen.at(-1) === before && seen.length < 20) {
      await new Promise((resolve) => setTimeout(resolve, 400))
      seen.push(await read())
    }
    expect(Number(seen.at(-1))).toBeGreaterThan(Number(before))
  })

  test('regenerates on demand', async () => {
    const isKept = async (send: (request: string | Ask) => Promise<Answer>) => {
      expect((await send('/shows/hamlet')).headers['x-nextjs-cache']).toBe('HIT')
      expect((await send({ target: '/api/revalidate', method: 'POST' })).status).toBe(200)
      return (await send('/shows/hamlet')).headers['x-nextjs-cache'] === 'HIT'
    }
    // Below 16 `revalidatePath` does not find a page that `trailingSlash` ends otherwise.
    const isLost = inventory.major < 16 && server().site.variant === 'trailingSlash'
    expect([
      await isKept(get),
      await isKept((request) => ask(bare.port, complete(bare, request))),
    ]).toEqual([isLost, isLost])
  })

  test('keeps the credentials from the app, and forged identities too', async () => {
    const forged: Field[] = [
      ['x-stagedoor-user', 'root'],
      ['x-middleware-request-x-stagedoor-user', 'root'],
      ['cookie', 'own=1'],
    ]
    const answer = await get({
      target: '/api/echo',
      method: 'POST',
      body: 'hello',
      headers: forged,
    })
    const { headers, ...rest } = JSON.parse(await withoutIdentity(`${answer.body}`, 'alice'))
    const { authorization, cookie } = headers
    expect({ ...rest, authorization, cookie, identity: headers['x-stagedoor-user'] }).toEqual({
      marker: 'BACKSTAGE-echo',
      method: 'POST',
      length: 5,
      authorization: undefined,
      cookie: 'own=1',
      // `null` stands for hers, signed.
      identity: server().signs ? null : undefined,
    })
    const page = await unsigned(await get({ target: '/dynamic?q=1', headers: forged }))
    expect(`${page.body}`.replaceAll('&quot;', '"')).toContain(
      '{"authorization":null,"user":null,"query":{"q":"1"}}',
    )
    expect(`${(await get('/legacy/ssr')).body}`).not.toContain('Basic ')
  })

  test('shows the app the request as it came, but for what Next.js copies into it', async () => {
    const seen = async (to: Server, request: Ask) => {
      const { body } = await ask(to.port, request)
      return JSON.parse(`${body}`.replaceAll(`${to.port}`, 'PORT'))
    }
    const headers: Field[] = [['X-Own', 'a, b']]
    const gated = await seen(server(), as(alice, { target: '/api/echo', headers }))
    const open = await seen(bare, complete(bare, { target: '/api/echo', headers }))
    const { 'x-stagedoor-user': identity, 'set-cookie': cookie, ...rest } = gated.headers
    expect([await withoutIdentity(`${identity}`, 'alice'), await takeSession(cookie)]).toEqual(
      server().signs
        ? ['null', { rest: undefined, begun: 'alice' }]
        : ['undefined', { rest: undefined, begun: undefined }],
    )
    expect({ ...gated, headers: rest }).toEqual({
      ...open,
      headers: {
        ...open.headers,
        // Each field of the answer that the gate sets.
        'cache-control': 'private, no-cache',
        'cdn-cache-control': 'no-store',
        vary: 'Authorization, Cookie',
        'x-robots-tag': 'noindex, nofollow',
      },
    })
  })

  test.skipIf(brief)('takes a body of five megabytes to the app', async () => {
    const body = 'x'.repeat(5_000_000)
    const answer = await get({ target: '/api/echo', method: 'POST', body })
    expect(JSON.parse(`${answer.body}`).length).toBe(body.length)
  })
}

/** Every URL once, in GET, with those that end in actions left out. */
function allRequests(inventory: Inventory): Ask[] {
  return urlKinds
    .flatMap(({ list }) => list(inventory))
    .map((request) => (typeof request === 'string' ? { target: request } : request))
    .filter(({ method }) => method === undefined)
}

function isImage(target: string): boolean {
  return target.includes('/_next/image')
}

/** React's client encodes a form's fields with the action's bound arguments, `[state, form]`. */
function orderByScript(id: string): Ask {
  // The fields first, by the names of 15 and of 16: the server reads the arguments, `0`, as
  // soon as they come.
  const fields = [
    ['1_what', 'ham'],
    ['_1_what', 'ham'],
    ['0', '["nothing yet","$K1"]'],
  ]
  const parts = fields.map(
    ([name, value]) =>
      `--edge\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  return {
    target: '/desk',
    method: 'POST',
    headers: [
      ['Next-Action', id],
      ['Accept', 'text/x-component'],
      ['Content-Type', 'multipart/form-data; boundary=edge'],
    ],
    body: `${parts.join('')}--edge--\r\n`,
  }
}

/** Where two texts part, for a message. */
function difference(a: string, b: string): string {
  let at = 0
  while (a[at] === b[at]) at++
  const near = (text: string) => text.slice(Math.max(0, at - 60), at + 120)
  return `${near(a)} | ${near(b)}`
}

// What the gate sets, and what differs from one run to the next.
const CHANGING =
  /^((cdn-)?cache-control|vary|x-robots-tag|date|etag|x-nextjs-cache|content-length|age)$/

/** What must be the same with a gate and without. */
function essence({ status, headers, body }: Answer): string {
  const kept = Object.entries(headers)
    .filter(([name]) => !CHANGING.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify({ status, kept, body: body.toString('latin1') })
    .replace(/\b\d{13}\b/g, 'TIME')
    .replace(/localhost:\d+/g, 'HOST')
    .replace(/[\w-]{21}(?=[vm]\\*")/g, 'KEY')
}
