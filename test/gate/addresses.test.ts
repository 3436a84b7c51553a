/** Addresses that need no credentials: which are on a list, and whose word is taken for them. */

import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createGate } from '#gate'
import vectors from '../vectors/addresses.json'
import { appSees, cookie, identityOf, SECRET, signInto } from './passes.ts'
import { runs } from './runs.ts'
import {
  ALICE,
  alicePolicy,
  basic,
  beforeEachVisit,
  environmentWith,
  log,
  outcome,
  type Policy,
} from './visit.ts'

interface Row {
  name: string
  clause: string
  network: string | string[]
  address: string
  /** `invalid`: the network is none, and so the policy. */
  expected: 'in' | 'out' | 'invalid'
}

beforeEachVisit()

const HEADER = { STAGEDOOR_IP_HEADER: 'x-client' }

/** UTF-8, as a header field has it. */
function bytes(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text))
}

for (const { name, clause, network, address, expected } of vectors as Row[]) {
  test(`${clause}: ${name} → ${expected}`, async () => {
    const ips = [network].flat()
    environmentWith({ version: 1, ips }, HEADER)
    const answer = await outcome(createGate(), '/', { 'x-client': bytes(address) })
    expect(answer).toBe({ in: 'through', out: '401 Basic', invalid: '503' }[expected])
    const fault = { level: 'error', event: 'policy invalid', reason: '$.ips[0] is not valid' }
    expect(log().filter((line) => 'level' in line && line.level === 'error')).toEqual(
      expected === 'invalid' ? [fault] : [],
    )
  })
}

test('one entry that is none makes the whole policy none', async () => {
  const ips = ['203.0.113.0/24', '2001:db8::/32', '10.0.0.0/33', '::1']
  environmentWith(await alicePolicy({ ips }), HEADER)
  const gate = createGate()
  expect([
    await outcome(gate, '/', { 'x-client': '203.0.113.7' }),
    await outcome(gate, '/', ALICE),
    log()[0],
  ]).toEqual([
    '503',
    '503',
    { level: 'error', event: 'policy invalid', reason: '$.ips[2] is not valid' },
  ])
})

test('any of the list will do', async () => {
  environmentWith({ version: 1, ips: ['203.0.113.0/24', '2001:db8::/32', '::1'] }, HEADER)
  const gate = createGate()
  const answers = []
  for (const address of ['203.0.113.7', '2001:db8::7', '::1', '198.51.100.1', '::2']) {
    answers.push(await outcome(gate, '/', { 'x-client': address }))
  }
  expect(answers).toEqual(['through', 'through', 'through', '401 Basic', '401 Basic'])
})

test('a network holds just the addresses that share its first bits', () => {
  const octet = fc.nat({ max: 255 })
  const ipv4 = fc.tuple(octet, octet, octet, octet)
  const bits = (parts: number[], width: number) =>
    parts.map((part) => part.toString(2).padStart(width, '0')).join('')
  const group = fc.nat({ max: 65_535 })
  // Not below ::/32, where the addresses of IPv4 are.
  const ipv6 = fc.tuple(
    fc.integer({ min: 1, max: 65_535 }),
    ...Array(7).fill(group),
  ) as fc.Arbitrary<number[]>
  const spell = (parts: number[]) => parts.map((part) => part.toString(16)).join(':')
  const near = (parts: number[], at: number, width: number) => {
    const flipped = [...parts]
    const i = Math.floor(at / width) % parts.length
    flipped[i] = (parts[i] as number) ^ (1 << (width - 1 - (at % width)))
    return flipped
  }
  const asked = async (network: string, address: string) => {
    environmentWith({ version: 1, ips: [network] }, HEADER)
    return outcome(createGate(), '/', { 'x-client': address })
  }
  const law = (
    kind: fc.Arbitrary<number[]>,
    width: number,
    total: number,
    write: (parts: number[]) => string,
  ) =>
    fc.asyncProperty(
      kind,
      fc.nat({ max: total }),
      fc.nat({ max: total - 1 }),
      async (base, length, at) => {
        const prefix = bits(base, width).slice(0, length).padEnd(total, '0')
        const start = base.map((_, i) =>
          Number.parseInt(prefix.slice(i * width, (i + 1) * width), 2),
        )
        const other = near(base, at, width)
        const isIn = bits(other, width).startsWith(prefix.slice(0, length))
        const network = `${write(start)}/${length}`
        expect([network, await asked(network, write(base))]).toEqual([network, 'through'])
        expect([network, write(other), await asked(network, write(other))]).toEqual([
          network,
          write(other),
          isIn ? 'through' : '401 Basic',
        ])
      },
    )
  return Promise.all([
    fc.assert(
      law(ipv4 as fc.Arbitrary<number[]>, 8, 32, (parts) => parts.join('.')),
      runs(60),
    ),
    fc.assert(law(ipv6, 16, 128, spell), runs(60)),
  ])
})

describe('whose word is taken', () => {
  let policy: Policy
  beforeAll(async () => {
    policy = await alicePolicy({ ips: ['203.0.113.7'] })
  })
  const HERE = '203.0.113.7'
  const everywhere = {
    'x-real-ip': HERE,
    'x-forwarded-for': HERE,
    'x-vercel-forwarded-for': HERE,
    'cf-connecting-ip': HERE,
    'true-client-ip': HERE,
    'x-client-ip': HERE,
    forwarded: `for=${HERE}`,
    'x-client': HERE,
  }
  const ignored = () => log().filter((line) => 'event' in line && line.event === 'ips ignored')

  test('on Vercel: that of x-real-ip, which the platform writes', async () => {
    environmentWith(policy, { VERCEL: '1' })
    const { 'x-real-ip': _, ...others } = everywhere
    const gate = createGate()
    expect([
      await outcome(gate, '/', { 'x-real-ip': HERE }),
      await outcome(gate, '/', { ...others, 'x-real-ip': '198.51.100.1' }),
      await outcome(gate, '/', others),
      ignored(),
    ]).toEqual(['through', '401 Basic', '401 Basic', []])
  })

  test('where STAGEDOOR_IP_HEADER names a header: that of it, and of no other', async () => {
    for (const more of [{}, { VERCEL: '1' }]) {
      environmentWith(policy, { ...HEADER, ...more })
      const { 'x-client': _, ...others } = everywhere
      const gate = createGate()
      expect([
        await outcome(gate, '/', { 'X-Client': HERE }),
        await outcome(gate, '/', others),
        ignored(),
      ]).toEqual(['through', '401 Basic', []])
    }
  })

  test('of X-Forwarded-For where it is named, and it holds one', async () => {
    environmentWith(policy, { STAGEDOOR_IP_HEADER: 'X-Forwarded-For' })
    const gate = createGate()
    const answers = []
    for (const value of [HERE, `${HERE}, 10.0.0.1`, `10.0.0.1, ${HERE}`]) {
      answers.push(await outcome(gate, '/', { 'x-forwarded-for': value }))
    }
    const twice = new Headers([
      ['x-forwarded-for', HERE],
      ['x-forwarded-for', HERE],
    ])
    answers.push(await outcome(gate, '/', twice))
    expect(answers).toEqual(['through', '401 Basic', '401 Basic', '401 Basic'])
  })

  test.each([undefined, '0', '', 'true', '11'])(
    'else nobody’s, and that is said once: VERCEL=%s',
    async (value) => {
      environmentWith(policy, { ...(value !== undefined && { VERCEL: value }) })
      const gate = createGate()
      const answers = [await outcome(gate, '/', everywhere), await outcome(gate, '/a', everywhere)]
      expect([answers, ignored()]).toEqual([
        ['401 Basic', '401 Basic'],
        [{ level: 'error', event: 'ips ignored', reason: expect.any(String) }],
      ])
      expect(await outcome(gate, '/', { ...everywhere, ...ALICE })).toBe('through')
    },
  )

  test('and nothing is said where there is no list', async () => {
    environmentWith(await alicePolicy({ ips: [] }))
    expect([await outcome(createGate(), '/', everywhere), ignored()]).toEqual(['401 Basic', []])
  })

  const names = [
    'x client',
    'x-client:',
    'x-client,x-real-ip',
    'x\nclient',
    '\0',
    'é',
    '()',
    '"x"',
    ' ',
    'x-real-ip ',
  ]
  for (const name of names) {
    test(`of no header by a name that is none: ${JSON.stringify(name)}`, async () => {
      environmentWith(policy, { STAGEDOOR_IP_HEADER: name })
      const gate = createGate()
      expect([
        await outcome(gate, '/', everywhere),
        await outcome(gate, '/', ALICE),
        ignored().length,
      ]).toEqual(['401 Basic', 'through', 1])
    })
  }

  test('and not of a client that sends one in what it asks for', async () => {
    environmentWith(policy, { VERCEL: '1' })
    const gate = createGate()
    for (const path of [`/?x-real-ip=${HERE}`, `/${HERE}`]) {
      expect(await outcome(gate, path)).toBe('401 Basic')
    }
  })
})

describe('from an address on the list', () => {
  const HERE = { 'x-client': '203.0.113.7' }
  beforeEach(async () => {
    environmentWith(await alicePolicy({ ips: ['203.0.113.7'] }), {
      ...HEADER,
      STAGEDOOR_SECRET: SECRET,
    })
  })

  test('everything goes through, whatever else it brings', async () => {
    const gate = createGate()
    for (const Authorization of ['', 'Bearer x', basic('alice', 'x'), 'Basic !']) {
      for (const path of ['/', '/a%2Fb', '/_next/static/a.js']) {
        const headers = { ...HERE, ...(Authorization && { Authorization }) }
        expect([Authorization, await outcome(gate, path, headers)]).toEqual([
          Authorization,
          'through',
        ])
      }
    }
  })

  test('the app is told of nobody, unless a pass came along', async () => {
    const gate = createGate()
    expect([
      await appSees(gate, { ...HERE, 'x-stagedoor-user': 'eve', Authorization: 'Bearer x' }),
      await identityOf(gate, { ...HERE, ...cookie(await signInto(gate)) }),
    ]).toEqual([{ ...HERE, authorization: 'Bearer x' }, expect.objectContaining({ sub: 'alice' })])
  })
})
