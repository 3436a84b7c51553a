import fs from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { type StoreName, storeClient, wiringText } from '../../src/cli/project/store-wiring.ts'
import { readPassword } from '../../src/cli/secret.ts'
import { parsePolicy } from '../../src/gate/policy.ts'
import { checkCredentials } from '../../src/gate/users.ts'
import { GATE, makeApp } from './init-support.ts'
import { makeFolder, policyOf, RESTART, readEnvLocal, run } from './run.ts'

const RUNS =
  'next dev: not gated (run `npx stagedoor on` to gate it too) · next start: gated · on Vercel: not told by this file\n'
const PASSWORD = /^[0-9a-hjkmnp-tv-z]{5}(-[0-9a-hjkmnp-tv-z]{5}){3}-[0-9a-hjkmnp-tv-z]{6}\n$/

/** Whether the gate takes these credentials by the policy in the folder. */
async function admits(folder: string, userId: string, password: string): Promise<boolean> {
  const policy = parsePolicy(policyOf(folder))
  return typeof (await checkCredentials({ userId, password }, policy, Date.now())) === 'object'
}

const CHANGED = RUNS.replace('\n', `${RESTART}\n`)

describe('user add', () => {
  test('makes a password, shows it once, and the gate takes it', async () => {
    const folder = makeFolder()
    const { code, stdout, stderr } = await run(folder, ['user', 'add', 'alice'])
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `added alice to .env.local\n${CHANGED}password, shown this once:\n`,
    })
    expect(stdout).toMatch(PASSWORD)
    expect(readEnvLocal(folder)).not.toContain(stdout.trim())
    expect(fs.statSync(path.join(folder, '.env.local')).mode & 0o777).toBe(0o600)
    expect(await admits(folder, 'alice', stdout.trim())).toBe(true)
    expect(await admits(folder, 'alice', stdout.trim().toUpperCase())).toBe(false)
  })

  test('prints one JSON document and no talk', async () => {
    const folder = makeFolder()
    const expires = '2099-12-31'
    const options = [
      '--paths',
      '/a/**',
      '--paths',
      'GET,HEAD /b',
      '--roles',
      'x,y',
      '--expires',
      expires,
    ]
    const outcome = await run(folder, ['user', 'add', 'alice', '--json', ...options])
    const document = JSON.parse(outcome.stdout)
    expect({ ...outcome, stdout: document }).toEqual({
      code: 0,
      stdout: {
        user: 'alice',
        password: expect.stringMatching(/^[0-9a-z-]{30}$/),
        paths: ['/a/**', 'GET,HEAD /b'],
        roles: ['x', 'y'],
        expires: '2099-12-31T23:59:59Z',
        place: 'file',
        file: path.join(folder, '.env.local'),
        changed: true,
        dryRun: false,
        runs: [
          { run: 'next dev', gated: false, environment: 'development', state: 'not gated' },
          { run: 'next start', gated: true, environment: 'self-hosted', state: 'gated' },
        ],
        warnings: [],
      },
      stderr: '',
    })
    expect(await admits(folder, 'alice', document.password)).toBe(true)
  })

  test('takes a password from stdin', async () => {
    const folder = makeFolder()
    const given = { stdin: 'correct horse\n' }
    const outcome = await run(folder, ['user', 'add', 'bob', '--password-stdin'], given)
    expect(outcome).toEqual({ code: 0, stdout: '', stderr: `added bob to .env.local\n${CHANGED}` })
    expect(policyOf(folder).users.bob).toEqual({
      verifier: expect.stringMatching(/^pbkdf2-sha256:600000:/),
    })
    expect(await admits(folder, 'bob', 'correct horse')).toBe(true)
  })

  test.each([
    ['correct horse\n', 'correct horse'],
    ['correct horse\r\n', 'correct horse'],
    ['correct horse\n\n', 'correct horse\n'],
    ['correct: "horse" $x', 'correct: "horse" $x'],
  ])('of %j on stdin takes all but one line end', async (text, password) => {
    const stdin = Readable.from([Buffer.from(text.slice(0, 3)), Buffer.from(text.slice(3))])
    expect(await readPassword({ stdin })).toBe(password)
  })

  test.each([
    ['nothing', '', 'the password is empty'],
    ['a line end alone', '\n', 'the password is empty'],
    [
      'two lines',
      'correct horse\nbattery\n',
      'the password holds a line end or another control character',
    ],
    ['bad UTF-8', new Uint8Array([0x63, 0xff]), 'the password is not UTF-8'],
    [
      'a byte order mark',
      '\uFEFFcorrect horse',
      'the password begins with a byte order mark, which nobody can type',
    ],
    ['eleven characters', 'correct hor', 'the password has fewer than 12 characters'],
    [
      'many marks',
      `correct horse${'\u0301'.repeat(31)}`,
      'the password has more than 30 combining marks in a row, which the gate refuses',
    ],
    ['too much', 'x'.repeat(4097), 'the password is longer than 4096 bytes'],
  ])('refuses %s on stdin, and changes nothing', async (_what, stdin, message) => {
    const folder = makeFolder()
    const { code, stdout, stderr } = await run(folder, ['user', 'add', 'bob', '--password-stdin'], {
      stdin,
    })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(`stagedoor: error: ${message}\nstagedoor: hint: `)
    expect(fs.readdirSync(folder)).toEqual([])
  })

  test('takes a weak password where that is said', async () => {
    const args = ['user', 'add', 'bob', '--password-stdin', '--allow-weak-password', '--dry-run']
    expect((await run(makeFolder(), args, { stdin: 'pw' })).code).toBe(0)
  })

  test.each([
    ['user', 'add', 'alice:hunter2'],
    ['user', 'rotate', 'alice:hunter2'],
    ['user', 'remove', 'alice:hunter2'],
  ])('%s %s %s says no password again', async (...args) => {
    expect(await run(makeFolder(), args)).toEqual({
      code: 2,
      stdout: '',
      stderr:
        "stagedoor: error: 'alice:…' cannot be a user's name: it has a colon\n" +
        'stagedoor: hint: a password is never an argument: give the name alone, and pipe the password in with --password-stdin\n',
    })
  })

  test.each([
    ['', 'it is empty'],
    ['a\nb', 'it has a control character'],
    [
      `a${'\u0301'.repeat(32)}`,
      'it has more than 30 combining marks in a row, which the gate refuses',
    ],
    [' a', 'it begins or ends with white space'],
    ['a\uFFFD', 'it is not UTF-8'],
  ])('refuses the name %j', async (name, reason) => {
    const outcome = await run(makeFolder(), ['user', 'add', name])
    const shown = name.replace('\n', '\\u000a')
    expect(outcome).toEqual({
      code: 2,
      stdout: '',
      stderr:
        `stagedoor: error: '${shown}' cannot be a user's name: ${reason}\n` +
        'stagedoor: hint: choose another name, such as alice or alice@example.com\n',
    })
  })

  test('stores the name as NFC, and finds it in any form', async () => {
    const folder = makeFolder()
    await run(folder, ['user', 'add', 'Rene\u0301'])
    expect(Object.keys(policyOf(folder).users)).toEqual(['Ren\u00e9'])
    expect((await run(folder, ['user', 'add', 'Ren\u00e9'])).code).toBe(1)
    expect((await run(folder, ['user', 'remove', 'Rene\u0301'])).code).toBe(0)
  })

  test.each(['__proto__', 'constructor', '1', "o'brien $x", '名前'])(
    '%j is a name like any other',
    async (name) => {
      const folder = makeFolder()
      const { stdout } = await run(folder, ['user', 'add', name])
      expect(await admits(folder, name, stdout.trim())).toBe(true)
      const list = await run(folder, ['user', 'list', '--json'])
      expect(JSON.parse(list.stdout).users).toMatchObject([{ user: name }])
      expect((await run(folder, ['user', 'remove', name])).code).toBe(0)
      expect(Object.keys(policyOf(folder).users)).toEqual([])
    },
  )

  test('refuses a name that is there, and says how to go on', async () => {
    const folder = makeFolder()
    await run(folder, ['user', 'add', 'alice'])
    const before = readEnvLocal(folder)
    expect(await run(folder, ['user', 'add', 'alice', '--cwd', folder])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        "stagedoor: error: there is a user 'alice' in .env.local already\n" +
        `stagedoor: hint: give them a new password with \`npx stagedoor user rotate alice --cwd ${folder}\`\n`,
    })
    expect(readEnvLocal(folder)).toBe(before)
  })

  test('a dry run says the same, makes no password, and writes nothing', async () => {
    const folder = makeFolder()
    expect(await run(folder, ['user', 'add', 'alice', '--dry-run'])).toEqual({
      code: 0,
      stdout: '',
      stderr: `would add alice to .env.local\n${RUNS}would show a new password, this once\n`,
    })
    const { stdout } = await run(folder, ['user', 'add', 'alice', '--dry-run', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      user: 'alice',
      password: null,
      changed: true,
      dryRun: true,
    })
    expect(fs.readdirSync(folder)).toEqual([])
  })

  test.each([
    ['--expires=5x', "'5x' is no time to expire at"],
    ['--expires=2027-02-30', "'2027-02-30' is no time to expire at"],
    ['--expires=2020-01-01', "'2020-01-01' is past already"],
    ['--roles=a, b', "' b' cannot be a role: roles are words with commas between"],
    ['--paths=pricing/**', "'pricing/**' is not a rule: a pattern starts with /"],
    ['--to=vercel', 'vercel names no environment'],
    ['--prompt', '--prompt needs a terminal'],
    ['--cwd=/no/such/folder', "there is no folder '/no/such/folder'"],
  ])('refuses %s', async (option, message) => {
    const folder = makeFolder()
    const { code, stdout, stderr } = await run(folder, ['user', 'add', 'alice', option])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.split('\n')[0]).toBe(`stagedoor: error: ${message}`)
    expect(stderr.split('\n')[1]).toMatch(/^stagedoor: hint: ./)
    expect(fs.readdirSync(folder)).toEqual([])
  })
})

test('what to leave out where two options exclude each other', async () => {
  const hint = async (option: string) => {
    const { stderr } = await run(makeFolder(), ['user', 'add', 'alice', '--prompt', option])
    return stderr.split('\n')[1]
  }
  expect(await hint('--json')).toBe('stagedoor: hint: leave --json out, or use --password-stdin')
  expect(await hint('--password-stdin')).toBe('stagedoor: hint: leave one of them out')
})

describe('user rotate', () => {
  test('makes a new password and keeps the rest', async () => {
    const folder = makeFolder()
    const options = [
      '--paths',
      '/a',
      '--roles',
      'x',
      '--expires',
      '2099-01-01T00:00:00+01:00',
      '--json',
    ]
    const { password: old } = JSON.parse(
      (await run(folder, ['user', 'add', 'alice', ...options])).stdout,
    )
    const before = policyOf(folder).users.alice as object
    const { code, stdout, stderr } = await run(folder, ['user', 'rotate', 'alice'])
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `rotated the password of alice in .env.local\n${CHANGED}password, shown this once:\n`,
    })
    expect(policyOf(folder).users.alice).toEqual({
      ...before,
      verifier: expect.stringMatching(/^sha256:/),
    })
    expect(policyOf(folder).users.alice).toMatchObject({ expires: '2098-12-31T23:00:00Z' })
    expect(await admits(folder, 'alice', stdout.trim())).toBe(true)
    expect(await admits(folder, 'alice', old)).toBe(false)
    await run(folder, ['user', 'rotate', 'alice', '--expires', 'never'])
    expect(Object.keys(policyOf(folder).users.alice as object).sort()).toEqual([
      'paths',
      'roles',
      'verifier',
    ])
  })

  test('warns of a user who stays expired', async () => {
    const folder = makeFolder()
    await run(folder, ['user', 'add', 'alice', '--expires', '1h'])
    const text = readEnvLocal(folder).replace(
      /"expires":"[^"]*"/,
      '"expires":"2020-01-01T00:00:00Z"',
    )
    fs.writeFileSync(path.join(folder, '.env.local'), text)
    const { code, stderr } = await run(folder, ['user', 'rotate', 'alice'])
    expect(code).toBe(0)
    expect(stderr).toContain('stagedoor: warning: alice expired on 2020-01-01T00:00:00Z')
  })
})

describe('user remove and list', () => {
  const STORE = 'https://edge-config.vercel.com/ecfg_abc?token=0'
  const BEHIND =
    'warning: the gate reads a store, whose policy comes first: `npx stagedoor … --to store` changes that one\n'
  test('removes, and names those that may have been meant', async () => {
    const folder = makeFolder()
    for (const name of ['alice', 'alina', 'bob']) await run(folder, ['user', 'add', name])
    expect(await run(folder, ['user', 'remove', 'alcie'])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        "stagedoor: error: there is no user 'alcie' in .env.local\n" +
        'stagedoor: hint: did you mean alice? see `npx stagedoor user list`\n',
    })
    expect(await run(folder, ['user', 'remove', 'alice'])).toEqual({
      code: 0,
      stdout: '',
      stderr: `removed alice from .env.local\n${CHANGED}`,
    })
    expect(Object.keys(policyOf(folder).users)).toEqual(['alina', 'bob'])
  })

  test.each<[string, boolean, string, Record<string, string>, string[]]>([
    ['in a file that a store comes before', true, 'global-config', { GLOBAL_CONFIG: STORE }, []],
    ['and is so told of a trial', true, 'edge-config', { EDGE_CONFIG: STORE }, ['--dry-run']],
    ['where no store is connected', false, 'global-config', {}, []],
    [
      'where that is no store of Vercel’s',
      false,
      'global-config',
      { GLOBAL_CONFIG: 'redis://x' },
      [],
    ],
    ['where the gate is handed none', false, '', { GLOBAL_CONFIG: STORE }, []],
    [
      'in a file elsewhere',
      false,
      'global-config',
      { GLOBAL_CONFIG: STORE },
      ['--to', 'file:e/.env'],
    ],
  ])('removes %s', async (_, warned, client, env, args) => {
    const proxy = client ? wiringText(storeClient(client as StoreName)) : GATE
    const folder = makeApp('16.4.6', { 'proxy.ts': proxy, 'stagedoor.ts': GATE, e: null })
    await run(folder, ['user', 'add', 'bob', ...args.filter((arg) => arg !== '--dry-run')])
    const { code, stderr } = await run(folder, ['user', 'remove', 'bob', ...args], { env })
    expect(code).toBe(0)
    expect(stderr.includes(BEHIND)).toBe(warned)
    // Where nothing was changed, there is nothing to say.
    expect((await run(folder, ['on'], { env })).stderr).not.toContain(BEHIND)
  })

  test('lists users, and never a verifier', async () => {
    const folder = makeFolder()
    await run(folder, ['user', 'add', 'alice'])
    await run(folder, [
      'user',
      'add',
      'client',
      '--paths',
      '/a/**',
      '--paths',
      '/b',
      '--roles',
      'x,y',
      '--expires',
      '50h',
    ])
    await run(folder, ['user', 'add', 'carol', '--password-stdin'], { stdin: 'correct horse' })
    const { stdout } = await run(folder, ['user', 'list'])
    expect(stdout.replace(/20\S+Z/, '<time>')).toBe(
      [
        'USER    PATHS       ROLES  EXPIRES                           PASSWORD',
        'alice   everything  -      never                             made',
        'client  /a/** ; /b  x,y    <time> (in 2 days)  made',
        'carol   everything  -      never                             chosen',
        '',
      ].join('\n'),
    )
  })

  test('says what to do where there are none', async () => {
    expect(await run(makeFolder(), ['user', 'list'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'no users in .env.local: add one with `npx stagedoor user add NAME`\n',
    })
  })
})

describe('user change', () => {
  const VERIFIER = `sha256:${'A'.repeat(22)}:${'A'.repeat(43)}`
  const make = (more: object = {}) => {
    const users = { ann: { verifier: VERIFIER, paths: ['/a'], roles: ['x'], ...more } }
    return makeFolder({
      '.env.local': `STAGEDOOR_POLICY='${JSON.stringify({ version: 1, users })}'\n`,
    })
  }

  test.each([
    [['--paths', '/b', '--paths', 'GET /c'], { paths: ['/b', 'GET /c'], roles: ['x'] }],
    [['--everything'], { roles: ['x'] }],
    [['--roles', 'y,z'], { paths: ['/a'], roles: ['y', 'z'] }],
    [['--no-roles'], { paths: ['/a'] }],
    [['--no-roles', '--roles', 'y'], { paths: ['/a'], roles: ['y'] }],
    [['--expires', '2099-01-01'], { paths: ['/a'], roles: ['x'], expires: '2099-01-01T23:59:59Z' }],
  ])('with %j changes that, and keeps the rest', async (args, fields) => {
    const folder = make()
    const dry = await run(folder, ['user', 'change', 'ann', ...args, '--dry-run'])
    expect(dry.stderr).toMatch(/^would change ann in \.env\.local; the password stays\n/)
    expect(policyOf(folder).users.ann?.paths).toEqual(['/a'])
    expect(await run(folder, ['user', 'change', 'ann', ...args])).toEqual({
      code: 0,
      stdout: '',
      stderr: `changed ann in .env.local; the password stays\n${CHANGED}`,
    })
    expect(policyOf(folder).users).toEqual({ ann: { verifier: VERIFIER, ...fields } })
    expect(await run(folder, ['user', 'change', 'ann', ...args])).toEqual({
      code: 0,
      stdout: '',
      stderr: `ann is as that in .env.local already\n${RUNS}`,
    })
  })

  test('prints one document, and never the verifier', async () => {
    const folder = make({ expires: '2020-01-01T00:00:00Z' })
    const warned = await run(folder, ['user', 'change', 'ann', '--everything'])
    expect(warned.stderr).toContain('ann expired on 2020-01-01T00:00:00Z')
    const { stdout } = await run(folder, ['user', 'change', 'ann', '--expires', 'never', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      user: 'ann',
      paths: null,
      roles: ['x'],
      expires: null,
      changed: true,
    })
    expect(stdout).not.toContain('sha256')
  })

  test.each([
    [['ann'], 2, 'nothing to change: say --paths, --everything, --roles, --no-roles or --expires'],
    [['ann', '--paths', '/b', '--everything'], 2, '--paths and --everything exclude each other'],
    [['ann', '--paths', 'b'], 2, "'b' is not a rule: a pattern starts with /"],
    [['ann', '--expires', '2020-01-01'], 2, "'2020-01-01' is past already"],
    [['bob', '--everything'], 1, "there is no user 'bob' in .env.local"],
  ])('refuses %j', async (args, expected, message) => {
    const folder = make()
    const { code, stdout, stderr } = await run(folder, ['user', 'change', ...args])
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' })
    expect(stderr).toContain(`stagedoor: error: ${message}\n`)
    expect(policyOf(folder).users.ann?.paths).toEqual(['/a'])
  })
})
