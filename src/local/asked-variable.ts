/** What a request says of a variable, and what is refused of it whatever else there is. */
import type { Project } from './project.ts'
import { badRequest, Refusal } from './refusal.ts'
import { TARGETS, type Target, TYPES, type Variable } from './variable.ts'

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

/** What a request says of a variable, checked as far as it can be without the others. */
export type Asked = Pick<
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

export function readAsked(project: Project, body: unknown): Asked {
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
