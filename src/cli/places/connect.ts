/** Letting environments of a project read a store: a read token in a variable of each. */
import path from 'node:path'
import { isSecret } from '../../gate/pass.ts'
import { CliError, EXIT } from '../errors.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { connectionName, connectionNames, handedStore } from '../project/handed-store.ts'
import { type Api, patiently } from '../vercel/api.ts'
import { type Environment, findEnvironment, keepsSecrets } from '../vercel/environments.ts'
import { VercelError } from '../vercel/errors.ts'
import { findLinkedProject, type LinkedProject } from '../vercel/linked-project.ts'
import { createReadToken, readItem, type Store } from '../vercel/stores.ts'
import {
  listVariables,
  mayHide,
  setVariable,
  type Variable,
  type Variables,
  variableOf,
} from '../vercel/variables.ts'
import { connectionComment, localSettings, storeIdOf } from './connections.ts'
import { isTracked } from './git.ts'
import type { LocatedStore } from './locate-store.ts'
import type { Setting } from './next-env.ts'

const SECRET = 'STAGEDOOR_SECRET'
/** What to do about a secret that a repository has. */
const ANOTHER = 'make another, in an .env.local that git ignores'

/** An environment that is to read the store. */
interface PlannedConnection {
  environment: Environment
  project: LinkedProject
  /** The variable that says so. */
  name: string
  /** Whether it does so already. */
  isThere: boolean
  /** What signs passes on this machine, where the environment has nothing for that. */
  secret: Setting | undefined
  /** A file that has it too, and that git tracks: every reader of the repository knows that secret. */
  withheld?: string
}

/**
 * What `stagedoor connect` asks for; a store that nothing reads yet, `--create` lets preview read.
 *
 * @throws {CliError} for what is no environment, and for one that reads another store
 */
export async function planConnections(
  located: LocatedStore,
  key: string,
  options: PlaceOptions,
  io: Io,
): Promise<PlannedConnection[]> {
  const wanted = options.connect ?? (located.isUnread ? 'preview' : '')
  const names = new Set(wanted.split(',').map((name) => name.trim()))
  names.delete('')
  if (names.size === 0) return []
  if (located.isLocal) throw localStore()
  const project = located.project ?? findLinkedProject(io)
  const variables = await listVariables(located.api, project)
  const all = { ...located, project, variables, key }
  const planned: PlannedConnection[] = []
  for (const name of names) planned.push(await planOne(all, name, io))
  return planned
}

/** What a connection is made to. */
interface Wanted extends LocatedStore {
  project: LinkedProject
  variables: Variables
  /** Of the item. */
  key: string
}

async function planOne(wanted: Wanted, given: string, io: Io): Promise<PlannedConnection> {
  const { api, project, variables } = wanted
  const environment = await findEnvironment(api, project.projectId, given, undefined)
  const name = connectionName(io.cwd)
  const there = variableOf(variables, name, environment)
  // Where the gate reads another name as long as there is not this one, that counts until now.
  const names = there ? [name] : [name, ...connectionNames(handedStore(io.cwd))]
  for (const each of new Set(names)) {
    const taken = variableOf(variables, each, environment)
    if (taken) await refuseTaken(taken, each === name, given, wanted)
  }
  if (there === undefined && mayHide(variables, environment)) throw hidden()
  const secret = secretFor(environment, variables, io)
  const isKnown = secret !== undefined && (await isTracked(path.join(io.cwd, secret.source)))
  return {
    environment,
    project,
    name,
    isThere: there !== undefined,
    secret: isKnown ? undefined : secret,
    ...(isKnown && { withheld: secret.source }),
  }
}

/** @throws {CliError} for the variable of another store, and of one that the gate goes by until now */
async function refuseTaken(
  variable: Variable,
  isOurs: boolean,
  environment: string,
  { api, project, store, key }: Wanted,
): Promise<void> {
  const id = await storeIdOf(api, project, variable)
  if (id !== undefined && id === store?.id) return
  // Another that has no policy is for other things, such as the app's own flags.
  const isRead = isOurs || (id !== undefined && (await hasItem(api, id, key)))
  if (isRead) throw takenBy(variable.name, environment, id)
}

async function hasItem(api: Api, id: string, key: string): Promise<boolean> {
  try {
    return (await readItem(api, { id, slug: id }, key)) !== undefined
  } catch (error) {
    // One that is gone, or that this token may not see.
    if (error instanceof VercelError) return false
    throw error
  }
}

/** What signs passes on this machine, for an environment that has nothing for that. */
function secretFor(environment: Environment, variables: Variables, io: Io): Setting | undefined {
  if (mayHide(variables, environment) || variableOf(variables, SECRET, environment))
    return undefined
  const secret = localSettings(io).get(SECRET)
  return secret && isSecret(secret.value) ? secret : undefined
}

/**
 * Makes a token, and the variable that has it; then what signs passes there, which the policy of
 * a store does not say.
 *
 * @returns what was not done, in words
 */
export async function connect(
  api: Api,
  store: Store,
  connection: PlannedConnection,
): Promise<string[]> {
  if (!connection.isThere) await setConnection(api, store, connection)
  const { environment, project, secret } = connection
  if (secret === undefined) return []
  const variable = { name: SECRET, value: secret.value, isSecret: keepsSecrets(environment) }
  try {
    await patiently(() => setVariable(api, project, environment, variable))
    return [`${environment.name} has ${SECRET} of ${secret.source} from its next deployment on`]
  } catch (error) {
    // A team may forbid that production has the same one as others.
    if (!(error instanceof VercelError)) throw error
    return [
      `${SECRET} is not set for ${environment.name}, so no passes work there: ${error.message}`,
    ]
  }
}

async function setConnection(
  api: Api,
  store: Store,
  { environment, project, name }: PlannedConnection,
): Promise<void> {
  const host = name === 'EDGE_CONFIG' ? 'edge-config.vercel.com' : 'global-config.vercel.com'
  // A token for each environment: a team may forbid that production shares a Secret, and one can
  // be taken back without the others.
  const label = `stagedoor ${environment.name}`.slice(0, 52)
  const token = await patiently(() => createReadToken(api, store, label))
  const variable = {
    name,
    value: `https://${host}/${store.id}?token=${token}`,
    isSecret: keepsSecrets(environment),
    comment: connectionComment(store.id),
  }
  await patiently(() => setVariable(api, project, environment, variable))
}

/** For talk. */
export function describeConnection(connection: PlannedConnection, options: PlaceOptions): string[] {
  const { environment, withheld } = connection
  const notes = describeReading(connection, options)
  return withheld === undefined
    ? notes
    : [
        ...notes,
        `${SECRET} is not set for ${environment.name}: git tracks ${withheld}, so every reader knows it; ${ANOTHER}`,
      ]
}

function describeReading(
  { environment, name, isThere, secret }: PlannedConnection,
  { dryRun }: PlaceOptions,
): string[] {
  if (isThere) return [`${environment.name} reads the store already, by ${name}`]
  if (!dryRun)
    return [`${environment.name} reads the store from its next deployment on, by ${name}`]
  return [
    `would let ${environment.name} read the store, by ${name}`,
    ...(secret ? [`would set ${SECRET} of ${secret.source} for ${environment.name}`] : []),
  ]
}

function takenBy(name: string, environment: string, id: string | undefined): CliError {
  const other = id === undefined ? 'to something else' : `to the store ${id}`
  return new CliError(`${name} of ${environment} connects ${other} already`, {
    hint: `${id === undefined ? '' : `use that one with \`--to store:${id}\`, or `}take ${name} out of ${environment} in the project's settings on vercel.com first`,
  })
}

function hidden(): CliError {
  return new CliError('this token may not see all variables of production', {
    hint: 'ask an owner of the project to connect production',
    exitCode: EXIT.unauthorised,
  })
}

function localStore(): CliError {
  return new CliError('the store is one of this machine, which no deployment reads', {
    hint: 'name a store of Vercel with `--to store:ID`',
    exitCode: EXIT.misused,
  })
}
