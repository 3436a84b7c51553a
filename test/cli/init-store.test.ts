import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { gateState } from '../../src/cli/project/gate-state.ts'
import { EDGE, GLOBAL, makeListed, makeManager, packageJson } from './init-store-support.ts'
import { expectRefused, GATE, makeApp, readTree, runInit, type Tree } from './init-support.ts'
import { run, start } from './run.ts'

const PASSWORD = /^[0-9a-z]{5}(-[0-9a-z]{5}){3}-[0-9a-z]{6}\n$/
const SETTINGS = GATE.replace("REALM = 'Staging'", "REALM = 'Preview'")
const EDITED = GATE.replace('export default createGate()', 'export default createGate({})')

/** Only what `init` is about. */
function filesOf(dir: string): Record<string, string | undefined> {
  const names = /(?:^|\/)(?:stagedoor|proxy|middleware)[\w.]*$/
  return Object.fromEntries(Object.entries(readTree(dir)).filter(([name]) => names.test(name)))
}

describe('an app without a middleware', () => {
  test.each<[version: string, tree: Tree, gate: string, wiring: string]>([
    ['15.5.29', {}, 'stagedoor.ts', 'middleware.ts'],
    ['16.4.6', {}, 'stagedoor.ts', 'proxy.ts'],
    ['16.4.6', { 'src/app/page.tsx': '' }, 'src/stagedoor.ts', 'src/proxy.ts'],
    [
      '15.5.29',
      { 'next.config.js': `module.exports = { pageExtensions: ["page.tsx"] }` },
      'stagedoor.ts',
      'middleware.page.tsx',
    ],
  ])(
    'next %s with %j gets the gate and what hands it the store',
    async (version, tree, gate, wiring) => {
      const dir = makeListed(version, tree)
      const { code, stdout } = await runInit(dir, '--store')
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(PASSWORD) })
      expect(filesOf(dir)).toEqual({ [gate]: GATE, [wiring]: GLOBAL })
      expect(gateState(dir)).toEqual({ file: gate, called: true, wired: true, fault: null })
    },
  )

  test('is told what was done, and what to do next', async () => {
    const { stderr } = await runInit(makeListed('16.4.6', { 'src/app/page.tsx': '' }), '--store')
    expect(stderr).toBe(`Next.js 16.4.6, app in src/
  wrote     src/stagedoor.ts  the gate
  wrote     src/proxy.ts      hands the gate the store, @vercel/global-config
  wrote     .env.example      STAGEDOOR, STAGEDOOR_POLICY, STAGEDOOR_SECRET, STAGEDOOR_SIGN_IN, STAGEDOOR_COOKIE, STAGEDOOR_IP_HEADER, GLOBAL_CONFIG
  added to  .env.local        STAGEDOOR_SECRET, user staging
next:
  npm run build && npm start   the build must list "Proxy"
  npx stagedoor status   who may enter, and what is gated
  on Vercel: npx stagedoor move --from file --to store --create
  a run without GLOBAL_CONFIG has the policy of .env.local
next dev: not gated (run \`npx stagedoor on\` to gate it too) · next start: gated · on Vercel: not told by this file · restart a running next start; next dev follows by itself
user-id staging, password, shown this once:
`)
  })

  test('a second run changes nothing, and neither does one without --store', async () => {
    const dir = makeListed('16.4.6')
    await runInit(dir, '--store')
    const before = readTree(dir)
    for (const args of [['--store'], [], ['--store', '--force']]) {
      const { code, stdout, stderr } = await runInit(dir, ...args)
      expect({ code, stdout, tree: readTree(dir) }).toEqual({ code: 0, stdout: '', tree: before })
      expect(stderr).not.toMatch(/warning|wrote|replaced|added/)
    }
  })

  test('line ends of another system are no change', async () => {
    const dir = makeListed('16.4.6', {
      'proxy.ts': GLOBAL.replace(/\n/g, '\r\n'),
      'stagedoor.ts': GATE,
    })
    const before = filesOf(dir)
    const { stderr } = await runInit(dir, '--store')
    expect({ stderr, files: filesOf(dir) }).toEqual({
      stderr: expect.stringContaining('kept      proxy.ts'),
      files: before,
    })
  })

  test('--json has the client, and --diff makes the same files', async () => {
    const dir = makeListed('16.4.6')
    const { stdout } = await runInit(dir, '--store', '--diff')
    execFileSync('git', ['apply', '-'], { cwd: dir, input: stdout })
    const patched = readTree(dir)
    const { stdout: json } = await runInit(dir, '--store', '--json', '--user', 'ann')
    expect(JSON.parse(json)).toMatchObject({
      gate: { file: 'stagedoor.ts', wired: true },
      store: { package: '@vercel/global-config', variable: 'GLOBAL_CONFIG', install: null },
      wiring: null,
      user: 'ann',
    })
    const { '.env.local': _, ...made } = readTree(dir)
    expect(made).toEqual(patched)
    expect(made['.env.example']).toContain('STAGEDOOR_POLICY counts\nGLOBAL_CONFIG=\n')
  })

  test('words after --store are not taken for its client', async () => {
    const dir = makeListed('16.4.6')
    const { stderr } = await runInit(dir, '--store', '--user', 'ann')
    expect(stderr).toContain('user ann')
    await expectRefused(
      makeListed('16.4.6'),
      ['--store=redis'],
      /Allowed choices are edge-config/,
      2,
    )
  })
})

describe('which client', () => {
  const both = packageJson('16.4.6', '@vercel/edge-config', '@vercel/global-config')
  const older = packageJson('16.4.6', '@vercel/edge-config')
  test.each<[why: string, tree: Tree, args: string[], env: Record<string, string>, text: string]>([
    ['nothing known', {}, [], {}, GLOBAL],
    ['the older package', { 'package.json': older }, [], {}, EDGE],
    ['the older variable in a file', { '.env.local': 'EDGE_CONFIG=https://a\n' }, [], {}, EDGE],
    ['the older variable in the shell', {}, [], { EDGE_CONFIG: 'https://a' }, EDGE],
    ['both packages', { 'package.json': both }, [], {}, GLOBAL],
    [
      'the older package and the newer variable',
      { 'package.json': older, '.env.example': 'GLOBAL_CONFIG=\n' },
      [],
      {},
      GLOBAL,
    ],
    ['both variables', {}, [], { EDGE_CONFIG: 'a', GLOBAL_CONFIG: 'b' }, GLOBAL],
    ['a variable in a comment', { '.env': '# EDGE_CONFIG=a\n' }, [], {}, GLOBAL],
    ['one asked for', { 'package.json': both }, ['edge-config'], {}, EDGE],
    ['one asked for', { 'package.json': older }, ['global-config'], {}, GLOBAL],
    ['what is wired', { 'proxy.ts': EDGE, 'package.json': both }, [], {}, EDGE],
    ['one asked for, not what is wired', { 'proxy.ts': EDGE }, ['global-config'], {}, GLOBAL],
  ])('%s, %j %j %j', async (_, tree, args, env, text) => {
    const dir = makeApp('16.4.6', tree)
    const option = ['--store', ...args].join('=')
    const { code } = await run(dir, ['init', option, '--no-install'], { env })
    expect({ code, files: filesOf(dir) }).toEqual({
      code: 0,
      files: { 'stagedoor.ts': GATE, 'proxy.ts': text },
    })
  })
})

describe('a gate that is the middleware already', () => {
  test.each([
    ['as it was made', GATE],
    ['with settings', SETTINGS],
  ])('%s moves, and leaves its place to the wiring', async (_, text) => {
    const dir = makeListed('15.5.29', { 'middleware.ts': text })
    const { code, stderr } = await runInit(dir, '--store')
    expect({ code, files: filesOf(dir) }).toEqual({
      code: 0,
      files: { 'stagedoor.ts': text, 'middleware.ts': GLOBAL },
    })
    expect(stderr).toMatch(
      / {2}wrote {5}stagedoor\.ts {3}the gate, out of middleware\.ts\n {2}replaced {2}middleware\.ts {2}hands .*, in place of the gate\n/,
    )
  })

  test('edited moves with --force only, with its settings', async () => {
    const mine = EDITED.replace("REALM = 'Staging'", "REALM = 'Preview'")
    const dir = makeListed('16.4.6', { 'proxy.ts': mine })
    await expectRefused(
      dir,
      ['--store'],
      /changed below its settings[\s\S]*`npx stagedoor init --store --force`/,
    )
    expect((await runInit(dir, '--store', '--force')).code).toBe(0)
    expect(filesOf(dir)).toEqual({ 'stagedoor.ts': SETTINGS, 'proxy.ts': GLOBAL })
  })

  test('beside one with other settings waits for a decision', async () => {
    const dir = makeListed('16.4.6', { 'proxy.ts': GATE, 'stagedoor.ts': SETTINGS })
    await expectRefused(dir, ['--store'], /stagedoor\.ts and proxy\.ts are two gates that differ/)
    expect((await runInit(dir, '--store', '--force')).code).toBe(0)
    expect(filesOf(dir)).toEqual({ 'stagedoor.ts': GATE, 'proxy.ts': GLOBAL })
  })

  test('beside a stagedoor.ts of somebody else is refused', async () => {
    const dir = makeListed('16.4.6', { 'proxy.ts': GATE, 'stagedoor.ts': 'mine' })
    await expectRefused(dir, ['--store', '--force'], /stagedoor\.ts is there already/)
  })

  test('half moved is moved to the end', async () => {
    const dir = makeListed('16.4.6', { 'proxy.ts': SETTINGS, 'stagedoor.ts': SETTINGS })
    expect((await runInit(dir, '--store')).code).toBe(0)
    expect(filesOf(dir)).toEqual({ 'stagedoor.ts': SETTINGS, 'proxy.ts': GLOBAL })
  })
})

describe('a middleware of the user’s own', () => {
  test('is never changed: what hands the gate the store is shown', async () => {
    const text = 'export function proxy() {}\n'
    const dir = makeListed('16.4.6', { 'proxy.ts': text })
    const { code, stderr } = await runInit(dir, '--store')
    expect({ code, files: filesOf(dir) }).toEqual({
      code: 0,
      files: { 'stagedoor.ts': GATE, 'proxy.ts': text },
    })
    expect(stderr).toContain('THERE IS NO GATE until you edit proxy.ts')
    expect(stderr).toContain(`
in proxy.ts:
  1. on top, bring in the gate and the store's client
     + import { createGate } from './stagedoor'
     + import { createClient } from '@vercel/global-config'
  2. keep your function, but not exported: Next.js would call it instead of the gate (line 1)
     - export function proxy() {}
     + function proxy() {}
  3. at the end, export the gate around it
     + // Without these options the client may answer for ever with what it once read.
     + const store = () => {
     +   const client = createClient(process.env.GLOBAL_CONFIG || process.env.EDGE_CONFIG, {
     +     staleIfError: false,
     +     cache: 'no-store',
     +   })
     +   return { get: (key: string) => client.get(key, { consistentRead: true }) }
     + }
     +
     + export default createGate({ store, next: proxy })
`)
  })

  test('that has the gate around it is gated, but reads no store yet', async () => {
    const text = `import { createGate } from './stagedoor'\nconst own = () => undefined\nexport default createGate({ next: own })\n`
    const dir = makeListed('16.4.6', { 'proxy.ts': text, 'stagedoor.ts': GATE })
    const { code, stderr } = await runInit(dir, '--store')
    expect({ code, text: readTree(dir)['proxy.ts'] }).toEqual({ code: 0, text })
    expect(stderr).toContain('the gate reads no store until you edit proxy.ts')
    expect(stderr).not.toMatch(/THERE IS NO GATE|once that is done/)
    expect(JSON.parse((await runInit(dir, '--store', '--json')).stdout)).toMatchObject({
      gate: { file: 'stagedoor.ts', wired: true },
      wiring: { file: 'proxy.ts', steps: [{}, { line: 3 }] },
    })
  })

  test('that hands the gate a store of its own keeps it, and nothing is installed', async () => {
    const text = `import { createGate } from './stagedoor'\nimport { redis as store } from './redis'\nexport default createGate({ store })\n`
    const dir = makeApp('16.4.6', { 'proxy.ts': text, 'stagedoor.ts': GATE })
    const before = readTree(dir)
    const { code, stderr } = await runInit(dir, '--store')
    expect(code).toBe(0)
    expect(stderr).toContain('your middleware hands the gate a store already: it stays')
    expect(filesOf(dir)).toEqual({ 'stagedoor.ts': GATE, 'proxy.ts': text })
    expect(readTree(dir)['package.json']).toBe(before['package.json'])
    expect(readTree(dir)['.env.example']).not.toContain('_CONFIG')
  })
})

describe('installing the client', () => {
  const file = (name: string) => ({ [name]: '' })
  test.each<[manager: string, tree: Tree, args: string[]]>([
    ['npm', {}, ['install', '@vercel/global-config']],
    ['pnpm', file('pnpm-lock.yaml'), ['add', '@vercel/global-config']],
    [
      'pnpm',
      { 'pnpm-lock.yaml': '', 'pnpm-workspace.yaml': '' },
      ['add', '--workspace-root', '@vercel/global-config'],
    ],
    ['yarn', file('yarn.lock'), ['add', '@vercel/global-config']],
    [
      'yarn',
      {
        'package.json':
          '{"packageManager":"yarn@4.9.1","workspaces":["a"],"dependencies":{"next":"16.4.6"}}',
      },
      ['add', '@vercel/global-config'],
    ],
    [
      'yarn',
      { 'package.json': '{"workspaces":["a"],"dependencies":{"next":"16.4.6"}}', 'yarn.lock': '' },
      ['add', '-W', '@vercel/global-config'],
    ],
    ['bun', file('bun.lock'), ['add', '@vercel/global-config']],
  ])('with %s in an app with %j', async (manager, tree, args) => {
    const dir = makeApp('16.4.6', tree)
    const { env, note } = makeManager(manager, 'add')
    const before = Object.keys(readTree(dir))
    const { code, stdout, stderr } = await run(dir, ['init', '--store'], { env })
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(PASSWORD) })
    // Nothing was written before it ran.
    const files = note().files.filter((name) => name !== 'node_modules' && name !== 'app')
    expect({ args: note().args, files }).toEqual({
      args,
      files: before.filter((name) => !name.includes('/')),
    })
    const shown = [manager, ...args].join(' ')
    expect(stderr).toContain(`running \`${shown}\`\n`)
    expect(stderr).toContain('  said on stdout\n')
    expect(stderr).toContain(`added to  package.json  @vercel/global-config, with \`${shown}\``)
    expect(filesOf(dir)).toEqual({ 'stagedoor.ts': GATE, 'proxy.ts': GLOBAL })
  })

  test('is silent for --json and --quiet', async () => {
    const { env } = makeManager('npm', 'add')
    for (const option of ['--json', '--quiet']) {
      const { code, stderr } = await run(makeApp('16.4.6'), ['init', '--store', option], { env })
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    }
  })

  test.each([
    [
      '--dry-run',
      'would add to  package.json  @vercel/global-config, with `npm install @vercel/global-config`',
    ],
    [
      '--diff',
      'package.json, which is not shown, would be changed by `npm install @vercel/global-config`',
    ],
  ])('is only told of by %s', async (option, line) => {
    const { env, note } = makeManager('npm', 'add')
    const dir = makeApp('16.4.6')
    const before = readTree(dir)
    const { code, stderr } = await run(dir, ['init', '--store', option], { env })
    expect({ code, tree: readTree(dir) }).toEqual({ code: 0, tree: before })
    expect(stderr).toContain(line)
    expect(note).toThrow('ENOENT')
  })

  test('is left to the user by --no-install', async () => {
    const { env, note } = makeManager('npm', 'add')
    const dir = makeApp('16.4.6')
    const { code, stderr } = await run(dir, ['init', '--store', '--no-install'], { env })
    expect({ code, files: filesOf(dir) }).toEqual({
      code: 0,
      files: { 'stagedoor.ts': GATE, 'proxy.ts': GLOBAL },
    })
    expect(stderr).toContain(
      'warning: @vercel/global-config is not installed: until you run `npm install @vercel/global-config` the app does not build\n',
    )
    expect(note).toThrow('ENOENT')
  })

  test.each([
    ['fail', 'failed (exit code 7)'],
    ['forget', 'did not add @vercel/global-config to package.json'],
  ] as const)('that comes to nothing (%s) leaves everything as it was', async (what, message) => {
    const { env } = makeManager('npm', what)
    const dir = makeApp('16.4.6')
    const before = readTree(dir)
    const outcome = await run(dir, ['init', '--store', '--quiet'], { env })
    expect({ ...outcome, tree: readTree(dir) }).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/ {2}said on stdout\n/),
      tree: before,
    })
    expect(outcome.stderr).toContain(`  said on stderr of https://…@registry.example/\n`)
    expect(outcome.stderr).toContain(
      `stagedoor: error: \`npm install @vercel/global-config\` ${message}, so nothing was written
stagedoor: hint: run \`npm install @vercel/global-config\` yourself until it succeeds, then \`npx stagedoor init --store\` again\n`,
    )
  })

  test('with a manager that is not there leaves everything as it was', async () => {
    const dir = makeApp('16.4.6', { 'bun.lock': '' })
    const before = readTree(dir)
    const outcome = await run(dir, ['init', '--store'], { env: { PATH: dir } })
    expect({ ...outcome, tree: readTree(dir) }).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('bun, which this app uses, is not installed here'),
      tree: before,
    })
  })

  test('does not begin where something is to be refused', async () => {
    const { env, note } = makeManager('npm', 'add')
    const dir = makeApp('16.4.6', { '.env.local': 'STAGEDOOR_POLICY={}\n' })
    expect((await run(dir, ['init', '--store'], { env })).code).toBe(1)
    expect(note).toThrow('ENOENT')
  })
})

describe('stopped while installing', () => {
  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }

  test.each([
    [
      'SIGINT',
      130,
      'interrupted during `npm install @vercel/global-config`: nothing else was changed',
    ],
    ['SIGTERM', null, ''],
  ] as const)('by %s, nothing is written and nothing goes on', async (signal, code, message) => {
    const manager = makeManager('npm', 'hang')
    const dir = makeApp('16.4.6')
    const before = readTree(dir)
    const { child, ended } = start(dir, ['init', '--store'], { env: manager.env })
    await manager.started()
    child.kill(signal)
    const outcome = await ended
    expect({ ...outcome, tree: readTree(dir) }).toEqual({
      code,
      stdout: '',
      stderr: expect.stringContaining(message),
      tree: before,
    })
    expect(isAlive(manager.note().pid)).toBe(false)
  })

  test('by a second SIGINT, where the first is not heeded', async () => {
    const manager = makeManager('npm', 'deaf')
    const dir = makeApp('16.4.6')
    const before = readTree(dir)
    const { child, ended } = start(dir, ['init', '--store'], { env: manager.env })
    await manager.started()
    child.kill('SIGINT')
    await manager.wasAsked()
    child.kill('SIGINT')
    expect({ code: (await ended).code, tree: readTree(dir) }).toEqual({ code: 130, tree: before })
    expect(isAlive(manager.note().pid)).toBe(false)
  })
})

test('where the gate cannot be written, the copy in force stays', async () => {
  const dir = makeListed('16.4.6', { 'proxy.ts': GATE })
  fs.symlinkSync('nowhere.ts', path.join(dir, 'stagedoor.ts'))
  const { code, stderr } = await runInit(dir, '--store')
  expect({
    code,
    stderr,
    text: fs.readFileSync(path.join(dir, 'proxy.ts'), 'utf8') === GATE,
  }).toEqual({
    code: 1,
    stderr: expect.stringContaining('stagedoor.ts has just been made by something else'),
    text: true,
  })
})

test('a middleware that somebody writes meanwhile is left alone', async () => {
  const dir = makeApp('16.4.6', { 'proxy.ts': GATE })
  const manager = makeManager('npm', 'add')
  const late = `require('node:fs').writeFileSync('proxy.ts', 'mine')\n`
  manager.alsoDo(late)
  const { code, stderr } = await run(dir, ['init', '--store'], { env: manager.env })
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('proxy.ts has just been changed by something else'),
  })
  expect(readTree(dir)['proxy.ts']).toBe('mine')
})

test('what installs the client is told no secret', async () => {
  const dir = makeApp('16.4.6', { 'app/page.tsx': '' })
  const manager = makeManager('npm', 'add')
  const SECRETS = ['VERCEL_TOKEN', 'STAGEDOOR_SECRET', 'STAGEDOOR_POLICY', 'AUTH_PASSWORD']
  const told = `require('node:fs').writeFileSync('told.json', JSON.stringify(Object.keys(process.env)))\n`
  manager.alsoDo(told)
  const given = Object.fromEntries(SECRETS.map((name) => [name, 'x'.repeat(40)]))
  const env = { ...manager.env, ...given, STAGEDOOR_POLICY: '' }
  expect((await run(dir, ['init', '--store', '--no-user'], { env })).code).toBe(0)
  const names: string[] = JSON.parse(readTree(dir)['told.json'] ?? '[]')
  expect([names.includes('PATH'), names.filter((name) => SECRETS.includes(name))]).toEqual([
    true,
    [],
  ])
})
