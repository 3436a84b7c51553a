/** A site, running. It listens on loopback only, and is stopped by its process's id. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { findFreePort } from '../free-port.ts'
import { SECRET } from './passes.ts'
import { policy } from './policy.ts'
import {
  bundlerFlags,
  nextProgram,
  type Site,
  siteEnvironment,
  standaloneFolder,
} from './targets.ts'

export interface Server {
  port: number
  site: Site
  host: NonNullable<ServerOptions['host']>
  signs: boolean
  /** All that it has printed. */
  log: () => string
  /** What the app's actions wrote down since last asked. */
  ledger: () => Promise<string[]>
  stop: () => Promise<void>
}

export interface ServerOptions {
  /** `off` for the site as it is without a gate. */
  gate?: 'on' | 'off' | 'unset'
  allow?: string[]
  /** Whether the gate has a secret: then it signs passes, and says to the app who is there. */
  signs?: boolean
  /** More variables of the process, and others in place of these. */
  variables?: { [name: string]: string }
  /** With `127.0.0.1` Next.js asks itself over the network for each rewrite. */
  host?: 'localhost' | '127.0.0.1'
}

/** Starts a site and waits until it listens. */
export async function startServer(site: Site, options: ServerOptions = {}): Promise<Server> {
  const { gate = 'on', host = 'localhost', signs = false } = options
  const port = await findFreePort()
  const scratch = await mkdtemp(path.join(tmpdir(), 'stagedoor-next-'))
  const ledgerFile = path.join(scratch, 'ledger')
  const standalone = site.mode === 'standalone'
  const child = spawn(
    site.program,
    standalone
      ? ['server.js']
      : [nextProgram(site), ...nextArguments(site), '-p', `${port}`, '-H', host],
    {
      cwd: standalone ? standaloneFolder(site) : site.folder,
      env: {
        ...siteEnvironment(site),
        ...(gate === 'unset' ? {} : { STAGEDOOR: gate }),
        STAGEDOOR_POLICY: policy(options.allow && { more: options.allow }),
        ...(signs ? { STAGEDOOR_SECRET: SECRET } : {}),
        LEDGER: ledgerFile,
        PORT: `${port}`,
        HOSTNAME: host,
        ...options.variables,
      },
    },
  )
  let log = ''
  child.stdout.on('data', (text) => (log += text))
  child.stderr.on('data', (text) => (log += text))
  const stop = async () => {
    await stopProcess(child)
    await rm(scratch, { recursive: true, force: true })
  }
  try {
    await waitForPort(port, child)
  } catch (error) {
    await stop()
    throw new Error(`${site.name} did not start: ${log}`, { cause: error })
  }
  const ledger = () => readLedger(ledgerFile)
  return { port, site, host, signs, log: () => log, ledger, stop }
}

function nextArguments(site: Site): string[] {
  return site.mode === 'dev' ? ['dev', ...bundlerFlags(site)] : ['start']
}

async function readLedger(file: string): Promise<string[]> {
  if (!existsSync(file)) return []
  const lines = (await readFile(file, 'utf8')).split('\n').filter(Boolean)
  await writeFile(file, '')
  return lines
}

async function waitForPort(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 600 && child.exitCode === null; tries++) {
    if (await canConnect(port)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('nobody listens')
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
