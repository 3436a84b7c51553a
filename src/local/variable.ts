/** A variable at the local API, and what is answered of it. */
import { createHash } from 'node:crypto'
import { newId } from './id.ts'

export const TARGETS = ['production', 'preview', 'development'] as const
export type Target = (typeof TARGETS)[number]

/** What may be asked for; the SDK has `secret` too, which nobody can make any more. */
export const TYPES = ['system', 'encrypted', 'plain', 'sensitive'] as const

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
