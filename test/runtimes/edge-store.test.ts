/**
 * A store read on the edge: `middleware.ts` and the real client in an edge runtime that has
 * nothing else, over real sockets. All failures, in Node: test/store/failures.test.ts.
 */
import { readFileSync } from 'node:fs'
import { EdgeVM } from '@edge-runtime/vm'
import ts from 'typescript'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Failure, LocalStore } from '../../src/local/store.ts'
import { ALICE, basic } from '../gate/visit.ts'
import { deployed, stored } from '../store/visits.ts'

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')
const { outputText: GATE } = ts.transpileModule(read('middleware.ts'), {
  compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
})
const CLIENT = read('node_modules/@vercel/edge-config/dist/index.cjs')
/** What the client takes on the edge in place of reading files. */
const FILES = read('node_modules/@vercel/global-config-fs/index.edge.cjs')

// Milliseconds: five times the time-out, so that a busy machine fails no test.
const TOO_LONG = 5_000

let store: LocalStore
let vm: EdgeVM
beforeEach(async () => {
  store = await new LocalStore().start()
  store.items = { stagedoor: stored }
  vm = load()
})
afterEach(() => store.stop())

/** A machine of the edge that has been started just now. Its clock stands still. */
function load(): EdgeVM {
  const machine = new EdgeVM()
  machine.evaluate(`
    globalThis.process = { env: ${JSON.stringify({ STAGEDOOR_POLICY: JSON.stringify(deployed) })} }
    globalThis.lines = []
    const keep = (line) => void lines.push(line)
    globalThis.console = { log: keep, info: keep, warn: keep, error: keep }
    globalThis.now = Date.parse('2026-07-01T00:00:00Z')
    Date.now = () => now
    const load = (run, require) => {
      const module = { exports: {} }
      run(module, module.exports, require)
      return module.exports
    }
    const files = load((module, exports) => { ${FILES}
    })
    const client = load((module, exports, require) => { ${CLIENT}
    }, () => files)
    const { createGate } = load((module, exports) => { ${GATE}
    })
    const options = { staleIfError: false, cache: 'no-store' }
    globalThis.gate = createGate({
      store: () => {
        const reader = client.createClient('${store.connection}', options)
        return { get: (key) => reader.get(key, { consistentRead: true }) }
      },
    })
  `)
  return machine
}

const pass = (seconds: number) => vm.evaluate(`now += ${seconds * 1_000}`)

const VISITORS = {
  nobody: {},
  mallory: { Authorization: basic('mallory', 'secret') },
  'alice, wrong': { Authorization: basic('alice', 'Secret') },
  alice: ALICE,
  bob: { Authorization: basic('bob', 'secret') },
}

/** Who is let in, of all who come at once. */
async function whoIsIn(): Promise<string> {
  const started = performance.now()
  const visits = Object.entries(VISITORS).map(async ([name, headers]) => {
    const through = await vm.evaluate(`(async () => {
      const request = new Request('https://staging.example/', { headers: ${JSON.stringify(headers)} })
      return (await gate(request))?.headers.get('x-middleware-next') === '1'
    })()`)
    return through ? [name] : []
  })
  const admitted = (await Promise.all(visits)).flat().join(', ') || 'nobody'
  const took = performance.now() - started
  return took < TOO_LONG ? admitted : `${admitted}, after ${took} ms`
}

/** What the log says of the store. */
function said(): string[] {
  const lines: { event: string; reason?: string }[] = JSON.parse(
    vm.evaluate(`'[' + lines.join() + ']'`),
  )
  return lines
    .filter(({ event }) => event !== 'refused')
    .map(({ event, reason }) => [event, reason].filter(Boolean).join(': '))
}

test('normal, 304, changed, missing: no line', async () => {
  const answers = [await whoIsIn()]
  for (const items of [{ stagedoor: stored }, { stagedoor: deployed }, {}, { stagedoor: stored }]) {
    store.items = items
    pass(11)
    answers.push(await whoIsIn())
  }
  expect([answers, said(), store.asked.map(([, status]) => status)]).toEqual([
    ['alice', 'alice', 'bob', 'bob', 'alice'],
    [],
    [200, 304, 200, 404, 200],
  ])
})

type Row = [
  name: string,
  fail: () => unknown,
  mend: () => unknown,
  reason: string,
  /** Who is in without a copy. */
  base: string,
]

const failing = (name: string, failure: Failure, reason: string): Row => [
  name,
  () => (store.failure = failure),
  () => (store.failure = null),
  reason,
  'bob',
]

describe.each<Row>([
  failing('401', 'unauthorized', 'Error'),
  failing('404 without a digest', 'absent', 'Error'),
  failing('429', 'limited', 'Error'),
  failing('500', 'broken', 'Error'),
  failing('never answered', 'silent', 'TimeoutError'),
  failing('reset', 'reset', 'TypeError'),
  failing('cut off in the middle', 'cut', 'TypeError'),
  failing('a page', 'html', 'SyntaxError'),
  ['refused', () => store.stop(), () => store.start(), 'TypeError', 'bob'],
  [
    'no policy',
    () => (store.items.stagedoor = { open: true }),
    () => (store.items.stagedoor = stored),
    '$.version is not valid',
    'nobody',
  ],
])('%s', (_name, fail, mend, reason, base) => {
  test('without a copy', async () => {
    await fail()
    const answers = [await whoIsIn(), await whoIsIn()]
    pass(6)
    answers.push(await whoIsIn())
    await mend()
    pass(11)
    expect([answers, await whoIsIn(), said()]).toEqual([
      [base, base, base],
      'alice',
      [expect.stringContaining(`store failed: ${reason}`), 'store recovered'],
    ])
  })

  test('with a copy: down for ten minutes, and back', async () => {
    const before = await whoIsIn()
    await fail()
    const answers = new Set<string>()
    for (const seconds of [11, 6, 583]) {
      pass(seconds)
      answers.add(await whoIsIn())
    }
    // The hour that a copy lasts is over.
    pass(3_000.001)
    const old = await whoIsIn()
    await mend()
    store.items.stagedoor = deployed
    pass(11)
    expect([before, [...answers], old, await whoIsIn(), said()]).toEqual([
      'alice',
      ['alice'],
      base,
      'bob',
      [expect.stringContaining(`store failed: ${reason}`), 'store recovered'],
    ])
  })
})

test('a page under the ETag of the item is left behind when the item changes', async () => {
  store.failure = 'mangled'
  const answers = [await whoIsIn()]
  store.failure = null
  store.items.stagedoor = { ...stored, realm: 'Other' }
  pass(11)
  answers.push(await whoIsIn())
  expect([answers, said()]).toEqual([
    ['bob', 'alice'],
    ['store failed: SyntaxError', 'store recovered'],
  ])
})
