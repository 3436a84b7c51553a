/** Both of Vercel's clients read a store of the local API, and see what its program writes. */
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LocalVercel } from '../../src/local/vercel.ts'
import type { VercelStore } from '../../src/local/vercel-store.ts'
import { installed } from './install.ts'
import { type Login, login } from './program.ts'

interface Client {
  get(key: string): Promise<unknown>
  has(key: string): Promise<boolean>
  getAll(keys?: string[]): Promise<unknown>
  digest(): Promise<string>
}

const CLIENTS = ['@vercel/edge-config', '@vercel/global-config']

let api: LocalVercel
let store: VercelStore
let mine: Login

beforeAll(async () => {
  api = await new LocalVercel().start()
  const { id } = api.addProject({ name: 'shop' })
  store = api.addStore({ slug: 'flags', items: { a: { b: 1 }, c: [2] } })
  mine = await login(api, { projectId: id, orgId: 'team_local' })
})
afterAll(async () => {
  await mine?.remove()
  await api?.stop()
})

async function clientOf(name: string, connection: string): Promise<Client> {
  const url = pathToFileURL(installed(`${name}/dist/index.js`))
  return (await import(url.href)).createClient(connection)
}

test.each(CLIENTS)('%s', async (name) => {
  store.items = { a: { b: 1 }, c: [2] }
  const client = await clientOf(name, store.connection)
  expect({
    item: await client.get('a'),
    missing: await client.get('toString'),
    has: [await client.has('a'), await client.has('b')],
    some: await client.getAll(['c', 'x']),
    all: await client.getAll(),
    again: await client.get('a'),
  }).toEqual({
    item: { b: 1 },
    missing: undefined,
    has: [true, false],
    some: { c: [2] },
    all: { a: { b: 1 }, c: [2] },
    again: { b: 1 },
  })
  expect(store.asked.at(-1)).toEqual([`/${store.id}/item/a`, 304])

  const before = await client.digest()
  const patch = JSON.stringify([{ operation: 'update', key: 'a', value: { b: 2 } }])
  const { code } = await mine.vercel(['global-config', 'update', 'flags', '--patch', patch])
  expect([code, await client.get('a')]).toEqual([0, { b: 2 }])
  expect(await client.digest()).not.toBe(before)
})

test.each(CLIENTS)('%s: a token that is taken back, another store', async (name) => {
  const { token, id } = store.addToken('short')
  const client = await clientOf(name, `${api.url}/${store.id}?token=${token}`)
  expect(await client.has('a')).toBe(true)
  const remove = ['global-config', 'tokens', 'flags', '--remove', id, '--yes']
  expect((await mine.vercel(remove)).code).toBe(0)
  await expect(client.get('a')).rejects.toThrow('Unauthorized')
  const other = await clientOf(name, `${api.url}/ecfg_none?token=${token}`)
  await expect(other.get('a')).rejects.toThrow('not found')
})
