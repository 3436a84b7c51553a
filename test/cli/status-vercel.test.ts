/** `status` of a project on Vercel: its environments, and the stores that they read. */
import { afterEach, describe, expect, test } from 'vitest'
import {
  closeShops,
  gates,
  gateTree,
  line,
  openShop,
  policy,
  SECRETS,
  type Shop,
} from './status-support.ts'

afterEach(closeShops)

const LOCAL = line(policy(['alice']))

// biome-ignore lint/suspicious/noExplicitAny: as `report`
function environment(report: any, run: string) {
  return report.vercel.environments.find((one: { run: string }) => one.run === run)
}

describe('environments', () => {
  test('stand in one table with the runs of this machine', async () => {
    const shop = await openShop({ '.env.local': LOCAL })
    shop.vercel.addCustomEnvironment(shop.project, 'qa')
    shop.set('STAGEDOOR_POLICY', JSON.stringify(policy(['alice', 'bob'], { allow: ['/a'] })))
    shop.set('STAGEDOOR', 'on', { target: ['production'] })
    shop.set('STAGEDOOR_SECRET', SECRETS.secret, { type: 'sensitive' })
    const { code, stdout, stderr } = await shop.status()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(
      [
        'gate: stagedoor.ts, which reads a store',
        '',
        'RUN                GATE       POLICY          USERS  RULES  BECAUSE',
        'next dev           not gated  .env.local      1      0      off by default',
        'next start         gated      .env.local      1      0      on by default',
        'vercel:production  shut       none            -      -      STAGEDOOR=on of the project',
        'vercel:preview     gated      vercel:preview  2      1      on by default',
        'vercel:qa          shut       none            -      -      on by default',
        '',
        'vercel:production and vercel:qa:  gated, and shut for everybody: no policy',
        '',
      ].join('\n'),
    )
    expect(stdout).toContain(
      'passes of vercel:preview: signed with STAGEDOOR_SECRET, which is set there and not read back\n',
    )
    expect(stdout).toContain('\npolicy of vercel:preview, from vercel:preview:\n\nUSER')
    for (const row of stdout.slice(0, stdout.indexOf('\n\nvercel:')).split('\n')) {
      expect(row.length).toBeLessThanOrEqual(100)
    }
  })

  test('of development are shown where something is set there', async () => {
    const shop = await openShop()
    shop.set('OTHER', 'x', { target: ['development'] })
    expect(gates((await shop.status()).stdout)).not.toHaveProperty('vercel:development')
    shop.set('STAGEDOOR', 'on', { target: ['development'] })
    expect(gates((await shop.status()).stdout)).toMatchObject({ 'vercel:development': 'shut' })
  })

  test('of a branch are shown where it has variables of its own', async () => {
    const shop = await openShop()
    shop.set('STAGEDOOR_POLICY', JSON.stringify(policy(['alice'])))
    shop.set('STAGEDOOR', 'off', { gitBranch: 'open-day' })
    shop.set('OTHER', 'x', { gitBranch: 'other' })
    const { stdout } = await shop.status()
    expect(gates(stdout)).toMatchObject({
      'vercel:preview': 'gated',
      'branch open-day': 'not gated',
    })
    expect(stdout).not.toContain('branch other')
    const branch = environment(await shop.report(), 'vercel:preview of the branch open-day')
    expect(branch).toMatchObject({ branch: 'open-day', gated: false, policy: 'vercel:preview' })
    expect(
      gates((await shop.status('--to', 'vercel:preview', '--git-branch', 'other')).stdout),
    ).toEqual({ 'branch other': 'gated' })
  })

  test('have what AUTH_USER and AUTH_PASSWORD say, which is not read', async () => {
    const shop = await openShop()
    shop.set('AUTH_USER', 'alice')
    shop.set('AUTH_PASSWORD', SECRETS.password)
    const report = await shop.report()
    expect(environment(report, 'vercel:preview')).toMatchObject({
      state: 'gated',
      policy: 'AUTH_USER in vercel:preview',
    })
    expect(shop.vercel.asked.filter(({ path }) => /\/env\/\w/.test(path))).toEqual([])
  })

  test('say so where a value cannot be read back', async () => {
    const shop = await openShop()
    const sealed = { type: 'sensitive' as const }
    shop.set('STAGEDOOR_POLICY', JSON.stringify(policy(['hidden-name'])), sealed)
    shop.set('STAGEDOOR', 'on', { ...sealed, target: ['production'] })
    const { code, stdout } = await shop.status()
    expect(code).toBe(0)
    expect(gates(stdout)).toMatchObject({
      'vercel:production': 'not known',
      'vercel:preview': 'not known',
    })
    expect(stdout).toMatch(/^vercel:preview +not known +vercel:preview +\? +\? /m)
    expect(stdout).toMatch(/^vercel:production: +not known: STAGEDOOR cannot be read back$/m)
    expect(stdout).toMatch(
      /^vercel:preview: +gated, by a policy that is not known: STAGEDOOR_POLICY cannot be read back$/m,
    )
    expect(stdout).not.toContain('hidden-name')
  })

  test('of which some variables are hidden are not guessed', async () => {
    const shop = await openShop({}, { hidesProduction: true })
    shop.set('STAGEDOOR', 'on', { target: ['production'] })
    const report = await shop.report()
    expect(environment(report, 'vercel:production')).toMatchObject({
      gated: null,
      state:
        'not known: 1 variable of production is hidden from this token, and STAGEDOOR may be among them',
      secret: 'hidden',
    })
    expect((await shop.status()).stdout).toMatch(
      /^passes of vercel:production: not known, because this token does not see/m,
    )
  })

  test('with a policy that is not valid end in failure', async () => {
    const shop = await openShop()
    shop.set('STAGEDOOR_POLICY', '{"version":1,"allow":["secret-thing"]}')
    const { code, stdout, stderr } = await shop.status()
    expect(code).toBe(1)
    expect(gates(stdout)).toMatchObject({ 'vercel:preview': 'shut' })
    expect(stdout).toMatch(/^vercel:preview +shut +vercel:preview +not valid +- /m)
    expect(stderr).toContain(
      'error: the policy in vercel:preview is not valid at $.allow[0], so it admits nobody\n',
    )
    expect(stderr).toContain('`npx stagedoor user add NAME --to vercel:preview`')
    expect(stdout + stderr).not.toContain('secret-thing')
  })

  test('are open where the app has no gate, whatever is set', async () => {
    const shop = await openShop({ 'proxy.ts': '', 'stagedoor.ts': '' })
    shop.set('STAGEDOOR_POLICY', JSON.stringify(policy(['alice'])))
    const { stdout, stderr } = await shop.status()
    expect(Object.values(gates(stdout))).toEqual(['no gate', 'no gate', 'no gate', 'no gate'])
    expect(stderr).toContain('run `npx stagedoor init`')
  })

  test.each([
    [policy(['alice'], { open: true }), 'open', 'gated, but open for everybody'],
    [policy(['alice'], { allow: ['/**'] }), 'open', 'gated, but everything is public'],
    [policy([]), 'gated', 'gated, but nobody can sign in: no users'],
  ])('are told plainly where they are open: %j', async (document, word, state) => {
    const shop = await openShop()
    shop.set('STAGEDOOR_POLICY', JSON.stringify(document))
    const { stdout } = await shop.status('--to', 'vercel:preview')
    expect(gates(stdout)).toEqual({ 'vercel:preview': word })
    expect(stdout).toContain(`\nvercel:preview:  ${state}\n`)
  })
})

describe('a store', () => {
  const base = JSON.stringify(policy(['alice']))

  test('comes before what the environment says', async () => {
    const shop = await openShop()
    shop.set('STAGEDOOR_POLICY', base)
    const id = shop.connect({ stagedoor: policy(['bob', 'carol']), other: { secret: 'thing' } })
    const report = await shop.report()
    expect(environment(report, 'vercel:preview')).toMatchObject({
      gated: true,
      state: 'gated',
      policy: 'store stagedoor',
      behind: 'vercel:preview',
      store: { id, by: 'GLOBAL_CONFIG in vercel:preview' },
    })
    expect(environment(report, 'vercel:production')).toMatchObject({ policy: null, store: null })
    expect(report.stores).toMatchObject([
      {
        id,
        slug: 'stagedoor',
        key: 'stagedoor',
        asked: true,
        fault: null,
        readers: ['vercel:preview'],
      },
    ])
    const { stdout } = await shop.status()
    expect(stdout).toMatch(/^vercel:preview +gated +store stagedoor +2 +0 /m)
    expect(stdout).toContain('policy of vercel:preview, from store stagedoor:')
    expect(stdout).toContain('policy in vercel:preview, which counts where the store has none:')
    expect(shop.vercel.asked.map(({ path }) => path).join('\n')).not.toMatch(/\/items|other/)
  })

  test('with no item leaves it to the environment', async () => {
    const shop = await openShop()
    shop.set('STAGEDOOR_POLICY', base)
    shop.connect({ other: 1 })
    const { code, stdout } = await shop.status()
    expect(code).toBe(0)
    expect(stdout).toMatch(/^vercel:preview +gated +vercel:preview +1 /m)
    expect(stdout).toContain(
      'no policy in the store stagedoor: that of files or variables counts for vercel:preview\n',
    )
  })

  test('takes null for no item', async () => {
    const shop = await openShop()
    shop.set('STAGEDOOR_POLICY', base)
    shop.connect({ stagedoor: null })
    const { code, stdout } = await shop.status()
    expect(code).toBe(0)
    expect(stdout).toMatch(/^vercel:preview +gated +vercel:preview +1 /m)
    expect((await shop.report()).stores).toMatchObject([{ fault: null, policy: null }])
  })

  test('with an item that is not valid shuts in a while, and ends in failure', async () => {
    const shop = await openShop()
    shop.set('STAGEDOOR_POLICY', base)
    shop.connect({ stagedoor: { version: 1, allow: ['secret-thing'] } })
    const { code, stdout, stderr } = await shop.status()
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /^vercel:preview: +gated, and shut for everybody once the last good copy is too old: the policy is not valid$/m,
    )
    expect(stderr).toContain('error: the policy in the store stagedoor is not valid at $.allow[0]')
    expect(stderr).toContain('`npx stagedoor move --from file --to store`')
    expect(stdout + stderr).not.toContain('secret-thing')
  })

  test('is told where the gate does not read it', async () => {
    const shop = await openShop({ ...gateTree(false), 'stagedoor.ts': null })
    shop.set('STAGEDOOR_POLICY', base)
    shop.connect({ stagedoor: policy(['bob']) })
    const { stdout } = await shop.status()
    expect(stdout).toMatch(/^vercel:preview +gated +vercel:preview +1 /m)
    expect(stdout).toContain(
      'vercel:preview: connected to the store stagedoor, which the gate does not read: `npx stagedoor init --store`\n',
    )
    expect((await shop.report()).stores).toMatchObject([
      { connected: ['vercel:preview'], readers: [] },
    ])
  })

  test('has its item under the key that the environment names', async () => {
    const shop = await openShop()
    shop.connect({ stagedoor: policy(['alice']), gate: policy(['bob', 'carol']) })
    shop.set('STAGEDOOR_KEY', 'gate')
    const report = await shop.report()
    expect(environment(report, 'vercel:preview').policy).toBe('store stagedoor, item gate')
    expect(report.stores).toMatchObject([{ key: 'gate', policy: { users: [{}, {}] } }])
  })

  test('of which nothing says which one it is, is not guessed', async () => {
    const shop = await openShop()
    shop.set('STAGEDOOR_POLICY', base)
    shop.connect({ stagedoor: policy(['bob']) }, { comment: '' })
    const { code, stdout } = await shop.status()
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^vercel:preview: +gated, by a policy that is not known: GLOBAL_CONFIG in vercel:preview does not say which store it is$/m,
    )
  })

  test('is that of the connection string on this machine too', async () => {
    const shop = await openShop()
    const store = shop.vercel.addStore({ items: { stagedoor: policy(['bob']) }, writable: true })
    const env = { EDGE_CONFIG: store.connection }
    for (const given of [env, { ...shop.env, ...env }]) {
      Object.assign(shop.env, { VERCEL_TOKEN: '', EDGE_CONFIG: '' }, given)
      const report = await shop.report()
      expect(report.runs).toMatchObject([
        { policy: 'store stagedoor' },
        { policy: 'store stagedoor' },
      ])
      expect(JSON.stringify(report)).not.toContain(store.tokens[0]?.token)
    }
  })

  test('that gives no answer is told, and ends in failure', async () => {
    const shop = await openShop({ '.env.local': LOCAL })
    shop.set('STAGEDOOR_POLICY', JSON.stringify(policy(['dora'])))
    shop.connect({ stagedoor: policy(['bob']) })
    shop.vercel.fail({ path: /global-config/, times: 99, with: 403 })
    const { code, stdout, stderr } = await shop.status()
    expect(code).toBe(4)
    expect(stdout).toMatch(
      /^vercel:preview: +gated, by a policy that is not known: the store ecfg_\w+ gave no answer$/m,
    )
    expect(stdout).toContain('policy in vercel:preview, which counts where the store has none')
    expect(stderr).toContain('stagedoor: error: ')
  })
})

describe('--to', () => {
  async function shopOfAll(): Promise<Shop> {
    const shop = await openShop({ '.env.local': LOCAL })
    shop.vercel.addCustomEnvironment(shop.project, 'qa')
    shop.set('STAGEDOOR_POLICY', JSON.stringify(policy(['bob'])))
    shop.connect({ stagedoor: policy(['carol']) })
    return shop
  }

  test('file asks nothing of Vercel', async () => {
    const shop = await shopOfAll()
    const { stdout } = await shop.status('--to', 'file')
    expect(Object.keys(gates(stdout))).toEqual(['next dev', 'next start', 'on Vercel'])
    expect(shop.vercel.asked).toEqual([])
    expect(stdout).not.toContain('connected to')
    shop.env.GLOBAL_CONFIG = shop.vercel.stores[0]?.connection ?? ''
    const again = await shop.status('--to', 'file')
    expect(again.stdout).toContain(
      '\nnext dev and next start: connected to a store, whose policy comes before these: `npx stagedoor status`\n',
    )
    expect(shop.vercel.asked).toEqual([])
  })

  test('vercel:ENVIRONMENT shows that one alone', async () => {
    const shop = await shopOfAll()
    expect(gates((await shop.status('--to', 'vercel:preview')).stdout)).toEqual({
      'vercel:preview': 'gated',
    })
    expect(gates((await shop.status('--to', 'vercel:qa')).stdout)).toEqual({ 'vercel:qa': 'shut' })
    const report = await shop.report('--to', 'vercel:preview')
    expect(report).toMatchObject({ runs: [], sources: [], secrets: [] })
    expect((await shop.status('--to', 'vercel:none')).code).toBe(2)
    expect((await shop.status('--git-branch', 'x')).code).toBe(2)
  })

  test('store shows that alone', async () => {
    const shop = await shopOfAll()
    const { code, stdout } = await shop.status('--to', 'store')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^store stagedoor \(ecfg_\w+\): 1 user, 0 rules\n/)
    expect(stdout).toContain('\npolicy in store stagedoor:\n\nUSER')
    expect(stdout).not.toContain('next start')
    const report = await shop.report('--to', 'store')
    expect(report).toMatchObject({ runs: [], vercel: null, stores: [{ slug: 'stagedoor' }] })
    Object.assign(shop.vercel.stores[0] ?? {}, { items: { stagedoor: '{}' } })
    expect((await shop.status('--to', 'store')).code).toBe(1)
  })
})

test('an item that is null counts as none, as the gate takes it', async () => {
  const shop = await openShop()
  shop.connect({ stagedoor: null })
  const { code, stdout } = await shop.status()
  expect([code, stdout]).toEqual([0, expect.stringContaining('no policy in the store stagedoor')])
})

test('the document has the same form with and without an answer', async () => {
  const shop = await openShop({ '.env.local': LOCAL })
  shop.set('STAGEDOOR_POLICY', JSON.stringify(policy(['bob'])))
  const known = await shop.report()
  shop.env.VERCEL_TOKEN = ''
  const unknown = await shop.report()
  expect(Object.keys(unknown)).toEqual(Object.keys(known))
  expect(Object.keys(known)).toEqual([
    'gate',
    'runs',
    'policies',
    'sources',
    'secrets',
    'signIn',
    'addresses',
    'vercel',
    'stores',
    'differences',
    'ending',
  ])
  expect(Object.keys(known.vercel).sort()).toEqual(Object.keys(unknown.vercel).sort())
  expect(environment(known, 'vercel:preview')).toEqual({
    run: 'vercel:preview',
    gated: true,
    environment: 'preview',
    state: 'gated',
    policy: 'vercel:preview',
    branch: null,
    behind: null,
    store: null,
    secret: 'missing',
    signIn: { page: false },
    addresses: { header: 'x-real-ip' },
  })
})

describe('what is not known is not guessed', () => {
  test('of a key that cannot be read back', async () => {
    const shop = await openShop()
    shop.connect({ stagedoor: policy(['alice']) })
    shop.set('STAGEDOOR_KEY', 'gate', { type: 'sensitive' })
    expect(environment(await shop.report(), 'vercel:preview')).toMatchObject({
      gated: null,
      state: 'gated, by a policy that is not known: STAGEDOOR_KEY cannot be read back',
    })
  })

  test('of a policy that may let everybody in', async () => {
    const shop = await openShop()
    const open = JSON.stringify(policy(['alice'], { open: true }))
    shop.set('STAGEDOOR_POLICY', open, { type: 'sensitive' })
    expect(environment(await shop.report(), 'vercel:preview').gated).toBeNull()
  })

  test('of a connection that may be hidden', async () => {
    const shop = await openShop({}, { hidesProduction: true })
    shop.connect({ stagedoor: policy(['alice']) }, { target: ['production'] })
    const production = environment(await shop.report(), 'vercel:production')
    expect(production).toMatchObject({ gated: null, policy: 'a store' })
  })

  test('of a store of another kind', async () => {
    const proxy = "import { createGate } from './stagedoor'\nexport default createGate({ store })\n"
    const shop = await openShop({ 'proxy.ts': proxy, '.env.local': LOCAL })
    const { stdout } = await shop.status()
    expect(stdout).toContain(
      '\nthe gate is handed a store that is not asked here: a policy in it comes before these\n',
    )
    shop.env.GLOBAL_CONFIG = 'redis://user:read-token@redis.example.com'
    const local = await shop.status('--json')
    expect(JSON.parse(local.stdout).runs).toMatchObject([
      { state: 'not gated' },
      {
        state:
          "gated, by a policy that is not known: GLOBAL_CONFIG in the environment of this shell is no connection string of a store of Vercel's",
      },
    ])
    expect(local.stdout + local.stderr).not.toContain('read-token')
  })
})

test('two stores of one name are told apart', async () => {
  const shop = await openShop()
  const ids = [policy(['alice']), policy(['bob'])].map((stagedoor, i) =>
    shop.connect({ stagedoor }, { target: [i === 0 ? 'preview' : 'production'] }),
  )
  const report = await shop.report()
  expect(report.stores.map(({ name }: { name: string }) => name).sort()).toEqual(
    ids.map((id) => `store ${id}`).sort(),
  )
  expect(environment(report, 'vercel:preview').policy).toBe(`store ${ids[0]}`)
})

test('the sign-in page and the header of addresses are those of the environment', async () => {
  const shop = await openShop()
  shop.set('STAGEDOOR_POLICY', JSON.stringify(policy(['alice'], { ips: ['10.0.0.0/8'] })))
  shop.set('STAGEDOOR_SIGN_IN', 'page')
  shop.set('STAGEDOOR_IP_HEADER', 'x-client')
  const shown = async () => (await shop.status('--to', 'vercel:preview')).stdout
  expect(await shown()).toContain("sign-in: by the browser's own box, because the page takes")
  shop.set('STAGEDOOR_SECRET', SECRETS.secret, { type: 'sensitive' })
  expect(await shown()).toContain('sign-in: at a page (STAGEDOOR_SIGN_IN=page in vercel:preview)\n')
  expect(await shown()).toContain(
    '  10.0.0.0/8\naddresses: told by x-client (STAGEDOOR_IP_HEADER in vercel:preview)\n',
  )
})
