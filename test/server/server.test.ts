/** Who sent a request, asked next to the data: of the gate's word alone. Both as a package and as a file. */
import { beforeEach, describe, expect, test } from 'vitest'
import * as dropIn from '../../server.ts'
import { createGate } from '../../src/gate/index.ts'
import * as source from '../../src/server/index.ts'
import {
  appSees,
  automationToken,
  type Claims,
  claimsOf,
  cookie,
  OTHER_SECRET,
  SECRET,
  seconds,
  shareToken,
  sign,
  signInto,
} from '../gate/passes.ts'
import { ALICE, alicePolicy, beforeEachVisit, environment, usersOf } from '../gate/visit.ts'

beforeEachVisit()

const FIELD = 'x-stagedoor-user'

/** What the gate would say, said by the test. */
function identity(more: Claims = {}, secret = SECRET): Promise<string> {
  return sign(claimsOf('identity', { sub: 'alice', roles: ['viewer'], ...more }), { secret })
}

describe.each(Object.entries({ 'src/server': source, 'server.ts': dropIn }))('%s', (_, server) => {
  const { AccessError, currentUser, requireRole, requireUser } = server
  const ALICE_WITH_ROLE = { userId: 'alice', roles: ['viewer'] }
  const who = (token: string) => currentUser(new Headers({ [FIELD]: token }))

  beforeEach(() => environment({ STAGEDOOR_SECRET: SECRET }))

  test('has these names', () => {
    expect(Object.keys(server).sort()).toMatchInlineSnapshot(`
      [
        "AccessError",
        "currentUser",
        "requireRole",
        "requireUser",
      ]
    `)
  })

  describe('currentUser', () => {
    test('hands out roles that are the caller’s own', async () => {
      const token = await identity()
      const first = (await who(token)) as unknown as { roles: string[] }
      first.roles.push('admin')
      expect(await who(token)).toEqual(ALICE_WITH_ROLE)
    })

    test('is nobody as soon as the identity has ended', async () => {
      expect(await who(await identity({ exp: seconds() - 1 }))).toBeNull()
    })

    test('reads header fields of every kind', async () => {
      const token = await identity()
      const kinds = {
        Headers: new Headers({ [FIELD]: token }),
        'a promise of Headers': Promise.resolve(new Headers({ [FIELD]: token })),
        'a request’s': new Request('https://staging.example/', { headers: { [FIELD]: token } })
          .headers,
        'a Map': new Map([[FIELD, token]]) as never,
        'Node’s': { host: 'x', [FIELD]: token, 'set-cookie': ['a', 'b'] },
        'a promise of Node’s': Promise.resolve({ [FIELD]: token }),
        'those without a prototype': Object.assign(Object.create(null), { [FIELD]: token }),
        'those with one by the name get': { get: 'x', [FIELD]: token },
      }
      for (const [kind, headers] of Object.entries(kinds)) {
        expect([kind, await currentUser(headers)]).toEqual([kind, ALICE_WITH_ROLE])
      }
    })

    test('is whom the gate let in', async () => {
      const policy = await alicePolicy()
      const { alice } = (await usersOf({ alice: 'secret' })) as { alice: { verifier: string } }
      const gate = createGate({
        policy: { ...policy, users: { alice: { ...alice, roles: ['admin'] } } },
      })
      const visitors = [
        [ALICE, 'alice', ['admin']],
        [cookie(await signInto(gate)), 'alice', ['admin']],
        [cookie(await shareToken()), 'share:client', []],
        [{ 'x-stagedoor-pass': await automationToken({ roles: ['ci'] }) }, 'automation:ci', ['ci']],
      ] as const
      for (const [headers, userId, roles] of visitors) {
        const seen = await appSees(gate, headers, '/pricing')
        expect(await currentUser(seen as { [name: string]: string })).toEqual({ userId, roles })
      }
    })

    test('has no roles where none are told', async () => {
      const token = await sign(claimsOf('identity', { sub: 'alice' }))
      expect(await who(token)).toEqual({ userId: 'alice', roles: [] })
    })

    const now = seconds()
    const nobody: { [name: string]: () => Promise<string> } = {
      nothing: async () => '',
      'a name': async () => 'alice',
      'an unsigned token': () => identity().then((token) => token.replace(/[^.]*$/, '')),
      'a token by alg none': () => sign(claimsOf('identity'), { header: '{"alg":"none"}' }),
      'a token of another secret': () => identity({}, OTHER_SECRET),
      'a token that was altered': async () => {
        const [head, , signature] = (await identity()).split('.')
        const [, payload] = (await identity({ sub: 'root' }, OTHER_SECRET)).split('.')
        return `${head}.${payload}.${signature}`
      },
      'one that has expired': () => identity({ iat: now - 900, exp: now - 300 }),
      'one that starts tomorrow': () => identity({ iat: now + 86_400, exp: now + 86_500 }),
      'one that does not end': () => identity({ exp: undefined }),
      'one of another issuer': () => identity({ iss: 'next' }),
      'a session': () => signInto(createGate()),
      'a link': () => shareToken(),
      'an automation pass': () => automationToken(),
      'one whose roles are a text': () => identity({ roles: 'admin' }),
      'one without a sub': () => identity({ sub: undefined }),
      'one with claims that are not known': () => identity({ aud: 'other' }),
      'one twice': async () => `${await identity()}, ${await identity()}`,
      'one with a scheme': async () => `Bearer ${await identity()}`,
      'one of 64 KB': async () => 'a.'.repeat(32_768),
    }
    for (const [name, make] of Object.entries(nobody)) {
      test(`is nobody by ${name}`, async () => {
        environment({
          STAGEDOOR_SECRET: SECRET,
          STAGEDOOR_POLICY: JSON.stringify(await alicePolicy()),
        })
        const token = await make()
        expect([await who(token), await currentUser({ [FIELD]: token })]).toEqual([null, null])
      })
    }

    test('is nobody without the field, and by one that came twice', async () => {
      const token = await identity()
      const twice = new Headers([
        [FIELD, token],
        [FIELD, token],
      ])
      for (const headers of [
        new Headers(),
        {},
        { [FIELD]: undefined },
        { [FIELD]: [token] },
        { [FIELD]: [token, token] },
        twice,
        { 'x-stagedoor-users': token },
        { authorization: `Bearer ${token}`, cookie: `stagedoor=${token}` },
      ]) {
        expect(await currentUser(headers)).toBe(null)
      }
    })

    test.each([undefined, '', SECRET.slice(1)])('is nobody with the secret %s', async (secret) => {
      environment({ STAGEDOOR_SECRET: secret })
      const tokens = [await identity(), await identity({}, secret || '\0')]
      expect(await Promise.all(tokens.map(who))).toEqual([null, null])
    })

    test('is nobody where the gate is off, whatever headers say', async () => {
      const off = [
        { STAGEDOOR: 'off' },
        { VERCEL_ENV: 'production' },
        { NODE_ENV: 'development' },
        { VERCEL_TARGET_ENV: 'production', VERCEL_ENV: 'preview' },
      ]
      for (const variables of off) {
        environment({ STAGEDOOR_SECRET: SECRET, ...variables })
        expect([variables, await who(await identity())]).toEqual([variables, null])
      }
      environment({ STAGEDOOR_SECRET: SECRET, VERCEL_ENV: 'production', STAGEDOOR: 'on' })
      expect(await who(await identity())).toEqual(ALICE_WITH_ROLE)
    })
  })

  describe('requireUser', () => {
    test('is whoever it is', async () => {
      expect(await requireUser({ [FIELD]: await identity() })).toEqual(ALICE_WITH_ROLE)
    })

    test('throws 401 for nobody', async () => {
      const error = await requireUser(new Headers()).catch((thrown) => thrown)
      expect([error instanceof AccessError, error instanceof Error]).toEqual([true, true])
      expect([error.status, error.name, error.digest]).toEqual([
        401,
        'AccessError',
        'NEXT_HTTP_ERROR_FALLBACK;401',
      ])
    })
  })

  describe('requireRole', () => {
    test('is who has it', async () => {
      const headers = Promise.resolve(new Headers({ [FIELD]: await identity() }))
      expect(await requireRole(headers, 'viewer')).toEqual(ALICE_WITH_ROLE)
    })

    test('throws 403 for who has not, and 401 for nobody', async () => {
      const token = await identity({ roles: ['viewer', 'admins'] })
      const thrown = []
      for (const [headers, role] of [
        [{ [FIELD]: token }, 'admin'],
        [{ [FIELD]: token }, ''],
        [{ [FIELD]: token }, 'Viewer'],
        [{ [FIELD]: token }, 'length'],
        [{ [FIELD]: 'x' }, 'viewer'],
        [{}, 'viewer'],
      ] as const) {
        const error = await requireRole(headers, role).catch((thrown) => thrown)
        thrown.push([error instanceof AccessError, error.status, error.digest])
      }
      expect(thrown).toEqual(
        [403, 403, 403, 403, 401, 401].map((status) => [
          true,
          status,
          `NEXT_HTTP_ERROR_FALLBACK;${status}`,
        ]),
      )
    })

    test('says nothing of who it is, or of the token', async () => {
      const token = await identity({ sub: 'SECRET-name' })
      const error = await requireRole({ [FIELD]: token }, 'SECRET-role').catch((thrown) => thrown)
      expect(error.message).not.toMatch(/SECRET/)
      expect(error.message).not.toContain(token)
    })
  })
})
