/** `stagedoor move`: a whole policy from one place to another, with the difference first. */
import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { failure, Linked, policyWith, SECRET, usersOf, VERIFIER } from './vercel-support.ts'

const linked = Linked.forEach()

function fileWith(policy: object, secret = ''): string {
  const line = secret && `STAGEDOOR_SECRET=${secret}\n`
  return linked.makeFolder({
    '.env.local': `STAGEDOOR_POLICY='${JSON.stringify(policy)}'\n${line}`,
  })
}

/** A store that the project reads. */
function addStore(items = {}) {
  const store = linked.vercel.addStore({ items })
  linked.add('GLOBAL_CONFIG', '', { type: 'sensitive', comment: `Reads the store ${store.id}` })
  return store
}

describe('from a file to a store', () => {
  const MOVE = ['move', '--from', 'file', '--to', 'store']

  test('shows the difference, and is one write', async () => {
    const other = VERIFIER.replace(/A$/, 'E')
    const store = addStore({
      flags: 1,
      stagedoor: {
        version: 1,
        users: { carol: { verifier: VERIFIER }, bob: { verifier: other, roles: ['x'] } },
        allow: ['/old'],
        open: true,
      },
    })
    const policy = { ...policyWith('alice', 'bob'), allow: ['/new'], realm: 'Shop' }
    const { code, stdout, stderr } = await linked.run([...MOVE, '--yes'], {
      cwd: fileWith(policy, SECRET),
    })
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '',
      stderr: [
        'in the store stagedoor:',
        '  - user carol',
        '  ~ user bob (another password, roles)',
        '  + user alice',
        '  - rule /old',
        '  + rule /new',
        '  ~ open: true to false',
        '  ~ realm: the default to Shop',
        'copied the policy of .env.local to the store stagedoor',
        '.env.local keeps its own: take it out by hand where nobody is to get in by it any more',
        'counts within seconds on every deployment that reads the store, old ones too',
        '',
      ].join('\n'),
    })
    expect([store.items, store.writes]).toEqual([{ flags: 1, stagedoor: policy }, 1])
  })

  test('--dry-run shows it, and writes nothing', async () => {
    addStore()
    const cwd = fileWith(policyWith('alice'))
    const { code, stderr } = await linked.run([...MOVE, '--dry-run'], { cwd })
    expect([code, linked.changes]).toEqual([0, []])
    expect(stderr).toMatch(/^in the store stagedoor:\n {2}\+ user alice\nwould copy the policy/)
  })

  test('--json has the difference', async () => {
    addStore()
    const cwd = fileWith(policyWith('alice'))
    const { stdout, stderr } = await linked.run([...MOVE, '--json'], { cwd })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchObject({
      from: { place: 'file' },
      diff: [{ sign: '+', what: 'user alice' }],
      secret: false,
      place: 'store',
      changed: true,
    })
    expect(stdout).not.toContain(VERIFIER)
  })

  test('twice is once', async () => {
    addStore()
    const cwd = fileWith(policyWith('alice'))
    await linked.run(MOVE, { cwd })
    linked.vercel.forget()
    const { code, stderr } = await linked.run(MOVE, { cwd })
    expect([code, linked.changes]).toEqual([0, []])
    expect(stderr).toMatch(/^the store stagedoor has the policy of \.env\.local already\n/)
  })

  test('takes nothing away where nobody is asked and nobody has said --yes', async () => {
    const store = addStore({ stagedoor: policyWith('carol') })
    const cwd = fileWith(policyWith('alice'))
    for (const options of [[], ['--json']]) {
      expect(failure(await linked.run([...MOVE, ...options], { cwd }))).toEqual({
        code: 1,
        error: 'the store stagedoor would lose what only its own policy has',
        hint: 'look at the difference with `--dry-run`, and say `--yes` to replace the policy',
      })
    }
    expect([linked.changes, usersOf(store.items.stagedoor)]).toEqual([[], ['carol']])
    expect((await linked.run([...MOVE, '--yes'], { cwd })).code).toBe(0)
    expect(usersOf(store.items.stagedoor)).toEqual(['alice'])
  })

  test('lets no pass in again that is revoked', async () => {
    const store = addStore({ stagedoor: { ...policyWith('alice'), revoked: ['old', 'both'] } })
    const cwd = fileWith({ ...policyWith('alice', 'bob'), revoked: ['new', 'both'] })
    expect((await linked.run(MOVE, { cwd })).code).toBe(0)
    expect(store.items.stagedoor).toEqual({
      ...policyWith('alice', 'bob'),
      revoked: ['new', 'both', 'old'],
    })
  })

  test('with --create', async () => {
    const cwd = fileWith(policyWith('alice'))
    expect((await linked.run([...MOVE, '--create'], { cwd })).code).toBe(0)
    expect(usersOf(linked.vercel.stores[0]?.items.stagedoor)).toEqual(['alice'])
  })

  test('is refused where somebody changes it meanwhile', async () => {
    const store = addStore({ stagedoor: policyWith('carol') })
    const item = { method: 'GET', path: /item/ }
    linked.vercel.meanwhile(item, () => {})
    linked.vercel.meanwhile(item, () => {
      store.items.stagedoor = policyWith('carol', 'dave')
    })
    const cwd = fileWith(policyWith('alice'))
    const outcome = await linked.run([...MOVE, '--yes'], { cwd })
    expect(failure(outcome)).toEqual({
      code: 1,
      error: 'the policy in the store stagedoor was changed meanwhile, by somebody else',
      hint: 'run the command again to see the difference as it is now',
    })
    expect(linked.changes).toEqual([])
  })
})

describe('to an environment', () => {
  const MOVE = ['move', '--from', 'file', '--to', 'vercel:preview']

  test('the secret goes along to where there is none, as a Secret', async () => {
    const cwd = fileWith(policyWith('alice'), SECRET)
    const outcome = await linked.run(MOVE, { cwd })
    expect(outcome.code).toBe(0)
    expect(outcome.stderr).toContain(
      'copied the policy and STAGEDOOR_SECRET of .env.local to vercel:preview\n',
    )
    expect(linked.changes.map(({ body }) => body)).toEqual([
      {
        type: 'sensitive',
        visibility: 'secret',
        key: 'STAGEDOOR_SECRET',
        value: SECRET,
        target: ['preview'],
      },
      {
        type: 'encrypted',
        visibility: 'config',
        key: 'STAGEDOOR_POLICY',
        value: JSON.stringify(policyWith('alice')),
        target: ['preview'],
      },
    ])
    expect(outcome.stderr + outcome.stdout).not.toContain(SECRET)
    const again = await linked.run(MOVE, { cwd })
    expect([again.code, linked.changes.length]).toEqual([0, 2])
    expect(again.stderr).toContain('warning: STAGEDOOR_SECRET of vercel:preview stays as it is')
  })

  test('one that git tracks stays where it is', async () => {
    const cwd = linked.makeFolder({
      '.env': `STAGEDOOR_POLICY='${JSON.stringify(policyWith('alice'))}'\nSTAGEDOOR_SECRET=${SECRET}\n`,
    })
    for (const args of [
      ['init', '-q'],
      ['add', '-f', '.env'],
    ])
      spawnSync('git', args, { cwd })
    const from = ['move', '--from', 'file:.env', '--to', 'vercel:preview']
    const { code, stderr } = await linked.run(from, { cwd })
    expect([code, linked.variables('STAGEDOOR_SECRET')]).toEqual([0, []])
    expect(stderr).toContain('STAGEDOOR_SECRET stays where it is: git tracks that file')
  })

  test('one that is too short to sign stays where it is', async () => {
    await linked.run(MOVE, { cwd: fileWith(policyWith('alice'), 'short') })
    expect(linked.project.variables.map(({ key }) => key)).toEqual(['STAGEDOOR_POLICY'])
  })

  test('for development it is readable, to be pulled', async () => {
    const cwd = fileWith(policyWith('alice'), SECRET)
    await linked.run(['move', '--from', 'file', '--to', 'vercel:development'], { cwd })
    expect(linked.variables('STAGEDOOR_SECRET')).toMatchObject([
      { type: 'encrypted', value: SECRET, target: ['development'] },
    ])
  })

  test('a policy that is a Secret is replaced, and stays one', async () => {
    linked.addPolicy(policyWith('carol'), { type: 'sensitive', visibility: 'secret' })
    const cwd = fileWith(policyWith('alice'))
    expect((await linked.run(MOVE, { cwd })).code).toBe(1)
    const { code, stderr } = await linked.run([...MOVE, '--yes'], { cwd })
    expect([code, linked.changes.length]).toEqual([0, 1])
    expect(stderr).toContain('warning: the policy is a Secret there')
    expect(linked.usersThere()).toEqual(['alice'])
    expect(linked.variables('STAGEDOOR_POLICY')).toMatchObject([{ type: 'sensitive' }])
  })

  test('a Secret that Vercel asked to wait with is written after that', async () => {
    linked.addPolicy(policyWith('carol'), { type: 'sensitive', visibility: 'secret' })
    const limit = { reset: Math.ceil(Date.now() / 1000) + 1 }
    const error = { code: 'rate_limited', message: 'Later', limit }
    linked.vercel.fail({ method: 'POST', with: { status: 429, error } })
    const cwd = fileWith(policyWith('alice'))
    expect((await linked.run([...MOVE, '--yes'], { cwd })).code).toBe(0)
    expect(linked.usersThere()).toEqual(['alice'])
  })

  test('--sensitive makes it one', async () => {
    const cwd = fileWith(policyWith('alice'))
    const { code, stderr } = await linked.run([...MOVE, '--sensitive'], { cwd })
    expect([code, stderr.includes('the policy is a Secret there')]).toEqual([0, true])
    expect(linked.variables('STAGEDOOR_POLICY')).toMatchObject([{ type: 'sensitive' }])
    expect(failure(await linked.run(['user', 'list', '--to', 'vercel:preview'])).error).toContain(
      'is a Secret',
    )
  })

  test('--sensitive says so where the policy is there already, and readable', async () => {
    linked.addPolicy(policyWith('alice'))
    const cwd = fileWith(policyWith('alice'))
    const { code, stderr } = await linked.run([...MOVE, '--sensitive'], { cwd })
    expect([code, linked.changes]).toEqual([0, []])
    expect(stderr).toContain('warning: the policy there stays readable: take the variable out')
  })

  test('what is for development is no Secret', async () => {
    const to = ['--to', 'vercel:development', '--sensitive']
    const cwd = fileWith(policyWith('alice'))
    expect(failure(await linked.run(['move', '--from', 'file', ...to], { cwd }))).toMatchObject({
      code: 2,
      error: 'what is for development is pulled to be read, and is no Secret',
    })
    expect(linked.vercel.asked).toEqual([])
  })

  test('nothing is said of verifiers, or of a part of a secret, that Vercel quotes', async () => {
    const policy = JSON.stringify(policyWith('alice'))
    const cwd = fileWith(policyWith('alice'), SECRET)
    for (const message of [
      `${'x'.repeat(280)} ${SECRET}`,
      `the value ${JSON.stringify(policy)}`,
      `the item ${policy}`,
      'https://global-config.vercel.com/ecfg_a?token=hush-hush',
    ]) {
      linked.vercel.fail({ method: 'POST', with: { status: 400, error: { code: 'x', message } } })
      const { code, stderr } = await linked.run(MOVE, { cwd })
      expect(code).toBe(1)
      expect(stderr).not.toMatch(new RegExp(`${SECRET.slice(0, 9)}|${'A'.repeat(9)}|hush`))
    }
  })

  test('nothing is said of a secret that Vercel quotes', async () => {
    const message = `The value ${SECRET} is not allowed`
    const error = { code: 'INVALID_VALUE', message }
    linked.vercel.fail({ method: 'POST', with: { status: 400, error } })
    const outcome = await linked.run(MOVE, { cwd: fileWith(policyWith('alice'), SECRET) })
    expect(failure(outcome)).toEqual({
      code: 1,
      error:
        'cannot set STAGEDOOR_SECRET for preview: Vercel answered 400: The value … is not allowed',
      hint: 'mend what it says, and run the command again',
    })
  })

  test('from one to another, and to a file', async () => {
    linked.addPolicy(policyWith('carol'))
    const there = ['--to', 'vercel:production']
    const { code } = await linked.run(['move', '--from', 'vercel:preview', ...there])
    expect(code).toBe(0)
    const values = linked.variables('STAGEDOOR_POLICY')
    expect(values.map(({ target, value }) => [target, usersOf(JSON.parse(value))])).toEqual([
      [['preview'], ['carol']],
      [['production'], ['carol']],
    ])
    const back = await linked.run(['move', '--from', 'vercel:preview', '--to', 'file'])
    expect([back.code, back.stderr.includes('copied the policy of vercel:preview')]).toEqual([
      0,
      true,
    ])
  })

  test('a branch is of preview, on whichever side that is', async () => {
    linked.addPolicy(policyWith('carol'))
    linked.addPolicy(policyWith('dave'), { gitBranch: 'feature' })
    const branch = ['--git-branch', 'feature']
    const out = ['move', '--from', 'vercel:preview', '--to', 'vercel:production', ...branch]
    expect((await linked.run(out)).code).toBe(0)
    expect(usersOf(JSON.parse(linked.variables('STAGEDOOR_POLICY')[2]?.value ?? ''))).toEqual([
      'dave',
    ])
    const cwd = fileWith(policyWith('alice'))
    const into = ['move', '--from', 'file', '--to', 'vercel:preview', ...branch, '--yes']
    expect((await linked.run(into, { cwd })).code).toBe(0)
    const [all, own] = linked.variables('STAGEDOOR_POLICY').map(({ value }) => JSON.parse(value))
    expect([usersOf(all), usersOf(own)]).toEqual([['carol'], ['alice']])
  })
})

describe('what is refused', () => {
  test.each([
    [[], '--from is missing: move needs both'],
    [['--from', 'file'], '--to is missing: move needs both'],
    [['--from', 'store', '--to', 'store'], '--from and --to are the same place'],
    [['--from', 'disk', '--to', 'file'], "no place is called 'disk'"],
    [
      ['--from', 'file', '--to', 'store', '--sensitive'],
      '--sensitive goes with --to vercel:preview',
    ],
    [['--from', 'file', '--to', 'file:x', '--create'], '--create goes with --to store'],
    [['--from', 'file', '--to', 'store', '--git-branch', 'a'], '--git-branch goes with'],
  ])('%j', async (args, error) => {
    const outcome = await linked.run(['move', ...args], { cwd: fileWith(policyWith('alice')) })
    expect(failure(outcome)).toMatchObject({ code: 2, error: expect.stringContaining(error) })
    expect(linked.changes).toEqual([])
  })

  test('a place without a policy', async () => {
    addStore()
    const outcome = await linked.run(['move', '--from', 'file', '--to', 'store'])
    expect(failure(outcome)).toEqual({
      code: 1,
      error: 'there is no policy in .env.local',
      hint: 'make one with `npx stagedoor user add NAME --to file`',
    })
  })

  test('a source that cannot be read back', async () => {
    linked.addPolicy(policyWith('carol'), { type: 'sensitive' })
    const outcome = await linked.run(['move', '--from', 'vercel:preview', '--to', 'file'])
    expect(failure(outcome)).toMatchObject({
      code: 1,
      error: 'the policy in vercel:preview is a Secret, which cannot be read back',
    })
  })
})
