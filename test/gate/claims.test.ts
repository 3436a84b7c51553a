/** What the passes say that the gate itself signs, and no more. docs/passes.md. */
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { createGate } from '#gate'
import { automationToken, type Claims, cookieOf, identityOf, readToken, SECRET } from './passes.ts'
import {
  ALICE,
  basic,
  beforeEachVisit,
  environmentWith,
  outcome,
  type Policy,
  verifierOf,
  visit,
} from './visit.ts'

beforeEachVisit()

const BYPASS = 'bYpAsS0fTheP1atf0rm0123456789abc'
const ENVIRONMENT = { STAGEDOOR_SECRET: SECRET, VERCEL_AUTOMATION_BYPASS_SECRET: BYPASS }

let policy: Policy
beforeAll(async () => {
  const alice = { verifier: await verifierOf('secret'), roles: ['admin'], paths: ['/**'] }
  policy = { version: 1, users: { alice } }
})
beforeEach(() => environmentWith(policy, ENVIRONMENT))

/** Claims without those of every pass, which are times and an id of the name and the time. */
function ownClaims({ iat, exp, jti, ...claims }: Claims) {
  expect(jti).toBe(`${claims['sub']}.${Number(iat).toString(36)}`)
  return { ...claims, lasts: Number(exp) - Number(iat) }
}

async function kept(headers: { [name: string]: string }, gate = createGate()) {
  return ownClaims(await readToken(cookieOf(await visit(gate, '/', headers)).value))
}

const SESSION = { iss: 'stagedoor', use: 'session', lasts: 43_200, fpr: expect.any(String) }

test('a session of a user leaves paths and roles to the policy', async () => {
  expect(await kept(ALICE)).toEqual({ ...SESSION, sub: 'alice' })
})

test('a session of whom the policy does not name says them itself', async () => {
  const carol = { Authorization: basic('carol', 'x') }
  const verifying = (answer: object) => createGate({ verify: async () => answer })
  expect([
    await kept(carol, verifying({ roles: ['editor'], paths: ['/', 'POST /api/**'] })),
    await kept(carol, verifying({})),
  ]).toEqual([
    { ...SESSION, sub: 'carol', roles: ['editor'], paths: ['/', 'POST /api/**'] },
    { ...SESSION, sub: 'carol', roles: [] },
  ])
})

test('a pass in place of the platform’s secret is nobody’s', async () => {
  const headers = { 'x-vercel-protection-bypass': BYPASS, 'x-vercel-set-bypass-cookie': 'true' }
  expect(await kept(headers)).toEqual({ ...SESSION, sub: 'bypass', use: 'bypass' })
})

test('an identity says roles, and lasts for five minutes', async () => {
  const identity = (await identityOf(createGate(), ALICE)) as Claims
  expect(ownClaims(identity)).toEqual({
    iss: 'stagedoor',
    use: 'identity',
    sub: 'alice',
    roles: ['admin'],
    lasts: 300,
  })
})

// A link opens them, for the page that it was made for.
test('a machine’s pass for some paths opens no images of other hosts', async () => {
  const pass = { 'x-stagedoor-pass': await automationToken({ paths: ['/api/**'] }) }
  const image = '/_next/image?url=https%3A%2F%2Fimages.example%2Fa.png'
  expect([
    await outcome(createGate(), '/api/x', pass),
    await outcome(createGate(), image, pass),
  ]).toEqual(['through', '403'])
})
