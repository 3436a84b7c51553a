/**
 * The first lines of README, typed by somebody who has a Next.js app and a clone of this repository
 * beside it, and has installed nothing yet.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findFreePort } from '../free-port.ts'
import { copyCheckout } from './checkout.ts'
import { type Ran, ROOT, run } from './pack.ts'

const MINUTES = 60_000

let home: string
let app: string
beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'stagedoor-newcomer-'))
  app = path.join(home, 'app')
  await copyCheckout(path.join(home, 'stagedoor'))
  await writeApp()
})
afterAll(() => rm(home, { recursive: true, force: true }))

/** An app of the Next.js that this repository is made with. */
async function writeApp(): Promise<void> {
  const { devDependencies } = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8'))
  const { next, react, 'react-dom': reactDom, typescript } = devDependencies
  const manifest = {
    name: 'app',
    private: true,
    scripts: { build: 'next build', start: 'next start' },
    dependencies: { next, react, 'react-dom': reactDom },
    // As `create-next-app` has them.
    devDependencies: {
      typescript,
      '@types/node': devDependencies['@types/node'],
      '@types/react': devDependencies['@types/react'],
    },
  }
  await mkdir(path.join(app, 'app'), { recursive: true })
  const write = (name: string, text: string) => writeFile(path.join(app, name), text)
  await write('package.json', JSON.stringify(manifest))
  await write('app/layout.tsx', LAYOUT)
  await write('app/page.tsx', 'export default function Page() { return <p>BACKSTAGE</p> }\n')
}

const LAYOUT = `import type { ReactNode } from 'react'
export default function Layout({ children }: { children: ReactNode }) {
  return <html lang="en"><body>{children}</body></html>
}
`

/** The lines of the first block below `## Start`, without what is said of them. */
async function readLines(): Promise<string[]> {
  const readme = await readFile(path.join(ROOT, 'README.md'), 'utf8')
  const [, block = ''] = /^## Start$.*?^```sh\n(.*?)^```$/ms.exec(readme) ?? []
  return block
    .split('\n')
    .map((line) => line.replace(/ +#.*$/, ''))
    .filter(Boolean)
}

function type(line: string, env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const { PATH, HOME } = process.env
  const own = { PATH, HOME, NODE_ENV: undefined as unknown as 'production', CI: '1', ...env }
  return run('sh', ['-c', line], { cwd: app, env: { NEXT_TELEMETRY_DISABLED: '1', ...own } })
}

test('the lines work as they stand there', { timeout: 15 * MINUTES }, async () => {
  const lines = await readLines()
  expect(lines.at(-1)).toBe('npm run build && npm start')
  expect(lines.at(-2)).toMatch(/^npx stagedoor init/)
  let password = ''
  for (const line of lines.slice(0, -1)) {
    const { code, stdout, stderr } = await type(line)
    expect(code, `${line}: ${stdout}${stderr}`).toBe(0)
    if (line.includes('init')) password = stdout.trim().split('\n').at(-1) ?? ''
  }
  const built = await type('npm run build')
  expect(built.code, built.stdout + built.stderr).toBe(0)

  const port = await findFreePort('127.0.0.1')
  const { PATH, HOME } = process.env
  const next = path.join(app, 'node_modules/next/dist/bin/next')
  const server = spawn(process.execPath, [next, 'start', '-p', `${port}`, '-H', '127.0.0.1'], {
    cwd: app,
    env: { PATH, HOME, NODE_ENV: undefined as unknown as 'production' },
    stdio: 'ignore',
  })
  try {
    const url = `http://127.0.0.1:${port}/`
    await waitFor(url)
    const asked = async (headers: { [name: string]: string }) => {
      const response = await fetch(url, { headers })
      return [response.status, (await response.text()).includes('BACKSTAGE')]
    }
    const basic = (word: string) => ({ Authorization: `Basic ${btoa(`staging:${word}`)}` })
    expect({
      nobody: await asked({}),
      wrong: await asked(basic('wrong')),
      staging: await asked(basic(password)),
    }).toEqual({ nobody: [401, false], wrong: [401, false], staging: [200, true] })
  } finally {
    await stop(server)
  }
})

async function waitFor(url: string): Promise<void> {
  for (let tries = 0; tries < 900; tries++) {
    if (await fetch(url).catch(() => null)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`nobody listens at ${url}`)
}

function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    server.once('exit', () => resolve())
    server.kill('SIGKILL')
  })
}
