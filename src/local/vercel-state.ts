/** What there is at the local API: an account with its teams, projects and stores; and finding them. */
import { randomUUID } from 'node:crypto'
import { newTeam, type Scope, type Team, type User } from './account.ts'
import { type Deployment, newDeployment } from './deployment.ts'
import {
  type CustomEnvironment,
  newCustomEnvironment,
  newProject,
  type Project,
} from './project.ts'
import { notFound, notYourTeam } from './refusal.ts'
import type { Items } from './store.ts'
import { newVariable, type Variable } from './variable.ts'
import { VercelStore } from './vercel-store.ts'

export abstract class VercelState {
  /** What is accepted as bearer. */
  token = `local_${randomUUID()}`
  /** The id of the one team that the token is for; `null`: for all of the person's. */
  tokenTeam: string | null = null
  user: User = {
    id: 'user_local',
    username: 'local-person',
    email: 'person@example.com',
    plan: 'hobby',
  }
  teams: Team[] = [newTeam()]
  projects: Project[] = []
  stores: VercelStore[] = []
  /** When all of it was made. */
  readonly since = Date.now()

  /** Where the API is, and so the side of the stores that is read. */
  abstract get url(): string

  addTeam(given: Partial<Team>): Team {
    const team = newTeam(given)
    this.teams.push(team)
    return team
  }

  /** Of the first team's, where nobody else is named. */
  addProject(given: Partial<Project> = {}): Project {
    const project = newProject({ accountId: this.teams[0]?.id ?? this.user.id, ...given })
    this.projects.push(project)
    return project
  }

  addCustomEnvironment(project: Project, slug: string): CustomEnvironment {
    const environment = newCustomEnvironment(slug)
    project.customEnvironments.push(environment)
    return environment
  }

  addDeployment(project: Project, given: Partial<Deployment> = {}): Deployment {
    const deployment = newDeployment(project, given)
    project.deployments.push(deployment)
    return deployment
  }

  /** As it is, without what would be refused. */
  addVariable(project: Project, given: Partial<Variable> & { key: string }): Variable {
    const variable = newVariable(given)
    project.variables.push(variable)
    return variable
  }

  /** Of the first team's, where nobody else is named, past every limit. */
  addStore(
    given: { slug?: string; ownerId?: string; items?: Items; writable?: boolean } = {},
  ): VercelStore {
    const { slug = 'stagedoor', items = {}, writable = false } = given
    const ownerId = given.ownerId ?? this.teams[0]?.id ?? this.user.id
    const store = new VercelStore(slug, ownerId, () => this.url)
    store.items = items
    store.writable = writable
    this.stores.push(store)
    return store
  }
}

/** One that the token is for. @param asked its id or its slug */
export function findTeam({ teams, tokenTeam }: VercelState, asked: string): Team {
  const team = teams.find(({ id, slug }) => id === asked || slug === asked)
  if (!team || (tokenTeam ?? team.id) !== team.id) throw notYourTeam()
  return team
}

/** That somebody else's project is as absent as none at all is not confirmed. @param asked its id or its name */
export function findProject({ projects }: VercelState, scope: Scope, asked: string): Project {
  const project = projects.find(
    ({ id, name, accountId }) => accountId === scope.id && (id === asked || name === asked),
  )
  if (!project) throw notFound(`project: ${asked}`)
  return project
}

/** @param scope whose it must be, where that matters */
export function findStore({ stores }: VercelState, id: string, scope?: Scope): VercelStore {
  const store = stores.find((each) => each.id === id)
  if (!store || (scope && store.ownerId !== scope.id)) throw notFound(`Global Config: ${id}`)
  return store
}

export function storesOf({ stores }: VercelState, scope: Scope): VercelStore[] {
  return stores.filter(({ ownerId }) => ownerId === scope.id)
}
