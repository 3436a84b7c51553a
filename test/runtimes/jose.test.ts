/** Passes are what RFC 7519 says: another library reads those of the gate, and the gate those of it. */
import { jwtVerify, SignJWT } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { issuePass } from '../../src/gate/holder.ts'
import { createGate } from '../../src/gate/index.ts'
import {
  appSees,
  cookie,
  cookieOf,
  identityOf,
  NAVIGATE,
  OTHER_SECRET,
  SECRET,
  seconds,
  signInto,
} from '../gate/passes.ts'
import {
  ALICE,
  alicePolicy,
  beforeEachVisit,
  environmentWith,
  outcome,
  visit,
} from '../gate/visit.ts'

beforeEachVisit()
beforeEach(async () => environmentWith(await alicePolicy(), { STAGEDOOR_SECRET: SECRET }))

const KEY = new TextEncoder().encode(SECRET)

function verify(token: string) {
  return jwtVerify(token, KEY, { algorithms: ['HS256'], issuer: 'stagedoor', clockTolerance: 0 })
}

describe('what the gate signs, jose reads', () => {
  test('a session', async () => {
    const { payload, protectedHeader } = await verify(await signInto(createGate()))
    expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT' })
    expect(payload).toEqual({
      iss: 'stagedoor',
      sub: 'alice',
      use: 'session',
      iat: expect.any(Number),
      exp: (payload.iat ?? 0) + 43_200,
      jti: expect.any(String),
      fpr: expect.stringMatching(/^[\w-]{43}$/),
    })
  })

  test('who is there', async () => {
    const seen = (await appSees(createGate(), ALICE)) as { [name: string]: string }
    const { payload } = await verify(seen['x-stagedoor-user'] ?? '')
    expect(payload).toMatchObject({ iss: 'stagedoor', sub: 'alice', use: 'identity', roles: [] })
    expect(payload.exp).toBeGreaterThan(seconds())
  })

  test('a pass of the command line', async () => {
    const now = seconds()
    const claims = {
      sub: 'josé 🔐',
      use: 'share',
      iat: now,
      exp: now + 60,
      jti: 'x',
      paths: ['/pricing/**', 'POST /café'],
      roles: ['viewer'],
    } as const
    const token = await issuePass(
      { ...claims, paths: [...claims.paths], roles: [...claims.roles] },
      SECRET,
    )
    expect((await verify(token)).payload).toEqual({ iss: 'stagedoor', ...claims })
  })

  test('and refuses with another secret', async () => {
    const token = await signInto(createGate())
    const other = new TextEncoder().encode(OTHER_SECRET)
    await expect(jwtVerify(token, other)).rejects.toThrow('signature verification failed')
  })
})

describe('what jose signs, the gate reads', () => {
  const jwt = (claims: { [name: string]: unknown }, header = {}) =>
    new SignJWT({ sub: 'ci', jti: 'x', ...claims })
      .setProtectedHeader({ alg: 'HS256', ...header })
      .setIssuer('stagedoor')
      .setIssuedAt()
      .setExpirationTime('1h')

  test('a link', async () => {
    const gate = createGate()
    const token = await jwt({ use: 'share', paths: ['/pricing'] }).sign(KEY)
    const answer = await visit(gate, `/pricing?stagedoor=${token}`, NAVIGATE)
    expect([answer?.status, cookieOf(answer).value]).toEqual([303, token])
    expect([
      await outcome(gate, '/pricing', cookie(token)),
      await outcome(gate, '/admin', cookie(token)),
    ]).toEqual(['through', '403'])
  })

  test('an automation pass', async () => {
    const gate = createGate()
    const token = await jwt({ use: 'automation', roles: ['ci'] }, { typ: 'JWT' }).sign(KEY)
    expect([
      await outcome(gate, '/', { 'x-stagedoor-pass': token }),
      await outcome(gate, '/', { Authorization: `Bearer ${token}` }),
      await identityOf(gate, { 'x-stagedoor-pass': token }),
    ]).toEqual([
      'through',
      'through',
      expect.objectContaining({ sub: 'automation:ci', roles: ['ci'] }),
    ])
  })

  test('but of HS256 alone, and of this issuer', async () => {
    const gate = createGate()
    const long = new Uint8Array(64).fill(7)
    environmentWith(await alicePolicy(), { STAGEDOOR_SECRET: new TextDecoder().decode(long) })
    const answers = []
    for (const token of [
      await jwt({ use: 'automation' }).sign(long),
      await jwt({ use: 'automation' }, { alg: 'HS384' }).sign(long),
      await jwt({ use: 'automation' }, { alg: 'HS512' }).sign(long),
      await jwt({ use: 'automation' }).setIssuer('x').sign(long),
      await jwt({ use: 'automation' }).setAudience('x').sign(long),
      await jwt({ use: 'automation' }).setNotBefore('-1h').sign(long),
      await jwt({ use: 'automation' }).setExpirationTime('2y').sign(long),
      await jwt({ use: 'automation' }).setExpirationTime('-2m').sign(long),
    ]) {
      answers.push(await outcome(gate, '/', { 'x-stagedoor-pass': token }))
    }
    expect(answers).toEqual(['through', ...Array(7).fill('401 Basic')])
  })
})
