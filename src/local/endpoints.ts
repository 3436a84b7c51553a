/** What the local API can be asked for. */
import { onePage, teamBody, userBody } from './account.ts'
import { json } from './answer.ts'
import { deploymentsBody } from './deployment.ts'
import { editProject, environmentsBody, type Project, projectBody } from './project.ts'
import type { Call, Endpoints } from './routes.ts'
import { storeEndpoints } from './store-endpoints.ts'
import { variableBody } from './variable.ts'
import {
  createVariables,
  editVariable,
  findVariable,
  listBody,
  removeVariable,
} from './variables.ts'
import { findProject, findTeam, type VercelState } from './vercel-state.ts'

export function endpointsOf(state: VercelState): Endpoints {
  const projectOf = ({ names, scope }: Call) => findProject(state, scope, names['project'] ?? '')
  return {
    ...accountEndpoints(state),
    ...projectEndpoints(state, projectOf),
    ...variableEndpoints(projectOf),
    'GET /v6|v7/deployments': ({ scope, query }) => {
      const asked = query.get('projectId') ?? query.get('app') ?? ''
      return json(200, deploymentsBody(findProject(state, scope, asked), query, state.user))
    },
    ...storeEndpoints(state, 'global-config'),
    // The name of before July 2026: https://vercel.com/docs/global-config/migration-guide.
    ...storeEndpoints(state, 'edge-config'),
  }
}

function accountEndpoints(state: VercelState): Endpoints {
  const { since } = state
  return {
    'GET /v2/user': () => json(200, userBody(state.user, since)),
    'GET /v1|v2/teams': () => {
      const { tokenTeam, user } = state
      const seen = state.teams.filter(({ id }) => (tokenTeam ?? id) === id)
      const teams = seen.map((team) => teamBody(team, user, since))
      return json(200, { teams, pagination: onePage(teams.length) })
    },
    'GET /v2?/teams/:team': ({ names }) => {
      return json(200, teamBody(findTeam(state, names['team'] ?? ''), state.user, since))
    },
  }
}

type ProjectOf = (call: Call) => Project

function projectEndpoints(state: VercelState, projectOf: ProjectOf): Endpoints {
  const { since } = state
  return {
    'GET /v9|v10/projects': ({ scope, query }) => {
      const search = query.get('search') ?? ''
      const projects = state.projects
        .filter(({ accountId, name }) => accountId === scope.id && name.includes(search))
        .map((project) => projectBody(project, since))
      return json(200, { projects, pagination: onePage(projects.length) })
    },
    'GET /v9?/projects/:project': (call) => json(200, projectBody(projectOf(call), since)),
    'PATCH /v9/projects/:project': (call) => {
      const project = projectOf(call)
      editProject(project, (call.body ?? {}) as { [name: string]: unknown })
      return json(200, projectBody(project, since))
    },
    'GET /v9?/projects/:project/custom-environments': (call) =>
      json(200, environmentsBody(projectOf(call))),
  }
}

function variableEndpoints(projectOf: ProjectOf): Endpoints {
  return {
    'GET /v8|v9|v10/projects/:project/env': (call) =>
      json(200, listBody(projectOf(call), call.query)),
    'POST /v9|v10/projects/:project/env': (call) => {
      // Before v10 `upsert` is nothing: https://github.com/getsentry/sentry/pull/118314.
      const upsert = call.query.get('upsert') === 'true' && call.path.startsWith('/v10/')
      return json(201, createVariables(projectOf(call), call.scope, call.body, upsert))
    },
    'GET /v1|v10/projects/:project/env/:env': (call) =>
      json(200, variableBody(findVariable(projectOf(call), call.names['env'] ?? ''), true)),
    'PATCH /v9|v10/projects/:project/env/:env': (call) => {
      const { names, scope, body } = call
      const variable = editVariable(projectOf(call), scope, names['env'] ?? '', body)
      return json(200, variableBody(variable, false))
    },
    'DELETE /v8|v9|v10/projects/:project/env/:env': (call) => {
      const variable = removeVariable(projectOf(call), call.names['env'] ?? '')
      return json(200, variableBody(variable, false))
    },
  }
}
