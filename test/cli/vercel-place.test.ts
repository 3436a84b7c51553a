/** `--to vercel:ENVIRONMENT`: each job, with the requests that it makes. */
import { describe, expect, test } from 'vitest'
import { failure, Linked, policyWith, SECRET, usersOf, VERIFIER } from './vercel-support.ts'

const linked = Linked.forEach()
const TO = ['--to', 'vercel:preview']

describe('the first user', () => {
  test('is one request that writes', async () => {
    const { code, stdout, stderr } = await linked.run(['user', 'add', 'bob', ...TO])
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: [
        'added bob to vercel:preview',
        'vercel:preview: gated · counts from the next deployment on (`npx vercel redeploy URL`); a store (`--to store`) reaches old ones too',
        'password, shown this once:',
        '',
      ].join('\n'),
    })
    expect(stdout).toMatch(/^[\w-]{20,}\n$/)
    const [variable] = linked.variables('STAGEDOOR_POLICY')
    expect(linked.changes).toEqual([
      {
        method: 'POST',
        path: linked.envPath,
        body: {
          type: 'encrypted',
          visibility: 'config',
          key: 'STAGEDOOR_POLICY',
          value: variable?.value,
          target: ['preview'],
        },
      },
    ])
    expect(linked.usersThere()).toEqual(['bob'])
    expect(variable?.value).not.toContain(stdout.trim())
  })

  test('comes beside the others, in the same variable', async () => {
    linked.addPolicy({ ...policyWith('carol'), allow: ['/robots.txt'] })
    linked.add('STAGEDOOR', 'on')
    linked.add('OTHER', 'stays')
    expect((await linked.run(['user', 'add', 'bob', ...TO])).code).toBe(0)
    expect(linked.usersThere()).toEqual(['bob', 'carol'])
    expect(linked.project.variables.map(({ key }) => key)).toEqual([
      'STAGEDOOR_POLICY',
      'STAGEDOOR',
      'OTHER',
    ])
    expect(linked.changes).toHaveLength(1)
  })
})

describe('every job', () => {
  const jobs: [args: string[], after: object][] = [
    [['user', 'change', 'carol', '--paths', '/a'], { users: { carol: { paths: ['/a'] } } }],
    [['user', 'remove', 'carol'], { users: { dave: {} } }],
    [['allow', 'add', '/b'], { allow: ['/robots.txt', '/b'] }],
    [['allow', 'remove', '/robots.txt'], {}],
    [['ip', 'add', '192.0.2.0/24'], { ips: ['192.0.2.0/24'] }],
    [['open'], { open: true }],
    [['pass', 'revoke', 'aaaaaaaaaaaaaaaa'], { revoked: ['aaaaaaaaaaaaaaaa'] }],
  ]
  test.each(jobs)('%j is done by one request, and is read back', async (args, after) => {
    linked.addPolicy({ ...policyWith('carol', 'dave'), allow: ['/robots.txt'] })
    const { code, stderr } = await linked.run([...args, ...TO])
    expect(stderr).not.toContain('error')
    expect([code, linked.changes.length]).toEqual([0, 1])
    const [variable] = linked.variables('STAGEDOOR_POLICY')
    expect(JSON.parse(variable?.value ?? '')).toMatchObject(after)
    // Twice is once: it is there, or gone, already.
    linked.vercel.forget()
    await linked.run([...args, ...TO])
    expect(linked.changes).toEqual([])
  })

  test('rotate gives another password, and nothing else', async () => {
    const carol = { verifier: VERIFIER, paths: ['/a'], roles: ['client'] }
    linked.addPolicy({ version: 1, users: { carol } })
    const { code, stdout } = await linked.run(['user', 'rotate', 'carol', ...TO])
    expect([code, stdout.length > 20, linked.changes.length]).toEqual([0, true, 1])
    const policy = JSON.parse(linked.variables('STAGEDOOR_POLICY')[0]?.value ?? '')
    expect(policy.users.carol).toEqual({ ...carol, verifier: expect.not.stringMatching(VERIFIER) })
  })

  test.each([
    ['on', 'gated, and shut for everybody: no policy (STAGEDOOR=on of the project)'],
    ['off', 'not gated (STAGEDOOR=off of the project)'],
  ])('%s sets the switch', async (value, state) => {
    const { code, stderr } = await linked.run([value, ...TO])
    expect(code).toBe(0)
    expect(stderr).toContain(`set STAGEDOOR=${value} in vercel:preview\nvercel:preview: ${state}`)
    expect(linked.changes.map(({ body }) => body)).toEqual([
      {
        type: 'encrypted',
        visibility: 'config',
        key: 'STAGEDOOR',
        value,
        target: ['preview'],
      },
    ])
    linked.vercel.forget()
    expect((await linked.run([value, ...TO])).stderr).toContain(`STAGEDOOR is ${value}`)
    expect(linked.changes).toEqual([])
  })

  test('lists change nothing', async () => {
    linked.addPolicy({
      ...policyWith('carol'),
      allow: ['/a'],
      ips: ['192.0.2.0/24'],
      revoked: ['x'],
    })
    const lists = [
      ['user', 'list'],
      ['allow', 'list'],
      ['ip', 'list'],
      ['pass', 'list'],
    ]
    const outcomes = await Promise.all(lists.map((args) => linked.run([...args, '--json', ...TO])))
    const at = { place: 'vercel', project: linked.project.id, environment: 'preview' }
    expect(outcomes.map(({ code, stdout }) => [code, JSON.parse(stdout)])).toMatchObject([
      [0, { ...at, users: [{ user: 'carol' }] }],
      [0, { ...at, allow: ['/a'] }],
      [0, { ...at, ips: ['192.0.2.0/24'] }],
      [0, { ...at, revoked: ['x'] }],
    ])
    expect(outcomes.map(({ stdout }) => stdout).join('')).not.toContain(VERIFIER)
    expect(linked.changes).toEqual([])
  })
})

describe('options', () => {
  test('--dry-run asks, and changes nothing', async () => {
    linked.addPolicy(policyWith('carol'))
    const { code, stderr } = await linked.run(['user', 'add', 'bob', '--dry-run', ...TO])
    expect(code).toBe(0)
    expect(stderr).toContain('would add bob to vercel:preview')
    expect(stderr).not.toContain('deploy again')
    expect(linked.changes).toEqual([])
    expect(linked.usersThere()).toEqual(['carol'])
  })

  test('--json is one document', async () => {
    const { code, stdout, stderr } = await linked.run(['user', 'add', 'bob', '--json', ...TO])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({
      user: 'bob',
      password: expect.stringMatching(/^[\w-]{20,}$/),
      paths: null,
      roles: [],
      expires: null,
      place: 'vercel',
      project: linked.project.id,
      environment: 'preview',
      changed: true,
      dryRun: false,
      runs: [{ run: 'vercel:preview', gated: true, environment: 'preview', state: 'gated' }],
      warnings: [],
    })
  })

  test('--quiet leaves data alone', async () => {
    const { stdout, stderr } = await linked.run(['user', 'add', 'bob', '-q', ...TO])
    expect([stdout.trim().split('\n').length, stderr]).toEqual([1, ''])
  })

  test('advice leads to the same place', async () => {
    const branch = [...TO, '--git-branch', 'feat/a b']
    const cwd = linked.folder
    const outcome = await linked.run(['--cwd', cwd, 'user', 'rotate', 'bob', ...branch], {
      cwd: '/',
    })
    expect(failure(outcome).hint).toContain(
      `--to vercel:preview --git-branch 'feat/a b' --cwd ${cwd}\``,
    )
  })
})

describe('environments', () => {
  test.each(['production', 'development'])('%s is kept apart from preview', async (name) => {
    linked.addPolicy(policyWith('carol'))
    expect((await linked.run(['user', 'add', 'bob', '--to', `vercel:${name}`])).code).toBe(0)
    expect(
      linked
        .variables('STAGEDOOR_POLICY')
        .map(({ target, value }) => [target, usersOf(JSON.parse(value))]),
    ).toEqual([
      [['preview'], ['carol']],
      [[name], ['bob']],
    ])
  })

  test('a custom one is named by its slug', async () => {
    const { id } = linked.vercel.addCustomEnvironment(linked.project, 'qa')
    const { code, stderr } = await linked.run(['user', 'add', 'bob', '--to', 'vercel:qa'])
    expect(code).toBe(0)
    expect(stderr).toContain('added bob to vercel:qa\nvercel:qa: gated ·')
    expect(linked.changes[0]?.body).toMatchObject({ target: [], customEnvironmentIds: [id] })
    const list = await linked.run(['user', 'list', '--json', '--to', 'vercel:qa'])
    expect(JSON.parse(list.stdout)).toMatchObject({ environment: 'qa', users: [{ user: 'bob' }] })
  })

  test.each([
    ['prewiev', 'did you mean preview?'],
    ['qa', 'it has production, preview, development'],
    ['\u001b[31m../x', 'it has production, preview, development'],
  ])('%j is none of them', async (name, hint) => {
    const outcome = await linked.run(['user', 'list', '--to', `vercel:${name}`])
    expect(failure(outcome)).toMatchObject({ code: 2, hint })
    expect(outcome.stderr).not.toContain('\u001b')
  })

  test('a branch starts with the policy of preview, and has its own from then on', async () => {
    linked.addPolicy(policyWith('carol'))
    const branch = [...TO, '--git-branch', 'feature']
    const { code, stderr } = await linked.run(['user', 'add', 'bob', ...branch])
    expect(code).toBe(0)
    expect(stderr).toContain('added bob to vercel:preview of the branch feature')
    expect(stderr).toContain(
      'warning: the branch feature has a policy of its own from now on: later changes of preview',
    )
    const found = linked
      .variables('STAGEDOOR_POLICY')
      .map(({ gitBranch, value }) => [gitBranch, usersOf(JSON.parse(value))])
    expect(found).toEqual([
      [undefined, ['carol']],
      ['feature', ['bob', 'carol']],
    ])
    const again = await linked.run(['user', 'remove', 'carol', ...branch])
    expect([again.code, again.stderr.includes('from now on')]).toEqual([0, false])
    expect(linked.usersThere()).toEqual(['carol'])
  })

  test('branches are of preview alone', async () => {
    const args = ['user', 'list', '--to', 'vercel:production', '--git-branch', 'feature']
    expect(failure(await linked.run(args))).toMatchObject({
      code: 2,
      error: '--git-branch is for preview, and not for production',
    })
    const none = ['user', 'list', ...TO, '--git-branch', ' ']
    expect(failure(await linked.run(none)).error).toBe('--git-branch names no branch')
    const file = ['user', 'list', '--git-branch', 'feature']
    expect(failure(await linked.run(file))).toMatchObject({
      code: 2,
      error: '--git-branch goes with --to vercel:preview',
    })
  })

  test.each([[[]], [['--dry-run']]])('one variable for several is left alone %j', async (more) => {
    linked.addPolicy(policyWith('carol'), { target: ['production', 'preview'] })
    const outcome = await linked.run(['user', 'add', 'bob', ...TO, ...more])
    expect(failure(outcome)).toMatchObject({
      code: 1,
      error:
        'STAGEDOOR_POLICY is one variable for production, preview, and would change for all of them',
    })
    expect([outcome.stdout, linked.changes]).toEqual(['', []])
  })
})

describe('what cannot be read back', () => {
  test.each([['user', 'list'], ['user', 'add', 'bob'], ['allow', 'add', '/a'], ['open']])(
    'a policy that is a Secret: %s %s %s',
    async (...args) => {
      linked.addPolicy(policyWith('carol'), { type: 'sensitive', visibility: 'secret' })
      const words = args.filter(Boolean)
      const { code, error, hint } = failure(await linked.run([...words, ...TO]))
      expect([code, error]).toEqual([
        1,
        'the policy in vercel:preview is a Secret, which cannot be read back',
      ])
      expect(hint).toContain('`npx stagedoor move --from file --to vercel:preview`')
      expect(linked.changes).toEqual([])
    },
  )

  test('a switch that is a Secret is set once, and stays one', async () => {
    linked.add('STAGEDOOR', 'off', { type: 'sensitive', visibility: 'secret' })
    const { code, stderr } = await linked.run(['on', ...TO])
    expect(stderr).not.toContain('error')
    expect([code, linked.changes.length]).toEqual([0, 1])
    expect(linked.variables('STAGEDOOR')).toMatchObject([{ value: 'on', type: 'sensitive' }])
  })

  test('variables of production that this token may not see', async () => {
    linked.project.hidesProduction = true
    linked.addPolicy(policyWith('carol'), { target: ['production'] })
    const outcome = await linked.run(['user', 'add', 'bob', '--to', 'vercel:production'])
    expect(failure(outcome)).toMatchObject({
      code: 4,
      error:
        'this token may not see all variables of production, and so not change the policy in vercel:production',
    })
    expect(linked.changes).toEqual([])
  })

  test('a team that makes Secrets of all: the password is shown, and what it means is said', async () => {
    Object.assign(linked.vercel.teams[0] ?? {}, { sensitiveEnvironmentVariablePolicy: 'on' })
    const { code, stdout, stderr } = await linked.run(['user', 'add', 'bob', ...TO])
    expect([code, stdout.length > 20, linked.changes.length]).toEqual([0, true, 1])
    expect(stderr).toContain(
      'warning: the policy is a Secret there: `move` replaces it, and nothing else changes or lists it',
    )
    const again = await linked.run(['user', 'add', 'eve', ...TO])
    expect(failure(again).error).toContain('is a Secret')
    expect((await linked.run(['on', ...TO])).code).toBe(0)
  })

  test.each([
    [400, 'bad_request', 'Secrets only: this team has none but Secrets', 1],
    [409, 'conflict', 'Another one is at it', 1],
    [403, 'ENV_ALREADY_EXISTS', 'Another Environment Variable with the same Name', 1],
    [403, 'forbidden', 'Not authorized', 4],
  ])('what Vercel refuses is said in its words: %i %s', async (status, code, message, exit) => {
    linked.addPolicy(policyWith('carol'))
    linked.vercel.fail({ method: 'POST', with: { status, error: { code, message } } })
    const outcome = await linked.run(['user', 'add', 'bob', ...TO])
    expect([outcome.code, outcome.stdout]).toEqual([exit, ''])
    expect(failure(outcome).error).toMatch(
      new RegExp(`^cannot set STAGEDOOR_POLICY for preview: .*${message}$`),
    )
    expect(failure(outcome).hint).toBeDefined()
    expect(linked.usersThere()).toEqual(['carol'])
  })
})

test('a policy that no edge runtime holds', async () => {
  const names = Array.from({ length: 60 }, (_, i) => `user-${i}`)
  linked.addPolicy(policyWith(...names))
  const { code, stderr } = await linked.run(['user', 'add', 'bob', ...TO])
  expect(code).toBe(0)
  expect(stderr).toMatch(/warning: the policy is \d+ bytes, .* 5120: `--to store` has room for it/)
})

test('a policy that is not valid is left alone', async () => {
  linked.add('STAGEDOOR_POLICY', '{"version":1,"users":[]}')
  const outcome = await linked.run(['user', 'add', 'bob', ...TO])
  expect(failure(outcome)).toMatchObject({
    code: 1,
    error: 'the policy in vercel:preview is not valid at $.users, so it admits nobody',
  })
  expect(linked.changes).toEqual([])
})

test.each([
  [['share', '/pricing', '--url', 'https://example.com']],
  [['pass', 'create', 'ci']],
  [['pass', 'show']],
])('%j signs nothing with what nobody reads', async (args) => {
  linked.add('STAGEDOOR_SECRET', SECRET, { type: 'sensitive', visibility: 'secret' })
  const outcome = await linked.run([...args, ...TO])
  expect(failure(outcome)).toEqual({
    code: 1,
    error: 'STAGEDOOR_SECRET of vercel:preview cannot be read back, so nothing is signed with it',
    hint: 'leave --to out: the secret of .env.local signs, and counts there where `move` has copied it',
  })
  expect(linked.changes).toEqual([])
})
