/** `next start` of the app with one subject: on loopback only, ended by its process's id. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { fileURLToPath } from 'node:url'
import { NEXT_PROGRAM, siteEnvironment } from './site.mjs'

const PROBE = fileURLToPath(new URL('probe.cjs', import.meta.url))
const HOST = '127.0.0.1'
const START = 60_000

/** @returns {Promise<{ port: number, cpu: () => Promise<number>, stop: () => Promise<void> }>} */
export async function startServer(folder, subject, env = {}) {
  const port = await findFreePort()
  const child = fork(NEXT_PROGRAM, ['start', '-p', `${port}`, '-H', HOST], {
    cwd: folder,
    env: siteEnvironment({ ...env, NODE_ENV: 'production', BENCH_SUBJECT: subject }),
    execArgv: ['--require', PROBE],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill()
    await once(child, 'exit')
  }
  try {
    await waitForPort(port, child)
  } catch (error) {
    await stop()
    throw error
  }
  return { port, stop, cpu: () => readUsage(child) }
}

let asked = 0

/** Microseconds of processor time that all threads of the server have taken. */
function readUsage(child) {
  const id = ++asked
  return new Promise((resolve) => {
    child.on('message', function answered(message) {
      if (message?.id !== id) return
      child.off('message', answered)
      resolve(message.usage.user + message.usage.system)
    })
    child.send(id)
  })
}

async function findFreePort() {
  const server = net.createServer().listen(0, HOST)
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

async function waitForPort(port, child) {
  const end = Date.now() + START
  while (Date.now() < end && child.exitCode === null) {
    const socket = net.connect(port, HOST)
    const isOpen = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (isOpen) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('next start does not listen')
}
