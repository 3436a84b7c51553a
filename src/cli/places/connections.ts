/** Which store an app reads: what names it on this machine, or in the project on Vercel. */
import { CliError, EXIT } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Api } from '../vercel/api.ts'
import { CONNECTIONS, type Connection, parseConnection } from '../vercel/connection.ts'
import { Unanswered, VercelError } from '../vercel/errors.ts'
import type { LinkedProject } from '../vercel/linked-project.ts'
import { listStores, STORE_ID, type Store } from '../vercel/stores.ts'
import { listVariables, readValue, type Variable } from '../vercel/variables.ts'
import { readTexts, runEnvironments, type Setting } from './next-env.ts'

/** A connection string, and what has it. */
export interface Found {
  connection: Connection
  /** `EDGE_CONFIG in .env.local` */
  from: string
}

/** Values by name, as `next start` in this folder would have them. */
export function localSettings(io: Io) {
  const [, run] = runEnvironments(readTexts(io.cwd, '.env.local'), io.env)
  return run?.settings ?? new Map<string, Setting>()
}

/** The store that a run on this machine reads. @throws {CliError} where there are two */
export function localConnection(io: Io): Found | undefined {
  const settings = localSettings(io)
  const found = CONNECTIONS.flatMap((name) => {
    const { value, source } = settings.get(name) ?? {}
    const from = `${name} in ${source}`
    return value ? [{ connection: parseConnection(value, from), from }] : []
  })
  const [first, second] = found
  if (first && second && first.connection.storeId !== second.connection.storeId) {
    throw new CliError(`${first.from} and ${second.from} are two stores`, {
      hint: 'take out the one that the gate does not read, or name the other with `--to store:ID`',
      exitCode: EXIT.misused,
    })
  }
  return first
}

/** The comment of a connection string that we set: a Secret does not say which store it is of. */
export function connectionComment(storeId: string): string {
  return `Reads the store ${storeId} (set by stagedoor)`
}

/** Id of the store that a variable connects to, as Vercel says, or such a comment. */
export function toldStoreId({ storeId, comment }: Variable): string | undefined {
  const told = storeId ?? /\becfg_[\w-]+/.exec(comment)?.[0]
  return told !== undefined && STORE_ID.test(told) ? told : undefined
}

/** Ids of the stores that environments of a project read, and variables that do not tell theirs. */
export async function projectStores(
  api: Api,
  project: LinkedProject,
): Promise<{ ids: string[]; untold: string[] }> {
  const { list } = await listVariables(api, project)
  const ids = new Set<string>()
  const untold = new Set<string>()
  for (const variable of list) {
    if (!CONNECTIONS.includes(variable.name) && variable.storeId === undefined) continue
    const id = await storeIdOf(api, project, variable)
    if (id === undefined) untold.add(variable.name)
    else ids.add(id)
  }
  return { ids: [...ids], untold: [...untold] }
}

/** Id of the store that a variable connects to, as far as it can be told. */
export async function storeIdOf(
  api: Api,
  project: LinkedProject,
  variable: Variable,
): Promise<string | undefined> {
  const told = toldStoreId(variable)
  if (told !== undefined || variable.isSecret) return told
  try {
    return parseConnection(await readValue(api, project, variable), variable.name).storeId
  } catch (error) {
    // Not of Vercel's, or no connection string: nothing that can be written here.
    const isOfVercel = error instanceof VercelError || error instanceof Unanswered
    if (error instanceof CliError && !isOfVercel) return undefined
    throw error
  }
}

/** The store of an id or a name. @throws {CliError} where there is none, or several of that name */
export async function findStore(api: Api, name: string): Promise<Store> {
  const stores = await listStores(api)
  const byId = stores.find(({ id }) => id === name)
  const byName = stores.filter(({ slug }) => slug === name)
  if (byId) return byId
  if (byName.length === 1 && byName[0]) return byName[0]
  throw new CliError(
    byName.length > 1 ? `several stores are called ${name}` : `there is no store ${name}`,
    { hint: `name one by its id: ${namesOf(stores)}`, exitCode: EXIT.misused },
  )
}

/** For talk. */
export function namesOf(stores: Store[]): string {
  return stores.map(({ id, slug }) => `${id} (${slug})`).join(', ') || 'the account has none'
}
