/** All that `doctor` knows of a project, read once. Nothing is run for it, and nothing here fails. */
import path from 'node:path'
import { CliError } from '../errors.ts'
import type { CommonOptions, Io } from '../io.ts'
import { NEXT_FILES, type RunEnvironment, runEnvironments } from '../places/next-env.ts'
import { type Found, findMiddleware, findRouters, type Routers } from '../project/app-files.ts'
import { type GateState, gateState } from '../project/gate-state.ts'
import type { Source } from '../project/middleware-shape.ts'
import { findNextConfig, type NextConfig, readNextConfig } from '../project/next-config.ts'
import { type CutText, cutText } from '../project/source-text.ts'
import { relativePath } from '../relative-path.ts'
import { appsBelow } from './apps.ts'
import { codePolicies } from './code-policy.ts'
import { type FoundApp, findApp } from './find-app.ts'
import { type Held, heldPolicies } from './held-policies.ts'
import { type Unreadable, unreadableFiles } from './preflight.ts'
import { leadsOut, readSafely, textOf } from './read-safely.ts'
import { type SourceFile, sourceFiles } from './sources.ts'
import { valuesOf } from './variables.ts'

export interface Facts extends FoundApp {
  dir: string
  options: CommonOptions
  /** Files that were not read, and why. Where one is the app's own, nothing is said of the app. */
  unreadable: Unreadable[]
  /** Folders of apps below, where this is none. */
  apps: string[]
  config: Config | null
  routers: Routers | null
  /** Why there is no router. */
  routersFault: CliError | null
  /** All files that are, or look like, the app's middleware. */
  found: Found[]
  /** The first that Next.js reads. */
  main: Main | null
  gate: GateState | null
  /** The two ways to run the app, and what each sees. */
  runs: RunEnvironment[]
  /** Contents of the `.env` files. */
  texts: Map<string, string>
  /** What each of them sets, with references put in. */
  values: Map<string, Map<string, string>>
  policies: Held[]
  /** Whether the folder is linked to a project on Vercel. */
  isLinked: boolean
  /** The app's own code, read when it is first asked for. */
  sources(): SourceFile[]
}

/** next.config. */
export interface Config extends NextConfig, CutText {
  /** From the app's folder; empty where there is none. */
  name: string
}

/** The app's middleware. */
export interface Main extends Found, Source {
  /** From the app's folder. */
  name: string
}

export function gatherFacts(options: CommonOptions, io: Io): Facts {
  const dir = io.cwd
  const unreadable = unreadableFiles(dir)
  const texts = envTexts(dir)
  const runs = runEnvironments(texts, io.env)
  const isReadable = !unreadable.some(({ stops }) => stops)
  let sources: SourceFile[] | undefined
  const app = isReadable ? appFacts(dir) : NO_APP
  const { main } = app
  return {
    dir,
    options,
    unreadable,
    ...app,
    runs,
    texts,
    values: valuesOf(texts),
    policies: [...heldPolicies(runs, texts), ...(main ? codePolicies(main) : [])],
    isLinked: readSafely(path.join(dir, '.vercel', 'project.json')) !== null,
    sources: () => (sources ??= sourceFiles(dir)),
  }
}

type AppFacts = FoundApp &
  Pick<Facts, 'apps' | 'config' | 'routers' | 'routersFault' | 'found' | 'main' | 'gate'>

const NO_APP: AppFacts = {
  app: null,
  appFault: null,
  lock: null,
  apps: [],
  config: null,
  routers: null,
  routersFault: null,
  found: [],
  main: null,
  gate: null,
}

function appFacts(dir: string): AppFacts {
  const { app, appFault, lock } = findApp(dir)
  if (!app) return { ...NO_APP, appFault, apps: appsBelow(dir) }
  const config = readConfig(dir)
  const { routers, routersFault } = readRouters(dir)
  const found = routers ? findMiddleware(dir, routers, config, app.version) : []
  const first = found.find(({ unread }) => unread === null)
  const main = first ? readMain(dir, first) : null
  const gate = routers ? gateState(dir) : null
  return { ...NO_APP, app, lock, config, routers, routersFault, found, main, gate }
}

function readConfig(dir: string): Config {
  const file = findNextConfig(dir)
  const name = file ? relativePath(dir, file) : ''
  return { ...readNextConfig(dir), name, ...cutText(file ? textOf(file) : '') }
}

function readMain(dir: string, found: Found): Main {
  return { ...found, name: relativePath(dir, found.file), ...cutText(found.text), typed: true }
}

function readRouters(dir: string): Pick<AppFacts, 'routers' | 'routersFault'> {
  try {
    return { routers: findRouters(dir), routersFault: null }
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    return { routers: null, routersFault: error }
  }
}

function envTexts(dir: string): Map<string, string> {
  const texts = new Map<string, string>()
  for (const name of NEXT_FILES) {
    if (leadsOut(dir, path.join(dir, name))) continue
    const reading = readSafely(path.join(dir, name))
    if (reading && 'text' in reading) texts.set(name, reading.text)
  }
  return texts
}
