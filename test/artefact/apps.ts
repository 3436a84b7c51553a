/** Gated apps, built by Vercel's own program as it builds on the platform, without a network. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { installed } from '../contract/install.ts'
import { type Version, WORK } from './install.ts'

const run = promisify(execFile)
const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url))
const FIXTURE = fileURLToPath(new URL('fixture/', import.meta.url))

export interface App {
  /** Also the name of its folder. */
  name: string
  version: Version
  /** What the gate is called there. */
  file: 'proxy.ts' | 'middleware.ts'
  bundler: 'turbopack' | 'webpack'
}

/** An app that was built. */
export interface Built {
  /** Where `next start` is called. */
  folder: string
  /** What paths of the functions' files are relative to. */
  root: string
  /** What would be deployed. */
  output: string
}

const EDGE_16 = { version: 'next-16', file: 'middleware.ts' } as const
const NODE_16 = { version: 'next-16', file: 'proxy.ts' } as const

export const APPS: App[] = [
  { ...EDGE_16, name: 'edge-turbopack', bundler: 'turbopack' },
  { ...EDGE_16, name: 'edge-webpack', bundler: 'webpack' },
  { ...NODE_16, name: 'node-turbopack', bundler: 'turbopack' },
  { ...NODE_16, name: 'node-webpack', bundler: 'webpack' },
  { version: 'next-15', file: 'middleware.ts', name: 'edge-webpack', bundler: 'webpack' },
]

/** What no file of an artefact may hold: values of the environment that it is built in. */
const CANARIES = {
  AUTH_PASSWORD: 'canary-5d0f3c-password',
  AUTH_USER: 'canary-5d0f3c-user',
  EDGE_CONFIG: 'https://edge-config.vercel.com/ecfg_canary5d0f3c?token=canary-5d0f3c-token',
  GLOBAL_CONFIG: 'https://global-config.vercel.com/ecfg_canary5d0f3c?token=canary-5d0f3c-token',
  STAGEDOOR: 'canary-5d0f3c-switch',
  STAGEDOOR_COOKIE: 'canary-5d0f3c-cookie',
  STAGEDOOR_IP_HEADER: 'canary-5d0f3c-header',
  STAGEDOOR_KEY: 'canary-5d0f3c-key',
  STAGEDOOR_MAX_STALE: 'canary-5d0f3c-stale',
  STAGEDOOR_POLICY: '{"version":1,"realm":"canary-5d0f3c-policy"}',
  STAGEDOOR_SECRET: 'canary-5d0f3c-secret-of-32-bytes-and-more',
  STAGEDOOR_SIGN_IN: 'canary-5d0f3c-sign-in',
  VERCEL_AUTOMATION_BYPASS_SECRET: 'canary-5d0f3c-bypass',
}

/** One of these is in each of the canaries. */
export const CANARY = ['canary-5d0f3c', 'canary5d0f3c']

/** What a build does write down, because of its name. */
export const CONTROL = 'control-5d0f3c'

/** Puts an app of the fixture and the gate together, and builds it, unless it is there already. */
export async function buildApp(app: App): Promise<Built> {
  const { name, version, file, bundler } = app
  const root = path.join(WORK, version)
  const folder = path.join(root, name)
  const built = { folder, root, output: path.join(folder, 'output') }
  const [stamp, digest] = [path.join(folder, '.digest'), await digestSources(app)]
  if ((await readFile(stamp, 'utf8').catch(() => '')) === digest) return built
  await rm(folder, { recursive: true, force: true })
  await cp(FIXTURE, folder, { recursive: true })
  await cp(path.join(REPOSITORY, 'middleware.ts'), path.join(folder, file))
  // Vercel's program tells by the version that it reads there how to build.
  await cp(path.join(root, 'package.json'), path.join(folder, 'package.json'))
  // 16 has Turbopack where no flag is given, 15 has webpack.
  const isDefault = (bundler === 'webpack') === (version === 'next-15')
  const buildCommand = `next build${isDefault ? '' : ` --${bundler}`}`
  await buildForVercel(root, { rootDirectory: name, installCommand: '', buildCommand })
  await rename(path.join(root, '.vercel/output'), built.output)
  await writeFile(stamp, digest)
  return built
}

async function digestSources({ version, ...app }: App): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([app, CANARIES]))
  const entries = await readdir(FIXTURE, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => {
      return path.join(entry.parentPath, entry.name)
    })
  const lock = path.join(WORK, version, 'installed')
  for (const file of [...files.sort(), path.join(REPOSITORY, 'middleware.ts'), lock]) {
    hash.update(`\0${file}\0`).update(await readFile(file))
  }
  return hash.digest('hex')
}

/** `vercel build` in a folder, with canaries in its environment. */
export async function buildForVercel(folder: string, settings: object = {}): Promise<void> {
  const link = {
    projectId: 'prj_local',
    orgId: 'team_local',
    settings: { framework: 'nextjs', nodeVersion: '24.x', ...settings },
  }
  const home = path.join(folder, '.vercel/home')
  await rm(path.join(folder, '.vercel'), { recursive: true, force: true })
  await mkdir(home, { recursive: true })
  await writeFile(path.join(folder, '.vercel/project.json'), JSON.stringify(link))
  const args = [installed('vercel/dist/vc.js'), 'build', '--yes', '-Q', home]
  await run(process.execPath, args, {
    cwd: folder,
    env: environment(folder, home),
    timeout: 580_000,
    maxBuffer: 64 * 1024 * 1024,
  }).catch((error) => {
    throw new Error(`vercel build in ${folder}: ${error.stdout}\n${error.stderr}`)
  })
}

/** Nothing of the machine's own, so that what is found in an artefact is of the canaries. */
function environment(root: string, home: string): NodeJS.ProcessEnv {
  const { PATH } = process.env
  return {
    PATH,
    HOME: home,
    // Next.js would take vitest's `test` for its own mode.
    NODE_ENV: undefined as unknown as 'production',
    CI: '1',
    NEXT_TELEMETRY_DISABLED: '1',
    NO_COLOR: '1',
    NO_UPDATE_NOTIFIER: '1',
    VERCEL_TELEMETRY_DISABLED: '1',
    ROOT: root,
    NEXT_PUBLIC_CONTROL: CONTROL,
    ...CANARIES,
  }
}
