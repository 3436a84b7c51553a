/**
 * From an empty folder to somebody who is shut out while the app runs, as a person would do it:
 * `init --store`, `--to store --create`, `next build`, `next start`, `user remove`.
 *
 * Vercel is the one of this machine; all else is the real program: the command line, Next.js, the
 * client of the store.
 */
import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LocalVercel } from '../../src/local/vercel.ts'
import { findFreePort } from '../free-port.ts'
import { basic, NEXT, type Running, startProgram } from './site.ts'

const run = promisify(execFile)
const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url))
// Beside the node_modules that it resolves.
const APP = path.join(REPOSITORY, '.tmp/examples/live')
// Seconds within which a change is promised to count.
const PROMISE = 10

const FILES = {
  'package.json': JSON.stringify({
    private: true,
    dependencies: {
      next: '16.4.5',
      react: '19.3.1',
      'react-dom': '19.3.1',
      '@vercel/edge-config': '1.5.1',
    },
  }),
  'app/layout.js':
    'export default function Layout({ children }) { return <html lang="en"><body>{children}</body></html> }',
  'app/page.js': 'export default function Page() { return <p>the secret page</p> }',
}

const vercel = new LocalVercel()
let site: Running | undefined

beforeAll(async () => {
  await vercel.start()
  const project = vercel.addProject()
  const link = JSON.stringify({ projectId: project.id, orgId: project.accountId })
  await rm(APP, { recursive: true, force: true })
  for (const [name, text] of Object.entries({ ...FILES, '.vercel/project.json': link })) {
    await mkdir(path.dirname(path.join(APP, name)), { recursive: true })
    await writeFile(path.join(APP, name), text)
  }
})
afterAll(async () => {
  await site?.stop()
  await vercel.stop()
})

/** Runs the command line in the app. @returns what it prints: a password, where it makes one */
async function stagedoor(...args: string[]): Promise<string> {
  const { PATH, HOME } = process.env
  const env = { PATH, HOME, STAGEDOOR_API: vercel.url, VERCEL_TOKEN: vercel.token }
  const program = path.join(REPOSITORY, 'bin/stagedoor.js')
  const { stdout } = await run('node', [program, ...args], { cwd: APP, env })
  return stdout.trim()
}

async function statusOf(...credentials: [userId: string, password: string] | []): Promise<number> {
  const [userId, password] = credentials
  const headers = userId === undefined ? {} : Object.fromEntries([basic(userId, password ?? '')])
  const response = await fetch(`http://localhost:${site?.port}/`, { headers })
  const text = await response.text()
  expect(text.includes('the secret page')).toBe(response.status === 200)
  return response.status
}

/** Asks until the answer is another one. @returns how long that took, in seconds */
async function secondsUntil(status: number, userId: string, password: string): Promise<number> {
  const began = performance.now()
  while ((await statusOf(userId, password)) !== status) {
    if (performance.now() - began > 60_000) throw new Error(`no ${status} in a minute`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return (performance.now() - began) / 1000
}

test('somebody is let in, and shut out, while the app runs', { timeout: 600_000 }, async () => {
  await stagedoor('init', '--store', '--no-user')
  const alice = await stagedoor('user', 'add', 'alice', '--to', 'store', '--create')
  await run('node', [NEXT, 'build'], { cwd: APP, env: { ...process.env, NODE_ENV: 'production' } })
  const port = await findFreePort()
  site = await startProgram([NEXT, 'start', '-p', `${port}`, '-H', 'localhost'], APP, port, {
    EDGE_CONFIG: connectionOf('EDGE_CONFIG'),
  })
  expect([await statusOf(), await statusOf('alice', alice)]).toEqual([401, 200])

  const bob = await stagedoor('user', 'add', 'bob', '--to', 'store')
  const letIn = await secondsUntil(200, 'bob', bob)
  // The clock runs from the command on, and the client asks all the while.
  const removed = stagedoor('user', 'remove', 'bob', '--to', 'store')
  const shutOut = await secondsUntil(401, 'bob', bob)
  await removed
  console.info(
    `let in ${letIn.toFixed(1)} s after the command, first 401 ${shutOut.toFixed(1)} s after it was begun`,
  )
  expect(Math.max(letIn, shutOut)).toBeLessThan(PROMISE)
  expect([await statusOf('alice', alice), site.log().match(/store failed/)]).toEqual([200, null])
})

/** What a deployment of the preview would be given, with the store where it is here. */
function connectionOf(name: string): string {
  const value = vercel.projects[0]?.variables.find(({ key }) => key === name)?.value ?? ''
  const { pathname, search } = new URL(value)
  return vercel.url + pathname + search
}
