/**
 * The place `store`: one item of a Global Config, as Edge Config is called since July 2026. The
 * store is the user's, with other things in it: no other item is read or written.
 */
import { CliError, EXIT } from '../errors.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { did } from '../talk.ts'
import { patiently } from '../vercel/api.ts'
import { VercelError } from '../vercel/errors.ts'
import {
  checkKey,
  createStore,
  DEFAULT_KEY,
  itemText,
  listStores,
  readItem,
  type Store,
  writeItem,
} from '../vercel/stores.ts'
import { connect, describeConnection, planConnections } from './connect.ts'
import { localSettings, namesOf } from './connections.ts'
import { type LocatedStore, locateStore } from './locate-store.ts'
import { readTexts, runEnvironments, secretOf } from './next-env.ts'
import {
  type Change,
  type ChangeOf,
  type Place,
  readPolicyText,
  type Snapshot,
  type Written,
} from './place.ts'
import { type Remote, writeRemote } from './remote.ts'
import { type Beside, policiesBeside, stillLetIn, takesFrom } from './still-let-in.ts'
import { inTurn } from './turn.ts'

/**
 * Opens a store.
 *
 * @param name id or name of one; `undefined` for that of the app
 * @throws {CliError} where there is none, or no telling which
 */
export async function openStore(
  name: string | undefined,
  options: PlaceOptions,
  io: Io,
): Promise<Place> {
  const key = localSettings(io).get('STAGEDOOR_KEY')?.value.trim() || DEFAULT_KEY
  checkKey(key, EXIT.misused)
  return placeOf(await locateStore(name, options, io), key, options, io)
}

function placeOf(located: LocatedStore, key: string, options: PlaceOptions, io: Io): Place {
  const { api, slug } = located
  let { store } = located
  let item: unknown
  const remote: Remote = {
    name: `the store ${slug}`,
    id: `${store?.id ?? slug} ${key}`,
    read: async () => {
      item = store && (await readItem(api, store, key))
      return snapshotOf(item, io)
    },
    check: refuseVariables,
    put: async ({ document }) => {
      if (store && document) await writeItem(api, store, key, document, item !== undefined)
    },
  }
  /** First what the store needs to be read: where that fails, nothing is lost, and it is gone on. */
  const prepare = async (change: ChangeOf): Promise<string[]> => {
    // Another run may have made it meanwhile.
    store ??= (await listStores(api)).find((one) => one.slug === slug)
    const connections = await planConnections({ ...located, store }, key, options, io)
    const notes = store ? [] : [`${did(options, 'make', 'made')} the store ${slug}`]
    notes.push(...connections.flatMap((connection) => describeConnection(connection, options)))
    if (options.dryRun || notes.length === 0) return notes
    // A change that cannot be made leaves nothing behind.
    const wanted = change(await remote.read())
    if (wanted) refuseVariables(wanted)
    store ??= await makeStore(located)
    for (const connection of connections) {
      notes.push(...(await connect(api, store, connection)))
    }
    return notes
  }
  /** Before the write: what is shown after it, such as a password, waits for nothing. */
  const lookBeside = async (change: ChangeOf): Promise<Beside[]> => {
    const before = await remote.read()
    const document = change(before)?.document
    return document && takesFrom(before, document) ? policiesBeside(located, io) : []
  }
  return {
    name: remote.name,
    // One that is made has its id afterwards.
    get id() {
      return { place: 'store', store: store?.id ?? '', key }
    },
    reach: '',
    toApply: 'counts within seconds on every deployment that reads the store, old ones too',
    read: remote.read,
    look: async () => ({ ...(await writeRemote(remote, () => null, true, io)), runs: [] }),
    write: (change, dryRun) => {
      const work = async (): Promise<Written> => {
        const notes = await prepare(change)
        const others = dryRun ? [] : await lookBeside(change)
        const put = await writeRemote(remote, change, dryRun, io)
        const warnings = [
          ...put.warnings,
          ...firstPolicy(put.before, put.after, io),
          ...stillLetIn(put.before, put.after, others),
        ]
        return { ...put, runs: [], warnings, notes }
      }
      // Two that make it at once would make two.
      return store || dryRun ? work() : inTurn({ id: `make ${slug}`, name: remote.name }, work)
    },
  }
}

async function makeStore({ api, slug, others = [] }: LocatedStore): Promise<Store> {
  try {
    return await patiently(() => createStore(api, slug))
  } catch (error) {
    if (!(error instanceof VercelError) || others.length === 0) throw error
    throw new CliError(error.message, {
      hint: `let the project read one that is there, with \`npx stagedoor connect preview --to store:ID\`: ${namesOf(others)}`,
      exitCode: error.exitCode,
      cause: error,
    })
  }
}

/** The switch and the secret are variables: no gate reads them from a store. */
function refuseVariables(change: Change): void {
  if (change.switch === undefined && change.secret === undefined) return
  const what = change.switch === undefined ? 'STAGEDOOR_SECRET' : 'STAGEDOOR'
  throw new CliError(`${what} is a variable, and is not kept in a store`, {
    hint: 'name an environment, such as `--to vercel:preview`, or a file; in a store, `open` lets everybody in and `close` takes that back',
    exitCode: EXIT.misused,
  })
}

function snapshotOf(value: unknown, io: Io): Snapshot {
  const file = runEnvironments(readTexts(io.cwd, '.env.local'), io.env)
  return {
    ...readPolicyText(itemText(value)),
    switch: undefined,
    secret: undefined,
    // Passes are signed with what deployments have as a variable, and this machine in a file.
    secrets: file.map(secretOf),
    sealed: [],
  }
}

/** The first policy of a store takes the place of those that deployments had until now. */
function firstPolicy(before: Snapshot, { document }: Snapshot, io: Io): string[] {
  if (before.text || !document) return []
  const settings = localSettings(io).get('STAGEDOOR_POLICY')
  const { users = {} } = readPolicyText(settings?.value).document ?? {}
  const missing = Object.keys(users).filter((name) => !Object.hasOwn(document.users ?? {}, name))
  if (missing.length === 0) return []
  return [
    `the store had no policy, and where it is read this one alone counts from now on: ${missing.join(', ')} of ${settings?.source} cannot sign in there (\`npx stagedoor move --from file --to store\` copies a whole policy)`,
  ]
}
