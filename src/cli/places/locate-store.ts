/** Finding the store that a command is about: named, read by the app, or to be made. */
import { CliError } from '../errors.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { type Api, openApi } from '../vercel/api.ts'
import { byFetch, checkToken } from '../vercel/by-token.ts'
import {
  findLinkedProject,
  type LinkedProject,
  lookForLinkedProject,
} from '../vercel/linked-project.ts'
import { listStores, readStoreById, type Store } from '../vercel/stores.ts'
import { openTransport } from '../vercel/transport.ts'
import { findStore, localConnection, namesOf, projectStores } from './connections.ts'

/** A store that was found, or is to be made. */
export interface LocatedStore {
  api: Api
  /** `undefined` where it is to be made. */
  store: Store | undefined
  /** Its name, or the one to give it. */
  slug: string
  project?: LinkedProject | undefined
  /** Whether `--create` is to connect it: nothing in the project reads it yet. */
  isUnread?: boolean
  /** Whether it is of this machine, where no deployment reads it. */
  isLocal?: boolean
  /** Those that there are, where it is to be made. */
  others?: Store[]
}

/**
 * The store of an id or a name; without one that of the app.
 *
 * @throws {CliError} where there is none, or no telling which
 */
export async function locateStore(
  name: string | undefined,
  options: PlaceOptions,
  io: Io,
): Promise<LocatedStore> {
  const found = name === undefined ? localConnection(io) : undefined
  if (found?.connection.local) {
    const { origin, token } = found.connection.local
    // Its own password, and none of Vercel's.
    const api = openApi(byFetch(origin, checkToken(token, found.from)), undefined, options, io)
    const store = await readStoreById(api, found.connection.storeId)
    return { api, store, slug: store.slug, isLocal: true }
  }
  const isOfProject = name === undefined && !found
  const project = isOfProject ? findLinkedProject(io) : lookForLinkedProject(io)
  const api = openApi(openTransport(io), project?.orgId, options, io)
  if (project && isOfProject) return locateInProject(api, project, options)
  const store = found
    ? await readStoreById(api, found.connection.storeId)
    : await findStore(api, name ?? '')
  return { api, store, slug: store.slug, project }
}

async function locateInProject(
  api: Api,
  project: LinkedProject,
  { create }: PlaceOptions,
): Promise<LocatedStore> {
  const { ids, untold } = await projectStores(api, project)
  const [id, ...others] = ids
  if (id !== undefined && others.length > 0) {
    throw which('environments of the project read several stores', ids.join(', '))
  }
  if (id !== undefined) {
    const store = await readStoreById(api, id)
    return { api, store, slug: store.slug, project }
  }
  const stores = await listStores(api)
  if (untold.length > 0) {
    const what = `${untold.join(' and ')} of the project connects to a store, and does not say which`
    throw which(what, namesOf(stores))
  }
  const slug = slugOf(project)
  // One that an earlier run made, and did not come to connect.
  const store = stores.find((one) => one.slug === slug)
  if (create) return { api, store, slug, project, isUnread: true, others: stores }
  throw new CliError('the project reads no store', { hint: hintOf(stores, store) })
}

/** The same for each run, so that one which was cut off is gone on with; and of no other project. */
function slugOf({ projectId }: LinkedProject): string {
  return `stagedoor-${projectId.replace(/^prj_/, '').replace(/\W/g, '-').slice(0, 12)}`
}

function hintOf(stores: Store[], own: Store | undefined): string {
  if (stores.length === 0 || own)
    return 'make one: run the command again with `--to store --create`'
  return `let it read one with \`npx stagedoor connect preview --to store:ID\` (${namesOf(stores)}), or make one of its own with \`npx stagedoor move --from file --to store --create\``
}

function which(what: string, ids: string): CliError {
  return new CliError(what, { hint: `name one with \`--to store:ID\`: ${ids}` })
}
