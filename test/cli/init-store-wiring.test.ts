import ts from 'typescript'
import { expect, test } from 'vitest'
import { storeClient } from '../../src/cli/project/store-wiring.ts'
import { readWiring } from '../../src/cli/project/wiring.ts'

const CLIENT = storeClient('edge-config')

const GATE_IMPORT = `+ import { createGate } from './stagedoor'`
const IMPORT = `+ import { createClient } from '@vercel/edge-config'`
const lines = (
  name = 'store',
  create = 'createClient',
  key = 'key: string',
) => `+ // Without these options the client may answer for ever with what it once read.
+ const ${name} = () => {
+   const client = ${create}(process.env.EDGE_CONFIG, { staleIfError: false, cache: 'no-store' })
+   return { get: (${key}) => client.get(key, { consistentRead: true }) }
+ }`

/** What a user's file becomes: each step's lines, one after the other. */
function stepsOf(text: string, file = 'proxy.ts'): string {
  const { steps } = readWiring(file, text, '/app/stagedoor.ts', CLIENT)
  const marked = (mark: string, rows: string | undefined) =>
    rows?.split('\n').map((row) => `${mark} ${row}`.trimEnd()) ?? []
  return steps
    .flatMap(({ remove, add }) => [...marked('-', remove), ...marked('+', add)])
    .join('\n')
}

const wired = (call: string, before = '') =>
  `import { createGate } from './stagedoor'\n${before}${call}\n`

test.each<[text: string, steps: string[]]>([
  [
    'export default function proxy(request) {\n}',
    [
      GATE_IMPORT,
      IMPORT,
      '- export default function proxy(request) {',
      '+ function proxy(request) {',
      lines(),
      '+',
      '+ export default createGate({ store, next: proxy })',
    ],
  ],
  [
    wired('export default createGate({ next: own })'),
    [
      IMPORT,
      '- export default createGate({ next: own })',
      lines(),
      '+',
      '+ export default createGate({ store, next: own })',
    ],
  ],
  [
    wired('export default createGate()'),
    [
      IMPORT,
      '- export default createGate()',
      lines(),
      '+',
      '+ export default createGate({ store })',
    ],
  ],
  [
    wired('export default createGate({})'),
    [
      IMPORT,
      '- export default createGate({})',
      lines(),
      '+',
      '+ export default createGate({ store })',
    ],
  ],
  [
    wired('export default createGate({\n  next: own,\n})'),
    [
      IMPORT,
      '- export default createGate({',
      lines(),
      '+',
      '+ export default createGate({',
      '+   store,',
    ],
  ],
  [wired('export default createGate(options)'), [IMPORT, lines()]],
  // Names that the file has for other things.
  [
    wired(
      'export default createGate({ next: own })',
      `import { createClient } from '@/db'\nconst store = 1\n`,
    ),
    [
      `+ import { createClient as createStoreClient } from '@vercel/edge-config'`,
      '- export default createGate({ next: own })',
      lines('policyStore', 'createStoreClient'),
      '+',
      '+ export default createGate({ store: policyStore, next: own })',
    ],
  ],
  // A client that is there already.
  [
    wired(
      'export default createGate({ next: own })',
      `import { createClient as connect } from '@vercel/global-config'\n`,
    ),
    [
      '- export default createGate({ next: own })',
      lines('store', 'connect'),
      '+',
      '+ export default createGate({ store, next: own })',
    ],
  ],
  // Handed already, in each way to write it.
  [wired('export default createGate({ store })'), []],
  [wired('export default createGate({ next: own, store: () => client })'), []],
  [wired('export default createGate({\n  store() {},\n})'), []],
  [wired('export default createGate(options)', 'const options = { store }\n'), []],
  // No store, though it looks like one.
  [
    wired('export default createGate({ next: () => store.visit() })'),
    [
      IMPORT,
      '- export default createGate({ next: () => store.visit() })',
      lines('policyStore'),
      '+',
      '+ export default createGate({ store: policyStore, next: () => store.visit() })',
    ],
  ],
])('%s', (text, steps) => {
  expect(stepsOf(text)).toBe(steps.join('\n'))
})

test('around a middleware with a matcher the result is TypeScript', () => {
  const text = `export function middleware(request: NextRequest) {}
export const config = { matcher: ['/a/:path*'] }`
  const { steps } = readWiring('middleware.ts', text, '/app/stagedoor.ts', CLIENT)
  const added = steps.map(({ add }) => add ?? '').join('\n')
  expect(added).toContain('createGate({\n  store,\n  next: (request: NextRequest) =>')
  const { diagnostics } = ts.transpileModule(added, { reportDiagnostics: true })
  expect(diagnostics).toEqual([])
})

test('the gate stands before the store is handed, but not where Next.js calls something else', () => {
  const gated = (text: string) => readWiring('proxy.ts', text, '/app/stagedoor.ts', CLIENT).isGated
  expect(gated(wired('export default createGate({ next: own })'))).toBe(true)
  expect(gated(wired('export default createGate()', 'export function proxy() {}\n'))).toBe(false)
  expect(
    gated(wired('export default createGate()', `export const config = { matcher: '/a' }\n`)),
  ).toBe(false)
  expect(gated('export function proxy() {}')).toBe(false)
})
