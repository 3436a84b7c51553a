/** Variables of an environment on Vercel, as `status` looks at them: each value once, and no secret. */
import type { Api } from '../vercel/api.ts'
import { type Environment, placeNameOf } from '../vercel/environments.ts'
import type { LinkedProject } from '../vercel/linked-project.ts'
import {
  covers,
  mayHide,
  readValue,
  type Variable,
  type Variables,
  variableOf,
} from '../vercel/variables.ts'

/** The variables of a project, and a way to read what they hold. */
export interface Reader {
  variables: Variables
  read(variable: Variable): Promise<string>
}

/** A variable of an environment: its value, where that is to be had. */
export type Value =
  | { is: 'absent' }
  | { is: 'unread'; why: string; variable: Variable | undefined }
  | { is: 'there'; value: string; variable: Variable }

/** So many values are read at a time. */
const LINES = 4

/** A reader that asks for each value once. */
export function openReader(api: Api, project: LinkedProject, variables: Variables): Reader {
  const values = new Map<string, Promise<string>>()
  const lines = Array.from({ length: LINES }, (): Promise<unknown> => Promise.resolve())
  const read = (variable: Variable) => {
    const known = values.get(variable.id)
    if (known) return known
    const line = values.size % LINES
    const value = (lines[line] as Promise<unknown>).then(() => readValue(api, project, variable))
    lines[line] = value.catch(() => {})
    values.set(variable.id, value)
    return value
  }
  return { variables, read }
}

export async function lookUp(
  name: string,
  environment: Environment,
  { variables, read }: Reader,
): Promise<Value> {
  const variable = variableOf(variables, name, environment)
  if (variable?.isSecret) return { is: 'unread', why: `${name} cannot be read back`, variable }
  if (variable) {
    const value = await read(variable)
    // Empty counts as unset (docs/policy.md).
    return value === '' ? { is: 'absent' } : { is: 'there', value, variable }
  }
  const why = whyHidden(name, environment, variables)
  return why === null ? { is: 'absent' } : { is: 'unread', why, variable }
}

/** Why a variable that is not listed may be there; `null` where it is not. */
export function whyHidden(
  name: string,
  environment: Environment,
  variables: Variables,
): string | null {
  if (!mayHide(variables, environment)) return null
  const { hidden } = variables
  const are = hidden === 1 ? 'variable of production is' : 'variables of production are'
  return `${hidden} ${are} hidden from this token, and ${name} may be among them`
}

const OURS = /^(?:STAGEDOOR(?:_[A-Z_]+)?|AUTH_USER|AUTH_PASSWORD)$/

/** Variables of the gate that an environment has. */
export function ownVariables(environment: Environment, { list }: Variables): Variable[] {
  return list.filter((one) => OURS.test(one.name) && covers(one, environment))
}

/** Preview, and its branches that have variables of the gate for themselves. */
export function withBranches(environment: Environment, { list }: Variables): Environment[] {
  if (environment.name !== 'preview') return [environment]
  const own = list.filter(({ name, targets }) => OURS.test(name) && targets.includes('preview'))
  const branches = [...new Set(own.flatMap(({ branch }) => branch ?? []))].sort()
  return [environment, ...branches.map((branch) => ({ name: 'preview', branch }))]
}

/** The place of a variable: a branch has what all previews have, where it has nothing of its own. */
export function ownerOf(variable: Variable | undefined, { name, branch }: Environment): string {
  const isOwn = variable?.branch !== undefined && branch !== undefined
  return placeNameOf(isOwn ? { name, branch } : { name })
}
