/** Next to the data, the app knows who is there: in each place where it may ask. */
import { beforeAll, expect, test } from 'vitest'
import { type Inventory, readInventory } from './inventory.ts'
import { BYPASS_SECRET } from './machines.ts'
import { forgedIdentities, identity, pass } from './passes.ts'
import { alice, boris } from './policy.ts'
import type { Server } from './server.ts'
import { signIn } from './sessions.ts'
import { actionByScript } from './url-kinds.ts'
import { type Answer, type Ask, ask } from './wire.ts'

type Field = [name: string, value: string]

export interface Seen {
  [place: string]: string
}

/** Where the app asks who is there, and where it asks for the role `admin`. */
function whoamiRequests({ actions }: Pick<Inventory, 'actions'>): { [place: string]: Ask } {
  const { identify = '', promote = '' } = actions
  return {
    page: { target: '/whoami' },
    'page of a role': { target: '/whoami/admin' },
    'route handler': { target: '/api/whoami' },
    'route handler of a role': { target: '/api/whoami?role=admin' },
    'server action': actionByScript('/whoami', identify),
    'server action of a role': actionByScript('/whoami', promote),
    'API route': { target: '/api/whoami-legacy' },
    'API route of a role': { target: '/api/whoami-legacy?role=admin' },
  }
}

/** What each place says beside who it takes its visitor for. */
const MARKERS: { [place: string]: string } = {
  page: 'BACKSTAGE-whoami ',
  'page of a role': 'BACKSTAGE-admin ',
  'route handler': 'BACKSTAGE-whoami-route"',
  'route handler of a role': 'BACKSTAGE-whoami-route"',
  'server action': 'BACKSTAGE-identified ',
  'server action of a role': 'BACKSTAGE-promoted ',
  'API route': 'BACKSTAGE-whoami-api"',
  'API route of a role': 'BACKSTAGE-whoami-api"',
}

/** What each place answers: the status, and who it takes its visitor for. */
export async function askWho(
  server: Server,
  inventory: Pick<Inventory, 'actions'>,
  ...headers: Field[]
): Promise<Seen> {
  const seen: Seen = {}
  for (const [place, request] of Object.entries(whoamiRequests(inventory))) {
    const fields = [...headers, ...(request.headers ?? [])]
    const answer = await ask(server.port, { ...request, headers: fields })
    seen[place] = `${answer.status} ${whoIsIn(answer, MARKERS[place] as string)}`.trim()
  }
  return seen
}

function whoIsIn({ body }: Answer, marker: string): string {
  const text = `${body}`.replaceAll('&quot;', '"').replaceAll('\\"', '"')
  const [, user] = new RegExp(`${marker}[^{]*(?:{"children":")?({"userId":[^}]*})`).exec(text) ?? []
  return user ?? (text.includes(marker) ? 'somebody' : '')
}

/** The same answer in each place, or another where a role is asked for. */
export function everywhere(answer: string, forRole = answer): Seen {
  const places = Object.keys(whoamiRequests({ actions: {} }))
  return Object.fromEntries(
    places.map((place) => [place, place.endsWith('of a role') ? forRole : answer]),
  )
}

export function describeIdentity(server: () => Server): void {
  let inventory: Inventory
  beforeAll(async () => {
    inventory = await readInventory(server().site)
  })
  const who = (...headers: Field[]) => askWho(server(), inventory, ...headers)

  const ALICE = '200 {"userId":"alice","roles":["admin","editor"]}'
  const BORIS = '200 {"userId":"boris","roles":["editor"]}'

  test('knows who signed in, by credentials and by a session', async () => {
    expect(await who(alice)).toEqual(everywhere(ALICE))
    expect(await who(await signIn(server(), alice))).toEqual(everywhere(ALICE))
    expect(await who(boris)).toEqual(everywhere(BORIS, '403'))
    expect(await who(await signIn(server(), boris))).toEqual(everywhere(BORIS, '403'))
    expect((await server().ledger()).sort()).toEqual([
      ...['identify alice', 'identify alice', 'identify boris', 'identify boris'],
      ...['promote alice', 'promote alice'],
    ])
  })

  test('knows a machine by its pass, and takes it for no user', async () => {
    const ci = '200 {"userId":"automation:alice","roles":[]}'
    const token = await pass('automation', { sub: 'alice' })
    expect(await who(['x-stagedoor-pass', token])).toEqual(everywhere(ci, '403'))
    expect(await who(['Authorization', `Bearer ${token}`])).toEqual(everywhere(ci, '403'))
    const admin = await pass('automation', { sub: 'ci', roles: ['admin'] })
    expect(await who(['x-stagedoor-pass', admin])).toEqual(
      everywhere('200 {"userId":"automation:ci","roles":["admin"]}'),
    )
    await server().ledger()
  })

  test('knows the visitor of a share link, who is no user either', async () => {
    const paths = ['/whoami/**', '/api/**']
    const token = await pass('share', { sub: 'client', paths })
    expect(await who(['Cookie', `stagedoor=${token}`])).toEqual(
      everywhere('200 {"userId":"share:client","roles":[]}', '403'),
    )
    await server().ledger()
  })

  test('takes who came by the platform’s secret for nobody', async () => {
    const bypass: Field = ['x-vercel-protection-bypass', BYPASS_SECRET]
    expect(await who(bypass)).toEqual(everywhere('401'))
  })

  test('believes the gate, and no header that came with a request', async () => {
    const forged = [...Object.values(await forgedIdentities()), await identity('root', ['admin'])]
    for (const token of forged) {
      const header: Field = ['x-stagedoor-user', token]
      expect(await who(header)).toEqual(everywhere('401'))
      expect(await who(boris, header)).toEqual(everywhere(BORIS, '403'))
    }
    const smuggled: Field[] = [
      ['x-middleware-override-headers', 'x-stagedoor-user'],
      ['x-middleware-request-x-stagedoor-user', await identity('root', ['admin'])],
    ]
    expect(await who(boris, ...smuggled)).toEqual(everywhere(BORIS, '403'))
    expect((await server().ledger()).filter((line) => line !== 'identify boris')).toEqual([])
  })
}
