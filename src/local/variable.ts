/** A project's variables at the local API, and what it refuses of them. */
import { createHash } from 'node:crypto'
import type { Scope } from './account.ts'
import { newId, type Project } from './project.ts'
import { badRequest, notFound, Refusal } from './refusal.ts'

export const TARGETS = ['production', 'preview', 'development'] as const
export type Target = (typeof TARGETS)[number]

/** What may be asked for; the SDK has `secret` too, which nobody can make any more. */
const TYPES = ['system', 'encrypted', 'plain', 'sensitive'] as const

export interface Variable {
  id: string
  key: string
  value: string
  type: (typeof TYPES)[number]
  visibility: 'config' | 'secret' | undefined
  target: Target[]
  customEnvironmentIds: string[]
  gitBranch: string | undefined
  comment: string | undefined
  /** The store whose connection this is, where the dashboard made it. */
  edgeConfigId: string | null
  edgeConfigTokenId: string | null
  createdAt: number
  updatedAt: number
}

/** https://vercel.com/docs/environment-variables/reserved-environment-variables (2025-12-10). */
const RESERVED = new Set([
  'AWS_SECRET_KEY',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'NOW_REGION',
  'TZ',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
])

/** https://vercel.com/docs/environment-variables: no single variable can be larger. */
const LARGEST = 64 * 1024

export function newVariable(given: Partial<Variable> & { key: string }): Variable {
  const now = Date.now()
  return {
    id: newId(''),
    value: '',
    type: 'encrypted',
    visibility: undefined,
    target: ['preview'],
    customEnvironmentIds: [],
    gitBranch: undefined,
    comment: undefined,
    edgeConfigId: null,
    edgeConfigTokenId: null,
    createdAt: now,
    updatedAt: now,
    ...given,
  }
}

export function isSecret({ type, visibility }: Pick<Variable, 'type' | 'visibility'>): boolean {
  return type === 'sensitive' || visibility === 'secret'
}

/**
 * What is answered of a variable.
 *
 * @param decrypted the value as it is; a Secret's is never told, nor is it by
 *   `GET /v1/projects/{id}/env/{id}` (that it is empty then is not confirmed)
 */
export function variableBody(variable: Variable, decrypted: boolean): { [name: string]: unknown } {
  const { value, visibility, gitBranch, comment, ...rest } = variable
  const isReadable = variable.type === 'plain' || decrypted
  const shown = isSecret(variable) ? '' : isReadable ? value : cipher(variable)
  return {
    ...rest,
    value: shown,
    decrypted: isReadable && !isSecret(variable),
    configurationId: null,
    createdBy: 'user_local',
    updatedBy: null,
    comment: comment ?? '',
    ...(visibility ? { visibility } : {}),
    ...(gitBranch ? { gitBranch } : {}),
  }
}

/** Not the value: lists have it encrypted (https://github.com/vercel/sdk/issues/118). */
function cipher({ id, value }: Variable): string {
  return `eyJ2Ijoi${createHash('sha512').update(`${id} ${value}`).digest('base64')}`
}

/** `GET /v10/projects/{id}/env` */
export function listBody(project: Project, asked: URLSearchParams): unknown {
  const decrypted = asked.get('decrypt') === 'true'
  const isHidden = ({ target }: Variable) =>
    project.hidesProduction && target.includes('production')
  const seen = project.variables.filter((each) => !isHidden(each))
  const envs = seen
    .filter((variable) => isAskedFor(variable, asked, project))
    .map((variable) => ({
      ...variableBody(variable, decrypted),
      system: variable.type === 'system',
      securityIssues: [],
    }))
  return { envs, hiddenProductionEnvCount: project.variables.length - seen.length }
}

function isAskedFor(variable: Variable, asked: URLSearchParams, project: Project): boolean {
  const target = asked.get('target')
  if (target !== null && !variable.target.some((each) => each === target)) return false
  const environment = asked.get('customEnvironmentId')
  if (environment !== null) {
    // The program (64.0.2) sends what was typed, which may be the slug.
    const known = project.customEnvironments.find(({ slug }) => slug === environment)
    if (!variable.customEnvironmentIds.includes(known?.id ?? environment)) return false
  }
  const branch = asked.get('gitBranch')
  // With a branch come those of the branch and those of all branches.
  return branch === null || variable.gitBranch === undefined || variable.gitBranch === branch
}

/** What a request says of a variable, checked as far as it can be without the others. */
type Asked = Pick<
  Variable,
  | 'key'
  | 'value'
  | 'type'
  | 'visibility'
  | 'target'
  | 'customEnvironmentIds'
  | 'gitBranch'
  | 'comment'
>

type Body = { [name: string]: unknown }

/** `POST /v10/projects/{id}/env`, of one or of many. */
export function createVariables(
  project: Project,
  scope: Scope,
  body: unknown,
  upsert: boolean,
): unknown {
  if (!Array.isArray(body)) {
    const created = createVariable(project, scope, body, upsert)
    return { created: variableBody(created, false), failed: [] }
  }
  const created: unknown[] = []
  const failed: unknown[] = []
  for (const each of body) {
    try {
      created.push(variableBody(createVariable(project, scope, each, upsert), false))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      failed.push({ error: { code: error.code, message: error.message, ...error.more } })
    }
  }
  return { created, failed }
}

function createVariable(project: Project, scope: Scope, body: unknown, upsert: boolean): Variable {
  const asked = underPolicy(readAsked(project, body), project, scope)
  const others = project.variables.filter((each) => isInTheWayOf(each, asked))
  if (others.length === 0) {
    const variable = newVariable(asked)
    project.variables.push(variable)
    return variable
  }
  const [same] = others.filter((other) => hasSameEnvironments(other, asked))
  if (!upsert) throw alreadyExists(asked)
  if (!same || others.length > 1) throw conflicts(asked, others)
  return change(same, asked)
}

/** `PATCH /v10/projects/{id}/env/{id}` */
export function editVariable(project: Project, scope: Scope, id: string, body: unknown): Variable {
  const variable = findVariable(project, id)
  const { value, type, visibility, key, target, customEnvironmentIds, gitBranch, comment } =
    variable
  const before = { key, value, type, visibility, target, customEnvironmentIds, gitBranch, comment }
  const asked = underPolicy(
    readAsked(project, { ...before, ...(body as object) }),
    project,
    scope,
    variable,
  )
  const others = project.variables.filter((each) => each !== variable && isInTheWayOf(each, asked))
  if (others.length > 0) throw conflicts(asked, others)
  return change(variable, asked)
}

export function removeVariable(project: Project, id: string): Variable {
  const variable = findVariable(project, id)
  project.variables = project.variables.filter((each) => each !== variable)
  return variable
}

export function findVariable(project: Project, id: string): Variable {
  const variable = project.variables.find((each) => each.id === id)
  // The documentation's own code for it is not confirmed.
  if (!variable) throw notFound(`environment variable: ${id}`)
  return variable
}

/** The program says so before it asks (64.0.2); that the API refuses it is not confirmed. */
function change(variable: Variable, asked: Asked): Variable {
  if (isSecret(variable) && !isSecret(asked)) {
    throw badRequest('A Secret cannot be changed to Config.')
  }
  return Object.assign(variable, asked, { updatedAt: Date.now() })
}

function readAsked(project: Project, body: unknown): Asked {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest('Invalid request: should be object')
  }
  const given = body as Body
  const asked: Asked = {
    key: readKey(given),
    value: readValue(given),
    type: readType(given),
    visibility: readVisibility(given),
    target: readTargets(given),
    customEnvironmentIds: readEnvironments(project, given),
    gitBranch: undefined,
    comment: typeof given['comment'] === 'string' ? given['comment'] : undefined,
  }
  if (asked.target.length === 0 && asked.customEnvironmentIds.length === 0) {
    throw new Refusal(400, 'MISSING_TARGET', 'At least one environment is required.')
  }
  return { ...asked, gitBranch: readBranch(project, given, asked) }
}

// Codes from here on are those that the program knows (64.0.2); when the API uses which of
// them, and in what words, is not confirmed.

function readKey({ key }: Body): string {
  if (typeof key !== 'string' || key === '') {
    throw new Refusal(400, 'MISSING_KEY', 'A name for the environment variable is required.')
  }
  if (key.length > 256) {
    throw new Refusal(400, 'KEY_INVALID_LENGTH', 'The name of the variable is too long.', { key })
  }
  if (!/^[A-Za-z_]\w*$/.test(key)) {
    const message =
      'The name contains invalid characters. Only letters, digits, and underscores are allowed. Furthermore, the name should not start with a digit.'
    throw new Refusal(400, 'KEY_INVALID_CHARACTERS', message, { key })
  }
  if (RESERVED.has(key)) {
    throw new Refusal(400, 'RESERVED_ENV_VARIABLE', `The name ${key} is reserved.`, { key })
  }
  return key
}

function readValue({ value }: Body): string {
  if (value === undefined) throw new Refusal(400, 'MISSING_VALUE', 'A value is required.')
  if (typeof value !== 'string') {
    throw new Refusal(400, 'VALUE_INVALID_TYPE', 'The value should be a string.')
  }
  if (Buffer.byteLength(value) > LARGEST) {
    throw new Refusal(400, 'VALUE_INVALID_LENGTH', 'The value is longer than 64 KB.')
  }
  return value
}

function readType({ type }: Body): Variable['type'] {
  const known = TYPES.find((each) => each === type)
  if (!known) throw badRequest('Invalid request: `type` should be one of the allowed values')
  return known
}

function readVisibility({ visibility }: Body): Variable['visibility'] {
  if (visibility === undefined || visibility === 'config' || visibility === 'secret') {
    return visibility
  }
  throw badRequest('Invalid request: `visibility` should be one of the allowed values')
}

function readTargets({ target }: Body): Target[] {
  const given = target === undefined ? [] : Array.isArray(target) ? target : [target]
  return [...new Set(given)].map((name) => {
    const known = TARGETS.find((each) => each === name)
    if (!known) throw badRequest('Invalid request: `target` should be one of the allowed values')
    return known
  })
}

function readEnvironments(project: Project, { customEnvironmentIds = [] }: Body): string[] {
  if (!Array.isArray(customEnvironmentIds)) {
    throw badRequest('Invalid request: `customEnvironmentIds` should be array')
  }
  for (const id of customEnvironmentIds) {
    const isKnown = project.customEnvironments.some((environment) => environment.id === id)
    if (!isKnown) throw badRequest(`Custom environment not found: ${id}`)
  }
  return [...new Set(customEnvironmentIds as string[])]
}

/** "must have target=preview": https://vercel.com/docs/rest-api/projects (create variables). */
function readBranch(project: Project, { gitBranch }: Body, asked: Asked): string | undefined {
  if (gitBranch === undefined || gitBranch === null || gitBranch === '') return undefined
  const isForPreview = asked.target.join() === 'preview' && asked.customEnvironmentIds.length === 0
  if (typeof gitBranch !== 'string' || !isForPreview) {
    throw badRequest('Only `preview` can have a Git branch.')
  }
  // The program tells `branch_not_found` from a message with "branch" in it (64.0.2).
  if (!project.link) throw badRequest(`Branch "${gitBranch}" not found: no connected repository`)
  return gitBranch
}

/**
 * What the policies of a team make of it. The first makes Secrets of what is new
 * (https://vercel.com/docs/environment-variables/sensitive-environment-variables); whether the
 * API refuses instead is not confirmed. The words of the second are such that the program
 * (64.0.2) takes them for what they are.
 */
function underPolicy(asked: Asked, project: Project, { team }: Scope, self?: Variable): Asked {
  const isDeployed = !asked.target.includes('development')
  const isForced = team?.sensitiveEnvironmentVariablePolicy === 'on' && isDeployed
  const settled: Asked =
    isForced && !isSecret(asked) ? { ...asked, type: 'sensitive', visibility: 'secret' } : asked
  if (team?.disjunctiveProductionSecretPolicy !== 'on' || !isSecret(settled)) return settled
  if (isForProduction(settled) && isForOthers(settled)) {
    throw badRequest('Production Secrets must be stored separately from other environments.')
  }
  const twin = project.variables.find(
    (other) =>
      other !== self &&
      other.key === settled.key &&
      other.value === settled.value &&
      isForProduction(other) !== isForProduction(settled),
  )
  if (twin) throw badRequest('Production Secrets must have a different value.')
  return settled
}

function isForProduction({ target }: Pick<Variable, 'target'>): boolean {
  return target.includes('production')
}

function isForOthers({ target, customEnvironmentIds }: Asked): boolean {
  return customEnvironmentIds.length > 0 || target.some((each) => each !== 'production')
}

function environmentsOf({ target, customEnvironmentIds }: Asked | Variable): string[] {
  return [...target, ...customEnvironmentIds].sort()
}

/** Same name, same branch or none, and an environment in common. */
function isInTheWayOf(variable: Variable, asked: Asked): boolean {
  const environments = environmentsOf(asked)
  return (
    variable.key === asked.key &&
    variable.gitBranch === asked.gitBranch &&
    environmentsOf(variable).some((environment) => environments.includes(environment))
  )
}

function hasSameEnvironments(variable: Variable, asked: Asked): boolean {
  return environmentsOf(variable).join() === environmentsOf(asked).join()
}

/** 403, and these words: vercel/terraform-provider-vercel, client/error.go and its issues. */
function alreadyExists({ key, target, gitBranch }: Asked): Refusal {
  const message =
    'Another Environment Variable with the same Name and Environment exists in your project. Remove it or choose a different Name or Environment.'
  return new Refusal(403, 'ENV_ALREADY_EXISTS', message, { key, target, gitBranch })
}

/** 400 where not all environments are the same: https://github.com/getsentry/sentry/pull/118490. */
function conflicts({ key, target, gitBranch }: Asked, [other]: Variable[]): Refusal {
  const message = `The environment variable ${key} already exists for other environments.`
  const more = { envVarKey: key, envVarId: other?.id, target, gitBranch }
  return new Refusal(400, 'ENV_CONFLICT', message, more)
}
