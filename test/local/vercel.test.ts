/** The local API keeps state and refuses what Vercel's documentation refuses. */
import { createClient } from '@vercel/edge-config'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Project } from '../../src/local/project.ts'
import { LocalVercel } from '../../src/local/vercel.ts'

let vercel: LocalVercel
let project: Project

beforeEach(async () => {
  vercel = await new LocalVercel().start()
  project = vercel.addProject({ name: 'shop' })
})
afterEach(() => vercel.stop())

interface Options {
  token?: string | null
  /** `null`: none. */
  team?: string | null
}

/** Asks the API. @returns status and body */
async function ask(request: string, body?: unknown, options: Options = {}) {
  const { token = vercel.token, team = 'team_local' } = options
  const [method = '', path = ''] = request.split(' ')
  const url = new URL(path, vercel.url)
  if (team !== null) url.searchParams.set('teamId', team)
  const headers: Record<string, string> = {}
  if (token !== null) headers['authorization'] = `Bearer ${token}`
  if (body !== undefined) headers['content-type'] = 'application/json'
  const response = await fetch(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}

/** The code that a request is refused with. */
async function refusal(request: string, body?: unknown, options?: Options) {
  const answer = await ask(request, body, options)
  return [answer.status, answer.body?.error?.code]
}

const env = (more: object = {}) => ({
  type: 'sensitive',
  key: 'STAGEDOOR_USERS',
  value: 'bob:hash',
  target: ['preview'],
  visibility: 'secret',
  ...more,
})

test('who asks', async () => {
  const path = 'GET /v9/projects/shop'
  expect([
    await ask(path, undefined, { token: null }),
    await ask(path, undefined, { token: 'wrong' }),
    await refusal(path, undefined, { team: null }),
    await refusal(path, undefined, { team: 'team_other' }),
    (await ask(path)).status,
    (await ask('GET /v2/user', undefined, { team: null })).status,
  ]).toEqual([
    {
      status: 403,
      body: {
        error: {
          code: 'forbidden',
          message: 'The request is missing an authentication token',
          missingToken: true,
        },
      },
    },
    {
      status: 403,
      body: { error: { code: 'forbidden', message: 'Not authorized', invalidToken: true } },
    },
    [404, 'not_found'],
    [403, 'team_unauthorized'],
    200,
    200,
  ])
})

test('a token of one team is for nothing else', async () => {
  vercel.tokenTeam = 'team_local'
  vercel.addTeam({ id: 'team_two', slug: 'two' })
  expect(await ask('GET /v9/projects/shop', undefined, { team: null })).toMatchObject({
    status: 403,
    body: { error: { code: 'forbidden', saml: true, scope: 'local-person' } },
  })
  expect(await refusal('GET /v9/projects/shop', undefined, { team: 'team_two' })).toEqual([
    403,
    'forbidden',
  ])
  const teams = await ask('GET /v2/teams', undefined, { team: null })
  expect(teams.body.teams.map(({ id }: { id: string }) => id)).toEqual(['team_local'])
})

test('what there is not', async () => {
  expect([
    await refusal('GET /v9/projects/other'),
    await refusal('GET /v9/nothing'),
    await refusal('PUT /v2/user'),
    await refusal('GET /v1/global-config/ecfg_other'),
    await refusal(`DELETE /v10/projects/${project.id}/env/other`),
  ]).toEqual([
    [404, 'not_found'],
    [404, 'not_found'],
    [405, 'method_unknown'],
    [404, 'not_found'],
    [404, 'not_found'],
  ])
})

test('a Secret is never told', async () => {
  const path = `/v10/projects/${project.id}/env`
  const made = await ask(`POST ${path}?upsert=true`, env())
  expect(made).toMatchObject({
    status: 201,
    body: { created: { key: 'STAGEDOOR_USERS', type: 'sensitive', value: '' }, failed: [] },
  })
  const { body: list } = await ask(`GET ${path}?decrypt=true`)
  const { body: one } = await ask(`GET /v1/projects/shop/env/${made.body.created.id}`)
  expect([list.envs[0].value, one.value]).toEqual(['', ''])
  expect(project.variables[0]?.value).toBe('bob:hash')
})

test('Config is listed encrypted and read one by one', async () => {
  const path = `/v10/projects/${project.id}/env`
  const config = env({ type: 'encrypted', visibility: 'config' })
  const { body: made } = await ask(`POST ${path}`, config)
  const { body: list } = await ask(`GET ${path}`)
  expect(list.envs[0]).toMatchObject({ decrypted: false, value: expect.stringMatching(/^eyJ/) })
  expect((await ask(`GET /v1/projects/shop/env/${made.created.id}`)).body).toMatchObject({
    decrypted: true,
    value: 'bob:hash',
    visibility: 'config',
  })
})

test('upsert changes what has the same environments, and nothing else', async () => {
  const path = `/v10/projects/${project.id}/env`
  await ask(`POST ${path}`, env())
  expect([
    await refusal(`POST ${path}`, env()),
    await refusal(`POST ${path}?upsert=true`, env({ target: ['production', 'preview'] })),
    await refusal(`POST /v9/projects/shop/env?upsert=true`, env()),
    (await ask(`POST ${path}?upsert=true`, env({ value: 'new' }))).status,
    (await ask(`POST ${path}?upsert=true`, env({ gitBranch: 'feature' }))).status,
    (await ask(`POST ${path}?upsert=true`, env({ target: ['production'] }))).status,
    await refusal(
      `POST ${path}?upsert=true`,
      env({ type: 'encrypted', visibility: 'config', value: 'x' }),
    ),
  ]).toEqual([
    [403, 'ENV_ALREADY_EXISTS'],
    [400, 'ENV_CONFLICT'],
    [403, 'ENV_ALREADY_EXISTS'],
    201,
    201,
    201,
    [400, 'bad_request'],
  ])
  expect(
    project.variables.map(({ value, target, gitBranch }) => [value, target, gitBranch]),
  ).toEqual([
    ['new', ['preview'], undefined],
    ['bob:hash', ['preview'], 'feature'],
    ['bob:hash', ['production'], undefined],
  ])
})

test('many at once: what failed stands beside what was made', async () => {
  const path = `/v10/projects/${project.id}/env`
  const { status, body } = await ask(`POST ${path}`, [env(), env(), env({ key: '1' })])
  expect([status, body.created.length]).toEqual([201, 1])
  expect(body.failed.map(({ error }: { error: { code: string } }) => error.code)).toEqual([
    'ENV_ALREADY_EXISTS',
    'KEY_INVALID_CHARACTERS',
  ])
})

test.each([
  [{ key: '' }, 'MISSING_KEY'],
  [{ key: 'A B' }, 'KEY_INVALID_CHARACTERS'],
  [{ key: '1A' }, 'KEY_INVALID_CHARACTERS'],
  [{ key: 'TZ' }, 'RESERVED_ENV_VARIABLE'],

  [{ value: 1 }, 'VALUE_INVALID_TYPE'],
  [{ type: 'secret' }, 'bad_request'],
  [{ visibility: 'public' }, 'bad_request'],
  [{ target: [] }, 'MISSING_TARGET'],
  [{ target: ['staging'] }, 'bad_request'],
  [{ customEnvironmentIds: ['env_other'] }, 'bad_request'],
  [{ gitBranch: 'feature', target: ['production'] }, 'bad_request'],
  [{ gitBranch: 'feature', target: ['production', 'preview'] }, 'bad_request'],
])('no variable with %o', async (more, code) => {
  expect(await refusal('POST /v10/projects/shop/env', env(more))).toEqual([400, code])
  expect(project.variables).toEqual([])
})

test('no variable of more than 64 KB', async () => {
  expect(
    await refusal('POST /v10/projects/shop/env', env({ value: 'x'.repeat(64 * 1024 + 1) })),
  ).toEqual([400, 'VALUE_INVALID_LENGTH'])
})

test('custom environments, and change and removal', async () => {
  const { id } = vercel.addCustomEnvironment(project, 'qa')
  const { body } = await ask(
    'POST /v10/projects/shop/env',
    env({ target: [], customEnvironmentIds: [id] }),
  )
  const path = `/v10/projects/shop/env/${body.created.id}`
  expect((await ask(`PATCH ${path}`, { value: 'new' })).status).toBe(200)
  expect(await refusal(`PATCH ${path}`, { type: 'encrypted', visibility: 'config' })).toEqual([
    400,
    'bad_request',
  ])
  expect(project.variables[0]).toMatchObject({ value: 'new', customEnvironmentIds: [id] })
  expect((await ask(`GET /v10/projects/shop/env?customEnvironmentId=${id}`)).body.envs.length).toBe(
    1,
  )
  expect((await ask(`DELETE ${path}`)).status).toBe(200)
  expect(project.variables).toEqual([])
})

test('the policies of a team', async () => {
  const [team] = vercel.teams
  if (!team) throw new Error('no team')
  team.sensitiveEnvironmentVariablePolicy = 'on'
  team.disjunctiveProductionSecretPolicy = 'on'
  const path = 'POST /v10/projects/shop/env?upsert=true'
  const { body } = await ask(path, env({ type: 'encrypted', visibility: 'config' }))
  expect(body.created).toMatchObject({ type: 'sensitive', visibility: 'secret', value: '' })
  expect([
    await refusal(path, env({ key: 'A', target: ['production', 'preview'] })),
    await refusal(path, env({ target: ['production'] })),
    (await ask(path, env({ target: ['production'], value: 'other' }))).status,
  ]).toEqual([[400, 'bad_request'], [400, 'bad_request'], 201])
})

test('production variables may be hidden', async () => {
  project.hidesProduction = true
  vercel.addVariable(project, { key: 'A', target: ['production'] })
  vercel.addVariable(project, { key: 'B' })
  const { body } = await ask('GET /v10/projects/shop/env')
  expect([body.envs.length, body.hiddenProductionEnvCount]).toEqual([1, 1])
})

test('a store is made, written and read', async () => {
  const { status, body: made } = await ask('POST /v1/global-config', { slug: 'stagedoor' })
  const { body: created } = await ask(`POST /v1/edge-config/${made.id}/token`, { label: 'app' })
  const path = `/v1/global-config/${made.id}`
  const items = [{ operation: 'upsert', key: 'stagedoor', value: { users: {} } }]
  expect([status, await ask(`PATCH ${path}/items`, { items })]).toEqual([
    201,
    { status: 200, body: { status: 'ok' } },
  ])
  const client = createClient(`${vercel.url}/${made.id}?token=${created.token}`)
  expect(await client.get('stagedoor')).toEqual({ users: {} })
  expect((await ask(`GET ${path}/item/stagedoor`)).body).toMatchObject({
    edgeConfigId: made.id,
    key: 'stagedoor',
    value: { users: {} },
  })
  expect((await ask(`GET ${path}`)).body).toMatchObject({ itemCount: 1, slug: 'stagedoor' })
  const { body: tokens } = await ask(`GET ${path}/tokens`)
  expect(tokens).toEqual([
    expect.objectContaining({ label: 'app', partialToken: `${created.token.slice(0, 3)}********` }),
  ])
  expect(JSON.stringify(tokens)).not.toContain(created.token)
  expect((await ask(`DELETE ${path}/tokens`, { ids: [created.id] })).status).toBe(204)
  await expect(client.get('stagedoor')).rejects.toThrow('Unauthorized')
  expect((await ask(`DELETE ${path}`)).status).toBe(204)
  await expect(client.get('stagedoor')).rejects.toThrow('not found')
})

test('one bad operation fails the batch', async () => {
  const store = vercel.addStore({ items: { a: 1 } })
  const path = `PATCH /v1/global-config/${store.id}/items`
  const good = { operation: 'upsert', key: 'b', value: 2 }
  const write = (bad: object) => refusal(path, { items: [good, bad] })
  expect([
    await write({ operation: 'create', key: 'a', value: 2 }),
    await write({ operation: 'update', key: 'c', value: 2 }),
    await write({ operation: 'delete', key: 'c' }),
    await write({ operation: 'upsert', key: 'a.b', value: 2 }),
    await write({ operation: 'upsert', key: 'x'.repeat(257), value: 2 }),
    await write({ operation: 'replace', key: 'a', value: 2 }),
    await write({ operation: 'upsert', key: 'c', value: 'x'.repeat(1024 * 1024) }),
    await refusal(path, {}),
    (await ask(`${path}?dryRun=1`, { items: [good] })).status,
  ]).toEqual([
    [409, 'conflict'],
    [404, 'not_found'],
    [404, 'not_found'],
    [400, 'bad_request'],
    [400, 'bad_request'],
    [400, 'bad_request'],
    [400, 'bad_request'],
    [400, 'bad_request'],
    200,
  ])
  expect([store.items, store.writes]).toEqual([{ a: 1 }, 0])
})

test('any key of the documented form is one', async () => {
  const store = vercel.addStore()
  const path = `/v1/global-config/${store.id}`
  for (const key of ['__proto__', 'constructor', '-', '0']) {
    expect(await refusal(`GET ${path}/item/${key}`)).toEqual([404, 'not_found'])
    const items = [{ operation: 'create', key, value: { key } }]
    expect((await ask(`PATCH ${path}/items`, { items })).status).toBe(200)
    expect((await ask(`GET ${path}/item/${key}`)).body).toMatchObject({ key, value: { key } })
  }
  expect(await refusal(`GET ${path}/item/%E0`)).toEqual([400, 'bad_request'])
})

test('the limits of a plan', async () => {
  const personal = { team: null }
  const make = (slug: string) => refusal('POST /v1/global-config', { slug }, personal)
  expect([await make('a b'), (await make('one'))[0], await make('two')]).toEqual([
    [400, 'bad_request'],
    201,
    [402, 'payment_required'],
  ])
  const [store] = vercel.stores
  if (!store) throw new Error('no store')
  store.writes = 249
  const items = [{ operation: 'upsert', key: 'a', value: 1 }]
  const write = () => ask(`PATCH /v1/global-config/${store.id}/items`, { items }, personal)
  expect([(await write()).status, (await write()).status]).toEqual([200, 402])
})

test('a read token writes nothing, but for a store that is open to it', async () => {
  const shut = vercel.addStore({ slug: 'shut' })
  const open = vercel.addStore({ slug: 'open', writable: true })
  const items = [{ operation: 'upsert', key: 'a', value: 1 }]
  const tokenOf = ({ connection }: { connection: string }) =>
    ({ token: new URL(connection).searchParams.get('token'), team: null }) as Options
  const write = ({ id }: { id: string }, by: Options) =>
    refusal(`PATCH /v1/global-config/${id}/items`, { items }, by)
  expect([
    await write(shut, tokenOf(shut)),
    await write(shut, tokenOf(open)),
    await write(open, tokenOf(shut)),
    await refusal(`GET /v1/global-config/${open.id}/tokens`, undefined, tokenOf(open)),
    await refusal(`DELETE /v1/global-config/${open.id}`, undefined, tokenOf(open)),
    await refusal('GET /v1/global-config', undefined, tokenOf(open)),
    await refusal('GET /v2/user', undefined, tokenOf(open)),
    await refusal('GET /v9/projects/shop', undefined, tokenOf(open)),
    (await write(open, tokenOf(open)))[0],
    (await ask(`GET /v1/global-config/${open.id}/items`, undefined, tokenOf(open))).status,
    (await ask(`GET /v1/edge-config/${open.id}/item/a`, undefined, tokenOf(open))).status,
    (await ask(`GET /v1/global-config/${open.id}`, undefined, tokenOf(open))).status,
  ]).toEqual([
    ...[403, 403, 403, 403, 403, 403, 403, 403].map((status) => [status, 'forbidden']),
    200,
    200,
    200,
    200,
  ])
  expect([shut.items, open.items]).toEqual([{}, { a: 1 }])
  expect(vercel.asked.map(({ by }) => by).slice(-4)).toEqual(['store', 'store', 'store', 'store'])
})

test('a write may take its time to be read', async () => {
  const store = vercel.addStore({ items: { a: 1 } })
  store.propagation = 200
  const client = createClient(store.connection)
  const items = [{ operation: 'upsert', key: 'a', value: 2 }]
  await ask(`PATCH /v1/global-config/${store.id}/items`, { items })
  expect((await ask(`GET /v1/global-config/${store.id}/item/a`)).body.value).toBe(2)
  await expect.poll(() => client.get('a'), { timeout: 10_000 }).toBe(2)
  expect(store.asked.length).toBeGreaterThan(0)
})

test('deployments by environment, state and meta', async () => {
  vercel.addDeployment(project, { target: 'production', createdAt: 1 })
  vercel.addDeployment(project, { createdAt: 2, meta: { githubCommitRef: 'feature' } })
  vercel.addDeployment(project, { createdAt: 3, state: 'ERROR' })
  const list = async (query: string) => {
    const { body } = await ask(`GET /v6/deployments?projectId=${project.id}${query}`)
    return body.deployments.map(({ created }: { created: number }) => created)
  }
  expect([
    await list(''),
    await list('&target=preview'),
    await list('&state=READY'),
    await list('&meta-githubCommitRef=feature'),
    await list('&limit=1'),
  ]).toEqual([[3, 2, 1], [3, 2], [2, 1], [2], [3]])
})

test('failures to order', async () => {
  const path = '/v2/user'
  const get = () =>
    fetch(vercel.url + path, { headers: { authorization: `Bearer ${vercel.token}` } })
  const failed = async (order: Parameters<LocalVercel['fail']>[0]) => {
    vercel.fail(order)
    const response = await get()
    return [response.status, response.headers.get('content-type'), await response.text()]
  }
  expect(await failed({ with: 429 })).toEqual([
    429,
    'application/json; charset=utf-8',
    expect.stringMatching(/"rate_limited".*"reset":\d+/),
  ])
  expect(await failed({ with: 'html' })).toEqual([
    200,
    'text/html; charset=utf-8',
    expect.stringContaining('<title>'),
  ])
  expect((await failed({ with: 'gateway' }))[0]).toBe(502)
  expect((await failed({ with: 503 }))[2]).toContain('internal_server_error')
  vercel.fail({ with: 'reset' })
  await expect(get()).rejects.toThrow('fetch failed')
  vercel.fail({ with: 'cut' })
  await expect(get().then((response) => response.text())).rejects.toThrow()
  vercel.fail({ with: 'silent' })
  const waits = fetch(vercel.url + path, { signal: AbortSignal.timeout(300) })
  await expect(waits).rejects.toThrow('timeout')
  expect((await get()).status).toBe(200)
})

test('an answer may be lost after the work was done', async () => {
  vercel.fail({ method: 'POST', path: /\/env/, with: 'reset', after: 'write' })
  await expect(ask('POST /v10/projects/shop/env', env())).rejects.toThrow('fetch failed')
  vercel.fail({ method: 'POST', path: /\/env/, with: 500 })
  expect((await ask('POST /v10/projects/shop/env', env({ key: 'B' }))).status).toBe(500)
  expect(project.variables.map(({ key }) => key)).toEqual(['STAGEDOOR_USERS'])
})

test('somebody else writes in between', async () => {
  const store = vercel.addStore({ items: { a: 1 } })
  vercel.meanwhile({ method: 'GET', path: /\/item\/a/ }, () => {
    store.items = { a: 2 }
  })
  expect((await ask(`GET /v1/global-config/${store.id}/item/a`)).body.value).toBe(2)
})

test('a rate limit ends', async () => {
  vercel.limit = { total: 2, remaining: 1, reset: Date.now() / 1000 + 100 }
  const get = () =>
    fetch(`${vercel.url}/v2/user`, { headers: { authorization: `Bearer ${vercel.token}` } })
  const fields = ({ status, headers }: Response) => [
    status,
    headers.get('x-ratelimit-limit'),
    headers.get('x-ratelimit-remaining'),
  ]
  expect(fields(await get())).toEqual([200, '2', '0'])
  expect(fields(await get())).toEqual([429, '2', '0'])
  vercel.limit.reset = 0
  expect(fields(await get())).toEqual([200, '2', '1'])
})

test('what was asked is kept', async () => {
  await ask('POST /v10/projects/shop/env?upsert=true', env())
  await ask('GET /v2/user', undefined, { token: 'wrong', team: null })
  expect(vercel.asked).toEqual([
    {
      method: 'POST',
      path: '/v10/projects/shop/env?upsert=true&teamId=team_local',
      body: env(),
      status: 201,
      by: 'account',
    },
    { method: 'GET', path: '/v2/user', body: undefined, status: 403, by: 'nobody' },
  ])
  vercel.forget()
  expect(vercel.asked).toEqual([])
})
