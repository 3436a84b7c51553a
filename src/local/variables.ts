/** A project's variables at the local API, and what it refuses of them. */
import type { Scope } from './account.ts'
import { type Asked, readAsked } from './asked-variable.ts'
import type { Project } from './project.ts'
import { badRequest, notFound, Refusal } from './refusal.ts'
import { isSecret, newVariable, type Variable, variableBody } from './variable.ts'

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
