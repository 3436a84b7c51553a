/** The local store answers the real clients as Vercel's does, and fails as they can be failed. */
import { createClient } from '@vercel/edge-config'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Failure, LocalStore } from '../../src/local/store.ts'

const store = new LocalStore()
beforeAll(() => store.start())
afterAll(() => store.stop())
beforeEach(() => {
  store.items = { a: { b: 1 }, c: [2] }
  store.failure = null
  store.forget()
})

/** Asks as the client does. */
function ask(path: string, fields: Record<string, string> = {}): Promise<Response> {
  const url = new URL(store.connection)
  const headers = { authorization: `Bearer ${url.searchParams.get('token')}`, ...fields }
  return fetch(`${url.origin}${url.pathname}/${path}`, { headers })
}

test('every read of the client', async () => {
  const client = createClient(store.connection)
  expect({
    item: await client.get('a'),
    missing: await client.get('toString'),
    has: [await client.has('a'), await client.has('b')],
    some: await client.getAll(['c', 'x']),
    all: await client.getAll(),
    digest: await client.digest(),
    again: await client.get('a'),
  }).toEqual({
    item: { b: 1 },
    missing: undefined,
    has: [true, false],
    some: { c: [2] },
    all: { a: { b: 1 }, c: [2] },
    digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    again: { b: 1 },
  })
  expect(store.asked.at(-1)).toEqual(['/ecfg_local/item/a', 304])
})

test('a change has another ETag and digest', async () => {
  const before = await ask('item/a')
  store.items = { ...store.items, a: { b: 2 } }
  const known = { 'if-none-match': before.headers.get('etag') ?? '' }
  const after = await ask('item/a', known)
  expect([before.status, after.status, await after.json()]).toEqual([200, 200, { b: 2 }])
  const digest = 'x-edge-config-digest'
  expect(after.headers.get(digest)).not.toBe(before.headers.get(digest))
})

test('no such item, and no such store', async () => {
  const digests = []
  for (const path of ['item/none', '../ecfg_other/item/a']) {
    const { status, headers } = await ask(path)
    digests.push([status, headers.has('x-edge-config-digest')])
  }
  expect(digests).toEqual([
    [404, true],
    [404, false],
  ])
})

test.each<[Failure, number, string]>([
  ['unauthorized', 401, 'Unauthorized'],
  ['absent', 404, 'Not found'],
  ['limited', 429, 'Too many requests'],
  ['broken', 500, 'Internal Server Error'],
  ['html', 200, '<title>'],
  ['mangled', 200, '<title>'],
])('%s', async (failure, status, text) => {
  store.failure = failure
  const response = await ask('item/a')
  expect([response.status, await response.text()]).toEqual([status, expect.stringContaining(text)])
})

test('no answer, or half of one', async () => {
  store.failure = 'reset'
  await expect(ask('item/a')).rejects.toThrow('fetch failed')
  store.failure = 'cut'
  await expect(ask('item/a').then((response) => response.json())).rejects.toThrow()
  store.failure = 'silent'
  const url = store.connection.replace('?', '/item/a?')
  await expect(fetch(url, { signal: AbortSignal.timeout(300) })).rejects.toThrow('timeout')
})

test('stopped, and started again on the same port', async () => {
  const { connection } = store
  await store.stop()
  await expect(ask('item/a')).rejects.toThrow('fetch failed')
  await store.start()
  expect([store.connection, (await ask('item/a')).status]).toEqual([connection, 200])
})
