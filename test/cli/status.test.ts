import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { environmentName } from '../../src/cli/places/next-env.ts'
import { environment } from '../../src/gate/environment.ts'
import { makeProject } from './doctor-support.ts'
import { GATE, makeApp, makeTree, type Tree } from './init-support.ts'
import { makeFolder, policyOf, RESTART, readEnvLocal, run } from './run.ts'

const VERCEL = ' · on Vercel: not told by this file\n'
const CHANGED = VERCEL.replace('\n', `${RESTART}\n`)
const RUNS = ['next dev', 'next start']
const NO_PASSES =
  'passes: none, because STAGEDOOR_SECRET is missing: no sessions, share links or passes'
const POLICY = `STAGEDOOR_POLICY='${JSON.stringify({
  version: 1,
  users: { alice: { verifier: `sha256:${'A'.repeat(22)}:${'A'.repeat(43)}` } },
})}'\n`

test('prints no value of the shell that a file refers to', async () => {
  const env = { AWS_SECRET_ACCESS_KEY: 'ShellSecret7' }
  for (const text of [
    'STAGEDOOR=$AWS_SECRET_ACCESS_KEY\n',
    `STAGEDOOR_POLICY='{"version":1,"$AWS_SECRET_ACCESS_KEY":1}'\n`,
    `STAGEDOOR_POLICY='{"version":1,"users":{"$AWS_SECRET_ACCESS_KEY":{}}}'\n`,
  ]) {
    const dir = makeProject({ '.env.local': text })
    for (const args of [[], ['--json']]) {
      const { stdout, stderr } = await run(dir, ['status', ...args], { env })
      expect(stdout + stderr).toContain('.env.local')
      expect(stdout + stderr).not.toContain('ShellSecret7')
    }
  }
})

describe('on and off', () => {
  test('set STAGEDOOR, and tell which runs are gated then', async () => {
    const folder = makeFolder({ '.env.local': POLICY })
    expect(await run(folder, ['on', '--dry-run'])).toEqual({
      code: 0,
      stdout: '',
      stderr: `would set STAGEDOOR=on in .env.local\nnext dev and next start: gated (STAGEDOOR=on in .env.local)${VERCEL}`,
    })
    expect(readEnvLocal(folder)).toBe(POLICY)
    expect(await run(folder, ['on'])).toEqual({
      code: 0,
      stdout: '',
      stderr: `set STAGEDOOR=on in .env.local\nnext dev and next start: gated (STAGEDOOR=on in .env.local)${CHANGED}`,
    })
    expect(readEnvLocal(folder)).toBe(`${POLICY}STAGEDOOR=on\n`)
    expect((await run(folder, ['on'])).stderr).toContain('STAGEDOOR is on in .env.local already\n')
    expect(await run(folder, ['off'])).toEqual({
      code: 0,
      stdout: '',
      stderr: `set STAGEDOOR=off in .env.local\nnext dev and next start: not gated (STAGEDOOR=off in .env.local)${CHANGED}`,
    })
    expect(readEnvLocal(folder)).toBe(`${POLICY}STAGEDOOR=off\n`)
  })

  test('warn where something else wins', async () => {
    const folder = makeFolder({ '.env.local': POLICY, '.env.production.local': 'STAGEDOOR=off\n' })
    expect((await run(folder, ['on'])).stderr).toBe(
      'set STAGEDOOR=on in .env.local\n' +
        'stagedoor: warning: next start does not see STAGEDOOR of .env.local: .env.production.local sets it too, and wins\n' +
        `next dev: gated (STAGEDOOR=on in .env.local) · next start: not gated (STAGEDOOR=off in .env.production.local)${CHANGED}`,
    )
    // Even an empty variable of the shell keeps Next.js from reading the file's.
    const { stderr } = await run(folder, ['on'], { env: { STAGEDOOR: '' } })
    expect(stderr).toContain(
      'next dev does not see STAGEDOOR of .env.local: the environment of this shell sets it too, and wins',
    )
  })

  test('work on a policy that is not valid', async () => {
    const folder = makeFolder({ '.env.local': "STAGEDOOR_POLICY='{}'\n" })
    expect(await run(folder, ['on'])).toEqual({
      code: 0,
      stdout: '',
      stderr:
        'set STAGEDOOR=on in .env.local\n' +
        `next dev and next start: gated, and shut for everybody: the policy is not valid (STAGEDOOR=on in .env.local)${CHANGED}`,
    })
  })
})

describe('open and close', () => {
  test('set the policy to let everybody in, and back', async () => {
    const folder = makeFolder({ '.env.local': POLICY })
    expect(await run(folder, ['open', '--json'])).toMatchObject({ code: 0, stderr: '' })
    expect(policyOf(folder)).toMatchObject({ open: true })
    expect((await run(folder, ['open'])).stderr).toBe(
      'the policy in .env.local is open already\n' +
        `next dev: not gated (run \`npx stagedoor on\` to gate it too) · next start: gated, but open for everybody${VERCEL}`,
    )
    expect((await run(folder, ['close'])).stderr).toMatch(/^closed the policy in .env.local\n/)
    expect(readEnvLocal(folder)).toBe(POLICY)
  })
})

describe('status', () => {
  test('works where nothing is set up', async () => {
    const folder = makeFolder()
    expect(await run(folder, ['status'])).toEqual({
      code: 0,
      stdout: [
        'RUN         GATE                     POLICY  USERS  RULES  BECAUSE',
        'next dev    not gated                none    -      -      off by default',
        'next start  shut                     none    -      -      on by default',
        "on Vercel   not told by these files  -       -      -      the project's variables decide there",
        '',
        'next start:  gated, and shut for everybody: no policy',
        '',
        NO_PASSES,
        '',
      ].join('\n'),
      stderr: '\nnothing is set up in .env.local: run `npx stagedoor user add NAME`\n',
    })
  })

  test('shows runs, files, users and rules, and never a verifier', async () => {
    const folder = makeFolder({
      '.env.local': `STAGEDOOR=on\n${POLICY}`,
      '.env': 'AUTH_USER=bob\nAUTH_PASSWORD=x\n',
      '.env.production': 'STAGEDOOR=off\n',
    })
    await run(folder, ['allow', 'add', '/a', 'GET /b'])
    await run(folder, ['user', 'add', 'carol', '--expires', '50h'])
    const { code, stdout, stderr } = await run(folder, ['status'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.replace(/20\S+Z/g, '<end>')).toBe(
      [
        'RUN         GATE                     POLICY      USERS  RULES  BECAUSE',
        'next dev    gated                    .env.local  2      2      STAGEDOOR=on in .env.local',
        'next start  gated                    .env.local  2      2      STAGEDOOR=on in .env.local',
        "on Vercel   not told by these files  -           -      -      the project's variables decide there",
        '',
        'ends within 14 days:',
        '  carol  <end> (in 2 days)  .env.local',
        '',
        'SET IN           STAGEDOOR  STAGEDOOR_POLICY  AUTH_USER',
        '.env.local       on         2 users, 2 rules  -',
        '.env.production  off        -                 -',
        '.env             -          -                 bob (ignored)',
        '',
        NO_PASSES,
        '',
        'policy of next dev and next start, from .env.local:',
        '',
        'USER   PATHS       ROLES  EXPIRES                           PASSWORD',
        'alice  everything  -      never                             made',
        'carol  everything  -      <end> (in 2 days)  made',
        '',
        'everybody may see:',
        '  /a',
        '  GET /b',
        '',
      ].join('\n'),
    )
  })

  test('prints one document', async () => {
    const folder = makeFolder({ '.env.local': POLICY })
    const { stdout } = await run(folder, ['status', '--json'])
    const alice = {
      user: 'alice',
      paths: null,
      roles: [],
      expires: null,
      expired: false,
      verifier: 'sha256',
    }
    const none = { revoked: 0, revokedIds: [] }
    const policy = { ...none, fault: null, open: false, users: [alice], allow: [], ips: [] }
    expect(JSON.parse(stdout)).toEqual({
      gate: null,
      runs: [
        {
          run: 'next dev',
          gated: false,
          environment: 'development',
          state: 'not gated',
          policy: '.env.local',
        },
        {
          run: 'next start',
          gated: true,
          environment: 'self-hosted',
          state: 'gated',
          policy: '.env.local',
        },
      ],
      policies: [{ from: '.env.local', runs: ['next dev', 'next start'], ...policy }],
      sources: [{ source: '.env.local', switch: null, policy, authUser: null }],
      secrets: RUNS.map((name) => ({ run: name, state: 'missing', from: null })),
      signIn: RUNS.map((name) => ({ run: name, page: false, from: null })),
      addresses: RUNS.map((name) => ({ run: name, header: null, from: null })),
      vercel: null,
      stores: [],
      differences: [],
      ending: [],
    })
  })

  test('shows addresses, what is revoked, and what signs passes', async () => {
    const secret = 's'.repeat(32)
    const policy = `STAGEDOOR_POLICY='{"version":1,"ips":["10.0.0.0/8"],"revoked":["a","b"]}'\n`
    const folder = makeFolder({
      '.env.local': `${policy}STAGEDOOR_SIGN_IN=page\n`,
      '.env.production': `STAGEDOOR_SECRET=${secret}\n`,
      '.env.development': `STAGEDOOR_SECRET=short\n`,
    })
    const { code, stdout } = await run(folder, ['status'])
    expect(code).toBe(0)
    expect(stdout.slice(stdout.indexOf('SET IN'))).toBe(
      [
        'SET IN      STAGEDOOR  STAGEDOOR_POLICY                        AUTH_USER',
        '.env.local  -          0 users, 0 rules, 1 network, 2 revoked  -',
        '',
        'passes of next dev: none, because STAGEDOOR_SECRET of .env.development has fewer than 32 bytes: no sessions, share links or passes',
        'passes of next start: signed with STAGEDOOR_SECRET of .env.production',
        "sign-in of next dev: by the browser's own box, because the page takes a STAGEDOOR_SECRET",
        'sign-in of next start: at a page (STAGEDOOR_SIGN_IN=page in .env.local)',
        '',
        'policy of next dev and next start, from .env.local:',
        '',
        'no users: nobody can sign in',
        '',
        "without credentials, where the client's address can be told:",
        '  10.0.0.0/8',
        'addresses: not told here: they do not count (STAGEDOOR_IP_HEADER)',
        '',
        'revoked:',
        '  a',
        '  b',
        '',
      ].join('\n'),
    )
    expect(stdout).not.toContain(secret)
    const json = JSON.parse((await run(folder, ['status', '--json'])).stdout)
    expect(json).toMatchObject({
      secrets: [
        { run: 'next dev', state: 'too short', from: '.env.development' },
        { run: 'next start', state: 'there', from: '.env.production' },
      ],
      signIn: [
        { run: 'next dev', page: false, from: '.env.local' },
        { run: 'next start', page: true, from: '.env.local' },
      ],
      policies: [{ ips: ['10.0.0.0/8'], revoked: 2, revokedIds: ['a', 'b'] }],
    })
    expect(JSON.stringify(json)).not.toContain(secret)
  })

  test('tells how addresses are told, as each run has it', async () => {
    const policy = `STAGEDOOR_POLICY='{"version":1,"ips":["10.0.0.0/8"]}'\n`
    const addressesOf = async (files: Record<string, string>) => {
      const folder = makeFolder({ '.env.local': policy, ...files })
      const { addresses } = JSON.parse((await run(folder, ['status', '--json'])).stdout)
      const { stdout } = await run(folder, ['status'])
      return { addresses, lines: stdout.split('\n').filter((line) => /^addresses/.test(line)) }
    }
    const header = 'STAGEDOOR_IP_HEADER=x-client\n'
    expect(await addressesOf({ '.env': header })).toEqual({
      addresses: RUNS.map((name) => {
        return { run: name, header: 'x-client', from: 'STAGEDOOR_IP_HEADER in .env' }
      }),
      lines: ['addresses: told by x-client (STAGEDOOR_IP_HEADER in .env)'],
    })
    const differing = { '.env.production': header, '.env.development': 'VERCEL=1\n' }
    expect((await addressesOf(differing)).lines).toEqual([
      'addresses of next dev: told by x-real-ip (VERCEL=1 in .env.development)',
      'addresses of next start: told by x-client (STAGEDOOR_IP_HEADER in .env.production)',
    ])
    expect((await addressesOf({ '.env.production': header })).lines[0]).toBe(
      'addresses of next dev: not told here: they do not count (STAGEDOOR_IP_HEADER)',
    )
  })

  test('says how many are revoked where they are many', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f']
    const shown = async (revoked: string[]) => {
      const text = JSON.stringify({ version: 1, revoked })
      const folder = makeFolder({ '.env.local': `STAGEDOOR_POLICY='${text}'\n` })
      return (await run(folder, ['status'])).stdout.split('\nrevoked:')[1]
    }
    expect(await shown(ids)).toBe(' 6 ids\n')
    expect(await shown(ids.slice(1))).toBe('\n  b\n  c\n  d\n  e\n  f\n')
  })

  test('ends in failure where the policy in force is not valid', async () => {
    const folder = makeFolder({
      '.env.local': `STAGEDOOR_POLICY='{"version":1,"allow":["secret-thing"]}'\n`,
    })
    const { code, stdout, stderr } = await run(folder, ['status'])
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        'stagedoor: error: the policy in .env.local is not valid at $.allow[0], so it admits nobody\n' +
        'stagedoor: hint: mend STAGEDOOR_POLICY there by hand, or take it out and start anew with `npx stagedoor user add NAME`\n',
    })
    expect(stdout).toContain('.env.local  -          not valid         -\n')
    expect(stdout + stderr).not.toContain('secret-thing')
  })

  test('leads back to the place that was named', async () => {
    const folder = makeFolder({ 'my.env': "STAGEDOOR_POLICY='{}'\n" })
    const { stderr } = await run(folder, ['status', '--to', 'file:my.env'])
    expect(stderr).toContain('start anew with `npx stagedoor user add NAME --to file:my.env`\n')
  })

  test('sees what `vercel env pull` brings along', async () => {
    const folder = makeFolder({ '.env.local': `${POLICY}VERCEL_ENV="development"\n` })
    const { stdout } = await run(folder, ['status'])
    expect(stdout).toContain(
      'next start  not gated                .env.local  1      0      VERCEL_ENV=development in .env.local\n',
    )
  })
})

describe('the gate of the app', () => {
  const NONE = 'there is no gate in this app yet'
  const own = 'export function proxy() {}\n'
  const IMPORT = "import { createGate } from './stagedoor'\n"
  const INIT = 'run `npx stagedoor init`'
  const EDIT = 'run `npx stagedoor init --dry-run` to see what to edit'
  const EDITED = 'was edited or formatted below its settings, or has a matcher'
  const EXPORTED =
    "next.config.mjs says output: 'export', and a static export has no server that could ask anybody"
  const DIFF = 'run `npx stagedoor init --diff` to see what to edit'
  test.each<[string, string, Tree, { file: string | null; wired: boolean }, string | null]>([
    ['is there', '16.4.6', { 'proxy.ts': GATE }, { file: 'proxy.ts', wired: true }, null],
    [
      'is there, with settings',
      '15.5.29',
      {
        'src/app/page.tsx': '',
        'src/middleware.ts': GATE.replace('Staging', 'x').replace(/\n/g, '\r\n'),
      },
      { file: 'src/middleware.ts', wired: true },
      null,
    ],
    ...[
      `\uFEFF${GATE}`,
      GATE.trimEnd(),
      `${GATE}\n\n`,
      `// @ts-nocheck\n/* eslint-disable */\n${GATE}`,
    ].map((text, i): [string, string, Tree, { file: string; wired: boolean }, null] => [
      `is there, as an editor leaves it (${i})`,
      '16.4.6',
      { 'proxy.ts': text },
      { file: 'proxy.ts', wired: true },
      null,
    ]),
    [
      'has a matcher appended',
      '16.4.6',
      { 'proxy.ts': `${GATE}\nexport const config = { matcher: ['/admin/:path*'] }\n` },
      { file: 'proxy.ts', wired: false },
      `proxy.ts ${EDITED}: ${DIFF}`,
    ],
    [
      'has a matcher among its settings',
      '16.4.6',
      {
        'proxy.ts': GATE.replace(
          '\n// Made from',
          "\nexport const config = { matcher: ['/admin'] }\n// Made from",
        ),
      },
      { file: 'proxy.ts', wired: false },
      `proxy.ts ${EDITED}: ${DIFF}`,
    ],
    [
      'exports something else',
      '16.4.6',
      {
        'proxy.ts': GATE.replace('export default createGate()', 'export default () => undefined'),
      },
      { file: 'proxy.ts', wired: false },
      `proxy.ts ${EDITED}: ${DIFF}`,
    ],
    [
      'is called, but was edited',
      '16.4.6',
      {
        'proxy.ts': `${IMPORT}export default createGate()\n`,
        'stagedoor.ts': GATE.replace('401', '200'),
      },
      { file: 'stagedoor.ts', wired: false },
      `stagedoor.ts ${EDITED}: ${DIFF}`,
    ],
    ['is not there', '16.4.6', {}, { file: null, wired: false }, `${NONE}: ${INIT}`],
    [
      'is where Next.js does not look',
      '15.5.29',
      { 'proxy.ts': GATE },
      { file: null, wired: false },
      `${NONE}: Next.js does not read proxy.ts, because Next.js 15 knows no proxy file: ${INIT}`,
    ],
    [
      'is not there, but a middleware is',
      '16.4.6',
      { 'proxy.ts': own },
      { file: null, wired: false },
      `${NONE}: ${INIT}`,
    ],
    [
      'is not called',
      '16.4.6',
      { 'proxy.ts': own, 'stagedoor.ts': GATE },
      { file: 'stagedoor.ts', wired: false },
      `proxy.ts does not call the gate: ${EDIT}`,
    ],
    [
      'becomes files that no server asks about',
      '16.4.6',
      { 'proxy.ts': GATE, 'next.config.mjs': "export default { output: 'export' }\n" },
      { file: 'proxy.ts', wired: false },
      `${EXPORTED}: run \`npx stagedoor doctor\` to see what to edit`,
    ],
    [
      'is called, but not alone',
      '16.4.6',
      { 'proxy.ts': `${IMPORT}${own}export default createGate()\n`, 'stagedoor.ts': GATE },
      { file: 'stagedoor.ts', wired: false },
      `proxy.ts may not call the gate for every request: ${EDIT}`,
    ],
    [
      'is called',
      '16.4.6',
      { 'proxy.ts': `${IMPORT}export default createGate()\n`, 'stagedoor.ts': GATE },
      { file: 'stagedoor.ts', wired: true },
      null,
    ],
    // Each as docs/nextjs.md has it for a `config` of the app's own, or in another way to say that.
    ...[
      "import gate from './stagedoor'\nexport const config = { runtime: 'nodejs' }\nexport default gate\n",
      "import gate from '@/stagedoor'\nexport { gate as proxy }\n",
      "export { default } from './stagedoor'\n",
      "export { default as proxy } from './stagedoor.js'\n",
    ].map((text): [string, string, Tree, { file: string | null; wired: boolean }, null] => [
      'is passed on',
      '16.4.6',
      { 'proxy.ts': text, 'stagedoor.ts': GATE },
      { file: 'stagedoor.ts', wired: true },
      null,
    ]),
    // Next.js takes another function first, or what is passed on is none, or not seen to be one.
    ...[
      `import gate from './stagedoor'\n${own}export default gate\n`,
      "import gate from './stagedoor'\nexport default own\n",
      "import gate from './stagedoor'\nimport { open } from './open'\nexport { gate as default, open as proxy }\n",
      "export { default } from './stagedoor'\nexport const { auth: proxy } = NextAuth({})\n",
      "export { default } from './stagedoor'\nexport * from './auth'\n",
      "import gate from './stagedoor'\nexport default gate\nexport const version = 1, proxy = () => undefined\n",
      "import appMiddleware from './stagedoor'\nexport default (request) => undefined\n",
      "import gate from './gate'\nexport default gate\nexport const note = \"import gate from './stagedoor'\"\n",
      "import gate from './stagedoor'\nexport default gate\n  && chain()\n",
      "export { default } from './stagedoor'\nexport const { config } = require('./config')\n",
      "export { default } from './lib/stagedoor'\n",
    ].map((text): [string, string, Tree, { file: string | null; wired: boolean }, string] => [
      'may not be called',
      '16.4.6',
      { 'proxy.ts': text, 'stagedoor.ts': GATE },
      { file: 'stagedoor.ts', wired: false },
      `proxy.ts does not call the gate: ${EDIT}`,
    ]),
    [
      'is not there, but what is called so is passed on',
      '16.4.6',
      {
        'proxy.ts': "export { default } from './stagedoor'\n",
        'stagedoor.ts': 'export default () => undefined\n',
      },
      { file: null, wired: false },
      `${NONE}: ${INIT}`,
    ],
    [
      'is passed on, with a matcher',
      '16.4.6',
      {
        'proxy.ts':
          "import gate from './stagedoor'\nexport const config = { matcher: '/a' }\nexport default gate\n",
        'stagedoor.ts': GATE,
      },
      { file: 'stagedoor.ts', wired: false },
      `proxy.ts may not call the gate for every request: ${EDIT}`,
    ],
    [
      'is called from the package',
      '16.4.6',
      { 'proxy.ts': "import { createGate } from 'stagedoor'\nexport default createGate()\n" },
      { file: 'proxy.ts', wired: true },
      null,
    ],
  ])('%s', async (_, version, tree, gate, warning) => {
    const folder = makeApp(version, { ...tree, '.env.local': `STAGEDOOR=on\n${POLICY}` })
    const stderr = warning === null ? '' : `stagedoor: warning: ${warning}\n`
    const json = await run(folder, ['status', '--json'])
    expect({ ...json, stdout: JSON.parse(json.stdout).gate }).toEqual({
      code: 0,
      stdout: gate,
      stderr,
    })
    const text = await run(folder, ['status'])
    expect({ code: text.code, stderr: text.stderr }).toEqual({ code: 0, stderr })
    expect(text.stdout).toMatch(
      new RegExp(`^gate: ${gate.file ?? 'none in this app'}(, .*)?\\n\\nRUN `),
    )
    for (const args of [['on'], ['user', 'add', 'bob']]) {
      const written = await run(folder, [...args, '--json'])
      const warnings = warning === null ? [] : [warning]
      expect([written.code, JSON.parse(written.stdout).warnings]).toEqual([0, warnings])
    }
    // Without a gate that is called nothing is gated, whatever is set.
    const none = {
      gated: false,
      state: 'open: no gate in this app yet',
      because: 'no middleware or proxy has the gate',
    }
    const uncalled = {
      gated: false,
      state: 'open: nothing calls the gate yet',
      because: warning?.startsWith(EXPORTED) ? EXPORTED : 'proxy.ts does not call the gate',
    }
    const isUncalled = /does not call|'export'/.test(warning ?? '')
    const open = gate.file === null ? none : isUncalled ? uncalled : null
    const state = gate.wired ? 'gated' : 'gated, but perhaps not for every request'
    const runs = RUNS.map(() => open ?? { gated: true, state })
    for (const args of [['status'], ['on']]) {
      const { stdout } = await run(folder, [...args, '--json'])
      expect(JSON.parse(stdout).runs).toMatchObject(runs)
    }
    const line = open?.state ?? `${state} (STAGEDOOR=on in .env.local)`
    expect((await run(folder, ['on'])).stderr).toContain(
      `\nnext dev and next start: ${line}${VERCEL}`,
    )
    const row = new RegExp(`^next start  no gate .* ${open?.because}$`, 'm')
    expect(row.test(text.stdout)).toBe(open !== null)
    expect(text.stdout.includes(`next dev and next start:  ${open?.state ?? state}\n`)).toBe(
      open !== null || !gate.wired,
    )
    const cell = open ? 'no gate' : gate.wired ? 'gated' : 'gated\\?'
    expect(text.stdout).toMatch(new RegExp(`^next start  ${cell} +\\.env\\.local `, 'm'))
    // A file elsewhere is that of an app elsewhere.
    const elsewhere = await run(folder, [
      'on',
      '--json',
      '--to',
      'file:node_modules/my.env',
      '--dry-run',
    ])
    expect(JSON.parse(elsewhere.stdout).runs).toMatchObject(RUNS.map(() => ({ gated: true })))
    // `init` takes no --to.
    expect((await run(folder, ['on', '-q', '--to', 'file:.env.local'])).stderr).toBe(stderr)
  })

  test('is not spoken of where that cannot be told', async () => {
    for (const tree of [
      { 'package.json': '{"dependencies":{"next":"latest"}}', 'app/page.tsx': '' },
      { 'package.json': '{"dependencies":{"next":"16.4.6"}}' },
      // Neither may one that cannot be read end the command.
      { 'package.json': '{"dependencies":{"next":"16.4.6"}}', 'app/p': '', 'next.config.js/x': '' },
    ]) {
      const folder = makeTree(tree)
      expect((await run(folder, ['on', '-q'])).stderr).toBe('')
      expect((await run(folder, ['status'])).stdout).toMatch(/^RUN /)
    }
  })
})

test.each<[string, string, boolean]>([
  ['in its call', 'createGate({ policy: { version: 1, open: true } })', true],
  ['by name', 'createGate({ store, policy })', true],
  ['in options from elsewhere', 'createGate(options)\nconst options = { policy }', true],
  ['not at all', "createGate({ next: () => log('policy: mine') })", false],
])('a policy that the gate is handed in code, %s, is not known', async (_, call, is) => {
  const proxy = `import { createGate } from './stagedoor'\nexport default ${call}\n`
  const folder = makeApp('16.4.6', {
    'proxy.ts': proxy,
    'stagedoor.ts': GATE,
    '.env.local': POLICY,
  })
  const why = "proxy.ts hands the gate one in place of the environment's"
  const state = is ? `gated, by a policy that is not known: ${why}` : 'gated'
  const { stdout } = await run(folder, ['status', '--json'])
  expect(JSON.parse(stdout).runs[1]).toMatchObject({
    gated: is ? null : true,
    state,
    policy: is ? 'proxy.ts' : '.env.local',
  })
  const { stderr } = await run(folder, ['allow', 'add', '/robots.txt'])
  expect(stderr).toContain(` · next start: ${state} · `)
})

test('status knows a policy that is handed to a gate which is passed on', async () => {
  const folder = makeApp('16.4.6', {
    'proxy.ts': "export { default } from './stagedoor'\n",
    'stagedoor.ts':
      "import { createGate } from 'stagedoor'\nexport default createGate({ policy: { version: 1, allow: ['/**'] } })\n",
    '.env.local': `STAGEDOOR=on\n${POLICY}`,
  })
  const { stdout } = await run(folder, ['status', '--json'])
  expect(JSON.parse(stdout).runs[1]).toMatchObject({ gated: null, policy: 'stagedoor.ts' })
})

test('status says so where a rule opens the whole site', async () => {
  const folder = makeFolder({ '.env.local': POLICY })
  await run(folder, ['allow', 'add', 'GET,HEAD /**'])
  const { stdout } = await run(folder, ['status'])
  expect(stdout).toMatch(/^next start +open /m)
  expect(stdout).toContain('\nnext start:  gated, but everything is public\n')
  expect(stdout).toContain('  GET,HEAD /**\n\neverything is public: a rule opens the whole site\n')
})

test.each<[string, Record<string, unknown>, string | null]>([
  ['two rules', { allow: ['/', '/*', '/*/**'] }, 'everything is public'],
  ['rules for all but the root', { allow: ['/*/**'] }, 'everything but / is public'],
  ['rules for some', { allow: ['/', '/*', '/blog/**', 'POST /**'] }, null],
  ['all of IPv4', { ips: ['0.0.0.0/0'] }, 'every address is let in'],
  ['all of IPv6', { ips: ['10.0.0.0/8', '::/0'] }, 'every address is let in'],
  ['both halves', { ips: ['0.0.0.0/1', '128.0.0.0/1'] }, 'every address is let in'],
  ['one half', { ips: ['0.0.0.0/1', '2000::/4', '192.0.2.0/24'] }, null],
])('status tells of %s that let everybody in', async (_, more, means) => {
  const users = { alice: { verifier: `sha256:${'A'.repeat(22)}:${'A'.repeat(43)}` } }
  const policy = JSON.stringify({ version: 1, users, ...more })
  const folder = makeFolder({ '.env.local': `STAGEDOOR_POLICY='${policy}'\n` })
  const { stdout } = await run(folder, ['status'])
  expect(stdout).toMatch(new RegExp(`^next start +${means ? 'open' : 'gated'} `, 'm'))
  expect(stdout.includes(`\nnext start:  gated, but ${means}\n`)).toBe(means !== null)
  const isByRules = means?.endsWith('public') === true
  expect(stdout.includes(`\n${means}, by these rules\n`)).toBe(isByRules)
  const state = means === null ? 'gated' : `gated, but ${means}`
  const { stderr } = await run(folder, ['allow', 'add', '/robots.txt'])
  expect(stderr).toContain(` · next start: ${state} · `)
})

describe('the name of the environment', () => {
  afterEach(() => vi.unstubAllEnvs())

  test("is what the gate's own rule says", () => {
    const value = fc.constantFrom('', 'production', 'preview', 'development', 'qa')
    const names = ['VERCEL_TARGET_ENV', 'VERCEL_ENV', 'NODE_ENV'] as const
    fc.assert(
      fc.property(fc.tuple(value, value, value), (values) => {
        for (const [i, name] of names.entries()) vi.stubEnv(name, values[i] as string)
        expect(environmentName((name) => process.env[name])).toBe(environment.name())
      }),
    )
  })
})
