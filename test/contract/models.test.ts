/** The answers of the local API are such as the models of Vercel's own SDK read. */
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Project } from '../../src/local/project.ts'
import { LocalVercel } from '../../src/local/vercel.ts'
import type { VercelStore } from '../../src/local/vercel-store.ts'
import { installed } from './install.ts'

interface Schema {
  parse(value: unknown): unknown
}

let vercel: LocalVercel
let project: Project
let store: VercelStore

beforeAll(async () => {
  vercel = await new LocalVercel().start()
  project = vercel.addProject({ name: 'shop' })
  const environment = vercel.addCustomEnvironment(project, 'qa')
  vercel.addVariable(project, { key: 'SECRET', type: 'sensitive', visibility: 'secret' })
  vercel.addVariable(project, { key: 'CONFIG', value: 'x', visibility: 'config' })
  vercel.addVariable(project, { key: 'BRANCH', gitBranch: 'feature', comment: 'mine' })
  vercel.addVariable(project, { key: 'PLAIN', type: 'plain', target: ['production'] })
  vercel.addVariable(project, {
    key: 'GLOBAL_CONFIG',
    target: [],
    customEnvironmentIds: [environment.id],
    edgeConfigId: 'ecfg_x',
  })
  vercel.addDeployment(project, { target: 'production' })
  vercel.addDeployment(project, { meta: { githubCommitRef: 'feature' } })
  vercel.addDeployment(project, { customEnvironment: { id: environment.id, slug: 'qa' } })
  store = vercel.addStore({ items: { text: 'a', list: [1, null], deep: { a: { b: true } } } })
  store.addToken('app')
})
afterAll(() => vercel.stop())

/** A model of the SDK: `file:export`. */
async function model(name: string): Promise<Schema> {
  const [file, schema] = name.split(':')
  const url = pathToFileURL(installed(`@vercel/sdk/esm/models/${file}.js`))
  const found = (await import(url.href))[`${schema}$inboundSchema`]
  if (!found) throw new Error(`the SDK has no model ${name}`)
  return found
}

async function ask(request: string, body?: unknown) {
  const [method = '', path = ''] = request
    .replace('PROJECT', project.id)
    .replace('STORE', store.id)
    .replace('SECRET', idOf('SECRET'))
    .replace('CONFIG', idOf('CONFIG'))
    .split(' ')
  const url = new URL(path, vercel.url)
  url.searchParams.set('teamId', 'team_local')
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${vercel.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: await response.json() }
}

function idOf(key: string): string {
  return project.variables.find((variable) => variable.key === key)?.id ?? 'none'
}

/** What the SDK counts while it reads: answers that it put right, or filled in, by itself. */
async function counters() {
  const types = (name: string) =>
    import(pathToFileURL(installed(`@vercel/sdk/esm/types/${name}.js`)).href)
  const [zeros, others] = await Promise.all([types('defaultToZeroValue'), types('unrecognized')])
  return [zeros.startCountingDefaultToZeroValue, others.startCountingUnrecognized] as (() => {
    end(): number
  })[]
}

/**
 * Reads an answer by its model. A model makes something of nearly anything, so what counts is
 * that there was nothing to put right, and nothing that it did not know and left out.
 */
async function read(body: unknown, name: string) {
  const schema = await model(name)
  const counting = (await counters()).map((start) => start())
  const made = schema.parse(body)
  return { putRight: counting.map((each) => each.end()), unknown: leftOut(body, made) }
}

/** Paths of what is in an answer and not in what was made of it. */
function leftOut(body: unknown, made: unknown, path = ''): string[] {
  if (typeof body !== 'object' || body === null) return body === made ? [] : [path]
  if (typeof made !== 'object' || made === null) return [path]
  return Object.entries(body).flatMap(([name, value]) =>
    leftOut(value, (made as Record<string, unknown>)[name], `${path}.${name}`),
  )
}

const RIGHT = { putRight: [0, 0], unknown: [] }

const variable = {
  key: 'NEW',
  value: 'x',
  type: 'sensitive',
  visibility: 'secret',
  target: ['preview'],
}

test.each([
  ['GET /v2/user', 'getauthuserop:GetAuthUserResponseBody', 200],
  ['GET /v2/teams', 'getteamsop:GetTeamsResponseBody', 200],
  ['GET /v2/teams/team_local', 'team:Team', 200],
  ['GET /v9/projects/PROJECT', 'getprojectresponsebody:GetProjectResponseBody', 200],
  ['GET /v10/projects', 'getprojectsresponsebody:GetProjectsResponseBody', 200],
  [
    'GET /v9/projects/PROJECT/custom-environments',
    'getprojectsbyidornamecustomenvironmentsop:GetProjectsByIdOrNameCustomEnvironmentsResponseBody',
    200,
  ],
  ['GET /v10/projects/PROJECT/env', 'filterprojectenvsop:FilterProjectEnvsResponseBody', 200],
  [
    'GET /v10/projects/PROJECT/env?decrypt=true',
    'filterprojectenvsop:FilterProjectEnvsResponseBody',
    200,
  ],
  ['GET /v1/projects/PROJECT/env/SECRET', 'getprojectenvop:GetProjectEnvResponseBody', 200],
  ['GET /v1/projects/PROJECT/env/CONFIG', 'getprojectenvop:GetProjectEnvResponseBody', 200],
  ['GET /v6/deployments?projectId=PROJECT', 'getdeploymentsop:GetDeploymentsResponseBody', 200],
  ['GET /v1/global-config/STORE', 'getedgeconfigop:GetEdgeConfigResponseBody', 200],
  ['GET /v1/global-config/STORE/item/deep', 'globalconfigitem:GlobalConfigItem', 200],
])('%s', async (request, name, status) => {
  const answer = await ask(request)
  expect([answer.status, await read(answer.body, name)]).toEqual([status, RIGHT])
})

// The SDK's models of lists of stores and of tokens are of one alone (1.28.35), while the program
// reads arrays: each of what is in them is read.
test.each([
  ['GET /v1/global-config', 'getedgeconfigsop:GetEdgeConfigsResponseBody'],
  ['GET /v1/global-config/STORE/items', 'globalconfigitem:GlobalConfigItem'],
  ['GET /v1/global-config/STORE/tokens', 'globalconfigtoken:GlobalConfigToken'],
])('each of %s', async (request, name) => {
  const { body } = await ask(request)
  expect(body.length).toBeGreaterThan(0)
  for (const each of body) expect(await read(each, name)).toEqual(RIGHT)
})

test.each([
  [
    'POST /v10/projects/PROJECT/env?upsert=true',
    'createprojectenvop:CreateProjectEnvResponseBody',
    variable,
    201,
  ],
  [
    'POST /v10/projects/PROJECT/env',
    'createprojectenvop:CreateProjectEnvResponseBody',
    [variable, { ...variable, key: 'NEWER' }],
    201,
  ],
  [
    'PATCH /v10/projects/PROJECT/env/CONFIG',
    'editprojectenvop:EditProjectEnvResponseBody',
    { value: 'y', target: ['preview', 'development'] },
    200,
  ],
  [
    'DELETE /v10/projects/PROJECT/env/CONFIG',
    'removeprojectenvop:RemoveProjectEnvResponseBody2',
    undefined,
    200,
  ],
  [
    'PATCH /v9/projects/PROJECT',
    'updateprojectresponsebody:UpdateProjectResponseBody',
    { ssoProtection: null },
    200,
  ],
  [
    'POST /v1/global-config',
    'createedgeconfigop:CreateEdgeConfigResponseBody',
    { slug: 'other', items: { a: 1 } },
    201,
  ],
  [
    'POST /v1/global-config/STORE/token',
    'createedgeconfigtokenop:CreateEdgeConfigTokenResponseBody',
    { label: 'app' },
    201,
  ],
])('%s', async (request, name, body, status) => {
  const answer = await ask(request, body)
  expect([answer.status, await read(answer.body, name)]).toEqual([status, RIGHT])
})

test('protection: the SDK knows of passwords only that there is one', async () => {
  const bypass = { scope: 'automation-bypass', createdAt: 1, createdBy: 'user_local' }
  vercel.addProject({
    name: 'shut',
    passwordProtection: { deploymentType: 'preview' },
    protectionBypass: { bypass },
  })
  const { body } = await ask('GET /v9/projects/shut')
  const schema = await model('getprojectresponsebody:GetProjectResponseBody')
  expect(leftOut(body, schema.parse(body))).toEqual(['.passwordProtection.deploymentType'])
})

test('what is wrong is noticed', async () => {
  const { body } = await ask('GET /v1/global-config/STORE')
  const of = (more: object) =>
    read({ ...body, ...more }, 'getedgeconfigop:GetEdgeConfigResponseBody')
  expect([
    await of({}),
    await of({ itemCount: '3' }),
    await of({ digest: undefined }),
    await of({ unheard: { of: 1 } }),
  ]).toEqual([
    RIGHT,
    { putRight: [0, 1], unknown: ['.itemCount'] },
    { putRight: [1, 1], unknown: ['.digest'] },
    { putRight: [0, 0], unknown: ['.unheard'] },
  ])
})
