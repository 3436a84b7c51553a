/** Which documents are policies, and which policy is in force. docs/policy.md. */

import { describe, expect, test } from 'vitest'
import { createGate } from '#gate'
import vectors from '../vectors/policies.json'
import {
  ALICE,
  alicePolicy,
  basic,
  beforeEachVisit,
  environment,
  log,
  outcome,
  usersOf,
  verifierOf,
} from './visit.ts'

interface Row {
  name: string
  /** Of these two, one. */
  document?: unknown
  text?: string
  /** JSON path of what is wrong; none where nothing is. */
  fault: string | null
}

beforeEachVisit()

describe('a policy in the environment', () => {
  for (const { name, document, text, fault } of vectors as Row[]) {
    test(`${name} → ${fault === null ? 'in force' : '503'}`, async () => {
      const written = text ?? JSON.stringify(document)
      environment({ STAGEDOOR_POLICY: written, AUTH_USER: 'alice', AUTH_PASSWORD: 'secret' })
      const gate = createGate()
      const open = (document as { open?: unknown } | undefined)?.open === true
      const status = fault !== null ? '503' : open ? 'untouched' : '401 Basic'
      // Never what AUTH_* say, which are ignored where there is a policy. Where it is valid, this
      // has a test of its own: here it would take five million iterations.
      const again = await outcome(gate, '/', fault === null ? {} : ALICE)
      expect([await outcome(gate, '/'), again]).toEqual([status, status])
      const said = log().filter((line) => 'event' in line && line.event === 'policy invalid')
      const reason = expect.stringMatching(new RegExp(`^${literally(fault ?? '')} is [^"]+$`))
      // Once, not once a request.
      expect(said).toEqual(
        fault === null ? [] : [{ level: 'error', event: 'policy invalid', reason }],
      )
    })
  }
})

describe('where the policy comes from', () => {
  const rows = {
    'nothing anywhere': [{}, '503'],
    'the two variables': [{ AUTH_USER: 'alice', AUTH_PASSWORD: 'secret' }, 'through'],
    'the two variables, another password': [
      { AUTH_USER: 'alice', AUTH_PASSWORD: 'other' },
      '401 Basic',
    ],
    'a user-id without a password': [{ AUTH_USER: 'alice' }, '503'],
    'a password without a user-id': [{ AUTH_PASSWORD: 'secret' }, '503'],
    'an empty password': [{ AUTH_USER: 'alice', AUTH_PASSWORD: '' }, '503'],
    'an empty user-id': [{ AUTH_USER: '', AUTH_PASSWORD: 'secret' }, '503'],
    'both empty': [{ AUTH_USER: '', AUTH_PASSWORD: '' }, '503'],
    'a user-id with a colon': [{ AUTH_USER: 'ali:ce', AUTH_PASSWORD: 'secret' }, '503'],
    'an empty policy and the two variables': [
      { STAGEDOOR_POLICY: '', AUTH_USER: 'alice', AUTH_PASSWORD: 'secret' },
      'through',
    ],
    'a policy without users and the two variables': [
      { STAGEDOOR_POLICY: '{"version":1}', AUTH_USER: 'alice', AUTH_PASSWORD: 'secret' },
      '401 Basic',
    ],
    'an invalid policy and the two variables': [
      { STAGEDOOR_POLICY: '{}', AUTH_USER: 'alice', AUTH_PASSWORD: 'secret' },
      '503',
    ],
  } as const
  for (const [name, [variables, answer]] of Object.entries(rows)) {
    test(`${name} → ${answer}`, async () => {
      environment(variables)
      expect(await outcome(createGate(), '/', ALICE)).toBe(answer)
    })
  }

  test('an empty password is not the empty password', async () => {
    environment({ AUTH_USER: 'alice', AUTH_PASSWORD: '' })
    expect(await outcome(createGate(), '/', { Authorization: basic('alice', '') })).toBe('503')
  })

  test('the two variables hold any text that RFC 7617 can carry', async () => {
    environment({ AUTH_USER: 'jose\u0301', AUTH_PASSWORD: 'a:b "$c" 🔐' })
    const gate = createGate()
    expect([
      await outcome(gate, '/', { Authorization: basic('jos\u00e9', 'a:b "$c" 🔐') }),
      await outcome(gate, '/', { Authorization: basic('jos\u00e9', 'a') }),
    ]).toEqual(['through', '401 Basic'])
  })

  test('a policy that was handed in comes before the environment', async () => {
    environment({ STAGEDOOR_POLICY: JSON.stringify(await alicePolicy()) })
    const gate = createGate({ policy: { version: 1, users: await usersOf({ bob: 'secret' }) } })
    expect([
      await outcome(gate, '/', ALICE),
      await outcome(gate, '/', { Authorization: basic('bob', 'secret') }),
    ]).toEqual(['401 Basic', 'through'])
  })

  test('the environment is read at each request', async () => {
    const gate = createGate()
    const before = await outcome(gate, '/', ALICE)
    environment({ STAGEDOOR_POLICY: JSON.stringify(await alicePolicy()) })
    const during = await outcome(gate, '/', ALICE)
    environment({ STAGEDOOR_POLICY: '{"version":1}' })
    const after = await outcome(gate, '/', ALICE)
    environment({ AUTH_USER: 'alice', AUTH_PASSWORD: 'secret' })
    expect([before, during, after, await outcome(gate, '/', ALICE)]).toEqual([
      '503',
      'through',
      '401 Basic',
      'through',
    ])
  })

  test('__proto__ is a user-id as any other', async () => {
    const policy = `{"version":1,"users":{"__proto__":{"verifier":"${await verifierOf('secret')}"}}}`
    environment({ STAGEDOOR_POLICY: policy })
    const gate = createGate()
    expect([
      await outcome(gate, '/', { Authorization: basic('__proto__', 'secret') }),
      await outcome(gate, '/', { Authorization: basic('__proto__', '') }),
      await outcome(gate, '/', { Authorization: basic('verifier', 'secret') }),
      await outcome(gate, '/', { Authorization: basic('constructor', 'secret') }),
    ]).toEqual(['through', '401 Basic', '401 Basic', '401 Basic'])
  })
})

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
