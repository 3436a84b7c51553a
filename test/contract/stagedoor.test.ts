/**
 * Our command line writes what Vercel's own program writes for the same job: the same requests,
 * in the same order, with the same bodies.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Project } from '../../src/local/project.ts'
import { LocalVercel } from '../../src/local/vercel.ts'
import { installed } from './install.ts'
import { type Login, login } from './program.ts'
import { type Compared, reads, without, writes } from './requests.ts'

const STAGEDOOR = fileURLToPath(new URL('../../bin/stagedoor.js', import.meta.url))

let api: LocalVercel
let project: Project
let mine: Login

beforeAll(async () => {
  api = await new LocalVercel().start()
  project = api.addProject({ name: 'shop' })
  api.addCustomEnvironment(project, 'qa')
  mine = await login(api, { projectId: project.id, orgId: 'team_local' })
  const dependencies = { next: '16.4.5' }
  await writeFile(path.join(mine.folder, 'package.json'), JSON.stringify({ dependencies }))
})
afterAll(async () => {
  await mine?.remove()
  await api?.stop()
})
beforeEach(empty)

function empty() {
  api.forget()
  project.variables = []
  api.stores = []
}

/** What our command line writes. */
async function ours(...args: string[]): Promise<Compared[]> {
  api.forget()
  const env = { STAGEDOOR_API: api.url, VERCEL_TOKEN: api.token }
  const ran = await mine.run(STAGEDOOR, args, { env })
  expect(ran, ran.stderr).toMatchObject({ code: 0 })
  return writes(api.asked).map(named)
}

/** What the program writes. */
async function theirs(...args: string[]): Promise<Compared[]> {
  api.forget()
  const ran = await mine.vercel(args)
  expect(ran, ran.stderr).toMatchObject({ code: 0 })
  return writes(api.asked).map(named)
}

/** A store's id is another one each time. */
function named(compared: Compared): Compared {
  return { ...compared, request: compared.request.replace(/ecfg_\w+/, 'STORE') }
}

/** A field of what was sent. */
function sent({ body }: Compared, name: string): string {
  return String((body as Record<string, unknown>)[name])
}

/** How the program is told to do what a request of ours does. */
function commandFor(ours: Compared, slug: string, environment: string[]): string[] {
  const [, place] = /^\w+ \S*?\/(env|global-config|token|items)$/.exec(ours.request) ?? []
  const body = JSON.stringify(ours.body)
  if (place === 'env') {
    const type = ['--type', sent(ours, 'visibility'), '--value', sent(ours, 'value')]
    const add = ['env', 'add', sent(ours, 'key'), ...environment, ...type]
    return [...add, '--force', '--yes', '--non-interactive']
  }
  if (place === 'global-config') return ['global-config', 'create', slug]
  if (place === 'token') return ['global-config', 'tokens', slug, '--add', sent(ours, 'label')]
  if (place === 'items') return ['global-config', 'update', slug, '--patch', body]
  throw new Error(`what the program has no command for: ${ours.request}`)
}

/** What the program writes for each of our requests, one after the other. */
async function again(all: Compared[], slug: string, environment: string[]): Promise<Compared[]> {
  const written: Compared[] = []
  for (const each of all) written.push(...(await theirs(...commandFor(each, slug, environment))))
  return written
}

test.each([
  ['preview', ['--to', 'vercel:preview'], ['preview']],
  ['production', ['--to', 'vercel:production'], ['production']],
  ['development', ['--to', 'vercel:development'], ['development']],
  ['a custom environment', ['--to', 'vercel:qa'], ['qa']],
  ['a branch', ['--to', 'vercel:preview', '--git-branch', 'feature'], ['preview', 'feature']],
])('variables of %s', async (_, place, environment) => {
  const all = [
    ...(await ours('user', 'add', 'bob', ...place)),
    ...(await ours('on', ...place)),
    // A second time it changes what is there.
    ...(await ours('user', 'add', 'ann', ...place)),
  ]
  expect(all.map((each) => sent(each, 'key'))).toEqual([
    'STAGEDOOR_POLICY',
    'STAGEDOOR',
    'STAGEDOOR_POLICY',
  ])
  empty()
  expect(await again(all, '', environment)).toEqual(all)
})

test('a new store, its token, the variable that connects it, and the policy', async () => {
  const all = await ours('user', 'add', 'bob', '--to', 'store', '--create')
  expect(all.map(({ request }) => request)).toEqual([
    'POST /v1/global-config',
    'POST /v1/global-config/STORE/token',
    `POST /v10/projects/${project.id}/env`,
    'PATCH /v1/global-config/STORE/items',
  ])
  const [store] = api.stores
  expect(store?.writes).toBe(1)
  empty()
  // The program has no option for a comment.
  const compared = all.map((each) => without(each, 'comment'))
  expect(await again(all, store?.slug ?? '', ['preview'])).toEqual(compared)
})

test('a change of the policy is one write, and leaves the other items', async () => {
  await ours('user', 'add', 'bob', '--to', 'store', '--create')
  const [store] = api.stores
  if (!store) throw new Error('no store')
  store.items = { ...store.items, other: 1 }
  store.writes = 0
  const written = await ours('user', 'add', 'ann', '--to', 'store')
  expect([written.length, store.writes, store.items['other']]).toEqual([1, 1, 1])
  expect(await again(written, store.slug, [])).toEqual(written)
})

test('a policy is moved from the file to the store', async () => {
  await ours('user', 'add', 'bob', '--to', 'file:.env.local')
  await ours('user', 'add', 'ann', '--to', 'store', '--create')
  const [store] = api.stores
  const moved = await ours('move', '--from', 'file:.env.local', '--to', 'store', '--yes')
  expect(moved).toMatchObject([{ request: 'PATCH /v1/global-config/STORE/items', status: 200 }])
  expect(await again(moved, store?.slug ?? '', [])).toEqual(moved)
})

test('without a token it goes through the program, with the same requests', async () => {
  const add = ['user', 'add', 'bob', '--to', 'vercel:preview', '--json']
  const withToken = await ours(...add)
  const readWithToken = reads(api.asked)
  empty()
  // Where the program keeps its login on Linux and elsewhere: what it reads without `-Q`.
  const data = path.join(mine.folder, '../data')
  const config = path.join(data, 'com.vercel.cli')
  await mkdir(config, { recursive: true })
  await writeFile(path.join(config, 'config.json'), JSON.stringify({ api: api.url }))
  await writeFile(path.join(config, 'auth.json'), JSON.stringify({ token: api.token }))
  const PATH = `${installed('.bin')}${path.delimiter}${process.env['PATH']}`
  const ran = await mine.run(STAGEDOOR, add, { env: { PATH, XDG_DATA_HOME: data } })
  expect(ran, ran.stderr).toMatchObject({ code: 0 })
  const value = { value: expect.stringContaining('"bob"') }
  const withoutValue = (all: Compared[]) => all.map((each) => without(each, 'value'))
  expect(writes(api.asked)).toMatchObject([{ body: value }])
  expect(withoutValue(writes(api.asked))).toEqual(withoutValue(withToken))
  // Beside them it asks who it is.
  const asked = reads(api.asked).filter((line) => !line.startsWith('GET /v2/user'))
  const anonymous = (lines: string[]) => lines.map((line) => line.replace(/\/env\/\w+/, '/env/ID'))
  expect(anonymous(asked)).toEqual(anonymous(readWithToken))
})
