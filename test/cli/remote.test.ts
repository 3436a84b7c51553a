/** Two who write the same place at once: nobody's change is lost. */
import { describe, expect, test } from 'vitest'
import { holds } from '../../src/cli/places/holds.ts'
import { type Change, readPolicyText, type Snapshot } from '../../src/cli/places/place.ts'
import type { PolicyDocument } from '../../src/gate/policy.ts'
import { failure, Linked, policyWith, usersOf, VERIFIER } from './vercel-support.ts'

function snapshot(document?: PolicyDocument, more: Partial<Snapshot> = {}): Snapshot {
  const none = { switch: undefined, secret: undefined, secrets: [], sealed: [] }
  return { ...none, ...readPolicyText(document && JSON.stringify(document)), ...more }
}

describe('a change holds', () => {
  const user = (roles: string[]) => ({ verifier: VERIFIER, roles })
  const named = JSON.parse(JSON.stringify(policyWith('a')).replace('"a"', '"__proto__"'))
  const rows: [
    string,
    PolicyDocument | undefined,
    PolicyDocument,
    PolicyDocument | undefined,
    boolean,
  ][] = [
    ['where it is there', undefined, policyWith('a'), policyWith('a'), true],
    ['beside those of others', policyWith('b'), policyWith('a', 'b'), policyWith('c', 'a'), true],
    [
      'not where it was written over',
      policyWith('b'),
      policyWith('a', 'b'),
      policyWith('b'),
      false,
    ],
    ['not where all is gone', undefined, policyWith('a'), undefined, false],
    ['where a user is gone', policyWith('a', 'b'), policyWith('b'), policyWith('b'), true],
    ['not where they are back', policyWith('a', 'b'), policyWith('b'), policyWith('a', 'b'), false],
    ['where it is a prototype', policyWith('b'), { ...named }, { ...named }, true],
    ['not where a prototype is lost', { version: 1 }, { ...named }, policyWith(), false],
    [
      'not where a user is as before',
      { version: 1, users: { a: user(['x']) } },
      { version: 1, users: { a: user(['y']) } },
      { version: 1, users: { a: user(['x']) } },
      false,
    ],
    [
      'in a list',
      { version: 1, allow: ['/a'] },
      { version: 1, allow: ['/a', '/b'] },
      { version: 1, allow: ['/b', '/c'] },
      true,
    ],
    [
      'not where a list lost it',
      { version: 1 },
      { version: 1, ips: ['192.0.2.1'] },
      { version: 1, ips: [] },
      false,
    ],
    ['where a list is gone', { version: 1, revoked: ['a'] }, { version: 1 }, { version: 1 }, true],
    [
      'not where it is back',
      { version: 1, revoked: ['a'] },
      { version: 1 },
      { version: 1, revoked: ['a'] },
      false,
    ],
    [
      'where it is open',
      { version: 1 },
      { version: 1, open: true },
      { version: 1, open: true },
      true,
    ],
    ['not where it is shut', { version: 1 }, { version: 1, open: true }, { version: 1 }, false],
  ]
  test.each(rows)('%s', (_what, before, document, now, expected) => {
    expect(holds(snapshot(before), { document }, snapshot(now))).toBe(expected)
  })

  const sealed = (name: string) => snapshot(undefined, { sealed: [name] })
  const unread: [Change, string, isWritten: boolean][] = [
    [{ switch: 'on' }, 'STAGEDOOR', false],
    [{ document: policyWith('a') }, 'STAGEDOOR_POLICY', false],
    [{ secret: 'x' }, 'STAGEDOOR_SECRET', true],
  ]
  test.each(unread)('%j, as far as anybody sees where %s is a Secret', (change, name, isThere) => {
    const before = sealed(name)
    expect([holds(before, change, before), holds(before, change, sealed(name))]).toEqual([
      isThere,
      true,
    ])
  })
})

const linked = Linked.forEach()

/** Somebody else, who takes no turns. */
function another(policy: PolicyDocument): void {
  const [variable] = linked.variables('STAGEDOOR_POLICY')
  if (variable) variable.value = JSON.stringify(policy)
}

describe('another who writes', () => {
  const TO = ['--to', 'vercel:preview']
  const ADD = ['user', 'add', 'bob', ...TO]

  test('between reading and writing is written over only until they look', async () => {
    linked.addPolicy(policyWith('carol'))
    // The other one looks after its write, as we do, and does it again.
    linked.vercel.meanwhile({ method: 'POST' }, () => another(policyWith('carol', 'dave')))
    const [bob, dave] = await Promise.all([
      linked.run(ADD),
      linked.start(['user', 'add', 'dave', ...TO]).ended,
    ])
    expect([bob.code, dave.code]).toEqual([0, 0])
    expect(linked.usersThere()).toEqual(['bob', 'carol', 'dave'])
  })

  test('over what we wrote makes us do it again', async () => {
    linked.addPolicy(policyWith('carol'))
    const isList = { method: 'GET', path: /v10.*env/ }
    // The first list is for the first look, the second for the change; the third is read back.
    linked.vercel.meanwhile(isList, () => {})
    linked.vercel.meanwhile(isList, () => {})
    linked.vercel.meanwhile(isList, () => another(policyWith('carol', 'dave')))
    const { code, stdout } = await linked.run(ADD)
    expect([code, stdout.trim().split('\n').length]).toEqual([0, 1])
    expect(linked.usersThere()).toEqual(['bob', 'carol', 'dave'])
    expect(linked.changes).toHaveLength(2)
  })

  test('a little later does so too', async () => {
    linked.addPolicy(policyWith('carol'))
    const isList = { method: 'GET', path: /v10.*env/ }
    for (let i = 0; i < 3; i++) linked.vercel.meanwhile(isList, () => {})
    linked.vercel.meanwhile(isList, () => another(policyWith('dave')))
    expect((await linked.run(ADD)).code).toBe(0)
    expect(linked.usersThere()).toEqual(['bob', 'dave'])
  })

  test('all the time is more than we take', async () => {
    linked.addPolicy(policyWith('carol'))
    const isList = { method: 'GET', path: /v10.*env/, times: Number.POSITIVE_INFINITY }
    linked.vercel.meanwhile(isList, () => another(policyWith('carol')))
    const outcome = await linked.run(ADD)
    expect([outcome.stdout, failure(outcome)]).toEqual([
      '',
      {
        code: 1,
        error: 'vercel:preview is being changed by others, again and again',
        hint: 'nothing of theirs was lost; run the command again in a minute',
      },
    ])
    expect(linked.changes).toHaveLength(5)
  })

  test('adds the same user: theirs stays', async () => {
    linked.addPolicy(policyWith('carol'))
    const isList = { method: 'GET', path: /v10.*env/ }
    linked.vercel.meanwhile(isList, () => {})
    linked.vercel.meanwhile(isList, () => another(policyWith('bob', 'carol')))
    const outcome = await linked.run(ADD)
    expect([outcome.stdout, failure(outcome)]).toMatchObject([
      '',
      { code: 1, error: "there is a user 'bob' in vercel:preview already" },
    ])
    expect(linked.changes).toEqual([])
  })
})

test('what was read before Vercel asked to wait is read again', async () => {
  linked.addPolicy(policyWith('carol'))
  const reset = Math.ceil(Date.now() / 1000) + 2
  const error = { code: 'rate_limited', message: 'Later', limit: { reset } }
  linked.vercel.fail({ method: 'POST', with: { status: 429, error } })
  const pauses: number[] = []
  const pause = async (milliseconds: number) => {
    if (pauses.push(milliseconds) === 1) another(policyWith('carol', 'dave'))
  }
  const { code } = await linked.run(['user', 'add', 'bob', '--to', 'vercel:preview'], { pause })
  expect([code, pauses[0]]).toEqual([0, expect.toBeOneOf([2_000, 3_000])])
  expect(linked.usersThere()).toEqual(['bob', 'carol', 'dave'])
})

test('where there is no folder for a lock, it does without', async () => {
  const env = { TMPDIR: '/nowhere' }
  const { code } = await linked.start(['on', '--to', 'vercel:preview'], { env }).ended
  expect([code, linked.variables('STAGEDOOR')]).toMatchObject([0, [{ value: 'on' }]])
})

test('ten at once, half of them in either place: each is there', async () => {
  const store = linked.vercel.addStore({ items: { flags: true } })
  linked.add('GLOBAL_CONFIG', '', { type: 'sensitive', comment: `Reads the store ${store.id}` })
  const names = ['a', 'b', 'c', 'd', 'e']
  const outcomes = await Promise.all(
    ['store', 'vercel:preview'].flatMap((to) =>
      names.map((name) => linked.start(['user', 'add', name, '--to', to]).ended),
    ),
  )
  expect(outcomes.map(({ code }) => code)).toEqual(outcomes.map(() => 0))
  expect(new Set(outcomes.map(({ stdout }) => stdout)).size).toBe(10)
  expect([usersOf(store.items.stagedoor), linked.usersThere()]).toEqual([names, names])
  expect([store.items.flags, store.writes]).toEqual([true, 5])
})
