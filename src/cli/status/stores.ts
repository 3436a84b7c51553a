/** The stores that runs and environments are connected to, and the policy that is in each. */
import type { CommonOptions, Io } from '../io.ts'
import type { Place } from '../places/place.ts'
import { printable } from '../talk.ts'
import { type Api, openApi } from '../vercel/api.ts'
import { byFetch, checkToken } from '../vercel/by-token.ts'
import type { Connection } from '../vercel/connection.ts'
import { checkKey, DEFAULT_KEY, itemText, readItem, readStoreById } from '../vercel/stores.ts'
import type { Held } from './policies.ts'
import type { Subject } from './subject.ts'
import { isNoAnswer, type NoAnswer, orNoAnswer } from './way.ts'

/** A store, and what is in it under one key. */
export interface StoreState {
  id: string
  /** Its name; `null` where it is not known. */
  slug: string | null
  key: string
  /** Whether another one has the same name. */
  isTwin: boolean
  /** The policy there; `undefined` where there is none. */
  item: string | undefined
  noAnswer: NoAnswer | null
}

/**
 * Asks each store once.
 *
 * @param open the account's API, of which stores at Vercel are asked
 */
export async function askStores(
  subjects: Subject[],
  open: () => Api,
  options: CommonOptions,
  io: Io,
): Promise<StoreState[]> {
  const asked = new Map<string, Promise<StoreState>>()
  for (const { connected, key } of subjects) {
    if (!connected?.store) continue
    const name = `${connected.store.storeId} ${key}`
    if (!asked.has(name)) asked.set(name, askStore(connected.store, key, open, options, io))
  }
  const states = await Promise.all(asked.values())
  return states.map((state) => ({
    ...state,
    isTwin: states.some(({ id, slug }) => slug === state.slug && id !== state.id),
  }))
}

async function askStore(
  connection: Connection,
  key: string,
  open: () => Api,
  options: CommonOptions,
  io: Io,
): Promise<StoreState> {
  const id = connection.storeId
  const answer = await orNoAnswer(io, async () => {
    checkKey(key)
    const api = apiOf(connection, open, options, io)
    const [{ slug }, item] = await Promise.all([
      readStoreById(api, id),
      readItem(api, { id, slug: id }, key),
    ])
    return { slug, item: itemText(item) }
  })
  return isNoAnswer(answer)
    ? { id, slug: null, key, isTwin: false, item: undefined, noAnswer: answer }
    : { id, key, isTwin: false, ...answer, noAnswer: null }
}

/** One of this machine is asked where it listens, with what its readers have. */
function apiOf({ local }: Connection, open: () => Api, options: CommonOptions, io: Io): Api {
  if (!local) return open()
  const token = checkToken(local.token, 'the connection string')
  return openApi(byFetch(local.origin, token), undefined, { ...options, quiet: true }, io)
}

/** The store that `--to` named. */
export async function lookAtStore(place: Place): Promise<StoreState> {
  const { text } = await place.read()
  const { store = '', key = DEFAULT_KEY } = place.id
  const slug = place.name.replace(/^the store /, '')
  return { id: store, slug, key, isTwin: false, item: text, noAnswer: null }
}

/** For talk: `store stagedoor`. */
export function storeName({ id, slug, key, isTwin }: StoreState): string {
  const item = key === DEFAULT_KEY ? '' : `, item ${key}`
  return `store ${printable(isTwin ? id : (slug ?? id))}${item}`
}

export function storeHeld(store: StoreState): Held | null {
  const from = storeName(store)
  if (store.noAnswer) {
    const why = `the ${from} ${store.noAnswer.asked ? 'gave no answer' : 'was not asked'}`
    return { kind: 'unread', from, why }
  }
  return store.item === undefined ? null : { kind: 'policy', from, text: store.item }
}
