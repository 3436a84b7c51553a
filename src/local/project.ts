/** Projects of the local API, with their environments. */
import type { Deployment } from './deployment.ts'
import { newId } from './id.ts'
import { badRequest } from './refusal.ts'
import type { Variable } from './variable.ts'

/** What stands in front of deployments: the SDK's list, 1.28.35. */
const DEPLOYMENT_TYPES = [
  'all',
  'all_except_custom_domains',
  'preview',
  'prod_deployment_urls_and_all_previews',
] as const

export type Protection = { deploymentType: (typeof DEPLOYMENT_TYPES)[number] } | null

export interface CustomEnvironment {
  id: string
  slug: string
  type: 'preview'
  createdAt: number
  updatedAt: number
}

export interface Project {
  id: string
  name: string
  /** The team or the person whose it is. */
  accountId: string
  ssoProtection: Protection
  passwordProtection: Protection
  /** By the secret itself. */
  protectionBypass: { [secret: string]: unknown }
  /** The repository whose branches there are; without one there are no branches. */
  link: { type: 'github'; org: string; repo: string; productionBranch: string } | undefined
  variables: Variable[]
  /** Whether deployments are told `VERCEL_ENV` and the like. */
  autoExposeSystemEnvs: boolean
  /** Production variables are kept from the token, which is told how many there are. */
  hidesProduction: boolean
  customEnvironments: CustomEnvironment[]
  deployments: Deployment[]
}

export function newProject(given: Partial<Project> & { accountId: string }): Project {
  return {
    id: newId('prj_'),
    name: 'shop',
    // New projects have it: https://vercel.com/docs/deployment-protection (2026-09).
    ssoProtection: { deploymentType: 'prod_deployment_urls_and_all_previews' },
    passwordProtection: null,
    protectionBypass: {},
    link: { type: 'github', org: 'local', repo: 'shop', productionBranch: 'main' },
    variables: [],
    autoExposeSystemEnvs: true,
    hidesProduction: false,
    customEnvironments: [],
    deployments: [],
    ...given,
  }
}

export function newCustomEnvironment(slug: string): CustomEnvironment {
  const now = Date.now()
  return { id: newId('env_'), slug, type: 'preview', createdAt: now, updatedAt: now }
}

export function projectBody(project: Project, since: number): { [name: string]: unknown } {
  const { id, name, accountId, ssoProtection, passwordProtection, protectionBypass } = project
  return {
    id,
    name,
    accountId,
    alias: [],
    createdAt: since,
    updatedAt: since,
    framework: 'nextjs',
    nodeVersion: '24.x',
    directoryListing: false,
    defaultResourceConfig: { functionDefaultRegions: ['iad1'] },
    resourceConfig: { functionDefaultRegions: ['iad1'] },
    deploymentExpiration: {},
    autoExposeSystemEnvs: project.autoExposeSystemEnvs,
    ssoProtection,
    passwordProtection,
    protectionBypass,
    customEnvironments: project.customEnvironments,
    latestDeployments: [],
    targets: {},
    ...(project.link ? { link: linkBody(project.link, since) } : {}),
  }
}

function linkBody(link: NonNullable<Project['link']>, since: number): unknown {
  const { type, org, repo, productionBranch } = link
  return {
    type,
    org,
    repo,
    productionBranch,
    repoId: 1,
    repoOwnerId: 1,
    deployHooks: [],
    gitCredentialId: 'cred_local',
    sourceless: false,
    createdAt: since,
    updatedAt: since,
  }
}

/** `PATCH` of a project: its protection is all that can be changed here. */
export function editProject(project: Project, body: { [name: string]: unknown }): void {
  if ('ssoProtection' in body) project.ssoProtection = readProtection(body['ssoProtection'])
  if ('passwordProtection' in body) {
    project.passwordProtection = readProtection(body['passwordProtection'])
  }
}

function readProtection(value: unknown): Protection {
  if (value === null) return null
  const { deploymentType } = (value ?? {}) as { deploymentType?: string }
  const type = DEPLOYMENT_TYPES.find((known) => known === deploymentType)
  if (!type) {
    throw badRequest(
      'Invalid request: `deploymentType` should be equal to one of the allowed values',
    )
  }
  return { deploymentType: type }
}

export function environmentsBody(project: Project): unknown {
  return { accountLimit: { total: 12 }, environments: project.customEnvironments }
}
