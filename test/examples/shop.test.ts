/** The shop: who may see its order desk, and move an order, when asked next to the data. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { issueIdentity } from '../../src/gate/holder.ts'
import { type Answer, type Ask, ask } from '../next/wire.ts'
import {
  basic,
  buildExample,
  cookieOf,
  type Running,
  SECRET,
  startExample,
  verifierOf,
} from './site.ts'

const alice = basic('alice', 'mended-velvet-curtain')
const bob = basic('bob', 'borrowed-top-hat')
const HTML: [name: string, value: string] = ['Accept', 'text/html']

const policy = (allow: string[]) =>
  JSON.stringify({
    version: 1,
    users: {
      alice: { verifier: verifierOf('mended-velvet-curtain'), roles: ['admin'] },
      bob: { verifier: verifierOf('borrowed-top-hat') },
    },
    allow,
  })

let folder: string
beforeAll(async () => {
  folder = await buildExample('shop')
})

test('saying who is signed in leaves static pages static', async () => {
  const manifest = path.join(folder, '.next/prerender-manifest.json')
  const { routes } = JSON.parse(await readFile(manifest, 'utf8'))
  const pages = ['/', '/products', '/pricing', '/products/crown', '/about']
  expect(Object.keys(routes)).toEqual(expect.arrayContaining(pages))
  expect(Object.keys(routes)).not.toContain('/admin')
})

type Fields = [name: string, value: string][]
const get = (shop: Running, target: string, ...headers: Fields) =>
  ask(shop.port, { target, headers })
const textOf = ({ body }: Answer) => body.toString()

/** How many steps of an order are done, as the desk sees it. */
async function stepsDone(shop: Running, wanted: string): Promise<number> {
  const { orders } = JSON.parse(textOf(await get(shop, '/api/admin/orders', alice)))
  return orders.find(({ id }: { id: string }) => id === wanted).done
}

/** Id of the action that the desk's buttons post to: the build has two for `/admin`, or one. */
async function readAction(): Promise<string> {
  const manifest = path.join(folder, '.next/server/server-reference-manifest.json')
  const { node } = JSON.parse(await readFile(manifest, 'utf8'))
  const [id] = Object.entries<{ exportedName: string }>(node)
    .filter(([, { exportedName }]) => exportedName === 'moveOn')
    .map(([id]) => id)
  return id as string
}

/** What the gate would sign for alice. */
async function identityOfAlice(): Promise<[name: string, value: string]> {
  const account = { userId: 'alice', mark: '', paths: null, roles: ['admin'] }
  const keys = { secret: SECRET, bypass: '', verifies: false }
  return ['x-stagedoor-user', await issueIdentity(account, keys, Date.now())]
}

const FORM = 'boundary'
function form(fields: Fields, ...headers: Fields): Ask {
  const parts = fields.map(
    ([name, value]) =>
      `--${FORM}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const type: Fields = [['Content-Type', `multipart/form-data; boundary=${FORM}`]]
  const body = `${parts.join('')}--${FORM}--\r\n`
  return { method: 'POST', target: '/admin', headers: [...type, ...headers], body }
}

/** The button of an order, as a browser without scripts presses it. */
const press = (action: string, order: string, ...headers: Fields) =>
  form(
    [
      [`$ACTION_ID_${action}`, ''],
      ['id', order],
    ],
    ...headers,
  )

/** The same by Next.js's script: what the arguments hold, and after it the arguments. */
const call = (action: string, order: string, ...headers: Fields) =>
  form(
    [
      ['_1_id', order],
      ['0', '["$K1"]'],
    ],
    ['Next-Action', action],
    ...headers,
  )

describe('behind the gate', () => {
  let shop: Running
  beforeAll(async () => {
    shop = await startExample(folder, { STAGEDOOR_POLICY: policy([]) })
  })
  afterAll(() => shop?.stop())

  test.each([
    ['/admin', 401, 403],
    ['/api/admin/orders', 401, 403],
    ['/api/me', 401, 200],
    ['/pricing', 401, 200],
  ])('%s is %i for nobody, %i without the role, 200 for alice', async (target, nobody, without) => {
    const answers = [
      await get(shop, target, HTML),
      await get(shop, target, HTML, bob),
      await get(shop, target, HTML, alice),
    ]
    expect(answers.map(({ status }) => status)).toEqual([nobody, without, 200])
    // What the desk knows of its customers.
    const told = answers.map((answer) => /01632|Ophelia/.test(textOf(answer)))
    expect(told).toEqual([false, false, /admin/.test(target)])
  })

  test('/admin refuses by a page of its own', async () => {
    expect(textOf(await get(shop, '/admin', HTML, bob))).toContain('Crew only past this point')
  })

  test('/api/me says who', async () => {
    const answers = await Promise.all([get(shop, '/api/me', alice), get(shop, '/api/me', bob)])
    expect(answers.map((answer) => JSON.parse(textOf(answer)))).toEqual([
      { userId: 'alice', roles: ['admin'], hires: ['2041', '2042', '2043'] },
      { userId: 'bob', roles: [], hires: [] },
    ])
  })

  test('a hire that anybody may follow does not tell whom to ring', async () => {
    const answer = await get(shop, '/orders/2041', bob)
    expect([answer.status, textOf(answer)]).toEqual([200, expect.stringContaining('Hamlet')])
    expect(textOf(answer)).not.toMatch(/01632|Ophelia|placedBy/)
  })

  describe('the action', () => {
    let action: string
    let before: number
    beforeAll(async () => {
      action = await readAction()
      before = await stepsDone(shop, '2042')
    })

    test('is refused to whoever has not the role', async () => {
      const called = await ask(shop.port, call(action, '2042', bob))
      const pressed = await ask(shop.port, press(action, '2042', bob))
      // By a form without scripts Next.js answers every such error with 404.
      expect([called.status, pressed.status]).toEqual([403, 404])
      expect(await stepsDone(shop, '2042')).toBe(before)
    })

    test('is done for alice, by script and without', async () => {
      const called = await ask(shop.port, call(action, '2042', alice))
      expect([called.status, await stepsDone(shop, '2042')]).toEqual([200, before + 1])
      const pressed = await ask(shop.port, press(action, '2042', alice, HTML))
      expect([pressed.status, await stepsDone(shop, '2042')]).toEqual([200, before + 2])
    })
  })

  test('the search gets through with a token of its own, by the session', async () => {
    const session = cookieOf((await get(shop, '/search', HTML, alice)).headers)
    const token: [name: string, value: string] = ['Authorization', 'Bearer demo-app-token']
    expect((await get(shop, '/api/search?q=rope', token)).status).toBe(401)
    const answer = await get(shop, '/api/search?q=rope', token, ['Cookie', session])
    expect([answer.status, JSON.parse(textOf(answer)).bearer]).toEqual([200, true])
  })

  test('what a client says of itself counts for nothing', async () => {
    const forged = await identityOfAlice()
    expect((await get(shop, '/admin', forged)).status).toBe(401)
    expect((await get(shop, '/admin', forged, bob)).status).toBe(403)
    expect(JSON.parse(textOf(await get(shop, '/api/me', forged, bob))).userId).toBe('bob')
  })
})

// The gate lets everybody in, so what answers is the app alone.
describe.each<[string, NodeJS.ProcessEnv]>([
  ['on the allow list', { STAGEDOOR_POLICY: policy(['/admin', '/api/**']) }],
  ['with the gate off', { STAGEDOOR: 'off' }],
])('%s', (_where, env) => {
  let shop: Running
  beforeAll(async () => {
    shop = await startExample(folder, env)
  })
  afterAll(() => shop?.stop())

  test('an identity that was captured is nobody’s', async () => {
    const captured = await identityOfAlice()
    const page = await get(shop, '/admin', HTML, captured)
    expect([page.status, textOf(page)]).toEqual([401, expect.stringContaining('Who’s there?')])
    expect(textOf(page)).not.toMatch(/01632|Ophelia/)
    expect((await get(shop, '/api/admin/orders', captured)).status).toBe(401)
    const me = await get(shop, '/api/me', captured)
    expect([me.status, JSON.parse(textOf(me))]).toEqual([401, { error: 'nobody is signed in' }])
  })

  test('the action is refused', async () => {
    const captured = await identityOfAlice()
    const action = await readAction()
    const called = await ask(shop.port, call(action, '2043', captured))
    const pressed = await ask(shop.port, press(action, '2043', captured))
    expect([called.status, pressed.status]).toEqual([401, 404])
  })
})
