import ts from 'typescript'
import { expect, test } from 'vitest'
import { GATE, makeApp, readTree } from '../../cli/init-support.ts'
import { run, start } from '../../cli/run.ts'

/** What differs from run to run. */
function plain(text: string): string {
  return text
    .replace(/[0-9a-z]{5}(-[0-9a-z]{5}){3}-[0-9a-z]{6}/g, '<password>')
    .replace(/sha256:[\w-]{22}:[\w-]{43}/g, '<verifier>')
    .replace(/SECRET=[\w-]{43}/g, 'SECRET=<secret>')
    .replace(/\/[^"\s]*stagedoor-init-\w+/g, '<app>')
}

const own = 'export function middleware() {}\n'
test.each([
  ['15.5.29', {}, []],
  ['16.4.6', { 'src/app/page.tsx': '' }, []],
  ['16.4.6', {}, ['--json', '--user', 'ann']],
  ['16.4.6', { '.env.example': 'A=1\r\n' }, ['--diff']],
  ['15.5.29', { 'middleware.ts': own }, []],
  ['15.2.2', { 'pnpm-lock.yaml': '' }, ['--force']],
  ['14.2.35', {}, []],
])(
  'the program does with next %s, %j and %j as it does in the other tests',
  async (version, tree, args) => {
    const [one, other] = [makeApp(version, tree), makeApp(version, tree)]
    const real = await start(one, ['init', ...args]).ended
    const here = await run(other, ['init', ...args])
    const [a, b] = [[real, one] as const, [here, other] as const].map(([outcome, dir]) => {
      return plain(JSON.stringify({ ...outcome, tree: readTree(dir) }))
    })
    expect(a).toBe(b)
  },
)

test('the gate is also TypeScript with JSX, for pageExtensions without plain TypeScript', () => {
  const { diagnostics } = ts.transpileModule(GATE, {
    fileName: 'proxy.tsx',
    reportDiagnostics: true,
  })
  expect(diagnostics).toEqual([])
})
