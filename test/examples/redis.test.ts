/** The gate with its policy in a real Redis: what is changed there holds, and what holds without. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findFreePort } from '../free-port.ts'
import { ask } from '../next/wire.ts'
import { basic, buildExample, type Running, startExample } from './site.ts'

const run = promisify(execFile)
const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url))
const STAGEDOOR = path.join(REPOSITORY, 'bin/stagedoor.js')

// Milliseconds. The promise, and what the tests wait for before they call it broken.
const PROMISED = 10_000
const PATIENCE = 20_000

let app: Running
let redis: ChildProcess
let redisPort: number
/** Where Redis keeps its file, and whoever writes the policy theirs. */
let home: string
const passwords: { [userId: string]: string } = {}

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'stagedoor-redis-'))
  redisPort = await findFreePort()
  const [folder] = await Promise.all([buildExample('redis'), startRedis()])
  for (const userId of ['alice', 'boris']) await addUser(userId)
  app = await startExample(folder, { REDIS_URL: `redis://127.0.0.1:${redisPort}` })
})
afterAll(async () => {
  await app?.stop()
  await kill()
  await rm(home, { recursive: true, force: true })
})

/** On loopback, with what it holds on disk, as in the example's README. */
async function startRedis(): Promise<void> {
  const args = ['--port', `${redisPort}`, '--bind', '127.0.0.1', '--dir', home, '--save', '']
  redis = spawn('redis-server', [...args, '--appendonly', 'yes', '--appendfsync', 'always'])
  const failed = new Promise<never>((_resolve, reject) => {
    redis.once('error', () => {
      reject(new Error('no redis-server: run `apt-get install -y redis-server`'))
    })
  })
  const ready = new Promise<void>((resolve) => {
    redis.stdout?.on('data', (text) => {
      if (`${text}`.includes('Ready to accept connections')) resolve()
    })
  })
  await Promise.race([failed, ready])
}

/** As a machine that goes away does it: without a word. */
async function kill(): Promise<void> {
  if (redis.exitCode !== null || redis.signalCode !== null) return
  const gone = new Promise((resolve) => redis.once('exit', resolve))
  redis.kill('SIGKILL')
  await gone
}

const stagedoor = (...args: string[]) =>
  run('node', [STAGEDOOR, 'user', ...args, '--to', 'file:.env.policy', '--yes'], { cwd: home })

async function addUser(userId: string): Promise<void> {
  passwords[userId] = (await stagedoor('add', userId)).stdout.trim()
  await writePolicy()
}

async function removeUser(userId: string): Promise<void> {
  await stagedoor('remove', userId)
  await writePolicy()
}

/** With the script of the example, and a `redis-cli` that finds this Redis. */
async function writePolicy(): Promise<void> {
  await cp(path.join(REPOSITORY, 'examples/redis/package.json'), path.join(home, 'package.json'))
  const { scripts } = JSON.parse(await readFile(path.join(home, 'package.json'), 'utf8'))
  const command = scripts.policy.replace('redis-cli ', `redis-cli -e -p ${redisPort} `)
  await run('sh', ['-c', command], { cwd: home })
}

async function statusOf(userId?: string): Promise<number> {
  const headers = userId === undefined ? [] : [basic(userId, passwords[userId] ?? '')]
  return (await ask(app.port, { target: '/', headers })).status
}

/** @returns milliseconds until somebody is answered so */
async function timeUntil(status: number, userId: string): Promise<number> {
  const start = Date.now()
  while ((await statusOf(userId)) !== status) {
    if (Date.now() - start > PATIENCE) break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return Date.now() - start
}

/** What the gate says of its store. */
function said(): string[] {
  return app
    .log()
    .split('\n')
    .filter((line) => line.includes('"source":"stagedoor"'))
    .map((line) => JSON.parse(line).event)
    .filter((event) => event !== 'refused')
}

test('lets in whom Redis knows', async () => {
  const connected = /redis: /.test(app.log())
  expect([await statusOf(), await statusOf('alice'), await statusOf('boris'), connected]).toEqual([
    401,
    200,
    200,
    false,
  ])
})

test('shuts out who is removed, within ten seconds', async () => {
  await removeUser('alice')
  expect(await timeUntil(401, 'alice')).toBeLessThan(PROMISED)
  expect(await statusOf('boris')).toBe(200)
})

test('goes on by its last good copy while Redis is away, and says so once', async () => {
  await kill()
  const answers = new Set<string>()
  // Longer than a copy is young: later requests wait for Redis.
  for (const end = Date.now() + 12_000; Date.now() < end; ) {
    answers.add(`${await statusOf('boris')} ${await statusOf('alice')} ${await statusOf()}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  expect([[...answers], said()]).toEqual([['200 401 401'], ['store failed']])
  expect(app.log().match(/^redis: .+$/gm)?.length).toBe(1)
})

test('sees what is changed when Redis is back', async () => {
  await startRedis()
  await addUser('alice')
  expect(await timeUntil(200, 'alice')).toBeLessThan(PROMISED)
  await removeUser('boris')
  expect(await timeUntil(401, 'boris')).toBeLessThan(PROMISED)
  expect(said()).toEqual(['store failed', 'store recovered'])
  expect(app.log()).not.toMatch(/unhandled|uncaught/i)
})

test('holds nobody up while Redis takes questions and answers none', async () => {
  redis.kill('SIGSTOP')
  const start = Date.now()
  for (let i = 0; i < 8; i++) {
    expect([await statusOf('alice'), await statusOf('boris')]).toEqual([200, 401])
    await new Promise((resolve) => setTimeout(resolve, 1_000))
  }
  expect(Date.now() - start).toBeLessThan(PATIENCE)
  redis.kill('SIGCONT')
  await removeUser('alice')
  expect(await timeUntil(401, 'alice')).toBeLessThan(PROMISED)
})

test('starts without Redis: nobody gets in, until it is there', async () => {
  await addUser('alice')
  await kill()
  await app.stop()
  app = await startExample(await buildExample('redis'), {
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
  })
  expect([await statusOf('alice'), await statusOf()]).toEqual([503, 503])
  await startRedis()
  expect(await timeUntil(200, 'alice')).toBeLessThan(PROMISED)
  expect(await statusOf()).toBe(401)
})
