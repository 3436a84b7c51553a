/**
 * Starts the API and the app that asks it: `node start.mjs`, or with `--port N`.
 *
 * Copies the gate here, makes its secret, and builds first.
 */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import util from 'node:util'
import { copyDropIns, makeSecret } from '../../scripts/drop-ins.mjs'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const NEXT = path.join(
  path.dirname(createRequire(import.meta.url).resolve('next/package.json')),
  'dist/bin/next',
)

const running = new Set()

/** Starts a program. `gone` resolves with its exit code; what it prints is seen. */
function start(args, env = {}) {
  const child = spawn(process.execPath, args, {
    cwd: HERE,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', ...env },
  })
  child.stdout.pipe(process.stdout, { end: false })
  running.add(child)
  const gone = new Promise((resolve) => {
    child.once('exit', (code) => {
      running.delete(child)
      resolve(code ?? 1)
    })
  })
  return { child, gone }
}

/** Starts the API on a free port; resolves with its origin. */
function startApi() {
  const { child, gone } = start(['api/server.mjs'], { PORT: '0' })
  return new Promise((resolve, reject) => {
    let printed = ''
    child.stdout.on('data', (text) => {
      printed += text
      const [origin] = /http:\/\/[\d.]+:\d+/.exec(printed) ?? []
      if (origin) resolve(origin)
    })
    gone.then((code) => reject(new Error(`the API ended with exit code ${code}`)))
  })
}

function stop() {
  for (const child of running) child.kill('SIGTERM')
}

async function main() {
  const { port } = util.parseArgs({ options: { port: { type: 'string', default: '3000' } } }).values
  process.on('SIGINT', stop).on('SIGTERM', stop).on('exit', stop)
  await copyDropIns('backend', HERE)
  await makeSecret(HERE)
  const built = await start([NEXT, 'build']).gone
  if (built !== 0) return built
  // The app goes on without the API, so that one can see what it does then.
  const BACKEND_URL = await startApi()
  // Not `-H 127.0.0.1`: there Next.js takes the gate’s rewrites for ones to another host.
  const app = start([NEXT, 'start', '-H', 'localhost', '-p', port], {
    BACKEND_URL,
    // Whatever this shell is set to, here the gate is on.
    STAGEDOOR: 'on',
  })
  const code = await app.gone
  stop()
  return code
}

main().then(
  (code) => (process.exitCode = code),
  (error) => {
    console.error(`start: error: ${error.message}`)
    stop()
    process.exitCode = 1
  },
)
