/** Who the app is told sent a request: only whom the gate has let in, and only in its own words. */

import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createGate } from '#gate'
import {
  appSees,
  automationToken,
  type Claims,
  claimsOf,
  cookie,
  identityOf,
  NAVIGATE,
  readToken,
  SECRET,
  seconds,
  shareToken,
  sign,
  signInto,
} from './passes.ts'
import {
  ALICE,
  alicePolicy,
  basic,
  beforeEachVisit,
  environmentWith,
  type Policy,
  request,
  verifierOf,
} from './visit.ts'

beforeEachVisit()

const BYPASS = 'bYpAsS0fTheP1atf0rm0123456789abc'
const ALL = {
  STAGEDOOR_SECRET: SECRET,
  STAGEDOOR_IP_HEADER: 'x-client',
  VERCEL_AUTOMATION_BYPASS_SECRET: BYPASS,
}

let policy: Policy
beforeAll(async () => {
  policy = await alicePolicy({ allow: ['/open/**'], ips: ['203.0.113.7'] })
  const dave = { verifier: await verifierOf('secret'), roles: ['admin', 'viewer'] }
  Object.assign(policy.users ?? {}, { dave })
})
beforeEach(() => environmentWith(policy, ALL))

type Headers = { [name: string]: string }

/** Header fields with which each kind of visitor comes to /pricing, and who that is. */
const visitors: {
  [name: string]: [make: () => Promise<Headers> | Headers, sub?: string, roles?: string[]]
} = {
  'with credentials': [() => ALICE, 'alice', []],
  'with credentials, and roles': [
    () => ({ Authorization: basic('dave', 'secret') }),
    'dave',
    ['admin', 'viewer'],
  ],
  'with a session': [async () => cookie(await signInto(createGate())), 'alice', []],
  'with a link’s cookie': [async () => cookie(await shareToken()), 'share:client', []],
  'with a link’s cookie, and roles': [
    async () => cookie(await shareToken({ roles: ['guest'] })),
    'share:client',
    ['guest'],
  ],
  'with an automation pass': [
    async () => ({ 'x-stagedoor-pass': await automationToken() }),
    'automation:ci',
    [],
  ],
  'with an automation pass as Bearer': [
    async () => ({ Authorization: `Bearer ${await automationToken({ roles: ['ci'] })}` }),
    'automation:ci',
    ['ci'],
  ],
  'with a link named after a user': [
    async () => cookie(await shareToken({ sub: 'alice' })),
    'share:alice',
    [],
  ],
  'from an address on the list': [() => ({ 'x-client': '203.0.113.7' })],
  'by the platform’s bypass': [() => ({ 'x-vercel-protection-bypass': BYPASS })],
}

/** What somebody sends to be taken for another. */
const forgeries = async (): Promise<{ [name: string]: string }> => ({
  text: 'alice',
  unsigned: `${btoa('{"alg":"none"}')}.${btoa('{"sub":"dave"}')}.`,
  own: await sign(claimsOf('identity', { sub: 'dave', roles: ['admin'] })),
})

for (const [name, [make, sub, roles = []]] of Object.entries(visitors)) {
  test(`who comes ${name} is ${sub ?? 'nobody'}`, async () => {
    const gate = createGate()
    const said = await identityOf(gate, await make(), '/pricing')
    if (sub === undefined) return expect(said).toBe(undefined)
    const { iss, use, exp, iat, ...claims } = said as Claims & { exp: number; iat: number }
    expect({ iss, use, ...claims }).toMatchObject({ iss: 'stagedoor', use: 'identity', sub })
    expect(claims['roles'] ?? []).toEqual(roles)
    expect([claims['paths'], claims['fpr']]).toEqual([undefined, undefined])
    // It is for this request: minutes, and not the session's hours.
    expect([exp > seconds(), exp - seconds() <= 600, iat <= seconds()]).toEqual([true, true, true])
  })

  test(`who comes ${name} cannot say that it is somebody else`, async () => {
    const gate = createGate()
    for (const forged of Object.values(await forgeries())) {
      for (const method of ['GET', 'POST']) {
        const headers = {
          ...(await make()),
          'X-Stagedoor-User': forged,
          'x-stagedoor-role': 'admin',
        }
        const seen = (await appSees(gate, headers, '/pricing', method)) as Headers
        const said = seen['x-stagedoor-user']
        expect(said === undefined ? undefined : (await readToken(said))['sub']).toBe(sub)
        expect(seen).not.toHaveProperty('x-stagedoor-role')
      }
    }
  })

  test(`who comes ${name} is nobody on a public path, and cannot be somebody there`, async () => {
    const gate = createGate()
    for (const forged of Object.values(await forgeries())) {
      const headers = { ...(await make()), 'x-stagedoor-user': forged }
      expect(await identityOf(gate, headers, '/open/a')).toBe(undefined)
      expect(await identityOf(gate, headers, '/open/a', 'POST')).toBe(undefined)
    }
  })

  test(`who comes ${name} is nobody without a secret, whatever they say`, async () => {
    const headers = await make()
    environmentWith(policy, { ...ALL, STAGEDOOR_SECRET: '' })
    const forged = { ...headers, 'x-stagedoor-user': (await forgeries())['own'] as string }
    const seen = await appSees(createGate(), forged, '/pricing')
    if (typeof seen === 'object') expect(seen).not.toHaveProperty('x-stagedoor-user')
    else expect(seen).toBe(401)
  })
}

describe('around the app’s own middleware', () => {
  test('it is told who is there, and what it hands on says so too', async () => {
    const seen: (string | null)[] = []
    const gate = createGate({
      next: (asked) => void seen.push(asked.headers.get('x-stagedoor-user')),
    })
    const headers = { ...ALICE, ...NAVIGATE, 'x-stagedoor-user': 'eve' }
    expect(await identityOf(gate, headers)).toMatchObject({ sub: 'alice' })
    await gate(request('/open/a', headers))
    expect([(await readToken(seen[0] ?? '')).sub, seen[1]]).toEqual(['alice', null])
  })
})

test('a server action keeps it, and what was forged does not stay', async () => {
  const headers = { ...ALICE, 'Next-Action': '1a', 'x-stagedoor-user': 'eve' }
  expect(await identityOf(createGate(), headers, '/', 'POST')).toMatchObject({ sub: 'alice' })
})

test('a user-id is told as it is, whatever is in it', async () => {
  const users = { 'jos\u00e9 "x" \u{1F510}': { verifier: await verifierOf('x') } }
  environmentWith({ version: 1, users }, ALL)
  const [userId = ''] = Object.keys(users)
  expect(await identityOf(createGate(), { Authorization: basic(userId, 'x') })).toMatchObject({
    sub: userId,
  })
})

test('what tells who is there lets nobody in', async () => {
  const gate = createGate()
  const seen = (await appSees(gate, ALICE)) as Headers
  const token = seen['x-stagedoor-user'] ?? ''
  for (const headers of [
    { 'x-stagedoor-user': token },
    { 'x-stagedoor-pass': token },
    { Authorization: `Bearer ${token}` },
    cookie(token),
  ]) {
    expect(await appSees(gate, headers)).toBe(401)
  }
  expect(await appSees(gate, {}, `/?stagedoor=${token}`)).toBe(401)
})
