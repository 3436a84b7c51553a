/** What the gate leaves as it came: addresses that open nothing, and cookies that are not its own. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createGate } from '#gate'
import {
  appSees,
  CORS,
  cookie,
  NAVIGATE,
  SECRET,
  SESSION_COOKIE,
  shareToken,
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
  SITE,
  visit,
} from './visit.ts'

beforeEachVisit()

const BYPASS = 'bYpAsS0fTheP1atf0rm0123456789abc'
const NAME = 'x-vercel-protection-bypass'

let policy: Policy
beforeAll(async () => {
  policy = await alicePolicy()
})
beforeEach(() => {
  environmentWith(policy, { STAGEDOOR_SECRET: SECRET, VERCEL_AUTOMATION_BYPASS_SECRET: BYPASS })
})

describe('an address', () => {
  // `stagedoor` may be a parameter of the app's own.
  test.each(['v1.2.3/notes', '/a.b.c', 'a.b', 'a..b', ''])(
    'with a parameter stagedoor that is no pass stays: %j',
    async (value) => {
      const gate = createGate()
      const session = cookie(await signInto(gate))
      const answer = await visit(gate, `/?stagedoor=${value}&a=b`, { ...session, ...NAVIGATE })
      expect([answer?.status, answer?.headers['location']]).toEqual([200, undefined])
    },
  )

  // Else it would lead to itself, again and again.
  test('that only names the platform’s parameter stays', async () => {
    const headers = { [NAME]: BYPASS, 'x-vercel-set-bypass-cookie': 'true', ...NAVIGATE }
    for (const path of [`/${NAME}`, `/?a=${NAME}`, `/?${NAME}s=1`]) {
      const answer = await visit(createGate(), path, headers)
      expect([path, answer?.status, answer?.headers['location']]).toEqual([path, 200, undefined])
    }
  })

  test('loses the platform’s secret for who holds a link’s cookie too', async () => {
    const answer = await visit(createGate(), `/pricing?${NAME}=${BYPASS}&a=b`, {
      ...cookie(await shareToken()),
      ...NAVIGATE,
    })
    expect([answer?.status, answer?.headers['location']]).toEqual([303, `${SITE}/pricing?a=b`])
  })
})

describe('cookies', () => {
  test('without ours among them go through byte for byte', async () => {
    for (const field of ['', 'a=1;b=2', 'a=1;  b=2', 'a=1; ; b', 'stagedoors=1;a']) {
      expect(await appSees(createGate(), { ...ALICE, Cookie: field })).toMatchObject({
        cookie: field,
      })
    }
  })

  test('have ours found and taken out after any number of spaces', async () => {
    const gate = createGate()
    const ours = `${SESSION_COOKIE}=${await signInto(gate)}`
    for (const field of [`a=1;   ${ours}`, `a=1;${ours}`, `  ${ours};a=1`]) {
      expect(await appSees(gate, { Cookie: field })).toMatchObject({ cookie: 'a=1' })
    }
  })

  test('of a server action stay with the app’s own middleware, which Next.js has read', async () => {
    const forgotten: string[] = []
    const next = () => undefined
    const headers = { ...cookie(await signInto(createGate())), 'Next-Action': '1a' }
    const asked = request('/', headers, { method: 'POST' })
    const getAll = () => [{ name: SESSION_COOKIE }]
    const cookies = { getAll, delete: (name: string) => forgotten.push(name) }
    await createGate({ next })(Object.assign(asked, { cookies }))
    expect(forgotten).not.toContain(SESSION_COOKIE)
  })

  test('are not set for what a script asks for', async () => {
    const answer = await visit(createGate(), '/', { ...ALICE, ...CORS })
    expect([answer?.status, answer?.headers['set-cookie']]).toEqual([200, undefined])
  })

  test('of a session stay where the platform’s secret comes beside the app’s own credentials', async () => {
    const gate = createGate()
    const headers = {
      ...cookie(await signInto(gate)),
      [NAME]: BYPASS,
      'x-vercel-set-bypass-cookie': 'true',
      Authorization: basic('of the', 'app'),
    }
    const answer = await visit(gate, '/', { ...headers, ...NAVIGATE })
    expect([answer?.status, answer?.headers['set-cookie']]).toEqual([200, undefined])
  })

  test('over plain http are set once, whatever was there: there is but one kind', async () => {
    const asked = new Request('http://staging.example/', {
      headers: { ...ALICE, Cookie: 'stagedoor=x' },
    })
    const response = await createGate()(asked)
    expect(response?.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^stagedoor=[\w.-]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/),
    ])
  })
})
