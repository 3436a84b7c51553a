/** The same app under `next start`, on loopback. */
import { type ChildProcess, spawn } from 'node:child_process'
import net from 'node:net'
import path from 'node:path'
import { findFreePort } from '../free-port.ts'
import type { Built } from './apps.ts'
import type { Variables } from './function.ts'

export interface Started {
  port: number
  stop(): Promise<void>
}

/** Starts what was built for Vercel, and waits until it listens. */
export async function startApp({ folder, root }: Built, variables: Variables): Promise<Started> {
  const port = await findFreePort()
  const { PATH } = process.env
  const program = path.join(root, 'node_modules/next/dist/bin/next')
  const child = spawn(process.execPath, [program, 'start', '-p', `${port}`, '-H', 'localhost'], {
    cwd: folder,
    env: {
      PATH,
      ROOT: root,
      NODE_ENV: undefined as unknown as 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      ...variables,
    },
  })
  let log = ''
  child.stdout.on('data', (text) => (log += text))
  child.stderr.on('data', (text) => (log += text))
  for (let tries = 0; tries < 900 && child.exitCode === null; tries++) {
    if (await canConnect(port)) return { port, stop: () => stopProcess(child) }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await stopProcess(child)
  throw new Error(`next start in ${folder}: ${log}`)
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
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}
