/** Environments of a project on Vercel: the three that each has, and custom ones. */
import { CliError, EXIT } from '../errors.ts'
import { nearNames } from '../near.ts'
import { printable } from '../talk.ts'
import type { Api } from './api.ts'
import { unknownForm } from './errors.ts'

/** The environments that each project has. */
const TARGETS = ['production', 'preview', 'development'] as const
type Target = (typeof TARGETS)[number]

/** An environment, as variables are set for it. */
export interface Environment {
  /** `preview`, or the slug of a custom one. */
  name: string
  /** Of a custom one. */
  customId?: string
  /** A branch of preview's that has variables of its own. */
  branch?: string
}

/** All environments of a project. */
export async function listEnvironments(api: Api, projectId: string): Promise<Environment[]> {
  return [...TARGETS.map((name) => ({ name })), ...(await listCustom(api, projectId))]
}

/** The environment of a name. @throws {CliError} where the project has none of it */
export async function findEnvironment(
  api: Api,
  projectId: string,
  name: string,
  branch: string | undefined,
): Promise<Environment> {
  if (branch !== undefined && name !== 'preview') {
    throw new CliError(`--git-branch is for preview, and not for ${printable(name)}`, {
      hint: 'leave it out, or say `--to vercel:preview`',
      exitCode: EXIT.misused,
    })
  }
  if (branch?.trim() === '') {
    throw new CliError('--git-branch names no branch', {
      hint: 'leave it out, or name one',
      exitCode: EXIT.misused,
    })
  }
  if (isTarget(name)) return { name, ...(branch !== undefined && { branch }) }
  const custom = await listCustom(api, projectId)
  const found = custom.find((one) => one.name === name || one.customId === name)
  if (found) return found
  const names = [...TARGETS, ...custom.map((one) => one.name)]
  const [near] = nearNames(name, names)
  throw new CliError(`the project has no environment '${printable(name)}'`, {
    hint: near ? `did you mean ${near}?` : `it has ${names.join(', ')}`,
    exitCode: EXIT.misused,
  })
}

function isTarget(name: string): name is Target {
  return (TARGETS as readonly string[]).includes(name)
}

async function listCustom(api: Api, projectId: string): Promise<Environment[]> {
  const doing = 'list the custom environments'
  const answer = await api.get(doing, `/v9/projects/${projectId}/custom-environments`)
  const { environments } = Object(answer) as { environments?: unknown }
  if (!Array.isArray(environments)) throw unknownForm(doing)
  return environments.map((item) => {
    const { id, slug } = Object(item) as { id?: unknown; slug?: unknown }
    if (typeof id !== 'string' || typeof slug !== 'string') throw unknownForm(doing)
    return { name: slug, customId: id }
  })
}

/** For talk: `vercel:preview`, `vercel:preview of the branch feature`. */
export function placeNameOf({ name, branch }: Environment): string {
  return branch === undefined ? `vercel:${name}` : `vercel:${name} of the branch ${branch}`
}

/** Whether what is secret is kept as a Secret: what is for development is pulled to be read. */
export function keepsSecrets({ name }: Environment): boolean {
  return name !== 'development'
}
