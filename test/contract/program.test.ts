/** Vercel's own program does its jobs at the local API, and its requests are those we know. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Project } from '../../src/local/project.ts'
import { LocalVercel } from '../../src/local/vercel.ts'
import { type Login, login } from './program.ts'
import { reads, writes } from './requests.ts'

let api: LocalVercel
let project: Project
let environment: { id: string }
let mine: Login

beforeAll(async () => {
  api = await new LocalVercel().start()
  project = api.addProject({ name: 'shop' })
  environment = api.addCustomEnvironment(project, 'qa')
  mine = await login(api, { projectId: project.id, orgId: 'team_local' })
})
afterAll(async () => {
  await mine?.remove()
  await api?.stop()
})
beforeEach(() => {
  api.forget()
  project.variables = []
  api.stores = []
})

const TEAM = { teamId: 'team_local' }

/** Runs a command. @returns what it wrote, in requests */
async function vercel(...args: string[]) {
  api.forget()
  const ran = await mine.vercel(args)
  expect(ran, ran.stderr).toMatchObject({ code: 0 })
  return writes(api.asked)
}

const envs = () => `/v10/projects/${project.id}/env`

test('env add: a Secret, Config, a branch, a custom environment', async () => {
  const add = (...args: string[]) => vercel('env', 'add', 'A', ...args, '--value', 's', '--yes')
  const made = (body: object) => [
    {
      request: `POST ${envs()}`,
      query: TEAM,
      body: { type: 'sensitive', key: 'A', value: 's', visibility: 'secret', ...body },
      status: 201,
    },
  ]
  expect(await add('preview')).toEqual(made({ target: ['preview'] }))
  expect(await add('preview', 'feature')).toEqual(
    made({ target: ['preview'], gitBranch: 'feature' }),
  )
  expect(await add('qa')).toEqual(made({ target: [], customEnvironmentIds: [environment.id] }))
  expect(await add('development')).toEqual(
    made({ type: 'encrypted', visibility: 'config', target: ['development'] }),
  )
  expect(await add('production', '--type', 'config')).toEqual(
    made({ type: 'encrypted', visibility: 'config', target: ['production'] }),
  )
})

test('env add of what is there: refused, and with --force an upsert', async () => {
  const add = ['env', 'add', 'A', 'preview', '--value', 's', '--yes']
  await vercel(...add)
  const { code, stderr } = await mine.vercel(add)
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining('Another Environment Variable with the same Name'),
  ])
  expect(await vercel(...add, '--force')).toMatchObject([
    { request: `POST ${envs()}`, query: { ...TEAM, upsert: 'true' }, status: 201 },
  ])
  expect(project.variables.length).toBe(1)
})

test('env update and env rm', async () => {
  await vercel('env', 'add', 'A', 'preview', '--value', 's', '--yes')
  const [{ id } = { id: '' }] = project.variables
  expect(await vercel('env', 'update', 'A', 'preview', '--value', 't', '--yes')).toEqual([
    {
      request: `PATCH ${envs()}/${id}`,
      query: TEAM,
      body: { type: 'sensitive', value: 't', target: ['preview'], visibility: 'secret' },
      status: 200,
    },
  ])
  expect(await vercel('env', 'rm', 'A', 'preview', '--yes')).toEqual([
    { request: `DELETE ${envs()}/${id}`, query: TEAM, body: undefined, status: 200 },
  ])
  expect(project.variables).toEqual([])
})

test('env rm in a custom environment, by its slug', async () => {
  await vercel('env', 'add', 'A', 'qa', '--value', 's', '--yes')
  expect((await vercel('env', 'rm', 'A', 'qa', '--yes')).length).toBe(1)
  expect(project.variables).toEqual([])
})

test('env ls reads variables and custom environments, and shows no Secret', async () => {
  api.addVariable(project, { key: 'SECRET', value: 's3cret', type: 'sensitive' })
  expect(await vercel('env', 'ls')).toEqual([])
  expect(reads(api.asked)).toEqual(
    [
      `GET /v10/projects/${project.id}/env ${JSON.stringify(TEAM)}`,
      `GET /v2/teams/team_local {}`,
      `GET /v9/projects/${project.id} ${JSON.stringify(TEAM)}`,
      `GET /v9/projects/${project.id}/custom-environments ${JSON.stringify(TEAM)}`,
    ].sort(),
  )
  const { stdout } = await mine.vercel(['env', 'ls'])
  expect(stdout).toMatch(/SECRET +Hidden +Secret +Preview/)
})

test('a policy of the team is told as such', async () => {
  const [team] = api.teams
  if (!team) throw new Error('no team')
  api.addVariable(project, {
    key: 'A',
    value: 's',
    type: 'sensitive',
    visibility: 'secret',
    target: ['production'],
  })
  team.disjunctiveProductionSecretPolicy = 'on'
  try {
    const add = ['env', 'add', 'A', 'preview', '--value', 's', '--yes', '--non-interactive']
    const { code, stdout } = await mine.vercel(add)
    expect([code, JSON.parse(stdout).reason]).toEqual([
      1,
      'production_secret_requires_different_value',
    ])
  } finally {
    team.disjunctiveProductionSecretPolicy = null
  }
})

test('global-config: a store, its items and its tokens', async () => {
  expect(await vercel('global-config', 'create', 'flags')).toEqual([
    { request: 'POST /v1/global-config', query: TEAM, body: { slug: 'flags' }, status: 201 },
  ])
  const [store] = api.stores
  if (!store) throw new Error('no store')
  const path = `/v1/global-config/${store.id}`
  const items = [{ operation: 'upsert', key: 'stagedoor', value: { a: 1 } }]
  const patch = JSON.stringify(items)
  expect(await vercel('global-config', 'update', 'flags', '--patch', patch)).toEqual([
    { request: `PATCH ${path}/items`, query: TEAM, body: { items }, status: 200 },
  ])
  expect(store.items).toEqual({ stagedoor: { a: 1 } })
  expect(await vercel('global-config', 'tokens', 'flags', '--add', 'app')).toEqual([
    { request: `POST ${path}/token`, query: TEAM, body: { label: 'app' }, status: 201 },
  ])
  const list = async (...args: string[]) => {
    const { stdout } = await mine.vercel(['global-config', ...args, '--json'])
    return JSON.parse(stdout)
  }
  expect(await list('list')).toMatchObject([{ id: store.id, slug: 'flags', itemCount: 1 }])
  expect(await list('items', 'flags')).toMatchObject([{ key: 'stagedoor', value: { a: 1 } }])
  expect(await list('items', 'flags', '--key', 'stagedoor')).toMatchObject({ value: { a: 1 } })
  const [token] = await list('tokens', 'flags')
  expect(token).toMatchObject({ label: 'app', partialToken: expect.stringMatching(/^.{3}\*{8}$/) })
  const remove = ['global-config', 'tokens', 'flags', '--remove', token.id, '--yes']
  expect(await vercel(...remove)).toEqual([
    { request: `DELETE ${path}/tokens`, query: TEAM, body: { ids: [token.id] }, status: 204 },
  ])
  expect(store.tokens).toEqual([])
})

test('a bad operation is told, and nothing is written', async () => {
  const store = api.addStore({ slug: 'flags', items: { a: 1 } })
  const items = [
    { operation: 'upsert', key: 'b', value: 1 },
    { operation: 'create', key: 'a', value: 1 },
  ]
  const { code } = await mine.vercel([
    'global-config',
    'update',
    'flags',
    '--patch',
    JSON.stringify(items),
  ])
  expect([code, store.items]).toEqual([1, { a: 1 }])
})

test('project protection: what it shows, and what it sets', async () => {
  const show = async () => (await mine.vercel(['project', 'protection'])).stderr
  expect(await show()).toContain(
    'ssoProtection: {"deploymentType":"prod_deployment_urls_and_all_previews"}',
  )
  // Unlike all others it takes no team from the folder (64.0.2).
  const set = (action: string) =>
    vercel('project', 'protection', action, '--sso', '--scope', 'local')
  expect(await set('disable')).toEqual([
    {
      request: `PATCH /v9/projects/${project.id}`,
      query: TEAM,
      body: { ssoProtection: null },
      status: 200,
    },
  ])
  expect(await show()).toContain('ssoProtection: null')
  expect(await set('enable')).toMatchObject([
    {
      body: { ssoProtection: { deploymentType: 'prod_deployment_urls_and_all_previews' } },
      status: 200,
    },
  ])
})

test('project inspect, target ls and ls', async () => {
  api.addDeployment(project, { url: 'shop-one.vercel.app' })
  api.addDeployment(project, { url: 'shop-two.vercel.app', target: 'production' })
  expect((await mine.vercel(['project', 'inspect'])).stderr).toContain(project.id)
  expect((await mine.vercel(['target', 'ls'])).stderr).toMatch(/\n +qa +/)
  const list = async (...args: string[]) => (await mine.vercel(['ls', ...args])).stdout.trim()
  expect((await list()).split('\n')).toEqual([
    expect.stringContaining('shop-'),
    expect.stringContaining('shop-'),
  ])
  expect(await list('--environment', 'production')).toBe('https://shop-two.vercel.app')
})

test('api: what goes in on stdin comes out of it, and what a refusal leaves', async () => {
  const item = { key: 'A', value: 's', type: 'sensitive', target: ['preview'] }
  const post = ['api', `${envs()}?teamId=team_local`, '-X', 'POST', '--input', '-', '--raw']
  const first = await mine.vercel(post, { input: JSON.stringify(item) })
  expect([first.code, JSON.parse(first.stdout)]).toMatchObject([0, { created: { key: 'A' } }])
  const second = await mine.vercel(post, { input: JSON.stringify(item) })
  expect(second).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^Error: Another Environment Variable .* \(403\)$/m),
  })
  const included = await mine.vercel(['api', '/v2/user', '--raw', '--include'])
  expect(included.stdout).toMatch(/^HTTP 200 OK\n(.+\n)+\n\{"user":/)
})

test('api: who has no login, or one that has ended', async () => {
  const link = { projectId: project.id, orgId: 'team_local' }
  // An empty token is none.
  for (const [token, said] of [
    ['', /^Error: No existing credentials found/m],
    ['ended', /^Error: Not authorized \(403\)$/m],
  ] as const) {
    const other = await login(api, link, token)
    const { code, stdout, stderr } = await other.vercel(['api', '/v2/user', '--raw'])
    await other.remove()
    expect([code, stdout, stderr]).toEqual([1, '', expect.stringMatching(said)])
  }
})
