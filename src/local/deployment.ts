/** Deployments of a project at the local API. */
import { onePage, type User } from './account.ts'
import { newId } from './id.ts'
import type { Project } from './project.ts'

export interface Deployment {
  uid: string
  url: string
  state: 'READY' | 'BUILDING' | 'ERROR' | 'QUEUED' | 'CANCELED'
  /** `null` is preview. */
  target: 'production' | 'staging' | null
  createdAt: number
  meta: { [name: string]: string }
  customEnvironment?: { id: string; slug: string }
}

export function newDeployment(project: Project, given: Partial<Deployment> = {}): Deployment {
  const uid = newId('dpl_')
  return {
    uid,
    url: `${project.name}-${uid.slice(-9)}.vercel.app`,
    state: 'READY',
    target: null,
    createdAt: Date.now(),
    meta: {},
    ...given,
  }
}

/** The list that `vercel ls` asks for, newest first. */
export function deploymentsBody(project: Project, asked: URLSearchParams, user: User): unknown {
  const wanted = (deployment: Deployment) => isAskedFor(deployment, asked)
  const limit = Number(asked.get('limit') ?? 20)
  const chosen = project.deployments
    .filter(wanted)
    .sort((one, other) => other.createdAt - one.createdAt)
    .slice(0, limit)
  return {
    deployments: chosen.map((deployment) => deploymentBody(deployment, project, user)),
    pagination: onePage(chosen.length),
  }
}

function isAskedFor(
  { target, state, meta, customEnvironment }: Deployment,
  asked: URLSearchParams,
) {
  const environment = customEnvironment?.slug ?? target ?? 'preview'
  const wanted = asked.get('target')
  if (wanted !== null && wanted !== environment && wanted !== customEnvironment?.id) return false
  const states = asked.get('state')
  if (states !== null && !states.split(',').includes(state)) return false
  for (const [name, value] of asked) {
    const [, key] = /^meta-(.+)$/.exec(name) ?? []
    if (key !== undefined && meta[key] !== value) return false
  }
  return true
}

function deploymentBody(deployment: Deployment, project: Project, user: User): unknown {
  const { uid, url, state, target, createdAt, meta, customEnvironment } = deployment
  return {
    uid,
    url,
    name: project.name,
    projectId: project.id,
    state,
    readyState: state,
    target,
    type: 'LAMBDAS',
    created: createdAt,
    createdAt,
    ready: createdAt,
    inspectorUrl: null,
    creator: { uid: user.id, username: user.username },
    meta,
    ...(customEnvironment ? { customEnvironment } : {}),
  }
}
