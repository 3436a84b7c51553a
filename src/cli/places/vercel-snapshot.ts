/** What the variables of an environment say: the policy there, and what visitors meet. */
import { readSwitch } from '../../gate/switch.ts'
import type { Api } from '../vercel/api.ts'
import { CONNECTIONS } from '../vercel/connection.ts'
import { type Environment, placeNameOf } from '../vercel/environments.ts'
import type { LinkedProject } from '../vercel/linked-project.ts'
import {
  listVariables,
  mayHide,
  readValue,
  type Variables,
  variableOf,
} from '../vercel/variables.ts'
import { meetsOf } from './next-env.ts'
import { type Run, readPolicyText, type Snapshot } from './place.ts'

export const POLICY = 'STAGEDOOR_POLICY'
export const SWITCH = 'STAGEDOOR'
export const SECRET = 'STAGEDOOR_SECRET'

/** What is needed to ask about one environment. */
export interface Asked {
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
      if (mayHide(variables, environment)) sealed.push(name)
    } else if (variable.isSecret) sealed.push(name)
    // Of others it is enough that they are there: nobody needs a password in this memory.
    else if (name === POLICY || name === SWITCH || name === 'AUTH_USER') {
      values.set(name, await readValue(api, project, variable))
    } else sealed.push(name)
  }
  return { get: (name) => values.get(name), sealed, variables }
}

export function snapshotOf({ get, sealed, variables }: Values, environment: Environment): Snapshot {
  const run = placeNameOf(environment)
  return {
    ...readPolicyText(get(POLICY)),
    switch: get(SWITCH),
    secret: undefined,
    secrets: [{ run, value: '', source: sealed.includes(SECRET) ? run : undefined }],
    sealed,
    hidden: mayHide(variables, environment),
  }
}

/** What visitors of the next deployment meet. */
export function runOf(environment: Environment, values: Values, now: Snapshot): Run {
  const name = environment.name
  const run = placeNameOf(environment)
  if (values.sealed.includes(SWITCH)) {
    const why = mayHide(values.variables, environment)
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
