/** `--to store`: each job, with the requests that it makes, and how the store is found. */
import { beforeEach, describe, expect, test } from 'vitest'
import { Listener } from '../../src/local/listener.ts'
import type { VercelStore } from '../../src/local/vercel-store.ts'
import { failure, Linked, policyWith, SECRET, usersOf } from './vercel-support.ts'

const linked = Linked.forEach()
const TO = ['--to', 'store']
let store: VercelStore

beforeEach(() => {
  store = linked.vercel.addStore({ items: { flags: { a: 1 } } })
  connect()
})

/** As stagedoor does it: a Secret whose comment says which store it is of. */
function connect(more = {}) {
  const comment = `Reads the store ${store.id} (set by stagedoor)`
  return linked.add('GLOBAL_CONFIG', store.connection, {
    type: 'sensitive',
    visibility: 'secret',
    comment,
    ...more,
  })
}

describe('jobs', () => {
  test('a user is one write of one item', async () => {
    const { code, stdout, stderr } = await linked.run(['user', 'add', 'bob', ...TO])
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: [
        'added bob to the store stagedoor',
        'counts within seconds on every deployment that reads the store, old ones too',
        'password, shown this once:',
        '',
      ].join('\n'),
    })
    expect(stdout).toMatch(/^[\w-]{20,}\n$/)
    expect(linked.changes).toEqual([
      {
        method: 'PATCH',
        path: `/v1/global-config/${store.id}/items?teamId=team_local`,
        body: { items: [{ operation: 'create', key: 'stagedoor', value: store.items.stagedoor }] },
      },
    ])
    expect([store.writes, store.items.flags]).toEqual([1, { a: 1 }])
    expect(usersOf(store.items.stagedoor)).toEqual(['bob'])
  })

  const jobs: [args: string[], after: object][] = [
    [['user', 'add', 'bob'], { users: { bob: {}, carol: {}, dave: {} } }],
    [['user', 'rotate', 'carol'], { users: { carol: {}, dave: {} } }],
    [['user', 'change', 'carol', '--roles', 'client'], { users: { carol: { roles: ['client'] } } }],
    [['user', 'remove', 'carol'], { users: { dave: {} } }],
    [['allow', 'add', '/b'], { allow: ['/robots.txt', '/b'] }],
    [['allow', 'remove', '/robots.txt'], { allow: [] }],
    [['ip', 'add', '192.0.2.0/24'], { ips: ['192.0.2.0/24'] }],
    [['open'], { open: true }],
    [['pass', 'revoke', 'aaaaaaaaaaaaaaaa'], { revoked: ['aaaaaaaaaaaaaaaa'] }],
  ]
  test.each(jobs)('%j is one write', async (args, after) => {
    store.items.stagedoor = { ...policyWith('carol', 'dave'), allow: ['/robots.txt'] }
    const { code, stderr } = await linked.run([...args, ...TO])
    expect([code, stderr.includes('error'), store.writes]).toEqual([0, false, 1])
    expect(store.items).toMatchObject({ flags: { a: 1 }, stagedoor: after })
  })

  test('--dry-run, and what is so already, write nothing', async () => {
    store.items.stagedoor = { ...policyWith('carol'), open: true }
    const dry = await linked.run(['user', 'add', 'bob', '--dry-run', ...TO])
    const open = await linked.run(['open', ...TO])
    expect([dry.code, open.code, linked.changes]).toEqual([0, 0, []])
    expect(dry.stderr).toContain('would add bob to the store stagedoor\n')
    expect(open.stderr).toContain('the policy in the store stagedoor is open already')
  })

  test('--json names the store', async () => {
    const { stdout } = await linked.run(['user', 'add', 'bob', '--json', ...TO])
    expect(JSON.parse(stdout)).toMatchObject({
      place: 'store',
      store: store.id,
      key: 'stagedoor',
      changed: true,
      runs: [],
      warnings: [],
    })
  })

  test('an item that is the text of a policy is read as one', async () => {
    store.items.stagedoor = JSON.stringify(policyWith('carol'))
    expect((await linked.run(['user', 'add', 'bob', ...TO])).code).toBe(0)
    expect(usersOf(store.items.stagedoor)).toEqual(['bob', 'carol'])
  })

  test.each([
    ['no policy', { users: 'all' }],
    ['a list', []],
    ['a number', 7],
    ['an empty text', ''],
    ['users of another kind', { version: 1, users: [] }],
  ])('an item that is %s is left alone', async (_what, item) => {
    store.items.stagedoor = item
    const outcome = await linked.run(['user', 'add', 'bob', ...TO])
    expect(failure(outcome)).toEqual({
      code: 1,
      error: expect.stringMatching(/^the policy in the store stagedoor is not valid at \$/),
      hint: 'mend the item there by hand, or replace it with `npx stagedoor move --from file --to store`',
    })
    expect(linked.changes).toEqual([])
  })

  test.each([
    ['of another form', { unexpected: [null] }],
    ['without a value', { key: 'stagedoor' }],
    ['of another key', { key: 'flags', value: 1 }],
    ['that is a list', []],
    ['that is a text', 'x'],
  ])('an answer %s is not taken for no policy', async (_what, answer) => {
    store.items.stagedoor = policyWith('carol')
    const other = new Listener((request, response) => {
      const isItem = request.url?.includes('/item/')
      const body = isItem ? answer : { id: store.id, slug: 'x', envs: [connect()] }
      response.end(JSON.stringify(body))
    })
    await other.start()
    const env = { STAGEDOOR_API: other.origin }
    const outcome = await linked.run(['user', 'add', 'bob', ...TO], { env })
    await other.stop()
    expect(failure(outcome)).toMatchObject({
      code: 1,
      error:
        "cannot read the item stagedoor of the store x: Vercel's answer has a form that is not known here",
    })
  })

  test('an answer to a write that is no yes is looked into', async () => {
    const patch = { method: 'PATCH', with: 'mangled' as const }
    linked.vercel.fail(patch)
    const outcome = await linked.run(['user', 'add', 'bob', ...TO])
    expect([outcome.code, outcome.stdout, failure(outcome).error]).toEqual([
      1,
      '',
      "cannot write the item stagedoor of the store stagedoor: Vercel's answer has a form that is not known here; a look afterwards finds that it was not written",
    ])
    linked.vercel.fail({ ...patch, after: 'write' })
    expect((await linked.run(['user', 'add', 'bob', ...TO])).code).toBe(0)
    linked.vercel.fail(patch)
    const items = { method: 'GET', path: /item/ }
    for (let i = 0; i < 3; i++) linked.vercel.meanwhile(items, () => {})
    linked.vercel.fail({ ...items, with: 'mangled', times: Number.POSITIVE_INFINITY })
    const doubtful = await linked.run(['user', 'add', 'eve', ...TO])
    expect([doubtful.code, doubtful.stdout.length > 20]).toEqual([1, true])
    expect(failure(doubtful).error).toContain(
      'nobody knows whether the store stagedoor was changed',
    )
  })

  test('an item that came or went in between is not written over', async () => {
    const patch = { method: 'PATCH', path: /items/ }
    linked.vercel.meanwhile(patch, () => {
      store.items.stagedoor = policyWith('dave')
    })
    expect((await linked.run(['user', 'add', 'bob', ...TO])).code).toBe(0)
    expect(usersOf(store.items.stagedoor)).toEqual(['bob', 'dave'])
    linked.vercel.meanwhile(patch, () => {
      delete store.items.stagedoor
    })
    expect((await linked.run(['user', 'add', 'eve', ...TO])).code).toBe(0)
    expect(usersOf(store.items.stagedoor)).toEqual(['eve'])
  })

  test('users are named as they like', async () => {
    store.items.stagedoor = JSON.parse(
      JSON.stringify(policyWith('carol')).replace('carol', '__proto__'),
    )
    expect((await linked.run(['user', 'add', 'constructor', ...TO])).code).toBe(0)
    expect(usersOf(store.items.stagedoor)).toEqual(['__proto__', 'constructor'])
    expect((await linked.run(['user', 'remove', '__proto__', ...TO])).code).toBe(0)
    expect(usersOf(store.items.stagedoor)).toEqual(['constructor'])
  })

  test.each([[['on']], [['off', '--yes']]])('the switch is no item: %j', async (args) => {
    const outcome = await linked.run([...args, ...TO])
    expect(failure(outcome)).toMatchObject({
      code: 2,
      error: 'STAGEDOOR is a variable, and is not kept in a store',
    })
    expect(linked.changes).toEqual([])
  })

  test('passes are signed with the secret of this machine', async () => {
    const cwd = linked.makeFolder({ '.env.local': `STAGEDOOR_SECRET=${SECRET}\n` })
    const { code, stdout, stderr } = await linked.run(['pass', 'create', 'ci', ...TO], { cwd })
    expect([code, stderr.includes(SECRET)]).toEqual([0, false])
    const shown = await linked.run(['pass', 'show', '--json', ...TO], { cwd, stdin: stdout })
    const { id, good } = JSON.parse(shown.stdout)
    expect([good, linked.changes]).toEqual([true, []])
    await linked.run(['pass', 'revoke', id, ...TO], { cwd })
    const after = await linked.run(['pass', 'show', ...TO], { cwd, stdin: stdout })
    expect(failure(after).error).toBe('this pass is not good: it is revoked in the store stagedoor')
  })

  test('and none is made there', async () => {
    const outcome = await linked.run(['pass', 'create', 'ci', ...TO])
    expect(failure(outcome)).toEqual({
      code: 1,
      error: 'there is no STAGEDOOR_SECRET on this machine, and a store keeps none',
      hint: 'leave --to out: then it is made in .env.local, and signs',
    })
  })

  test('STAGEDOOR_KEY names the item', async () => {
    const cwd = linked.makeFolder({ '.env.local': 'STAGEDOOR_KEY=gate-2\n' })
    expect((await linked.run(['user', 'add', 'bob', ...TO], { cwd })).code).toBe(0)
    expect(Object.keys(store.items)).toEqual(['flags', 'gate-2'])
    const bad = await linked.run(['user', 'list', ...TO], { env: { STAGEDOOR_KEY: '../items' } })
    expect(failure(bad)).toMatchObject({ code: 2, error: expect.stringContaining('no key') })
  })

  test('who was let in by a file until then is named', async () => {
    const policy = JSON.stringify(policyWith('alice', 'bob'))
    const cwd = linked.makeFolder({ '.env.local': `STAGEDOOR_POLICY='${policy}'\n` })
    const { stderr } = await linked.run(['user', 'add', 'bob', ...TO], { cwd })
    expect(stderr).toContain(': alice of .env.local cannot sign in there (`npx stagedoor move')
  })
})

describe('which store', () => {
  const users = (args: string[] = TO, given = {}) =>
    linked.run(['user', 'list', '--json', ...args], given)
  const found = async (args?: string[], given?: object) => {
    const { stdout } = await users(args, given)
    return stdout === '' ? undefined : JSON.parse(stdout).store
  }

  beforeEach(() => {
    linked.project.variables = []
  })

  test('that of .env.local', async () => {
    const other = linked.vercel.addStore({ slug: 'other' })
    for (const name of ['EDGE_CONFIG', 'GLOBAL_CONFIG']) {
      for (const text of [
        `https://edge-config.vercel.com/${other.id}?token=t`,
        `https://global-config.vercel.com/${other.id}?token=t`,
        `edge-config:id=${other.id}&token=t`,
      ]) {
        const cwd = linked.makeFolder({ '.env.local': `${name}="${text}"\n` })
        expect(await found(TO, { cwd })).toBe(other.id)
        // Of the shell, too.
        expect(await found(TO, { env: { [name]: text } })).toBe(other.id)
      }
    }
    expect(linked.vercel.asked.every(({ by }) => by === 'account')).toBe(true)
  })

  test('two of them are one too many', async () => {
    const url = 'https://edge-config.vercel.com'
    const env = {
      EDGE_CONFIG: `${url}/ecfg_one?token=hush`,
      GLOBAL_CONFIG: `${url}/ecfg_two?token=hush`,
    }
    const outcome = await users(TO, { env })
    expect(failure(outcome)).toMatchObject({
      code: 2,
      error: expect.stringContaining('two stores'),
    })
    expect(outcome.stderr).not.toContain('hush')
  })

  test.each([
    ['of somebody else', 'https://evil.example/ecfg_one?token=hush', "that is not Vercel's"],
    ['of another port', 'https://edge-config.vercel.com:8443/ecfg_one?token=hush', 'not Vercel'],
    ['without TLS', 'http://edge-config.vercel.com/ecfg_one?token=hush', 'not Vercel'],
    ['with a path', 'https://edge-config.vercel.com/../ecfg_one/x?token=hush', 'no connection'],
    ['without a token', 'https://edge-config.vercel.com/ecfg_one', 'no connection string'],
    ['that is none', 'hush', 'is no connection string of a store'],
  ])('a connection %s gets no request', async (_what, text, error) => {
    const outcome = await users(TO, { env: { EDGE_CONFIG: text } })
    expect(failure(outcome).error).toContain(error)
    expect(outcome.stderr).not.toContain('hush')
    expect(linked.vercel.asked).toEqual([])
  })

  test('that of the project, as its variables tell', async () => {
    const told = async (more: object) => {
      linked.project.variables = []
      connect(more)
      return found()
    }
    const dashboard = { comment: undefined, edgeConfigId: store.id }
    expect(await told({})).toBe(store.id)
    expect(await told(dashboard)).toBe(store.id)
    const value = `https://edge-config.vercel.com/${store.id}?token=t`
    const readable = { comment: undefined, type: 'encrypted', visibility: 'config', value }
    expect(await told(readable)).toBe(store.id)
  })

  test('a variable that does not tell', async () => {
    connect({ comment: undefined })
    for (const more of [[], ['--create']]) {
      const outcome = await linked.run(['user', 'add', 'bob', ...TO, ...more])
      expect(failure(outcome)).toEqual({
        code: 1,
        error: 'GLOBAL_CONFIG of the project connects to a store, and does not say which',
        hint: `name one with \`--to store:ID\`: ${store.id} (stagedoor)`,
      })
    }
  })

  test('several', async () => {
    const other = linked.vercel.addStore({ slug: 'other' })
    connect()
    connect({ target: ['production'], comment: `Reads the store ${other.id}` })
    expect(failure(await users())).toEqual({
      code: 1,
      error: 'environments of the project read several stores',
      hint: `name one with \`--to store:ID\`: ${store.id}, ${other.id}`,
    })
  })

  test('none', async () => {
    expect(failure(await users())).toEqual({
      code: 1,
      error: 'the project reads no store',
      hint: `let it read one with \`npx stagedoor connect preview --to store:ID\` (${store.id} (stagedoor)), or make one of its own with \`npx stagedoor move --from file --to store --create\``,
    })
    linked.vercel.stores = []
    expect(failure(await users()).hint).toBe(
      'make one: run the command again with `--to store --create`',
    )
  })

  test('one that is named, by id or name', async () => {
    const other = linked.vercel.addStore({ slug: 'other' })
    expect(await found(['--to', `store:${other.id}`])).toBe(other.id)
    expect(await found(['--to', 'store:other'])).toBe(other.id)
    linked.vercel.addStore({ slug: 'other' })
    expect(failure(await users(['--to', 'store:other']))).toMatchObject({
      code: 2,
      error: 'several stores are called other',
    })
    const none = await users(['--to', 'store:ecfg_\u001b[31m/../x'])
    expect(failure(none)).toMatchObject({ code: 2, error: expect.stringContaining('\\u001b') })
  })

  test('one of this machine, with its own password and no token of Vercel', async () => {
    const local = linked.vercel.addStore({ slug: 'here', writable: true })
    const cwd = linked.makeFolder({ '.env.local': `GLOBAL_CONFIG=${local.connection}\n` })
    const { code, stderr } = await linked.run(['user', 'add', 'bob', ...TO], { cwd })
    expect([code, stderr.split('\n')[0]]).toEqual([0, 'added bob to the store here'])
    expect(usersOf(local.items.stagedoor)).toEqual(['bob'])
    expect(new Set(linked.vercel.asked.map(({ by }) => by))).toEqual(new Set(['store']))
    const connecting = await linked.run(['connect', 'preview', ...TO], { cwd })
    expect(failure(connecting)).toMatchObject({
      code: 2,
      error: expect.stringContaining('machine'),
    })
  })

  test('one that is gone', async () => {
    const env = { EDGE_CONFIG: 'https://edge-config.vercel.com/ecfg_gone?token=t' }
    expect(failure(await users(TO, { env }))).toMatchObject({
      code: 1,
      error:
        'cannot find the store ecfg_gone: Vercel does not find it, or this token may not see it: Could not find the Global Config: ecfg_gone',
    })
  })
})

describe('who is taken out of the store', () => {
  test('and would get in where it is not read, is named with the command that ends that', async () => {
    store.items.stagedoor = policyWith('alice', 'bob', 'carol')
    const text = JSON.stringify(policyWith('bob', 'carol'))
    linked.add('STAGEDOOR_POLICY', text, { target: ['preview'] })
    linked.add('STAGEDOOR_POLICY', text, { target: ['preview'], gitBranch: 'feature' })
    const cwd = linked.makeFolder({ '.env.local': `STAGEDOOR_POLICY='${text}'\n` })
    const gone = await linked.run(['user', 'remove', 'bob', ...TO], { cwd })
    const beside = 'where the store is not read or has long been away'
    expect(gone.stderr.split('\n').filter((line) => line.includes('may still'))).toEqual(
      ['file', 'vercel:preview', 'vercel:preview --git-branch feature'].map((to) => {
        const [place] = to === 'file' ? ['.env.local'] : to.split(' ')
        return `stagedoor: warning: bob may still sign in by the policy of ${place}, ${beside}: \`npx stagedoor user remove bob --to ${to}\``
      }),
    )
    const rotated = await linked.run(['user', 'rotate', 'carol', ...TO], { cwd })
    expect(rotated.stderr).toContain('`npx stagedoor user rotate carol --to file`')
    // Alice is in none of the others.
    const alice = await linked.run(['user', 'remove', 'alice', ...TO], { cwd })
    expect(alice.stderr).not.toContain('may still')
  })

  test('a policy of the shell is no file to be changed', async () => {
    store.items.stagedoor = policyWith('alice', 'bob')
    const env = { STAGEDOOR_POLICY: JSON.stringify(policyWith('bob')) }
    const { code, stderr } = await linked.run(['user', 'remove', 'bob', ...TO], { env })
    expect([code, stderr.includes('may still')]).toEqual([0, false])
  })

  test('a revoked pass too', async () => {
    store.items.stagedoor = policyWith('alice')
    linked.add('STAGEDOOR_POLICY', JSON.stringify(policyWith('alice')), { target: ['preview'] })
    const { code, stderr } = await linked.run(['pass', 'revoke', 'aaaabbbbccccdddd', ...TO])
    expect(code).toBe(0)
    expect(stderr).toContain(
      'the pass aaaabbbbccccdddd still counts by the policy of vercel:preview',
    )
  })

  test('is out all the same where nobody can be asked about the others', async () => {
    store.items.stagedoor = policyWith('alice', 'bob')
    linked.vercel.fail({ method: 'GET', path: /\/env/, times: Infinity, with: 403 })
    const env = { GLOBAL_CONFIG: 'https://global-config.vercel.com/ID?token=t' }
    env.GLOBAL_CONFIG = env.GLOBAL_CONFIG.replace('ID', store.id)
    const { code } = await linked.run(['user', 'remove', 'bob', ...TO], { env })
    expect([code, usersOf(store.items.stagedoor)]).toEqual([0, ['alice']])
  })
})

test('a password is shown at once after the write, whatever there is to look at besides', async () => {
  const env = { method: 'GET', path: /\/env/ }
  // What finds the store, and then what would be looked at after the write.
  linked.vercel.meanwhile({ ...env, times: 2 }, () => {})
  linked.vercel.fail({ ...env, with: 403, times: Number.POSITIVE_INFINITY })
  const { code, stdout } = await linked.run(['user', 'add', 'bob', ...TO])
  expect([code, stdout.length > 20, usersOf(store.items.stagedoor)]).toEqual([0, true, ['bob']])
  const write = linked.vercel.asked.findIndex(({ method }) => method === 'PATCH')
  const after = linked.vercel.asked.slice(write + 1)
  expect([write > 0, after.filter(({ path }) => path.includes('/env'))]).toEqual([true, []])
})

test('the first policy of a store says which passes it lets in again', async () => {
  const revoked = ['aaaabbbbccccdddd', 'eeeeffffgggghhhh']
  const text = JSON.stringify({ ...policyWith('alice'), revoked })
  linked.add('STAGEDOOR_POLICY', text, { target: ['preview'] })
  const cwd = linked.makeFolder({ '.env.local': `STAGEDOOR_POLICY='${text}'\n` })
  const { code, stderr } = await linked.run(['pass', 'revoke', revoked[0] ?? '', ...TO], { cwd })
  expect(code).toBe(0)
  expect(stderr.match(/the pass \w+, revoked in \S+,/g)).toEqual([
    'the pass eeeeffffgggghhhh, revoked in .env.local,',
    'the pass eeeeffffgggghhhh, revoked in vercel:preview,',
  ])
})

test('a switch is no matter of a store, and nothing is asked', async () => {
  const outcome = await linked.run(['off', ...TO])
  expect(failure(outcome)).toMatchObject({ code: 2, error: expect.stringContaining('STAGEDOOR') })
})
