/** The local store answers the real client as Vercel's does. */
import { createClient } from '@vercel/edge-config'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LocalStore } from './local-store.ts'

const store = new LocalStore()
beforeAll(() => store.start())
afterAll(() => store.stop())

test('every read of the client', async () => {
  store.items = { a: { b: 1 }, c: [2] }
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

test('its failures are those of the client', async () => {
  const failures = {
    unauthorized: 'Unauthorized',
    absent: 'not found',
    broken: '500',
    html: 'JSON',
  } as const
  for (const [failure, message] of Object.entries(failures)) {
    store.failure = failure as keyof typeof failures
    await expect(createClient(store.connection).get(failure)).rejects.toThrow(message)
  }
  store.failure = null
  await store.stop()
  await expect(createClient(store.connection).get('new')).rejects.toThrow('fetch failed')
  await store.start()
  expect(await createClient(store.connection).get('new')).toBe(undefined)
  await expect(
    createClient(store.connection.replace('local-token', 'other')).get('a'),
  ).rejects.toThrow('Unauthorized')
})
