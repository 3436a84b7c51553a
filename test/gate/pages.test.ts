/** What the gate's own pages say to a person, and which fields they fill in. docs/passes.md. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createGate } from '#gate'
import type { GateOptions } from '../../src/gate/gate.ts'
import { NAVIGATE, SECRET, shareToken } from './passes.ts'
import {
  type Answer,
  alicePolicy,
  basic,
  beforeEachVisit,
  environmentWith,
  type Policy,
  request,
  SITE,
  usersOf,
  visit,
} from './visit.ts'

beforeEachVisit()

const SIGN_IN = '/.stagedoor/sign-in'
const OWN = { ...NAVIGATE, 'Sec-Fetch-Site': 'same-origin' }
const PAGE_ON = { STAGEDOOR_SECRET: SECRET, STAGEDOOR_SIGN_IN: 'page' }
const OLDER = { Host: 'staging.example', Origin: SITE }

let policy: Policy
beforeAll(async () => {
  policy = await alicePolicy({ allow: ['/open'] })
})
beforeEach(() => environmentWith(policy, PAGE_ON))

/** Posts the form as a browser does. */
function post(
  body: string | ReadableStream | { [field: string]: string },
  headers: { [name: string]: string } = OWN,
  options: GateOptions = {},
) {
  const isBody = typeof body === 'string' || body instanceof ReadableStream
  const init = {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    body: isBody ? body : new URLSearchParams(body).toString(),
    duplex: 'half',
  }
  return visit(createGate(options), new Request(SITE + SIGN_IN, init as RequestInit))
}

/** Attributes of a field, in their order. */
function attributesOf(answer: Answer | undefined, name: string): string[] {
  const [, text = ''] = RegExp(`<input([^>]* name="${name}"[^>]*)>`).exec(answer?.body ?? '') ?? []
  return text.match(/[^\s="]+(="[^"]*")?/g) ?? []
}

/** The words of a page beside its form, and what it fills in. */
function shown(answer: Answer | undefined) {
  const html = answer?.body ?? ''
  const field = (name: string) => attributesOf(answer, name).join(' ')
  const value = (name: string) => /value="([^"]*)"/.exec(field(name))?.[1]
  return {
    status: answer?.status,
    title: /<title>(.*)<\/title>/.exec(html)?.[1],
    message: /<p role="(.*)" id="message">(.*)<\/p>/.exec(html)?.slice(1).join(': '),
    user: value('user'),
    to: value('to'),
    focus: ['user', 'password'].filter((name) => / autofocus\b/.test(field(name))),
    wrong: ['user', 'password'].filter((name) =>
      field(name).includes('aria-invalid="true" aria-describedby="message"'),
    ),
  }
}

const PAGE = { title: 'Sign in: Staging', focus: ['user'], wrong: [], user: '', to: '' }
const WRONG = 'The user name or the password is wrong.'

describe('the sign-in page', () => {
  test('at its own address fills in nothing, says nothing and asks for no credentials', async () => {
    const answer = await visit(createGate(), SIGN_IN, NAVIGATE)
    expect(shown(answer)).toEqual({ ...PAGE, status: 200 })
    expect(answer?.headers).not.toHaveProperty('www-authenticate')
    expect(answer?.headers['referrer-policy']).toBe('same-origin')
  })

  test('has fields that password managers and phones understand', async () => {
    const answer = await visit(createGate(), SIGN_IN, NAVIGATE)
    const name = ['autocapitalize="none"', 'autocorrect="off"', 'spellcheck="false"']
    expect(attributesOf(answer, 'user').sort()).toEqual(
      [
        ...name,
        'autocomplete="username"',
        'autofocus',
        'id="user"',
        'name="user"',
        'required',
        'value=""',
      ].sort(),
    )
    expect(attributesOf(answer, 'password').sort()).toEqual([
      'autocomplete="current-password"',
      'id="password"',
      'name="password"',
      'required',
      'type="password"',
    ])
    const again = await post({ user: 'alice', password: 'x' })
    expect(attributesOf(again, 'user')).not.toContain('autofocus')
    expect(attributesOf(again, 'user').length).toBe(10)
  })

  test('in place of a page says nothing, and keeps where a visitor was going', async () => {
    expect(shown(await visit(createGate(), '/a?b', NAVIGATE))).toEqual({
      ...PAGE,
      status: 401,
      to: '/a?b',
    })
  })

  test('of who followed a link that is none any more says so', async () => {
    const expired = await shareToken({ exp: 1_700_000_000, iat: 1_600_000_000 })
    for (const [path, headers] of [
      [`/pricing?stagedoor=${expired}`, {}],
      ['/pricing', { 'x-stagedoor-pass': 'none.of.ours' }],
    ] as const) {
      expect(shown(await visit(createGate(), path, { ...NAVIGATE, ...headers }))).toMatchObject({
        status: 401,
        focus: ['user'],
        message:
          'status: The link does not open this page, or not any more. Sign in, or ask for another.',
      })
    }
  })

  test('after wrong credentials says so, keeps the user name, and leads to the password', async () => {
    expect(shown(await post({ user: 'alice', password: 'x', to: '/a' }))).toEqual({
      ...PAGE,
      status: 401,
      message: `alert: ${WRONG}`,
      user: 'alice',
      to: '/a',
      focus: ['password'],
      wrong: ['user', 'password'],
    })
  })

  test('after an empty form says so, and starts anew', async () => {
    for (const form of [{}, { user: '', password: '', to: '' }, '']) {
      expect(shown(await post(form))).toEqual({ ...PAGE, status: 401, message: `status: ${WRONG}` })
    }
  })

  test('after the form of another site says so, and fills in no user name', async () => {
    const form = { user: 'alice', password: 'secret', to: '/a' }
    const answer = await post(form, { ...OWN, 'Sec-Fetch-Site': 'cross-site' })
    expect(shown(answer)).toEqual({
      ...PAGE,
      status: 403,
      message: 'status: That form came from another site. Sign in here.',
      to: '/a',
    })
    expect(answer?.headers).not.toHaveProperty('www-authenticate')
  })

  test('where too many come at once asks to wait', async () => {
    const form = { user: 'alice', password: 'secret' }
    expect(shown(await post(form, OWN, { limiter: () => false }))).toMatchObject({
      status: 429,
      message: 'alert: Too many attempts at once. Wait a few seconds, then try again.',
    })
  })

  test('where signing in does not work says so', async () => {
    const verify = () => Promise.reject(new Error('down'))
    expect(shown(await post({ user: 'carol', password: 'x' }, OWN, { verify }))).toMatchObject({
      status: 503,
      message: 'alert: Signing in does not work at the moment. Try again in a minute.',
    })
  })
})

describe('a refusal', () => {
  const main = async (path: string, headers: { [name: string]: string }) => {
    const { body = '' } = (await visit(createGate(), path, headers)) ?? {}
    return /<main>(.*)<\/main>/s.exec(body)?.[1]?.trim().split('\n')
  }

  test('says what it is, and to who is in how to come in as somebody else', async () => {
    const client = { ...Object.values(policy.users ?? {})[0], paths: ['/pricing'] }
    environmentWith({ version: 1, users: { client } as never }, { STAGEDOOR_SECRET: SECRET })
    expect([
      await main('/', NAVIGATE),
      await main('/', { ...NAVIGATE, Authorization: basic('client', 'secret') }),
    ]).toEqual([
      ['<h1>Unauthorized</h1>', '<p>This site is private. Reload the page to sign in.</p>'],
      [
        '<h1>Forbidden</h1>',
        '<p>This part of the site is not open to you.</p>',
        '<p><a href="/.stagedoor/sign-out">Sign out</a></p>',
      ],
    ])
  })

  test('may be framed where STAGEDOOR_COOKIE says so, and else by nobody', async () => {
    const policies = []
    for (const more of [{}, { STAGEDOOR_COOKIE: 'none' }]) {
      environmentWith(policy, { ...PAGE_ON, ...more })
      const answer = await visit(createGate(), '/', NAVIGATE)
      policies.push(answer?.headers['content-security-policy']?.split('; '))
    }
    const usual = ["default-src 'none'", "style-src 'unsafe-inline'", "base-uri 'none'"]
    const posting = [...usual, "form-action 'self'"]
    expect(policies).toEqual([[...posting, "frame-ancestors 'none'"], posting])
  })
})

describe('signing out', () => {
  const SIGN_OUT = '/.stagedoor/sign-out'

  test('leads to the sign-in page, which says so', async () => {
    expect(shown(await visit(createGate(), SIGN_OUT, NAVIGATE))).toEqual({
      ...PAGE,
      status: 401,
      message: 'status: You are signed out.',
    })
  })

  test('without a sign-in page says so, and where to sign in again', async () => {
    environmentWith(policy, { STAGEDOOR_SECRET: SECRET })
    const nextUrl = { pathname: SIGN_OUT, basePath: '/shop', searchParams: new URLSearchParams() }
    const answer = await visit(createGate(), request(`/shop${SIGN_OUT}`, NAVIGATE, { nextUrl }))
    expect(shown(answer)).toMatchObject({ status: 401, title: 'Signed out' })
    expect(answer?.body).toContain('<h1>Signed out</h1>')
    expect(answer?.body).toContain('<a href="/shop/">Sign in again</a>')
  })
})

describe('a form', () => {
  const RIGHT = 'user=alice&password=secret'
  const led = async (...of: Parameters<typeof post>) => {
    const answer = await post(...of)
    return [answer?.status, answer?.headers['location']]
  }

  test('that names no place leads to the start', async () => {
    expect(await led(RIGHT)).toEqual([303, `${SITE}/`])
  })

  test('signs in as credentials, of whoever tells decisions apart', async () => {
    const told: unknown[] = []
    await post(RIGHT, OWN, { onDecision: (decision) => told.push(decision) })
    expect(told).toEqual([{ admit: true, reason: 'credentials', user: 'alice' }])
  })

  test('of an older browser is this site’s by its whole Origin alone', async () => {
    const origins = [SITE, `x${SITE}`, `${SITE}/`, `${SITE}/a`, `null ${SITE}`, '']
    const statuses = []
    for (const Origin of origins) statuses.push((await led(RIGHT, { ...OLDER, Origin }))[0])
    expect(statuses).toEqual([303, 403, 403, 403, 403, 403])
  })

  test('without an Origin is nobody’s, though a proxy names no host either', async () => {
    expect(await led(RIGHT, { 'X-Forwarded-Host': '' })).toEqual([403, undefined])
  })

  test('is read in whatever pieces it comes', async () => {
    environmentWith({ version: 1, users: await usersOf({ alice: 'é' }) }, PAGE_ON)
    const bytes = new TextEncoder().encode('user=alice&password=é&to=/a')
    const inPieces = new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
        controller.close()
      },
    })
    expect(await led(inPieces)).toEqual([303, `${SITE}/a`])
  })

  // Many times what a user-id, a password and a path need.
  test('of 16 KB is read, and one of a byte more is not', async () => {
    const filled = (length: number) => `${RIGHT}&x=`.padEnd(length, 'a')
    const inTwo = (text: string) =>
      new ReadableStream({
        start(controller) {
          const bytes = new TextEncoder().encode(text)
          controller.enqueue(bytes.slice(0, 16_384))
          if (bytes.length > 16_384) controller.enqueue(bytes.slice(16_384))
          controller.close()
        },
      })
    expect([await led(inTwo(filled(16_384))), await led(inTwo(filled(16_385)))]).toEqual([
      [303, `${SITE}/`],
      [401, undefined],
    ])
  })
})
