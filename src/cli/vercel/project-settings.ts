/** What a project on Vercel is called, and which protection of Vercel's own it has. */
import type { Api } from './api.ts'
import { unknownForm } from './errors.ts'
import type { LinkedProject } from './linked-project.ts'

export interface ProjectSettings {
  name: string
  /** Vercel's own sign-in in front of deployments; `null` where it is off. */
  sso: Protection | null
  /** A password of Vercel's in front of them; `null` where there is none. */
  password: Protection | null
  /** Whether deployments are told which environment they are in (`VERCEL_ENV` and the like). */
  exposesSystem: boolean
}

/** What it stands in front of: `preview`, `all`, …; empty where Vercel does not say. */
export type Protection = string

export async function readProjectSettings(
  api: Api,
  { projectId }: LinkedProject,
): Promise<ProjectSettings> {
  const doing = 'read the settings of the project'
  const answer = Object(await api.get(doing, `/v9/projects/${projectId}`))
  // The rest has secrets in it, and is not looked at.
  const { name, ssoProtection, passwordProtection, autoExposeSystemEnvs } = answer as Record<
    string,
    unknown
  >
  if (typeof name !== 'string') throw unknownForm(doing)
  return {
    name,
    sso: readProtection(ssoProtection),
    password: readProtection(passwordProtection),
    exposesSystem: autoExposeSystemEnvs !== false,
  }
}

function readProtection(value: unknown): Protection | null {
  if (typeof value !== 'object' || value === null) return null
  const { deploymentType } = value as { deploymentType?: unknown }
  return typeof deploymentType === 'string' ? deploymentType : ''
}

/** Protections that stand in front of every preview, custom environments among them. */
const ALL_PREVIEWS = [
  'all',
  'all_except_custom_domains',
  'preview',
  'prod_deployment_urls_and_all_previews',
]

/** How much of an environment a protection stands in front of; `null` where that is not told. */
export function standsBefore(
  protection: Protection | null,
  environment: string,
): 'all' | 'part' | 'none' | null {
  // Nothing is deployed to it.
  if (protection === null || environment === 'development') return 'none'
  if (!ALL_PREVIEWS.includes(protection)) return null
  if (environment !== 'production' || protection === 'all') return 'all'
  return protection === 'preview' ? 'none' : 'part'
}
