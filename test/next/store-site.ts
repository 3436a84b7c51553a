/**
 * A small app that hands its gate the real client of a store, built, and run as several workers
 * that share one port, as `node:cluster` shares it: each has a copy of the policy of its own.
 */
import { execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findFreePort } from '../free-port.ts'

const run = promisify(execFile)
const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url))
const NEXT = path.join(REPOSITORY, 'node_modules/next/dist/bin/next')

/** How many there are. */
export const WORKERS = 3

/** What the gate is called: `proxy.ts` runs in Node, `middleware.ts` on the edge. */
export type GateFile = 'proxy.ts' | 'middleware.ts'

/** With Cache Components, because the client has functions for them that cache. */
const SOURCES = {
  'next.config.mjs': `export default {
  output: 'standalone',
  cacheComponents: true,
  turbopack: { root: process.env.ROOT },
  outputFileTracingRoot: process.env.ROOT,
}
`,
  'app/layout.jsx': `export default function Layout({ children }) {
  return <html lang="en"><body>{children}</body></html>
}
`,
  'app/page.jsx': `import { connection } from 'next/server'
import { Suspense } from 'react'

async function Worker() {
  await connection()
  return <p>worker {process.pid}</p>
}

export default function Page() {
  return <Suspense><Worker /></Suspense>
}
`,
  gate: `import { createClient } from '@vercel/edge-config'
import { createGate } from './stagedoor'

const store = () => {
  const client = createClient(process.env.EDGE_CONFIG, { staleIfError: false, cache: 'no-store' })
  return { get: (key: string) => client.get(key, { consistentRead: true }) }
}

export default createGate({ store })
`,
  // Each line of a worker begins with who said it.
  'workers.mjs': `import cluster from 'node:cluster'
import readline from 'node:readline'

cluster.setupPrimary({ exec: 'server.js', silent: true })
for (let i = 0; i < ${WORKERS}; i++) {
  const { process: child } = cluster.fork()
  for (const stream of [child.stdout, child.stderr]) {
    readline.createInterface(stream).on('line', (line) => console.log(child.pid + ' ' + line))
  }
}
process.on('SIGTERM', () => {
  for (const worker of Object.values(cluster.workers)) worker.process.kill()
  process.exit()
})
`,
}

/** @returns the folder of its standalone server */
export async function buildStoreSite(file: GateFile): Promise<string> {
  const name = `store-${path.parse(file).name}`
  const folder = path.join(REPOSITORY, '.tmp/next', name)
  const standalone = path.join(folder, '.next/standalone', path.relative(REPOSITORY, folder))
  const dropIn = await readFile(path.join(REPOSITORY, 'middleware.ts'))
  const next = await readFile(path.join(REPOSITORY, 'node_modules/next/package.json'))
  const digest = createHash('sha256')
    .update(JSON.stringify(SOURCES))
    .update(dropIn)
    .update(next)
    .digest('hex')
  const stamp = path.join(folder, '.digest')
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === digest) return standalone
  await rm(folder, { recursive: true, force: true })
  const { gate, ...others } = SOURCES
  for (const [to, text] of Object.entries({ ...others, [file]: gate, 'stagedoor.ts': dropIn })) {
    await mkdir(path.dirname(path.join(folder, to)), { recursive: true })
    await writeFile(path.join(folder, to), text)
  }
  const options = { cwd: folder, env: environment(), timeout: 280_000 }
  await run('node', [NEXT, 'build'], options).catch((error) => {
    throw new Error(`${name}: ${error.stdout}\n${error.stderr}`)
  })
  await cp(path.join(folder, 'workers.mjs'), path.join(standalone, 'workers.mjs'))
  await writeFile(stamp, digest)
  return standalone
}

/** Workers that were started. */
export interface Workers {
  port: number
  /** All lines printed, and by which process. */
  lines: () => { pid: string; text: string }[]
  stop: () => Promise<void>
}

/** Starts the workers of a built site, and waits until all of them listen. */
export async function startWorkers(folder: string, env: NodeJS.ProcessEnv): Promise<Workers> {
  const port = await findFreePort()
  const child = spawn('node', ['workers.mjs'], {
    cwd: folder,
    env: { ...environment(), PORT: `${port}`, HOSTNAME: 'localhost', STAGEDOOR: 'on', ...env },
  })
  let log = ''
  child.stdout.on('data', (text) => (log += text))
  child.stderr.on('data', (text) => (log += text))
  const lines = () =>
    log.split('\n').flatMap((line) => {
      const [, pid, text] = /^(\d+) (.*)$/.exec(line) ?? []
      return pid !== undefined && text !== undefined ? [{ pid, text }] : []
    })
  const stop = async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    if (child.exitCode === null && child.kill('SIGTERM')) await gone
  }
  const ready = () =>
    new Set(lines().flatMap(({ pid, text }) => (/Ready in/.test(text) ? pid : [])))
  for (let tries = 0; tries < 600 && child.exitCode === null; tries++) {
    if (ready().size === WORKERS) return { port, lines, stop }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await stop()
  throw new Error(`the workers did not start: ${log}`)
}

/** Nothing of the machine's own settings of the gate. */
function environment(): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env
  // Next.js would take vitest's `test` for its own mode.
  const NODE_ENV = undefined as unknown as 'production'
  return { PATH, HOME, NODE_ENV, ROOT: REPOSITORY, CI: '1', NEXT_TELEMETRY_DISABLED: '1' }
}
