/**
 * An example as a site: copied with its drop-ins, built, and started on loopback.
 *
 * Kept in `.tmp/examples`, beside the node_modules it resolves, because Turbopack refuses a
 * symbolic link that leaves its root. One that is there and up to date is not built again.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findFreePort } from '../free-port.ts'

const run = promisify(execFile)
const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url))
export const NEXT = path.join(REPOSITORY, 'node_modules/next/dist/bin/next')

export type Example = 'shop' | 'backend' | 'redis'

/** 32 bytes: what a secret has at least. */
export const SECRET = 'the-stage-door-keeper-knows-them'

/** Something that was started. */
export interface Running {
  port: number
  /** All that it has printed. */
  log: () => string
  stop: () => Promise<void>
}

/** Builds an example, unless what is there is made of the same files. @returns its folder */
export async function buildExample(example: Example): Promise<string> {
  const folder = path.join(REPOSITORY, '.tmp/examples', example)
  const digest = await digestSources(example)
  const stamp = path.join(folder, '.digest')
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === digest) return folder
  await rm(folder, { recursive: true, force: true })
  for (const file of await sourcesOf(example)) {
    await cp(path.join(REPOSITORY, 'examples', example, file), path.join(folder, file))
  }
  if (example === 'redis') await addRedis(folder)
  else await run('node', ['scripts/drop-ins.mjs', example, folder], { cwd: REPOSITORY })
  const options = { cwd: folder, env: environment(), timeout: 280_000 }
  await run('node', [NEXT, 'build'], options).catch((error) => {
    throw new Error(`${example}: ${error.stdout}\n${error.stderr}`)
  })
  await writeFile(stamp, digest)
  return folder
}

/**
 * The example that has a package of its own: installed once, beside the examples, where it is
 * found as the repository's packages are. From the registry, or npm's own cache.
 */
async function addRedis(folder: string): Promise<void> {
  await cp(path.join(REPOSITORY, 'middleware.ts'), path.join(folder, 'stagedoor.ts'))
  const { dependencies } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'))
  const home = path.dirname(folder)
  const installed = path.join(home, 'node_modules/redis/package.json')
  if (existsSync(installed)) {
    const { version } = JSON.parse(await readFile(installed, 'utf8'))
    if (version === dependencies.redis) return
  }
  await mkdir(home, { recursive: true })
  await writeFile(path.join(home, 'package.json'), '{ "private": true }')
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
  await run('npm', ['install', '--prefix', home, ...flags, `redis@${dependencies.redis}`])
}

/** Starts a built example behind its gate. */
export async function startExample(folder: string, env: NodeJS.ProcessEnv): Promise<Running> {
  const port = await findFreePort()
  // `localhost`: with an address Next.js asks itself over the network for each rewrite.
  const args = [NEXT, 'start', '-p', `${port}`, '-H', 'localhost']
  return startProgram(args, folder, port, { STAGEDOOR: 'on', STAGEDOOR_SECRET: SECRET, ...env })
}

/** Starts a program of Node.js and waits until it listens. */
export async function startProgram(
  args: string[],
  cwd: string,
  port: number,
  env: NodeJS.ProcessEnv,
): Promise<Running> {
  const child = spawn('node', args, { cwd, env: { ...environment(), ...env } })
  let log = ''
  child.stdout.on('data', (text) => (log += text))
  child.stderr.on('data', (text) => (log += text))
  for (let tries = 0; tries < 300 && child.exitCode === null; tries++) {
    if (await canConnect(port)) return { port, log: () => log, stop: () => stopProcess(child) }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await stopProcess(child)
  throw new Error(`${args.join(' ')} did not start: ${log}`)
}

/** An `Authorization` field. */
export function basic(userId: string, password: string): [name: string, value: string] {
  return ['Authorization', `Basic ${Buffer.from(`${userId}:${password}`).toString('base64')}`]
}

/** What a policy keeps of a password. */
export function verifierOf(password: string): string {
  const salt = Buffer.alloc(16, 7)
  const digest = createHash('sha256').update(salt).update(password).digest('base64url')
  return `sha256:${salt.toString('base64url')}:${digest}`
}

/** The cookie that an answer gives, as a browser sends it back; empty without. */
export function cookieOf(headers: { [name: string]: string }): string {
  return headers['set-cookie']?.split(';', 1)[0] ?? ''
}

/** Nothing of the machine's own settings of the gate. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env
  // Next.js would take vitest's `test` for its own mode.
  const NODE_ENV = undefined as unknown as 'production'
  return { PATH, HOME, NODE_ENV, CI: '1', NEXT_TELEMETRY_DISABLED: '1' }
}

async function digestSources(example: Example): Promise<string> {
  const hash = createHash('sha256')
  const own = (await sourcesOf(example)).map((file) => `examples/${example}/${file}`)
  const drop = ['middleware.ts', 'server.ts', 'scripts/drop-ins.mjs']
  for (const file of [...own, ...drop, 'node_modules/next/package.json']) {
    hash.update(`\0${file}\0`).update(await readFile(path.join(REPOSITORY, file)))
  }
  return hash.digest('hex')
}

/** An example's own files: nothing that a build or a person's own settings left there. */
async function sourcesOf(example: Example): Promise<string[]> {
  const folder = path.join(REPOSITORY, 'examples', example)
  const left = /(^|\/)(\.|node_modules\/|next-env\.d\.ts$)|\.tsbuildinfo$/
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((file) => !left.test(file))
    .sort()
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: 'localhost' })
    const finish = (connected: boolean) => {
      socket.destroy()
      resolve(connected)
    }
    socket.on('connect', () => finish(true)).on('error', () => finish(false))
  })
}

function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    const hard = setTimeout(() => child.kill('SIGKILL'), 3_000)
    child.on('exit', () => {
      clearTimeout(hard)
      resolve()
    })
    child.kill('SIGTERM')
  })
}
