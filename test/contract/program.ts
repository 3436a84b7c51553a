/** Vercel's own program against the local API, with a login and a project of its own. */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { LocalVercel } from '../../src/local/vercel.ts'
import { installed } from './install.ts'

export interface Ran {
  /** `null` where it did not end in time. */
  code: number | null
  stdout: string
  stderr: string
}

export interface Login {
  /** A folder with `.vercel/project.json`, to be in. */
  folder: string
  /** Runs the program to its end. */
  vercel(args: string[], options?: Options): Promise<Ran>
  /** Runs another program of Node.js's. */
  run(program: string, args: string[], options?: Options): Promise<Ran>
  remove(): Promise<void>
}

export interface Options {
  /** What comes in on standard input, which is no terminal. */
  input?: string
  /** Below the folder; without it the folder itself. */
  cwd?: string
  env?: NodeJS.ProcessEnv
}

/** @param token what the login has; `undefined` for none */
export async function login(
  api: LocalVercel,
  link: { projectId: string; orgId: string },
  token: string | undefined = api.token,
): Promise<Login> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'contract-'))
  const folder = path.join(home, 'app')
  const config = path.join(home, 'config')
  await mkdir(path.join(folder, '.vercel'), { recursive: true })
  await mkdir(config)
  await writeFile(path.join(folder, '.vercel/project.json'), JSON.stringify(link))
  await writeFile(path.join(config, 'config.json'), JSON.stringify({ api: api.url }))
  if (token !== undefined) {
    await writeFile(path.join(config, 'auth.json'), JSON.stringify({ token }))
  }
  const { PATH } = process.env
  const environment: NodeJS.ProcessEnv = {
    PATH,
    HOME: home,
    NO_COLOR: '1',
    NO_UPDATE_NOTIFIER: '1',
    VERCEL_TELEMETRY_DISABLED: '1',
    NODE_ENV: undefined as unknown as 'production',
  }
  const run = (args: string[], { input, cwd = '', env }: Options = {}) =>
    runToItsEnd(args, path.join(folder, cwd), { ...environment, ...env }, input)
  return {
    folder,
    vercel: (args, options) =>
      run([installed('vercel/dist/vc.js'), '-Q', config, ...args], options),
    run: (program, args, options) => run([program, ...args], options),
    remove: () => rm(home, { recursive: true, force: true }),
  }
}

function runToItsEnd(
  args: string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  input = '',
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env, timeout: 100_000 })
    const ran = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        ran[name] += text
      })
    }
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...ran }))
    child.stdin.on('error', () => {}).end(input)
  })
}
