/**
 * The place `vercel:ENVIRONMENT`: variables of a project on Vercel. The policy and the switch are
 * kept readable, because what cannot be read cannot be changed; there are verifiers in the policy,
 * and never a password. The secret that signs passes is a Secret: written, and not read back.
 */
import { CliError } from '../errors.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { openApi } from '../vercel/api.ts'
import {
  type Environment,
  findEnvironment,
  keepsSecrets,
  placeNameOf,
} from '../vercel/environments.ts'
import { findLinkedProject } from '../vercel/linked-project.ts'
import { openTransport } from '../vercel/transport.ts'
import { type NewValue, setVariable, variableOf } from '../vercel/variables.ts'
import type { Change, ChangeOf, Place, Snapshot } from './place.ts'
import { type Remote, writeRemote } from './remote.ts'
import { cautionsOf } from './vercel-cautions.ts'
import {
  type Asked,
  POLICY,
  readValues,
  runOf,
  SECRET,
  SWITCH,
  snapshotOf,
  type Values,
} from './vercel-snapshot.ts'

/** @throws {CliError} where there is no such environment, no project, or no way to Vercel */
export async function openVercel(name: string, options: PlaceOptions, io: Io): Promise<Place> {
  const project = findLinkedProject(io)
  const api = openApi(openTransport(io), project.orgId, options, io)
  const environment = await findEnvironment(api, project.projectId, name, options.gitBranch)
  return placeOf({ api, project, environment }, options, io)
}

function placeOf(asked: Asked, options: PlaceOptions, io: Io): Place {
  const { environment, project } = asked
  const name = placeNameOf(environment)
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
  const written = async (change: ChangeOf, dryRun: boolean) => {
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
    // A Secret stays one: Vercel does not make it readable again.
    const isSecret = (setting.isSecret && keepsSecrets(environment)) || there?.isSecret === true
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
