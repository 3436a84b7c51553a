/**
 * A project's environment variables. One that Vercel keeps as a Secret can be written, and never
 * read back: what is in it is not known here, and not guessed.
 */
import { CliError } from '../errors.ts'
import type { Api } from './api.ts'
import type { Environment } from './environments.ts'
import { unknownAnswer, unknownForm } from './errors.ts'
import type { LinkedProject } from './linked-project.ts'

/** A variable as it is listed. Values come one by one: {@link readValue}. */
export interface Variable {
  id: string
  name: string
  /** Of `production`, `preview` and `development`. */
  targets: string[]
  customIds: string[]
  branch: string | undefined
  /** Whether it can be written only. */
  isSecret: boolean
  /** When it was made; milliseconds, and 0 where Vercel does not say. */
  createdAt: number
  /** When it was written last; milliseconds. */
  updatedAt: number
  /** The store that it connects to, where Vercel says so. */
  storeId: string | undefined
  /** What people wrote to it; empty where they did not. */
  comment: string
}

export interface Variables {
  list: Variable[]
  /** How many of production this token may not see: what is not in the list may be there. */
  hidden: number
}

export async function listVariables(api: Api, { projectId }: LinkedProject): Promise<Variables> {
  const doing = 'list the variables of the project'
  const answer = Object(await api.get(doing, `/v10/projects/${projectId}/env`)) as {
    envs?: unknown
    hiddenProductionEnvCount?: unknown
    pagination?: { next?: unknown } | null
  }
  // A part is not taken for the whole: what is missing in it would be made anew.
  const isWhole = (answer.pagination?.next ?? null) === null
  if (!Array.isArray(answer.envs) || !isWhole) throw unknownForm(doing)
  const list = answer.envs.map((item) => readVariable(item, doing))
  return { list, hidden: Number(answer.hiddenProductionEnvCount ?? 0) }
}

function readVariable(item: unknown, doing: string): Variable {
  const fields = Object(item) as Record<string, unknown>
  const { id, key, type, target, customEnvironmentIds: customIds = [], gitBranch } = fields
  if (typeof id !== 'string' || typeof key !== 'string') throw unknownForm(doing)
  const { createdAt, updatedAt, visibility, edgeConfigId, comment } = fields
  return {
    id,
    name: key,
    targets: [target ?? []].flat().map(String),
    customIds: [customIds ?? []].flat().map(String),
    branch: typeof gitBranch === 'string' && gitBranch ? gitBranch : undefined,
    isSecret: type === 'sensitive' || type === 'secret' || visibility === 'secret',
    createdAt: Number(createdAt ?? 0),
    updatedAt: Number(updatedAt ?? 0),
    storeId: typeof edgeConfigId === 'string' ? edgeConfigId : undefined,
    comment: typeof comment === 'string' ? comment : '',
  }
}

/**
 * The variable of a name that a deployment of an environment is given; that of a branch comes
 * before that of all previews.
 */
export function variableOf(
  { list }: Variables,
  name: string,
  environment: Environment,
): Variable | undefined {
  const there = list.filter((one) => one.name === name && covers(one, environment))
  return there.find(({ branch }) => branch !== undefined) ?? there[0]
}

/** Whether deployments of an environment are given a variable. */
export function covers(variable: Variable, { name, customId, branch }: Environment): boolean {
  if (variable.branch !== undefined && variable.branch !== branch) return false
  return customId === undefined
    ? variable.targets.includes(name)
    : variable.customIds.includes(customId)
}

/** Whether an environment may have variables that this token does not see. */
export function mayHide({ hidden }: Variables, { name }: Environment): boolean {
  return name === 'production' && hidden > 0
}

/** Value of a variable that is no Secret. */
export async function readValue(
  api: Api,
  { projectId }: LinkedProject,
  { id, name }: Variable,
): Promise<string> {
  const doing = `read ${name}`
  const path = `/v1/projects/${projectId}/env/${encodeURIComponent(id)}`
  const { value } = Object(await api.get(doing, path)) as { value?: unknown }
  if (typeof value !== 'string') throw unknownForm(doing)
  return value
}

export interface NewValue {
  name: string
  value: string
  isSecret: boolean
  comment?: string
}

/**
 * Sets a variable for one environment.
 *
 * One environment a request: an upsert whose environments are others than those of the variable
 * that is there is refused (`ENV_CONFLICT`).
 */
export async function setVariable(
  api: Api,
  { projectId }: LinkedProject,
  environment: Environment,
  { name, value, isSecret, comment }: NewValue,
): Promise<void> {
  const doing = `set ${name} for ${environment.name}`
  const { name: target, customId, branch } = environment
  const body = {
    type: isSecret ? 'sensitive' : 'encrypted',
    visibility: isSecret ? 'secret' : 'config',
    key: name,
    value,
    target: customId === undefined ? [target] : [],
    ...(customId !== undefined && { customEnvironmentIds: [customId] }),
    ...(branch !== undefined && { gitBranch: branch }),
    ...(comment !== undefined && { comment }),
  }
  const path = `/v10/projects/${projectId}/env`
  const answer = await api.send(doing, 'POST', path, body, { upsert: 'true' })
  // Success may name failures: it is an answer about many variables.
  const { created, failed } = Object(answer) as { created?: unknown; failed?: unknown }
  if (Array.isArray(failed) && failed.length > 0) throw refused(doing, failed[0], value)
  // Done or not: whoever looks afterwards sees.
  if (!created) throw unknownAnswer(doing)
}

function refused(doing: string, failure: unknown, value: string): CliError {
  const { error } = Object(failure) as { error?: { message?: unknown; code?: unknown } }
  const why = error?.message ?? error?.code ?? 'Vercel does not say why'
  const said = String(why)
    .replaceAll(value || '…', '…')
    .slice(0, 300)
  return new CliError(`cannot ${doing}: ${said}`, {
    hint: "look at the variable in the project's settings on vercel.com",
  })
}
