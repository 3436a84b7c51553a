/**
 * The live store and a built Next.js of several workers: what is changed there holds for all of
 * them within ten seconds, and while it is away nobody who was in is thrown out.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LocalStore } from '../../src/local/store.ts'
import { SECRET } from './passes.ts'
import { alice, boris, policy, users } from './policy.ts'
import { buildStoreSite, type GateFile, startWorkers, WORKERS, type Workers } from './store-site.ts'
import { ask } from './wire.ts'

type Header = [name: string, value: string]

// Milliseconds. The promise, and what the tests wait for before they call it broken.
const PROMISED = 10_000
const PATIENCE = 20_000

const everybody = JSON.parse(policy())
const { alice: _, ...others } = users
const withoutAlice = JSON.parse(policy({ who: others }))

describe.each<[GateFile, string]>([
  ['proxy.ts', 'in Node'],
  ['middleware.ts', 'on the edge'],
])('%s, %s', (file, where) => {
  let store: LocalStore
  let workers: Workers
  /** Alice's, given by the gate. */
  let session: Header

  beforeAll(async () => {
    store = await new LocalStore().start()
    store.items = { stagedoor: everybody }
    const env = { EDGE_CONFIG: store.connection, STAGEDOOR_SECRET: SECRET }
    workers = await startWorkers(await buildStoreSite(file), env)
  })
  afterAll(async () => {
    await workers?.stop()
    await store?.stop()
  })

  /** Status, and the worker, which an answer of the gate alone does not tell. */
  async function visit(who?: Header) {
    const answer = await ask(workers.port, { target: '/', headers: who ? [who] : [] })
    const [, worker] = /worker[^\d]*(\d+)/.exec(answer.body.toString()) ?? []
    return { status: answer.status, worker, headers: answer.headers }
  }

  /** Statuses of as many visits as reach every worker twice, since they take turns. */
  async function round(who?: Header): Promise<number[]> {
    const visits = []
    for (let i = 0; i < 2 * WORKERS; i++) visits.push((await visit(who)).status)
    return visits
  }

  /**
   * Has Alice come without a pause, by her password and by her session, until all her visits of
   * some rounds in a row are answered so. @returns when the last one was answered otherwise
   */
  async function pollUntil(status: number): Promise<number> {
    const start = Date.now()
    let last = 0
    for (let quiet = 0; quiet < 5 && Date.now() - start < PATIENCE; ) {
      const answers = [...(await round(alice)), ...(await round(session))]
      const isQuiet = answers.every((answer) => answer === status)
      quiet = isQuiet ? quiet + 1 : 0
      if (!isQuiet) last = Date.now() - start
    }
    return last
  }

  /** Lines of the gate, by worker, that have an event of the store. */
  function said(): { [worker: string]: string[] } {
    const found: { [worker: string]: string[] } = {}
    for (const { pid, text } of workers.lines()) {
      if (!text.includes('"source":"stagedoor"')) continue
      const { event } = JSON.parse(text)
      found[pid] ??= []
      if (event.startsWith('store')) found[pid].push(event)
    }
    return found
  }

  test('every worker lets in whom the store knows, and nobody besides', async () => {
    const visits = []
    for (let i = 0; i < 2 * WORKERS; i++) visits.push(await visit(alice))
    const [, cookie = ''] = /^([^;]+);/.exec(visits[0]?.headers['set-cookie'] ?? '') ?? []
    session = ['Cookie', cookie]
    expect({
      statuses: new Set(visits.map(({ status }) => status)),
      workers: new Set(visits.map(({ worker }) => worker)).size,
      session: new Set(await round(session)),
      nobody: new Set(await round()),
      read: store.asked.length,
    }).toEqual({
      statuses: new Set([200]),
      workers: WORKERS,
      session: new Set([200]),
      nobody: new Set([401]),
      read: WORKERS,
    })
  })

  test('who is removed is out of every worker within ten seconds, and her session with her', async () => {
    store.items.stagedoor = withoutAlice
    const last = await pollUntil(401)
    if (process.env.REPORT) {
      console.info(`${file} ${where}, ${WORKERS} workers: last let in ${last} ms after the change`)
    }
    expect(last).toBeLessThan(PROMISED)
    expect(new Set(await round(boris))).toEqual(new Set([200]))
    expect(Object.keys(said()).length).toBe(WORKERS)
  })

  test('who is put back is in again', async () => {
    store.items.stagedoor = everybody
    expect(await pollUntil(200)).toBeLessThan(PROMISED)
  })

  test('while the store is away all stay in, and none waits for long', async () => {
    const statuses = new Set<number>()
    let longest = 0
    async function visitAll() {
      for (const who of [alice, session]) {
        const start = Date.now()
        for (const status of await round(who)) statuses.add(status)
        longest = Math.max(longest, Date.now() - start)
      }
    }
    // First it never answers, and the copies are so old that visits wait for it.
    store.failure = 'silent'
    await new Promise((resolve) => setTimeout(resolve, 10_500))
    await visitAll()
    store.failure = null
    await store.stop()
    for (const end = Date.now() + 6_000; Date.now() < end; ) await visitAll()
    expect([[...statuses], new Set(await round())]).toEqual([[200], new Set([401])])
    // A round visits each worker twice, and each has a second to wait.
    expect(longest).toBeLessThan(10_000)
    expect(Object.values(said())).toEqual(Array(WORKERS).fill(['store failed']))
  })

  test('when it is back, what has changed meanwhile holds', async () => {
    store.items.stagedoor = withoutAlice
    await store.start()
    expect(await pollUntil(401)).toBeLessThan(PROMISED)
    expect(new Set(await round(boris))).toEqual(new Set([200]))
    expect(Object.values(said())).toEqual(Array(WORKERS).fill(['store failed', 'store recovered']))
  })
})
