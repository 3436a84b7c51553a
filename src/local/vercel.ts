/**
 * Vercel's REST API and its stores on this machine, as far as the command line speaks to them:
 * it keeps state, and refuses what the documentation refuses. Each rule says beside it where it
 * comes from, or that nobody could confirm it.
 *
 * One process is both the API and the read side of every store, so a connection string is
 * `http://127.0.0.1:PORT/ecfg_…?token=…`.
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  limitsOf,
  newTeam,
  onePage,
  planned,
  type Scope,
  type Team,
  teamBody,
  type User,
  userBody,
} from './account.ts'
import { type Answer, json, send } from './answer.ts'
import { Listener } from './listener.ts'
import { type Kind, limitFields, type Manner, Orders, rateLimited, spoil } from './orders.ts'
import {
  type CustomEnvironment,
  type Deployment,
  deploymentsBody,
  editProject,
  environmentsBody,
  newCustomEnvironment,
  newDeployment,
  newProject,
  type Project,
  projectBody,
} from './project.ts'
import {
  badRequest,
  forbidden,
  invalidToken,
  noToken,
  notFound,
  notYourTeam,
  Refusal,
  wrongScope,
} from './refusal.ts'
import { type Route, routesOf } from './routes.ts'
import type { Items } from './store.ts'
import { newVariable, type Variable, variableBody } from './variable.ts'
import {
  createVariables,
  editVariable,
  findVariable,
  listBody,
  removeVariable,
} from './variables.ts'
import {
  createStore,
  createToken,
  readSlug,
  removeTokens,
  tokensBody,
  VercelStore,
} from './vercel-store.ts'

/** A request to the API, as it came, and the status that it was answered with; 0 for none. */
export interface Asked {
  method: string
  /** With its query. */
  path: string
  body: unknown
  status: number
  /** Whose token: the account's, that of a writable store, or neither. */
  by: 'account' | 'store' | 'nobody'
}

/** What a route gets. */
interface Call {
  names: { [name: string]: string }
  query: URLSearchParams
  body: unknown
  scope: Scope
  path: string
}

type Run = (call: Call) => Answer

export class LocalVercel {
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
  /** Requests that are left until `reset`, in seconds since 1970; `null`: any number. */
  limit: { total: number; remaining: number; reset: number } | null = null
  /** Each request to the API since the last {@link forget}. */
  readonly asked: Asked[] = []

  #since = Date.now()
  #orders = new Orders()
  #listener: Listener
  #routes: Route<Run>[]

  /** @param port 0 for a free one */
  constructor(port = 0) {
    this.#listener = new Listener((request, response) => {
      this.#receive(request, response).catch((error) => response.destroy(error))
    }, port)
    this.#routes = routesOf(this.#table())
  }

  /** Where the API is. To be had once it has been started. */
  get url(): string {
    return this.#listener.origin
  }

  /** Listens, on the port of before where there was one. */
  async start(): Promise<this> {
    await this.#listener.start()
    return this
  }

  /** From now on connections are refused. */
  async stop(): Promise<void> {
    await this.#listener.stop()
  }

  /** Forgets what was asked and which failures were ordered; what is stored stays. */
  forget(): void {
    this.asked.length = 0
    this.#orders.forget()
    for (const store of this.stores) store.forget()
  }

  /** Lets the next request of that kind fail; with `after: 'write'` its work is done first. */
  fail(order: Kind & { with: Manner; after?: 'write' }): void {
    this.#orders.add(order)
  }

  /** What somebody else does just before the next request of that kind is looked at. */
  meanwhile(kind: Kind, act: () => unknown): void {
    this.#orders.add({ ...kind, meanwhile: act })
  }

  // --- State to set up ------------------------------------------------------------------

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

  // --- Requests -------------------------------------------------------------------------

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = request
    const [, read] = /^\/(ecfg_\w+)\//.exec(url) ?? []
    if (read) return this.#read(read, request, response)
    // A request that is cut off has nobody to answer.
    const text = await textOf(request).catch(() => undefined)
    if (text === undefined) return void response.destroy()
    const asked: Asked = { method, path: url, body: parsed(text), status: 0, by: 'nobody' }
    this.asked.push(asked)
    const order = this.#orders.take(method, url)
    await order?.meanwhile?.()
    const isSpared = order?.with !== undefined && order.after !== 'write' && order.with !== 'cut'
    const right = isSpared ? json(500, {}) : this.#answer(request, asked, text)
    const answer = order?.with === undefined ? right : spoil(order.with, right)
    asked.status = answer.status
    send(answer, request, response)
  }

  /** The side of a store that deployments read. */
  #read(id: string, request: IncomingMessage, response: ServerResponse): void {
    const store = this.stores.find((each) => each.id === id)
    if (store) store.read(request, response)
    // Without a digest, which tells it from an item that is not there.
    else send(json(404, { error: 'Not found' }), request, response)
  }

  #answer(request: IncomingMessage, asked: Asked, text: string): Answer {
    try {
      const limited = this.#count()
      if (limited) return limited
      const answer = this.#route(request, asked, text)
      return { ...answer, fields: { ...answer.fields, ...this.#limitFields() } }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return json(error.status, error.body, this.#limitFields())
    }
  }

  #limitFields(): Answer['fields'] {
    const { total, remaining, reset } = this.limit ?? {}
    return total === undefined ? {} : limitFields(total, remaining ?? 0, reset ?? 0)
  }

  #count(): Answer | undefined {
    const { limit } = this
    if (!limit) return undefined
    if (Date.now() / 1000 >= limit.reset) limit.remaining = limit.total
    if (limit.remaining <= 0) return rateLimited(limit)
    limit.remaining -= 1
    return undefined
  }

  #route(request: IncomingMessage, asked: Asked, text: string): Answer {
    const { pathname, searchParams: query } = new URL(asked.path, this.url)
    const known = this.#routes.filter(({ pattern }) => pattern.test(pathname))
    const route = known.find(({ method }) => method === asked.method)
    const groups = route?.pattern.exec(pathname)?.groups ?? {}
    const names = Object.fromEntries(
      Object.entries(groups).map(([name, value]) => [name, decoded(value)]),
    )
    asked.by = this.#authenticate(request, pathname, asked.method)
    if (known.length === 0) throw notFound(`endpoint: ${pathname}`)
    if (!route) {
      const methods = known.map(({ method }) => method).join(', ')
      throw new Refusal(405, 'method_unknown', `This endpoint only responds to ${methods}`)
    }
    checkBody(request, text)
    const scope = asked.by === 'store' ? this.#scopeOfStore(names) : this.#scope(query, pathname)
    return route.run({ names, query, body: asked.body, scope, path: pathname })
  }

  /**
   * The account's token opens everything. That of a writable store opens its metadata and its
   * items, and nothing else; Vercel has no such tokens.
   */
  #authenticate(request: IncomingMessage, path: string, method: string): Asked['by'] {
    const { authorization = '' } = request.headers
    const [, bearer] = /^Bearer (.+)$/.exec(authorization) ?? []
    if (!bearer) throw noToken()
    if (bearer === this.token) return 'account'
    const store = this.stores.find((each) => each.accepts(bearer))
    if (!store?.writable) throw invalidToken()
    const [, asked] = WRITABLE.exec(`${method} ${path}`) ?? []
    if (asked !== store.id) throw forbidden()
    return 'store'
  }

  /** https://vercel.com/docs/rest-api, "Accessing resources owned by a team". */
  #scope(query: URLSearchParams, path: string): Scope {
    const id = query.get('teamId')
    const slug = query.get('slug')
    const { user, tokenTeam } = this
    // Who asks, and for which teams, can be asked without naming one.
    const isFree = /^(\/v\d+)?\/(user|teams)(\/|$)/.test(path)
    if (id === null && slug === null) {
      if (tokenTeam !== null && !isFree) throw wrongScope(user.username)
      return { id: user.id, slug: user.username, plan: user.plan, team: undefined }
    }
    const team = this.teams.find((each) => each.id === id || each.slug === slug)
    if (!team) throw notYourTeam()
    if (tokenTeam !== null && tokenTeam !== team.id) throw wrongScope(team.slug)
    return { id: team.id, slug: team.slug, plan: team.plan, team }
  }

  #scopeOfStore({ store: id = '' }: Call['names']): Scope {
    const { ownerId } = this.#store(id)
    const team = this.teams.find((each) => each.id === ownerId)
    return { id: ownerId, slug: 'local', plan: team?.plan ?? this.user.plan, team }
  }

  /** That somebody else's project is as absent as none at all is not confirmed. */
  #project({ names, scope }: Pick<Call, 'names' | 'scope'>): Project {
    const { project: asked = '' } = names
    const project = this.projects.find(
      ({ id, name, accountId }) => accountId === scope.id && (id === asked || name === asked),
    )
    if (!project) throw notFound(`project: ${asked}`)
    return project
  }

  #store(id: string, scope?: Scope): VercelStore {
    const store = this.stores.find((each) => each.id === id)
    if (!store || (scope && store.ownerId !== scope.id)) throw notFound(`Global Config: ${id}`)
    return store
  }

  #storeOf({ names, scope }: Call): VercelStore {
    return this.#store(names['store'] ?? '', scope)
  }

  #storesOf({ id }: Scope): VercelStore[] {
    return this.stores.filter(({ ownerId }) => ownerId === id)
  }

  // --- What there is --------------------------------------------------------------------

  #table(): { [route: string]: Run } {
    const since = this.#since
    return {
      'GET /v2/user': () => json(200, userBody(this.user, since)),
      'GET /v1|v2/teams': () => {
        const seen = this.teams.filter(({ id }) => (this.tokenTeam ?? id) === id)
        const teams = seen.map((team) => teamBody(team, this.user, since))
        return json(200, { teams, pagination: onePage(teams.length) })
      },
      'GET /v2?/teams/:team': ({ names }) => json(200, this.#teamBody(names['team'] ?? '')),

      'GET /v9|v10/projects': ({ scope, query }) => this.#listProjects(scope, query),
      'GET /v9?/projects/:project': (call) => json(200, projectBody(this.#project(call), since)),
      'PATCH /v9/projects/:project': (call) => {
        const project = this.#project(call)
        editProject(project, (call.body ?? {}) as { [name: string]: unknown })
        return json(200, projectBody(project, since))
      },
      'GET /v9?/projects/:project/custom-environments': (call) =>
        json(200, environmentsBody(this.#project(call))),

      'GET /v8|v9|v10/projects/:project/env': (call) =>
        json(200, listBody(this.#project(call), call.query)),
      'POST /v9|v10/projects/:project/env': (call) => {
        // Before v10 `upsert` is nothing: https://github.com/getsentry/sentry/pull/118314.
        const upsert = call.query.get('upsert') === 'true' && call.path.startsWith('/v10/')
        return json(201, createVariables(this.#project(call), call.scope, call.body, upsert))
      },
      'GET /v1|v10/projects/:project/env/:env': (call) =>
        json(200, variableBody(findVariable(this.#project(call), call.names['env'] ?? ''), true)),
      'PATCH /v9|v10/projects/:project/env/:env': (call) => {
        const { names, scope, body } = call
        const variable = editVariable(this.#project(call), scope, names['env'] ?? '', body)
        return json(200, variableBody(variable, false))
      },
      'DELETE /v8|v9|v10/projects/:project/env/:env': (call) => {
        const variable = removeVariable(this.#project(call), call.names['env'] ?? '')
        return json(200, variableBody(variable, false))
      },

      'GET /v6|v7/deployments': ({ scope, query }) => {
        const asked = query.get('projectId') ?? query.get('app') ?? ''
        const project = this.#project({ names: { project: asked }, scope })
        return json(200, deploymentsBody(project, query, this.user))
      },

      ...this.#storeTable('global-config'),
      // The name of before July 2026: https://vercel.com/docs/global-config/migration-guide.
      ...this.#storeTable('edge-config'),
    }
  }

  #storeTable(name: string): { [route: string]: Run } {
    const all = `/v1/${name}`
    const one = `${all}/:store`
    return {
      // An array: what the program reads (64.0.2); the SDK's model (1.28.35) is of one alone.
      [`GET ${all}`]: ({ scope }) =>
        json(
          200,
          this.#storesOf(scope).map(({ body }) => body),
        ),
      [`POST ${all}`]: ({ scope, body }) => {
        const store = createStore(body, scope, () => this.url)
        const { stores } = limitsOf(scope.plan)
        planned(
          this.#storesOf(scope).length < stores,
          `Your plan has at most ${stores} Global Config store.`,
        )
        this.stores.push(store)
        return json(201, store.body)
      },
      [`GET ${one}`]: (call) => json(200, this.#storeOf(call).body),
      [`PUT ${one}`]: (call) => {
        const store = this.#storeOf(call)
        store.slug = readSlug((call.body as { slug?: unknown } | undefined)?.slug)
        return json(200, store.body)
      },
      [`DELETE ${one}`]: (call) => {
        const store = this.#storeOf(call)
        this.stores = this.stores.filter((each) => each !== store)
        return { status: 204, fields: {}, body: '' }
      },
      [`GET ${one}/items`]: (call) => json(200, this.#storeOf(call).itemsBody),
      [`GET ${one}/item/:key`]: (call) =>
        json(200, this.#storeOf(call).itemBody(call.names['key'] ?? '')),
      [`PATCH ${one}/items`]: (call) => {
        const isDryRun = call.query.get('dryRun') === '1' || call.query.get('dryRun') === 'true'
        return json(200, this.#storeOf(call).write(call.body, call.scope, isDryRun))
      },
      [`GET ${one}/tokens`]: (call) => json(200, tokensBody(this.#storeOf(call))),
      [`POST ${one}/token`]: (call) => json(201, createToken(this.#storeOf(call), call.body)),
      [`DELETE ${one}/tokens`]: (call) => {
        removeTokens(this.#storeOf(call), call.body)
        return { status: 204, fields: {}, body: '' }
      },
    }
  }

  #teamBody(asked: string): unknown {
    const team = this.teams.find(({ id, slug }) => id === asked || slug === asked)
    if (!team || (this.tokenTeam ?? team.id) !== team.id) throw notYourTeam()
    return teamBody(team, this.user, this.#since)
  }

  #listProjects(scope: Scope, query: URLSearchParams): Answer {
    const search = query.get('search') ?? ''
    const projects = this.projects
      .filter(({ accountId, name }) => accountId === scope.id && name.includes(search))
      .map((project) => projectBody(project, this.#since))
    return json(200, { projects, pagination: onePage(projects.length) })
  }
}

/** What the token of a writable store may ask for. */
const WRITABLE =
  /^(?:GET|PATCH(?=.*\/items$)) \/v1\/(?:global|edge)-config\/(ecfg_\w+)(?:\/items|\/item\/[^/]+)?$/

// Characters: more than a store may hold.
const LONGEST_BODY = 4_000_000

/** @throws for a body that would fill the memory; the connection is cut off */
async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > LONGEST_BODY) throw new Error('too long')
  }
  return text
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw badRequest('Invalid request: malformed path')
  }
}

function parsed(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** https://vercel.com/docs/rest-api: "must be encoded as JSON with the Content-Type". */
function checkBody({ headers }: IncomingMessage, text: string): void {
  if (text === '') return
  const isJson = /^application\/json\b/.test(headers['content-type'] ?? '')
  if (!isJson || typeof parsed(text) === 'string') throw badRequest('Invalid JSON')
}
