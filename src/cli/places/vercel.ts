/**
 * The place `vercel:ENVIRONMENT`: variables of a project on Vercel. The policy and the switch are
 * kept readable, because what cannot be read cannot be changed; there are verifiers in the policy,
 * and never a password. The secret that signs passes is a Secret: written, and not read back.
 */
import { readSwitch } from '../../gate/switch.ts'
import { CliError } from '../errors.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { type Api, openApi } from '../vercel/api.ts'
import { describeEnvironment, type Environment, findEnvironment } from '../vercel/environments.ts'
import { findLinkedProject, type LinkedProject } from '../vercel/linked-project.ts'
import { CONNECTIONS } from '../vercel/stores.ts'
import { openTransport } from '../vercel/transport.ts'
import {
  listVariables,
  type NewValue,
  readValue,
  setVariable,
  type Variables,
  variableOf,
} from '../vercel/variables.ts'
import { EDGE_LIMIT } from './file-cautions.ts'
import { meetsOf } from './next-env.ts'
import { type Change, type Place, type Run, readPolicyText, type Snapshot } from './place.ts'
import { type Put, type Remote, writeRemote } from './remote.ts'

const POLICY = 'STAGEDOOR_POLICY'
const SWITCH = 'STAGEDOOR'
const SECRET = 'STAGEDOOR_SECRET'

/** What is needed to ask about one environment. */
interface Asked {
  api: Api
  project: LinkedProject
  environment: Environment
}

/** Values of an environment, as far as they can be read. */
export interface Values {
  get(name: string): string | undefined
  /** Names of those that are set, and cannot be read back. */
  sealed: string[]
  variables: Variables
}

/** @throws {CliError} where there is no such environment, no project, or no way to Vercel */
export async function openVercel(name: string, options: PlaceOptions, io: Io): Promise<Place> {
  const project = findLinkedProject(io)
  const api = openApi(openTransport(io), project.orgId, options, io)
  const environment = await findEnvironment(api, project.projectId, name, options.gitBranch)
  return placeOf({ api, project, environment }, options, io)
}

function placeOf(asked: Asked, options: PlaceOptions, io: Io): Place {
  const { environment, project } = asked
  const name = `vercel:${describeEnvironment(environment)}`
  // Read anew with each look at the variables.
  let values: Values
  const remote: Remote = {
    name,
    id: `${project.projectId} ${name}`,
    read: async () => {
      values = await readValues(asked)
      return snapshotOf(values, environment)
    },
    check: (change) => {
      for (const setting of settingsOf(change, options)) refuseShared(setting, environment, values)
    },
    put: (change) => putChange(asked, values, settingsOf(change, options)),
  }
  const written = async (change: (now: Snapshot) => Change | null, dryRun: boolean) => {
    let wanted: Change | null = null
    let started = values
    const noted = (now: Snapshot) => {
      started = values
      wanted = change(now)
      return wanted
    }
    const put = await writeRemote(remote, noted, dryRun, io)
    const cautions = cautionsOf({ wanted, put, environment, started, ended: values, options })
    return {
      ...put,
      runs: [runOf(environment, values, put.after)],
      warnings: [...put.warnings, ...cautions],
    }
  }
  return {
    name,
    id: {
      place: 'vercel',
      project: project.projectId,
      environment: environment.name,
      ...(environment.branch !== undefined && { gitBranch: environment.branch }),
    },
    reach: '',
    toApply:
      'counts from the next deployment on (`npx vercel redeploy URL`); a store (`--to store`) reaches old ones too',
    read: remote.read,
    look: () => written(() => null, true),
    write: written,
  }
}

// The policy last: what lies between reading and writing it is time for others to write.
const READ = [SWITCH, SECRET, 'AUTH_USER', 'AUTH_PASSWORD', ...CONNECTIONS, POLICY]

/** Values of ours in an environment. */
export async function readValues({ api, project, environment }: Asked): Promise<Values> {
  const variables = await listVariables(api, project)
  const values = new Map<string, string>()
  const sealed: string[] = []
  for (const name of READ) {
    const variable = variableOf(variables, name, environment)
    if (variable === undefined) {
      // What is hidden may be just this one.
      if (isHidden(environment, variables)) sealed.push(name)
    } else if (variable.isSecret) sealed.push(name)
    // Of others it is enough that they are there: nobody needs a password in this memory.
    else if (name === POLICY || name === SWITCH || name === 'AUTH_USER') {
      values.set(name, await readValue(api, project, variable))
    } else sealed.push(name)
  }
  return { get: (name) => values.get(name), sealed, variables }
}

function isHidden({ name }: Environment, { hidden }: Variables): boolean {
  return name === 'production' && hidden > 0
}

function snapshotOf({ get, sealed, variables }: Values, environment: Environment): Snapshot {
  const run = `vercel:${describeEnvironment(environment)}`
  return {
    ...readPolicyText(get(POLICY)),
    switch: get(SWITCH),
    secret: undefined,
    secrets: [{ run, value: '', source: sealed.includes(SECRET) ? run : undefined }],
    sealed,
    hidden: isHidden(environment, variables),
  }
}

/** What to write: the secret first, because passes of a policy that nobody can check are no harm. */
function settingsOf(
  { document, switch: value, secret }: Change,
  { sensitive = false }: PlaceOptions,
): NewValue[] {
  return [
    ...(secret === undefined ? [] : [{ name: SECRET, value: secret, isSecret: true }]),
    ...(document === undefined
      ? []
      : [{ name: POLICY, value: JSON.stringify(document), isSecret: sensitive }]),
    ...(value === undefined ? [] : [{ name: SWITCH, value, isSecret: false }]),
  ]
}

async function putChange(
  { api, project, environment }: Asked,
  { variables }: Values,
  settings: NewValue[],
): Promise<void> {
  for (const setting of settings) {
    const there = variableOf(variables, setting.name, environment)
    // A Secret stays one: Vercel does not make it readable again. What is for development is
    // pulled to be read.
    const isReadable = !setting.isSecret || environment.name === 'development'
    const isSecret = !isReadable || there?.isSecret === true
    await setVariable(api, project, environment, { ...setting, isSecret })
  }
}

/** One variable for several environments would be changed for all of them. */
function refuseShared({ name }: NewValue, environment: Environment, { variables }: Values): void {
  const there = variableOf(variables, name, environment)
  // A branch gets a variable of its own, beside that of all previews.
  if (there === undefined || there.branch !== environment.branch) return
  const { targets, customIds } = there
  if (targets.length + customIds.length === 1) return
  const all = [...targets, ...customIds].join(', ')
  throw new CliError(`${name} is one variable for ${all}, and would change for all of them`, {
    hint: `take ${environment.name} out of it in the project's settings on vercel.com (Environment Variables), and run the command again`,
  })
}

/** What visitors of the next deployment meet. */
export function runOf(environment: Environment, values: Values, now: Snapshot): Run {
  const name = environment.name
  const run = `vercel:${describeEnvironment(environment)}`
  if (values.sealed.includes(SWITCH)) {
    const why = isHidden(environment, values.variables)
      ? 'this token may not see all variables'
      : 'STAGEDOOR is a Secret there'
    return { run, gated: false, environment: name, state: `not known: ${why}` }
  }
  const { gated } = readSwitch(now.switch, name)
  const state = gated ? `gated${meetsThere(values, now)}` : 'not gated'
  return {
    run,
    gated,
    environment: name,
    state,
    ...(now.switch && { because: `STAGEDOOR=${now.switch} of the project` }),
  }
}

function meetsThere({ get, sealed }: Values, now: Snapshot): string {
  if (sealed.includes(POLICY)) return ', by a policy that cannot be read back'
  // Where the app hands in a store, its policy comes first.
  const connected = CONNECTIONS.some((name) => sealed.includes(name))
  if (connected && !now.text) return ', by the policy of the store'
  const settings = new Map([
    [POLICY, now.text],
    ['AUTH_USER', get('AUTH_USER')],
    ['AUTH_PASSWORD', sealed.includes('AUTH_PASSWORD') ? 'set' : undefined],
  ])
  return meetsOf((name) => settings.get(name))
}

interface Cautious {
  wanted: Change | null
  put: Put
  environment: Environment
  /** As they were when the change was made, and as they are. */
  started: Values
  ended: Values
  options: PlaceOptions
}

function cautionsOf({ wanted, put, environment, started, ended, options }: Cautious): string[] {
  if (!wanted?.document || !put.changed) return []
  const bytes = Buffer.byteLength(JSON.stringify(wanted.document))
  const { name, branch } = environment
  const before = variableOf(started.variables, POLICY, environment)
  return [
    ...(bytes > EDGE_LIMIT
      ? [
          `the policy is ${bytes} bytes, and on the edge runtime one variable holds at most ${EDGE_LIMIT}: \`--to store\` has room for it`,
        ]
      : []),
    ...(branch !== undefined && before?.branch === undefined
      ? [
          `the branch ${branch} has a policy of its own from now on: later changes of preview's do not reach it`,
        ]
      : []),
    ...(ended.sealed.includes(POLICY) || options.sensitive
      ? ['the policy is a Secret there: `move` replaces it, and nothing else changes or lists it']
      : []),
    ...(CONNECTIONS.some((connection) => ended.sealed.includes(connection))
      ? [
          `a store is connected to ${name}: where the gate reads it, its policy comes before this one`,
        ]
      : []),
    ...(before === undefined && ended.sealed.includes('AUTH_PASSWORD')
      ? ['AUTH_USER and AUTH_PASSWORD are ignored from now on, because there is a policy']
      : []),
  ]
}
