/**
 * Stores of an account: Global Config, which was Edge Config until July 2026. Reads here go to the
 * REST API, which has the last write; deployments follow within seconds.
 */
import { CliError, EXIT, type ExitCode } from '../errors.ts'
import type { Api } from './api.ts'
import { Outdated, unknownAnswer, unknownForm, VercelError } from './errors.ts'

export interface Store {
  /** `ecfg_…` */
  id: string
  /** Its name, which need not be the only one of that name. */
  slug: string
}

/** Key of the item that has the policy, where `STAGEDOOR_KEY` names no other. */
export const DEFAULT_KEY = 'stagedoor'

// What Vercel takes for a key (documentation of 2026-07-30). Reading takes more.
const KEY = /^[\w-]{1,256}$/

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

/** @throws {CliError} for a key that no item has */
export function checkKey(key: string, exitCode: ExitCode = EXIT.failed): void {
  if (KEY.test(key)) return
  throw new CliError('STAGEDOOR_KEY is no key that the store takes', {
    hint: 'use letters, digits, - and _ alone',
    exitCode,
  })
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

/** The text of a policy that is an item, as the gate takes it: JSON, or the text of it. */
export function itemText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  // An empty variable is none; an empty item is one that is not valid.
  return typeof value === 'string' ? value || ' ' : JSON.stringify(value)
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
