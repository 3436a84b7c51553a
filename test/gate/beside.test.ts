/** What comes beside a pass: other fields of the request, and what the app's own middleware says. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createGate } from '#gate'
import { appSees, automationToken, cookie, SECRET, signInto } from './passes.ts'
import {
  ALICE,
  alicePolicy,
  basic,
  beforeEachVisit,
  environmentWith,
  outcome,
  type Policy,
  verifierOf,
  visit,
} from './visit.ts'

beforeEachVisit()

let policy: Policy
beforeAll(async () => {
  policy = await alicePolicy()
  const client = { verifier: await verifierOf('password'), paths: ['/pricing'] }
  Object.assign(policy.users ?? {}, { client })
})
beforeEach(() => environmentWith(policy, { STAGEDOOR_SECRET: SECRET }))

describe('Authorization', () => {
  test('of a user who may not see the page is taken out, where a session opens it', async () => {
    const gate = createGate()
    const session = cookie(await signInto(gate))
    const client = { Authorization: basic('client', 'password') }
    expect(await outcome(gate, '/admin', client)).toBe('403')
    expect(await appSees(gate, { ...session, ...client, a: 'b' }, '/admin')).toEqual({
      a: 'b',
      'x-stagedoor-user': expect.any(String),
    })
  })

  test('with a pass among other words is the app’s, and opens nothing', async () => {
    const token = await automationToken()
    const gate = createGate()
    const session = cookie(await signInto(gate))
    for (const authorization of [
      `Proxy-Bearer ${token}`,
      `Digest bearer ${token}`,
      `Bearer ${token} and more`,
      `Bearer ${token}, Bearer ${token}`,
    ]) {
      const headers = { Authorization: authorization }
      expect([authorization, await outcome(gate, '/', headers)]).toEqual([
        authorization,
        '401 Bearer',
      ])
      expect(await appSees(gate, { ...session, ...headers })).toMatchObject({ authorization })
    }
  })
})

test('an image that the app’s own middleware lets on goes to its file, and nowhere else', async () => {
  const next = () => new Response(null, { headers: { 'x-middleware-next': '1', own: '1' } })
  const gate = createGate({ next })
  const answer = await visit(gate, '/_next/image?url=%2Fa.png&w=640&q=75', ALICE)
  expect(answer?.headers).toMatchObject({
    own: '1',
    'x-middleware-rewrite': 'https://staging.example/a.png',
  })
  expect(answer?.headers).not.toHaveProperty('x-middleware-next')
})
