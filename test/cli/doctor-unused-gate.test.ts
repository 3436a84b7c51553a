/** A `stagedoor.ts` that nothing imports, and all that may be an import of it. */
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { gatherFacts } from '../../src/cli/doctor/facts.ts'
import { unusedGates } from '../../src/cli/doctor/unused-gate.ts'
import type { Io } from '../../src/cli/io.ts'
import { findings, idsOf, makeProject } from './doctor-support.ts'
import { GATE } from './init-support.ts'

const SERVER = fs.readFileSync(new URL('../../server.ts', import.meta.url), 'utf8')
const LISTED = JSON.stringify({
  dependencies: { next: '16.4.6' },
  devDependencies: { stagedoor: 'file:../stagedoor' },
})
const called = (module: string) =>
  `import { createGate } from '${module}'\nexport default createGate()\n`
const OPTIONS = `import { createGate } from 'stagedoor'\nexport default createGate({ limiter })\n`

/** An app whose middleware has the gate of the package. */
const PACKAGED = { 'package.json': LISTED, 'proxy.ts': called('stagedoor'), 'stagedoor.ts': GATE }

type Changes = Record<string, string | null | undefined>

function unusedIn(changes: Changes) {
  const options = { json: false, dryRun: false, yes: false, quiet: true }
  const facts = gatherFacts(options, { cwd: makeProject(changes), env: {} } as Io)
  return unusedGates(facts).map(({ seen, what }) => [seen?.file, what])
}

describe('a gate is unused', () => {
  test.each<[where: string, changes: Changes, file: string, what: string]>([
    [
      'beside a middleware that is one itself',
      { 'stagedoor.ts': GATE },
      'stagedoor.ts',
      'proxy.ts is one of its own',
    ],
    ['beside one of the package', PACKAGED, 'stagedoor.ts', 'proxy.ts calls another'],
    [
      'whose import is a comment',
      {
        ...PACKAGED,
        'proxy.ts': `// import { createGate } from './stagedoor'\n${called('stagedoor')}`,
      },
      'stagedoor.ts',
      'proxy.ts calls another',
    ],
    [
      'with options',
      { ...PACKAGED, 'stagedoor.ts': OPTIONS },
      'stagedoor.ts',
      'proxy.ts is asked, and not that',
    ],
    [
      'beside helpers of the server, which are imported',
      {
        ...PACKAGED,
        'lib/stagedoor.ts': SERVER,
        'lib/data.ts': `import { requireRole } from './stagedoor'\n`,
        'app/page.tsx': `import { requireRole } from '@/lib/stagedoor'\n`,
      },
      'stagedoor.ts',
      'proxy.ts calls another',
    ],
    [
      'outside of src, where the app is',
      {
        'app/page.tsx': undefined,
        'src/app/page.tsx': '',
        'proxy.ts': undefined,
        'src/proxy.ts': called('./stagedoor'),
        'src/stagedoor.ts': GATE,
        'stagedoor.ts': GATE,
      },
      'stagedoor.ts',
      'src/proxy.ts calls another',
    ],
    [
      'beside others that were followed',
      {
        ...PACKAGED,
        'proxy.ts': `import 'node:fs'\nimport words from './words.json'\nimport { a } from '@/lib/a'\nimport b from './b.js'\n${called('stagedoor')}`,
        'src/lib/a.ts': `export * from './more'\n`,
        'src/lib/more/index.ts': `import 'next/server'\n`,
        'b.ts': 'export default 1',
      },
      'stagedoor.ts',
      'proxy.ts calls another',
    ],
  ])('%s', (_where, changes, file, what) => {
    expect(unusedIn(changes)).toEqual([[file, expect.stringContaining(what)]])
  })

  test('and is then not said to be edited too, which matters no more', async () => {
    const edited = { ...PACKAGED, 'stagedoor.ts': `${GATE}// mine\n` }
    expect(await idsOf(makeProject(edited))).toEqual(['gate-unused'])
  })

  test('and is said with what would put it in force', async () => {
    const mends = async (changes: Changes) =>
      (await findings(makeProject(changes))).map(({ mend }) => mend)
    const [itself = ''] = await mends({ 'stagedoor.ts': GATE })
    expect(itself).toContain('`rm stagedoor.ts`')
    const [packaged = ''] = await mends(PACKAGED)
    expect(packaged).toContain(`\`import { createGate } from './stagedoor'\``)
    const [options = ''] = await mends({ ...PACKAGED, 'stagedoor.ts': OPTIONS })
    expect(options).toContain('`createGate` in proxy.ts')
  })
})

describe('a gate may be imported', () => {
  const gated = called('stagedoor')
  test.each<[how: string, changes: Changes]>([
    ['by name', { 'proxy.ts': called('./stagedoor') }],
    ['with its ending', { 'proxy.ts': called('./stagedoor.ts') }],
    ['with the ending that it is built to', { 'proxy.ts': called('./stagedoor.js') }],
    ['for what it does', { 'proxy.ts': `import './stagedoor'\n${gated}` }],
    ['behind a comment', { 'proxy.ts': `/* mine */ import './stagedoor'\n${gated}` }],
    [
      'over rows, behind an expression with a quote',
      {
        'proxy.ts': `const a = /'/\nimport {\n  a,\n} from './stagedoor'\nconst b = /'/\n${gated}`,
      },
    ],
    ['late', { 'proxy.ts': `const gate = await import('./stagedoor')\n${gated}` }],
    ['by require', { 'proxy.ts': `const gate = require("./stagedoor")\n${gated}` }],
    ['by a common alias', { 'proxy.ts': called('@/stagedoor') }],
    ['by another one', { 'proxy.ts': called('~/stagedoor') }],
    ['by one of package.json', { 'proxy.ts': called('#stagedoor') }],
    [
      'by one of tsconfig.json',
      {
        'tsconfig.json': '{ "compilerOptions": { "paths": { "@gate": ["./stagedoor.ts"] } } }',
        'app/x/route.ts': `import { GET } from '@gate'\n`,
      },
    ],
    ['by one that is nowhere explained', { 'proxy.ts': `import { a } from '@gate'\n${gated}` }],
    [
      'by an alias for all',
      { 'tsconfig.json': '{ "compilerOptions": { "paths": { "*": ["./*"] } } }' },
    ],
    ['from its base', { 'tsconfig.json': '{ "compilerOptions": { "baseUrl": "." } }' }],
    [
      'from a base that another file sets',
      { 'tsconfig.json': '{ "extends": "../tsconfig.base.json" }' },
    ],
    ['by an alias of next.config', { 'next.config.mjs': `const gate = './stagedoor.ts'\n` }],
    ['by a name that is computed', { 'proxy.ts': `import('./' + name)\n${gated}` }],
    ['by a name with a value in it', { 'proxy.ts': `import(\`./\${name}\`)\n${gated}` }],
    [
      'by the gate that a wrapped middleware keeps',
      { 'proxy.ts': called('./lib/gate'), 'lib/gate.ts': `export * from '../stagedoor'\n` },
    ],
    [
      'by what that imports',
      {
        'proxy.ts': `import { own } from '@/lib/own'\n${gated}`,
        'lib/own.ts': `import '../dist/kept'\n`,
      },
    ],
    ['by a route', { 'app/x/route.ts': `import { gate } from '../../stagedoor'\n` }],
  ])('%s', (_how, changes) => {
    expect(unusedIn({ ...PACKAGED, ...changes })).toEqual([])
  })

  test.each<[what: string, changes: Changes]>([
    ['in src', { 'proxy.ts': undefined, 'src/proxy.ts': called('@/stagedoor') }],
    ['as middleware.ts', { 'proxy.ts': undefined, 'src/middleware.ts': called('./stagedoor') }],
  ])('%s', (_what, changes) => {
    const app = { 'app/page.tsx': undefined, 'src/app/page.tsx': '', 'src/stagedoor.ts': GATE }
    expect(unusedIn({ ...app, ...changes })).toEqual([])
  })

  test.each<[what: string, changes: Changes]>([
    ['helpers of the server', { 'stagedoor.ts': SERVER }],
    ['a gate in another folder', { 'lib/stagedoor.ts': GATE }],
    ['a folder', { 'stagedoor.ts/x.ts': GATE }],
    ['a test', { 'stagedoor.test.ts': OPTIONS }],
  ])('or is none: %s', (_what, changes) => {
    expect(unusedIn(changes)).toEqual([])
  })

  test('where nothing calls a gate that is said, and no more', async () => {
    const changes = { ...PACKAGED, 'proxy.ts': 'export default function proxy() {}\n' }
    expect(await idsOf(makeProject(changes))).toEqual(['gate-not-called'])
  })
})

// Minutes, where the time grows faster than the file.
test.each(["import './a\n", "'/", 'import(`', 'from "@/stagedoor', "import 'x'\n", "'///"])(
  'a middleware of %j again and again takes no time that grows faster than it does',
  (row) => {
    const text = called('stagedoor') + row.repeat(300_000 / row.length)
    expect(unusedIn({ ...PACKAGED, 'proxy.ts': text }).length).toBeLessThan(2)
  },
)
