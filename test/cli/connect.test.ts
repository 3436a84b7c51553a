/** `--to store --create` and `connect`: a store made, and environments that read it. */
import { spawnSync } from 'node:child_process'
import { beforeEach, describe, expect, test } from 'vitest'
import { storeClient, wiringText } from '../../src/cli/project/store-wiring.ts'
import { failure, Linked, policyWith, SECRET, usersOf } from './vercel-support.ts'

const linked = Linked.forEach()
const ADD = ['user', 'add', 'bob', '--to', 'store']
let slug: string

beforeEach(() => {
  slug = `stagedoor-${linked.project.id.slice(4, 16)}`
})

const store = () => linked.vercel.stores[0]

describe('--create', () => {
  test('makes a store, lets preview read it, and then writes once', async () => {
    const { code, stderr } = await linked.run([...ADD, '--create'])
    expect({ code, lines: stderr.split('\n').slice(0, 3) }).toEqual({
      code: 0,
      lines: [
        `made the store ${slug}`,
        'preview reads the store from its next deployment on, by GLOBAL_CONFIG',
        `added bob to the store ${slug}`,
      ],
    })
    const { id = '', tokens = [] } = store() ?? {}
    const item = { operation: 'create', key: 'stagedoor', value: store()?.items.stagedoor }
    const value = `https://global-config.vercel.com/${id}?token=${tokens[0]?.token}`
    const query = '?teamId=team_local'
    expect(linked.changes).toEqual([
      { method: 'POST', path: `/v1/global-config${query}`, body: { slug } },
      {
        method: 'POST',
        path: `/v1/global-config/${id}/token${query}`,
        body: { label: 'stagedoor preview' },
      },
      {
        method: 'POST',
        path: linked.envPath,
        body: {
          type: 'sensitive',
          visibility: 'secret',
          key: 'GLOBAL_CONFIG',
          value,
          target: ['preview'],
          comment: `Reads the store ${id} (set by stagedoor)`,
        },
      },
      { method: 'PATCH', path: `/v1/global-config/${id}/items${query}`, body: { items: [item] } },
    ])
    expect(stderr).not.toContain(tokens[0]?.token)
  })

  test('and the next run uses it', async () => {
    await linked.run([...ADD, '--create'])
    linked.vercel.forget()
    for (const more of [[], ['--create']]) {
      const { code } = await linked.run(['user', 'rotate', 'bob', '--to', 'store', ...more])
      expect(code).toBe(0)
    }
    expect(linked.changes.map(({ method }) => method)).toEqual(['PATCH', 'PATCH'])
    expect(linked.vercel.stores).toHaveLength(1)
  })

  test('--dry-run makes nothing', async () => {
    const { code, stderr } = await linked.run([...ADD, '--create', '--dry-run'])
    expect({ code, lines: stderr.split('\n').slice(0, 3) }).toEqual({
      code: 0,
      lines: [
        `would make the store ${slug}`,
        'would let preview read the store, by GLOBAL_CONFIG',
        `would add bob to the store ${slug}`,
      ],
    })
    expect(linked.changes).toEqual([])
  })

  test('for several, with a token each', async () => {
    linked.vercel.addCustomEnvironment(linked.project, 'qa')
    const names = ['production', 'preview', 'development,qa']
    const { code, stdout } = await linked.run(['connect', ...names, '--create', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout).notes).toEqual([
      `made the store ${slug}`,
      ...['production', 'preview', 'development', 'qa'].map(
        (name) => `${name} reads the store from its next deployment on, by GLOBAL_CONFIG`,
      ),
    ])
    const variables = linked.variables('GLOBAL_CONFIG')
    expect(variables.map(({ type }) => type)).toEqual([
      'sensitive',
      'sensitive',
      'encrypted',
      'sensitive',
    ])
    expect(new Set(variables.map(({ value }) => value)).size).toBe(4)
  })

  test('an app of the older client reads EDGE_CONFIG', async () => {
    const cwd = linked.makeFolder({
      'package.json': '{"dependencies":{"@vercel/edge-config":"1.5.1"}}',
    })
    await linked.run([...ADD, '--create'], { cwd })
    expect(linked.variables('EDGE_CONFIG')[0]?.value).toMatch(/^https:\/\/edge-config\.vercel\.com/)
  })

  test('the variable is that of the client which hands the gate the store', async () => {
    const both =
      '{"dependencies":{"next":"16.4.6","@vercel/edge-config":"1","@vercel/global-config":"1"}}'
    const cwd = linked.makeFolder({
      'package.json': both,
      'app/page.js': '',
      'proxy.ts': wiringText(storeClient('edge-config')),
    })
    await linked.run([...ADD, '--create'], { cwd })
    expect(linked.project.variables.map(({ key }) => key)).toEqual(['EDGE_CONFIG'])
  })

  test('what cannot be done leaves nothing behind', async () => {
    for (const args of [
      ['allow', 'remove', '/a', '--to', 'store', '--create'],
      ['on', '--to', 'store', '--create'],
      ['connect', 'prewiev', '--create'],
      ['connect', 'preview', 'production', 'qa', '--create'],
    ]) {
      expect((await linked.run(args)).code).toBeGreaterThan(0)
    }
    expect(linked.changes).toEqual([])
  })

  test('twice at once makes one store, and loses nobody', async () => {
    const slow = { method: 'POST', path: /global-config\?/, times: 3 }
    linked.vercel.meanwhile(slow, () => new Promise((resolve) => setTimeout(resolve, 300)))
    const names = ['ann', 'bob', 'carol']
    const runs = names.map((name) =>
      linked.start(['user', 'add', name, '--to', 'store', '--create']),
    )
    for (const { ended } of runs) expect((await ended).code).toBe(0)
    expect(linked.vercel.stores).toHaveLength(1)
    expect(usersOf(store()?.items.stagedoor).sort()).toEqual(names)
    expect(linked.variables('GLOBAL_CONFIG')).toHaveLength(1)
  })

  test('goes with no other place', async () => {
    for (const to of ['file', 'vercel:preview', 'store:ecfg_a']) {
      const outcome = await linked.run(['user', 'add', 'bob', '--to', to, '--create'])
      expect(failure(outcome)).toMatchObject({
        code: 2,
        error: expect.stringContaining('--create'),
      })
    }
    expect(linked.vercel.asked).toEqual([])
  })

  test('on Hobby, where there is one already', async () => {
    Object.assign(linked.vercel.teams[0] ?? {}, { plan: 'hobby' })
    const other = linked.vercel.addStore({ slug: 'flags' })
    const outcome = await linked.run([...ADD, '--create'])
    expect(failure(outcome)).toMatchObject({
      code: 1,
      hint: `let the project read one that is there, with \`npx stagedoor connect preview --to store:ID\`: ${other.id} (flags)`,
    })
    expect([outcome.stdout, other.items]).toEqual(['', {}])
    const named = ['--to', `store:${other.id}`]
    expect((await linked.run(['connect', 'preview', ...named])).code).toBe(0)
    expect((await linked.run(['user', 'add', 'bob', ...named])).code).toBe(0)
    expect(usersOf(other.items.stagedoor)).toEqual(['bob'])
    expect((await linked.run(['user', 'list', '--to', 'store'])).code).toBe(0)
  })
})

describe('--create that was cut off', () => {
  const broken = { status: 500, error: { code: 'internal', message: 'Broken' } }
  test.each([
    ['the store', 'POST', /global-config\?/, undefined],
    ['the store, made all the same', 'POST', /global-config\?/, 'write' as const],
    ['the token', 'POST', /token/, undefined],
    ['the variable', 'POST', /env/, undefined],
    ['the variable, set all the same', 'POST', /env/, 'write' as const],
    ['the item', 'PATCH', /items/, undefined],
  ])('at %s is gone on with', async (_what, method, path, after) => {
    linked.vercel.fail({ method, path, with: broken, times: 1, ...(after && { after }) })
    const first = await linked.run([...ADD, '--create'])
    expect([first.code, first.stdout]).toEqual([1, ''])
    expect(first.stderr).toMatch(/hint: .*run the command again/)
    const second = await linked.run([...ADD, '--create'])
    expect(second.code).toBe(0)
    expect(linked.vercel.stores).toHaveLength(1)
    expect(usersOf(store()?.items.stagedoor)).toEqual(['bob'])
    const [variable, ...others] = linked.variables('GLOBAL_CONFIG')
    expect([variable?.value.includes(store()?.id ?? '-'), others]).toEqual([true, []])
  })

  test('a store of another project is none of its', async () => {
    linked.vercel.addStore({ slug: 'stagedoor', items: { stagedoor: policyWith('eve') } })
    const other = linked.vercel.addStore({ slug: 'stagedoor-aaaaaaaaaaaa' })
    expect((await linked.run([...ADD, '--create'])).code).toBe(0)
    expect([linked.vercel.stores.length, other.items]).toEqual([3, {}])
  })
})

describe('connect', () => {
  test('is for a store alone', async () => {
    const outcome = await linked.run(['connect', 'preview', '--to', 'vercel:preview'])
    expect(failure(outcome)).toMatchObject({
      code: 2,
      error: 'environments read a store, and --to names none',
    })
    expect(linked.vercel.asked).toEqual([])
  })

  const connect = (name: string) => linked.run(['connect', name, '--to', `store:${store()?.id}`])

  test('twice is once', async () => {
    linked.vercel.addStore()
    await connect('preview')
    linked.vercel.forget()
    const { code, stderr } = await connect('preview')
    expect([code, linked.changes]).toEqual([0, []])
    expect(stderr).toContain('preview reads the store already, by GLOBAL_CONFIG')
    expect(store()?.tokens).toHaveLength(1)
  })

  test('leaves an environment alone that reads another store by the other name', async () => {
    linked.vercel.addStore()
    const items = { stagedoor: policyWith('carol') }
    const other = linked.vercel.addStore({ slug: 'other', items })
    const value = `https://edge-config.vercel.com/${other.id}?token=hush`
    linked.add('EDGE_CONFIG', value, { target: ['production'] })
    expect(failure(await connect('production'))).toMatchObject({
      code: 1,
      error: `EDGE_CONFIG of production connects to the store ${other.id} already`,
    })
    expect(linked.changes).toEqual([])
  })

  test('passes over a store of other things, by a name that the gate reads last or not at all', async () => {
    linked.vercel.addStore()
    const flags = linked.vercel.addStore({ slug: 'flags', items: { flags: 1 } })
    const value = (name: string) => `https://${name}.vercel.com/${flags.id}?token=hush`
    linked.add('EDGE_CONFIG', value('edge-config'), { target: ['preview'] })
    expect((await connect('preview')).code).toBe(0)
    // The older client reads EDGE_CONFIG alone.
    linked.project.variables = []
    linked.add('GLOBAL_CONFIG', value('global-config'), { target: ['preview'] })
    const cwd = linked.makeFolder({
      'package.json': '{"dependencies":{"@vercel/edge-config":"1.5.1"}}',
    })
    const args = ['connect', 'preview', '--to', `store:${store()?.id}`]
    expect((await linked.run(args, { cwd })).code).toBe(0)
    expect(linked.variables('EDGE_CONFIG')).toHaveLength(1)
  })

  test('leaves the store alone that the app has for other things', async () => {
    linked.vercel.addStore()
    const value = 'https://global-config.vercel.com/ecfg_flags?token=hush'
    linked.add('GLOBAL_CONFIG', value, { target: ['production', 'preview'] })
    const outcome = await connect('preview')
    expect(failure(outcome)).toEqual({
      code: 1,
      error: 'GLOBAL_CONFIG of preview connects to the store ecfg_flags already',
      hint: "use that one with `--to store:ecfg_flags`, or take GLOBAL_CONFIG out of preview in the project's settings on vercel.com first",
    })
    expect([linked.changes, outcome.stderr.includes('hush')]).toEqual([[], false])
    linked.project.variables = []
    linked.add('GLOBAL_CONFIG', 'redis://elsewhere', { type: 'sensitive' })
    expect(failure(await connect('preview')).error).toBe(
      'GLOBAL_CONFIG of preview connects to something else already',
    )
  })

  test('what signs passes goes along, where there is nothing for that', async () => {
    linked.vercel.addStore()
    const cwd = linked.makeFolder({ '.env.local': `STAGEDOOR_SECRET=${SECRET}\n` })
    const args = ['connect', 'preview', 'development', '--to', `store:${store()?.id}`]
    const dry = await linked.run([...args, '--dry-run'], { cwd })
    expect(dry.stderr).toContain('\nwould set STAGEDOOR_SECRET of .env.local for preview\n')
    const { code, stderr } = await linked.run(args, { cwd })
    expect([code, stderr.includes(SECRET)]).toEqual([0, false])
    expect(stderr).toContain(
      'preview has STAGEDOOR_SECRET of .env.local from its next deployment on\n',
    )
    const found = linked.variables('STAGEDOOR_SECRET')
    expect(found.map(({ target, type, value }) => [target, type, value])).toEqual([
      [['preview'], 'sensitive', SECRET],
      [['development'], 'encrypted', SECRET],
    ])
    linked.vercel.forget()
    await linked.run(args, { cwd })
    expect(linked.changes).toEqual([])
  })

  test('a secret that git tracks does not: every reader of the repository knows it', async () => {
    linked.vercel.addStore()
    const cwd = linked.makeFolder({ '.env': `STAGEDOOR_SECRET=${SECRET}\n` })
    for (const args of [
      ['init', '-q'],
      ['add', '-f', '.env'],
    ])
      spawnSync('git', args, { cwd })
    const { code, stderr } = await linked.run(
      ['connect', 'preview', '--to', `store:${store()?.id}`],
      { cwd },
    )
    expect([code, linked.variables('STAGEDOOR_SECRET')]).toEqual([0, []])
    expect(stderr).toContain(
      'STAGEDOOR_SECRET is not set for preview: git tracks .env, so every reader knows it; make another, in an .env.local that git ignores\n',
    )
  })

  test('a secret that the team does not share is left out, and that is said', async () => {
    Object.assign(linked.vercel.teams[0] ?? {}, { disjunctiveProductionSecretPolicy: 'on' })
    linked.vercel.addStore()
    const cwd = linked.makeFolder({ '.env.local': `STAGEDOOR_SECRET=${SECRET}\n` })
    const args = ['connect', 'preview', 'production', '--to', `store:${store()?.id}`]
    const { code, stderr } = await linked.run(args, { cwd })
    expect([code, linked.variables('GLOBAL_CONFIG').length]).toEqual([0, 2])
    expect(stderr).toContain(
      '\nSTAGEDOOR_SECRET is not set for production, so no passes work there: cannot set',
    )
  })

  test('does not guess what this token may not see', async () => {
    linked.vercel.addStore()
    linked.project.hidesProduction = true
    linked.add('GLOBAL_CONFIG', 'x', { target: ['production'] })
    expect(failure(await connect('production'))).toMatchObject({
      code: 4,
      error: 'this token may not see all variables of production',
    })
    expect(linked.changes).toEqual([])
  })

  test('needs a project, which two variables may name', async () => {
    const { vercel, project } = linked
    const args = (id: string) => ['connect', 'preview', '--dry-run', '--to', `store:${id}`]
    const own = vercel.addStore({ ownerId: vercel.user.id })
    expect(failure(await linked.run(args(own.id), { cwd: '/' }))).toMatchObject({
      code: 1,
      error: 'this folder is not linked to a project on Vercel',
    })
    const env = { VERCEL_ORG_ID: 'team_local', VERCEL_PROJECT_ID: project.id }
    expect((await linked.run(args(vercel.addStore().id), { cwd: '/', env })).code).toBe(0)
  })
})
