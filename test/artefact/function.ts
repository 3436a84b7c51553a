/** The one function of an artefact that is the gate: which it is, and what it takes to run it. */
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Built } from './apps.ts'
import { loadEdge } from './edge.ts'
import { loadNode } from './node.ts'

/** Variables of a deployment. */
export interface Variables {
  [name: string]: string
}

/** A request as the platform hands it over. */
export interface Asked {
  url: string
  method: string
  headers: [name: string, value: string][]
  body?: string
}

export interface Answered {
  status: number
  /** In the order in which they came; more than one of a name as they are. */
  headers: [name: string, value: string][]
  body: string
}

/** The gate, loaded. It keeps its state from one request to the next. */
export interface Loaded {
  ask(asked: Asked): Promise<Answered>
  stop(): Promise<void>
}

/** What `.vc-config.json` has, as far as it is used (Build Output API, version 3). */
export interface FunctionConfig {
  runtime: string
  entrypoint?: string
  handler?: string
  useWebApi?: boolean
  environment?: Variables
  filePathMap?: { [name: string]: string }
}

export interface MiddlewareFunction {
  folder: string
  config: FunctionConfig
  /** Anew, in a deployment that has these variables. */
  load(variables: Variables): Promise<Loaded>
  remove(): Promise<void>
}

/**
 * Takes the function out of an artefact.
 *
 * Into a folder of its own, far from any `node_modules`: what it needs and does not bring is
 * missing there as it would be when deployed.
 *
 * @param middlewarePath as a route of the artefact names it
 */
export async function takeFunction(
  { output, root }: Built,
  middlewarePath: string,
): Promise<MiddlewareFunction> {
  const from = path.join(output, 'functions', `${middlewarePath}.func`)
  const config: FunctionConfig = JSON.parse(
    await readFile(path.join(from, '.vc-config.json'), 'utf8'),
  )
  const folder = await mkdtemp(path.join(tmpdir(), 'stagedoor-function-'))
  await cp(from, folder, { recursive: true })
  for (const [name, source] of Object.entries(config.filePathMap ?? {})) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
    await cp(path.join(root, source), path.join(folder, name))
  }
  const load = config.runtime === 'edge' ? loadEdge : loadNode
  return {
    folder,
    config,
    load: (variables) => load(folder, config, { ...config.environment, ...variables }),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
