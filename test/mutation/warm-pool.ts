/**
 * A pool of vitest that keeps its thread from run to run: starting one takes longer than the tests
 * that most mutants need. Each run evaluates the project's modules anew, so that neither a mutant
 * nor what it left behind in them is there for the next one.
 */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import type { PoolOptions, PoolWorker } from 'vitest/node'

type Request = Parameters<PoolWorker['send']>[0]
type Listener = Parameters<PoolWorker['on']>[1]

let kept: Worker | undefined

/** Makes the worker of one run. */
export function createWarmWorker(options: PoolOptions): PoolWorker {
  const isFresh = kept === undefined
  kept ??= startThread(options)
  return new WarmWorker(kept, isFresh, filesBelow(options.project.config.root))
}

function startThread({ distPath, env, execArgv }: PoolOptions): Worker {
  const entry = path.join(distPath, 'workers/threads.js')
  return new Worker(entry, { env: env as NodeJS.ProcessEnv, execArgv })
}

class WarmWorker implements PoolWorker {
  readonly name = 'warm'
  readonly #thread: Worker
  readonly #files: string[]
  #isFresh: boolean
  #isRunning = false
  /** Whether the modules of the project are those of this run. */
  #isRenewed = false
  #start: { config: object } | undefined
  readonly #listeners: [event: string, listener: Listener][] = []

  constructor(thread: Worker, isFresh: boolean, files: string[]) {
    this.#thread = thread
    this.#isFresh = isFresh
    this.#files = files
  }

  async start() {
    this.#thread.ref()
    this.on('message', (message) => {
      if (message?.type === 'testfileFinished') this.#isRunning = false
    })
  }

  /** Keeps the thread, unless it is in the middle of a test that is to be cut off. */
  async stop() {
    for (const [event, listener] of this.#listeners) this.#thread.off(event, listener)
    // Nor does it keep the process from ending.
    this.#thread.unref()
    if (!this.#isRunning) return
    kept = undefined
    await this.#thread.terminate()
  }

  send(message: Request) {
    // The thread is set up once, and not torn down; what is another in each run goes with `run`.
    if (message.type === 'start') {
      this.#start = message.context
      if (!this.#isFresh) return this.#answer('started')
    }
    if (message.type === 'stop') return this.#answer('stopped')
    if (message.type === 'run') {
      this.#isRunning = true
      const invalidates = this.#isRenewed ? [] : this.#files
      this.#isRenewed = true
      Object.assign(message.context, { config: this.#start?.config, invalidates })
    }
    this.#thread.postMessage(message)
  }

  on(event: string, listener: Listener) {
    this.#listeners.push([event, listener])
    this.#thread.on(event, listener)
  }

  off(event: string, listener: Listener) {
    this.#thread.off(event, listener)
  }

  deserialize(data: unknown) {
    return data
  }

  /** As the thread would. */
  #answer(type: 'started' | 'stopped') {
    const listeners = this.#listeners.filter(([event]) => event === 'message')
    for (const [, listener] of listeners) listener({ __vitest_worker_response__: true, type })
  }
}

/** All that a run may evaluate: of the project, not of its packages. */
function filesBelow(root: string): string[] {
  const below = ['src', 'test'].flatMap((folder) => {
    const names = readdirSync(path.join(root, folder), { recursive: true }) as string[]
    return names.map((name) => path.join(root, folder, name))
  })
  const atRoot = readdirSync(root).map((name) => path.join(root, name))
  return [...below, ...atRoot].filter((file) => /\.(ts|js|json)$/.test(file))
}
