/**
 * Stores of an account: Global Config, which was Edge Config until July 2026. Reads here go to the
 * REST API, which has the last write; deployments follow within seconds.
 */
import { CliError } from '../errors.ts'
import { type Api, Outdated, unknownAnswer, unknownForm, VercelError } from './api.ts'
import { isLoopback } from './transport.ts'

export interface Store {
  /** `ecfg_…` */
  id: string
  /** Its name, which need not be the only one of that name. */
  slug: string
}

/** Variables that a connection string stands in, today's name first. */
export const CONNECTIONS = ['GLOBAL_CONFIG', 'EDGE_CONFIG']

/** Id of a store, as it stands in connection strings and addresses. */
export const STORE_ID = /^ecfg_[\w-]{1,100}$/

export async function listStores(api: Api): Promise<Store[]> {
  const doing = 'list the stores'
  const answer = await api.get(doing, '/v1/global-config')
  if (!Array.isArray(answer)) throw unknownForm(doing)
  return answer.map((item) => readStore(item, doing))
}

/** @throws {VercelError} where there is none of that id */
export async function readStoreById(api: Api, id: string): Promise<Store> {
  const doing = `find the store ${id}`
  return readStore(await api.get(doing, `/v1/global-config/${id}`), doing)
}

/** Makes a store with nothing in it. */
export async function createStore(api: Api, slug: string): Promise<Store> {
  const doing = `make the store ${slug}`
  return readStore(await api.send(doing, 'POST', '/v1/global-config', { slug }), doing)
}

function readStore(item: unknown, doing: string): Store {
  const { id, slug } = Object(item) as { id?: unknown; slug?: unknown }
  if (typeof id !== 'string' || !STORE_ID.test(id) || typeof slug !== 'string') {
    throw unknownForm(doing)
  }
  return { id, slug }
}

/** The value of an item; `undefined` where there is none of that key. */
export async function readItem(api: Api, { id, slug }: Store, key: string): Promise<unknown> {
  const doing = `read the item ${key} of the store ${slug}`
  const answer = await api
    .get(doing, `/v1/global-config/${id}/item/${key}`)
    .catch((error: unknown) => {
      if (error instanceof VercelError && error.status === 404) return undefined
      throw error
    })
  // The `vercel` program (64.0.2) takes an empty answer for that too.
  if (answer === undefined || answer === null) {
    // No such item, or no such store.
    await readStoreById(api, id)
    return undefined
  }
  // What is of another form may have a policy in it: it is not taken for none.
  if (!Object.hasOwn(Object(answer), 'value')) throw unknownForm(doing)
  const item = answer as { key?: unknown; value: unknown }
  if (item.key !== key) throw unknownForm(doing)
  return item.value
}

/**
 * Sets one item, and touches no other.
 *
 * @param isThere whether there was one: an item that came or went since is not written over
 * @throws {Outdated} for such a one
 */
export async function writeItem(
  api: Api,
  store: Store,
  key: string,
  value: unknown,
  isThere: boolean,
): Promise<void> {
  const doing = `write the item ${key} of the store ${store.slug}`
  const items = [{ operation: isThere ? 'update' : 'create', key, value }]
  try {
    const answer = await api.send(doing, 'PATCH', `/v1/global-config/${store.id}/items`, { items })
    // Done or not: whoever looks afterwards sees.
    if (Object(answer).status !== 'ok') throw unknownAnswer(doing)
  } catch (error) {
    const isRefused = error instanceof VercelError && [400, 404, 409].includes(error.status)
    if (!isRefused) throw error
    const now = await readItem(api, store, key)
    throw (now !== undefined) === isThere ? error : new Outdated(error.message)
  }
}

/** Makes a token that reads the store. It is given once. */
export async function createReadToken(
  api: Api,
  { id, slug }: Store,
  label: string,
): Promise<string> {
  const doing = `make a read token for the store ${slug}`
  const answer = await api.send(doing, 'POST', `/v1/global-config/${id}/token`, { label })
  const { token } = Object(answer) as { token?: unknown }
  if (typeof token !== 'string' || token === '') throw unknownForm(doing)
  return token
}

/** What a client reads a store with. */
export interface Connection {
  storeId: string
  /** Of a store on this machine: where it listens, and what it takes for a password. */
  local?: { origin: URL; token: string }
}

/**
 * Reads a connection string: `https://global-config.vercel.com/ecfg_…?token=…`, the same of
 * `edge-config`, `edge-config:id=ecfg_…&token=…`, or one of a store on this machine.
 *
 * @param from what has it, for talk: it is never quoted, because there is a token in it
 * @throws {CliError} for anything else
 */
export function parseConnection(text: string, from: string): Connection {
  const [, query] = /^(?:edge|global)-config:(.*)$/.exec(text) ?? []
  const storeId = query && new URLSearchParams(query).get('id')
  if (storeId && STORE_ID.test(storeId)) return { storeId }
  const url = URL.canParse(text) ? new URL(text) : undefined
  const id = url?.pathname.slice(1) ?? ''
  const token = url?.searchParams.get('token')
  if (!url || !STORE_ID.test(id) || !token) throw noConnection(from)
  if (/^(edge|global)-config\.vercel\.com$/.test(url.host) && url.protocol === 'https:') {
    return { storeId: id }
  }
  if (isLoopback(url)) return { storeId: id, local: { origin: new URL(url.origin), token } }
  throw new CliError(`${from} connects to a store that is not Vercel's`, {
    hint: 'write it with tools of its own, or name one of Vercel with `--to store:ID`',
  })
}

function noConnection(from: string): CliError {
  return new CliError(`${from} is no connection string of a store`, {
    hint: 'run `npx vercel env pull`, which writes it anew, or name the store with `--to store:ID`',
  })
}
