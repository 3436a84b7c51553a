/** The gate that asks a backend: what it asks, how often, and what it does without. */
import http from 'node:http'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { findFreePort } from '../free-port.ts'
import { type Ask, ask } from '../next/wire.ts'
import { basic, buildExample, cookieOf, type Running, startExample, startProgram } from './site.ts'

const rosalind = basic('rosalind', 'forest-ribbon-lantern')
const peter = basic('peter', 'lion-joiner-bellows')

let folder: string
let apiPort: number
let api: Running
let app: Running

beforeAll(async () => {
  folder = await buildExample('backend')
  apiPort = await findFreePort()
})
// Anew for each test: the app remembers whom it has let in.
beforeEach(async () => {
  api = await startApi()
  app = await startExample(folder, { BACKEND_URL: `http://127.0.0.1:${apiPort}` })
})
afterEach(() => Promise.all([api.stop(), app.stop()]))

const startApi = () => startProgram(['api/server.mjs'], folder, apiPort, { PORT: `${apiPort}` })

const get = (...headers: NonNullable<Ask['headers']>) =>
  ask(app.port, { target: '/', headers: [['Accept', 'text/html'], ...headers] })

/** How often the API was asked. */
const asked = () => api.log().split('POST /login').length - 1

test('lets in whom the API knows, with the roles it says', async () => {
  const answers = [await get(rosalind), await get(peter)]
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  const [stageManager = '', crew = ''] = answers.map(({ body }) => body.toString())
  expect(stageManager).toMatch(/Beginners, please, .*rosalind.*<li>stage-manager<.*<li>crew</)
  expect(stageManager).toContain('Cue 1')
  expect(crew).toMatch(/Beginners, please, .*peter.*<li>crew</)
  expect(crew).not.toMatch(/stage-manager<|Cue 1/)
})

test.each([
  ['a wrong password', basic('rosalind', 'lion-joiner-bellows')],
  ['nobody it knows', basic('orlando', 'forest-ribbon-lantern')],
  ['a name of every object', basic('constructor', 'forest-ribbon-lantern')],
  ['an empty password', basic('rosalind', '')],
])('refuses %s', async (_what, credentials) => {
  expect((await get(credentials)).status).toBe(401)
  expect(asked()).toBe(1)
})

test('does not ask about nobody', async () => {
  expect([(await get()).status, asked()]).toEqual([401, 0])
})

test('asks once for a page’s many requests', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => get(rosalind)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect((await get(rosalind)).status).toBe(200)
  expect(asked()).toBe(1)
})

test('goes on with a session while the API is down, and begins none', async () => {
  const cookie = cookieOf((await get(rosalind)).headers)
  expect(cookie).toMatch(/^stagedoor=/)
  await api.stop()
  const kept = await get(['Cookie', cookie])
  expect([kept.status, kept.body.toString()]).toEqual([200, expect.stringContaining('rosalind')])
  expect((await get(peter)).status).toBe(503)
  expect((await get()).status).toBe(401)
  api = await startApi()
  expect((await get(peter)).status).toBe(200)
})

test.each<[string, http.RequestListener]>([
  ['does not answer', () => {}],
  ['breaks', (_request, response) => response.writeHead(500).end('{"roles":["stage-manager"]}')],
  ['answers nonsense', (_request, response) => response.end('<h1>Welcome</h1>')],
  [
    'sends on to another',
    (_request, response) => response.writeHead(307, { Location: '/elsewhere' }).end(),
  ],
])('lets nobody in where the API %s', async (_what, listener) => {
  await api.stop()
  const other = http.createServer(listener).listen(apiPort, '127.0.0.1')
  expect((await get(rosalind)).status).toBe(503)
  other.closeAllConnections()
  await new Promise((resolve) => other.close(resolve))
})

test('the API tells its log nobody’s name or password', async () => {
  await get(rosalind)
  await get(basic('rosalind', 'no-idea'))
  expect(api.log().split('\n').slice(1)).toEqual([
    'api: POST /login 200',
    'api: POST /login 401',
    '',
  ])
})
