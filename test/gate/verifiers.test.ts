/** What opens a verifier, and what only looks alike. docs/policy.md, Verifiers. */
import { describe, expect, test } from 'vitest'
import { createGate } from '#gate'
import { basic, beforeEachVisit, outcome, verifierOf } from './visit.ts'

beforeEachVisit()

const ask = (verifiers: { [userId: string]: string }, userId: string, password: string) => {
  const users = Object.entries(verifiers).map(([name, verifier]) => [name, { verifier }])
  const gate = createGate({ policy: { version: 1, users: Object.fromEntries(users) } })
  return outcome(gate, '/', { Authorization: basic(userId, password) })
}

describe('a salt of 16 bytes', () => {
  // In base64url: with `-` and `_`, of `_` alone, and of zeros.
  test.each([0xfb, 0xff, 0])('that are each %d', async (byte) => {
    const alice = await verifierOf('secret', 0, byte)
    expect([
      await ask({ alice }, 'alice', 'secret'),
      await ask({ alice }, 'alice', 'Secret'),
    ]).toEqual(['through', '401 Basic'])
  })
})

describe('a key', () => {
  test('of one kind is not opened as the other', async () => {
    const slow = await verifierOf('other', 1_000, 1)
    const digest = (await verifierOf('secret')).replace('sha256:', 'pbkdf2-sha256:1000:')
    const derived = (await verifierOf('secret', 1)).replace('pbkdf2-sha256:1:', 'sha256:')
    expect([
      await ask({ alice: digest }, 'alice', 'secret'),
      await ask({ alice: derived }, 'alice', 'secret'),
      await ask({ alice: derived, slow }, 'alice', 'secret'),
      await ask({ alice: digest, slow }, 'slow', 'other'),
    ]).toEqual(['401 Basic', '401 Basic', '401 Basic', 'through'])
  })

  // A password is compared with such a text where there is no user, or none that is remembered.
  test('of zeros is nobody’s password', async () => {
    const alice = await verifierOf('secret')
    const zeros = 'A'.repeat(43)
    expect([
      await ask({ alice }, 'alice', zeros),
      await ask({ alice }, 'nobody', zeros),
      await ask({ alice: `sha256:${'A'.repeat(22)}:${zeros}` }, 'alice', zeros),
    ]).toEqual(['401 Basic', '401 Basic', '401 Basic'])
  })
})
