/**
 * Next to the data, on a Next.js whose middleware can be skipped by a header (CVE-2025-29927):
 * what a gate is not enough for, `server.ts` still refuses.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askWho, everywhere } from './identity.ts'
import { readInventory } from './inventory.ts'
import { forgedIdentities, identity, pass } from './passes.ts'
import { alice, boris } from './policy.ts'
import { type Server, startServer } from './server.ts'
import { signIn } from './sessions.ts'
import { BYPASSED_15, buildSite } from './targets.ts'
import { actionByScript } from './url-kinds.ts'
import { REFUSED, refusal, textsIn } from './verdict.ts'
import { type Ask, ask } from './wire.ts'

type Field = [name: string, value: string]

const SKIP: Field = ['x-middleware-subrequest', Array(5).fill('middleware').join(':')]

describe('Next.js 15.2.2, whose middleware a header skips', () => {
  let server: Server
  let actions: { [name: string]: string }
  beforeAll(async () => {
    server = await startServer(await buildSite(BYPASSED_15), { signs: true })
    actions = await nameActions(server)
  })
  afterAll(() => server?.stop())

  const who = (...headers: Field[]) => askWho(server, { actions }, ...headers)

  test('shows what asks nobody to who skips the gate, and to nobody else', async () => {
    for (const target of ['/members', '/legacy/ssr', '/api/echo', '/secret.txt']) {
      const [plain, skipped] = [
        await ask(server.port, { target }),
        await ask(server.port, { target, headers: [SKIP] }),
      ]
      expect(refusal(plain)).toEqual(REFUSED)
      expect(skipped.status).toBe(200)
      expect(textsIn(skipped, { target }).join()).toContain('BACKSTAGE-')
    }
  })

  test('refuses where the app asks who is there', async () => {
    expect(await who(SKIP)).toEqual(everywhere('401'))
    for (const [fault, token] of Object.entries(await forgedIdentities())) {
      const header: Field = ['x-stagedoor-user', token]
      expect({ fault, ...(await who(SKIP, header)) }).toEqual({ fault, ...everywhere('401') })
    }
    // Nothing of what the gate itself would take counts there.
    const shown: Field[] = [
      alice,
      await signIn(server, alice),
      ['x-stagedoor-pass', await pass('automation', { roles: ['admin'] })],
    ]
    for (const field of shown) expect(await who(SKIP, field)).toEqual(everywhere('401'))
    expect(await server.ledger()).toEqual([])
  })

  // Whoever has one has the secret, or has been the gate: it is good for minutes.
  test('knows an identity that is signed as the gate signs', async () => {
    const token = await identity('boris', ['editor'])
    expect(await who(SKIP, ['x-stagedoor-user', token])).toEqual(
      everywhere('200 {"userId":"boris","roles":["editor"]}', '403'),
    )
    await server.ledger()
  })

  test('answers who comes through the gate', async () => {
    const admin = '200 {"userId":"alice","roles":["admin","editor"]}'
    expect(await who(alice)).toEqual(everywhere(admin))
    expect(await who(await signIn(server, alice))).toEqual(everywhere(admin))
    expect(await who(boris)).toEqual(everywhere('200 {"userId":"boris","roles":["editor"]}', '403'))
    await server.ledger()
  })
})

/** The build names no action of a page that the server draws: by what they do. */
async function nameActions(server: Server) {
  const { actions } = await readInventory(server.site)
  const named: { [name: string]: string } = {}
  for (const id of Object.values(actions)) {
    const { target, headers = [], ...rest } = actionByScript('/whoami', id)
    await ask(server.port, { ...rest, target, headers: [...headers, alice] } as Ask)
    const [line = ''] = await server.ledger()
    named[line.split(' ')[0] ?? ''] = id
  }
  return named
}
