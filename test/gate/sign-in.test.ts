/** The sign-in page, for browsers without a box of their own; and what is posted from it. */

import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createGate } from '#gate'
import type { Gate } from '../../src/gate/gate.ts'
import {
  CORS,
  cookie,
  cookieOf,
  NAVIGATE,
  readToken,
  SECRET,
  SESSION_COOKIE,
  shareToken,
  signInto,
} from './passes.ts'
import { runs, wellFormed } from './runs.ts'
import {
  ALICE,
  type Answer,
  alicePolicy,
  basic,
  beforeEachVisit,
  environmentWith,
  log,
  outcome,
  type Policy,
  request,
  SITE,
  usersOf,
  visit,
} from './visit.ts'

beforeEachVisit()

const SIGN_IN = '/.stagedoor/sign-in'
const PAGE = { STAGEDOOR_SECRET: SECRET, STAGEDOOR_SIGN_IN: 'page' }
const OWN = { ...NAVIGATE, 'Sec-Fetch-Site': 'same-origin', Origin: SITE, Host: 'staging.example' }
const RIGHT = { user: 'alice', password: 'secret', to: '/a?b=c' }

let policy: Policy
beforeAll(async () => {
  policy = await alicePolicy({ allow: ['/open/**'] })
})
beforeEach(() => environmentWith(policy, PAGE))

/** What a browser posts from the page. */
function posted(
  fields: { [name: string]: string } | BodyInit | undefined,
  headers: { [name: string]: string } = OWN,
  path = SIGN_IN,
): Request {
  const isFields = typeof fields === 'object' && Object.getPrototypeOf(fields) === Object.prototype
  const body = isFields
    ? new URLSearchParams(fields as { [name: string]: string }).toString()
    : (fields as BodyInit)
  const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const init = { method: 'POST', headers: { ...type, ...headers }, body, duplex: 'half' }
  return new Request(SITE + path, init as RequestInit)
}

const post = (...of: Parameters<typeof posted>) => visit(createGate(), posted(...of))

/** Attributes of an element, without what HTML escapes. */
function attributes(html: string, element: RegExp): { [name: string]: string } {
  const [text = ''] = element.exec(html) ?? []
  const found = text.matchAll(/([a-z-]+)(?:="([^"]*)")?(?=[\s>])/g)
  return Object.fromEntries([...found].map(([, name, value = '']) => [name, unescaped(value)]))
}

function unescaped(html: string): string {
  const named: { [name: string]: string } = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  return html.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (_, decimal, hex, name) =>
    name
      ? (named[name] ?? '')
      : String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex, 16)),
  )
}

const formOf = (answer: Answer | undefined) => attributes(answer?.body ?? '', /<form[^>]*>/)
const fieldOf = (answer: Answer | undefined, name: string) =>
  attributes(answer?.body ?? '', RegExp(`<input[^>]* name="${name}"[^>]*>`))

const basePath = (path: string, of = '/shop') => ({
  nextUrl: { pathname: path, basePath: of, searchParams: new URLSearchParams() },
})

describe('a navigation without credentials', () => {
  test('is answered with a page that asks for them, and no box', async () => {
    const answer = await visit(createGate(), '/a/b?c=d&e="f"', NAVIGATE)
    expect([answer?.status, answer?.headers]).toEqual([
      401,
      expect.objectContaining({
        'cache-control': 'no-store',
        'content-type': 'text/html; charset=utf-8',
        vary: 'Authorization, Cookie',
        'www-authenticate': 'Bearer realm="Staging"',
        'x-content-type-options': 'nosniff',
        'x-robots-tag': 'noindex, nofollow',
      }),
    ])
    expect(answer?.headers['set-cookie']).toBe(undefined)
    expect(formOf(answer)).toMatchObject({ method: 'post', action: SIGN_IN })
    const [user, password, to] = ['user', 'password', 'to'].map((name) => fieldOf(answer, name))
    expect(user).toMatchObject({ autocomplete: 'username', value: '' })
    expect(password).toMatchObject({ autocomplete: 'current-password', type: 'password' })
    expect(password).not.toHaveProperty('value')
    expect(to).toMatchObject({
      type: 'hidden',
      value: new URL('/a/b?c=d&e="f"', SITE).href.slice(SITE.length),
    })
    for (const field of [user, password]) {
      expect(answer?.body).toContain(`<label for="${field?.['id']}">`)
    }
  })

  test('gets a whole page that loads nothing and needs no script', async () => {
    const { body = '' } = (await visit(createGate(), '/', NAVIGATE)) ?? {}
    expect(body).toMatch(/^<!doctype html>\n<html lang="en">/)
    expect(body).toContain('<meta name="color-scheme" content="light dark">')
    expect(body).toMatch(/<button[^>]*>/)
    expect(body).not.toMatch(/<script|src=|href=|url\(|@import/)
    expect(body.length).toBeLessThan(4_000)
  })

  test('keeps where it was going, as it was asked for', async () => {
    for (const path of ['/', '/a/', '/a%20b/caf%C3%A9?x=%26&y', "/'quoted'", '/a?b=<c>']) {
      const to = new URL(path, SITE).href.slice(SITE.length)
      expect(fieldOf(await visit(createGate(), path, NAVIGATE), 'to')['value']).toBe(to)
    }
  })

  test('that posts is not repeated', async () => {
    const asked = request('/api/order', NAVIGATE, { method: 'POST' })
    const answer = await visit(createGate(), asked)
    expect([answer?.status, fieldOf(answer, 'to')['value']]).toEqual([401, ''])
  })

  test('below a base path posts there', async () => {
    const asked = request('/shop/a?b=c', NAVIGATE, basePath('/a'))
    const answer = await visit(createGate(), asked)
    expect([formOf(answer)['action'], fieldOf(answer, 'to')['value']]).toEqual([
      `/shop${SIGN_IN}`,
      '/shop/a?b=c',
    ])
  })

  test('is told the realm, which is no HTML', async () => {
    const realm = `<b>"Acme" & 'Co'</b>`
    environmentWith({ ...policy, realm }, PAGE)
    const { body = '' } = (await visit(createGate(), '/', NAVIGATE)) ?? {}
    expect(body).not.toContain('<b>')
    expect(unescaped(body)).toContain(realm)
  })

  test('has no body for HEAD', async () => {
    const answers = [
      await visit(createGate(), request('/', NAVIGATE, { method: 'HEAD' })),
      await visit(createGate(), request(SIGN_IN, NAVIGATE, { method: 'HEAD' })),
    ]
    expect(answers.map((answer) => answer?.body)).toEqual(['', ''])
  })

  test('is one with a cookie that is none any more, or of a link to another page', async () => {
    const shared = cookie(await shareToken())
    for (const headers of [cookie('x'), shared]) {
      const answer = await visit(createGate(), '/admin', { ...headers, ...NAVIGATE })
      expect([answer?.status, formOf(answer)['action']]).toEqual([401, SIGN_IN])
    }
  })
})

describe('the page is not for', () => {
  const others = {
    curl: [{ Accept: '*/*' }, '401 Basic'],
    'a client that wants JSON': [{ Accept: 'application/json' }, '401 Basic'],
    'wrong credentials that the browser holds': [
      { ...NAVIGATE, Authorization: basic('alice', 'x') },
      '401 Basic',
    ],
    'another scheme': [{ ...CORS, Authorization: 'Bearer x' }, '401 Bearer'],
  } as const
  for (const [name, [headers, answer]] of Object.entries(others)) {
    test(`${name}: all is as without it`, async () => {
      const withPage = await visit(createGate(), '/', headers)
      environmentWith(policy, { STAGEDOOR_SECRET: SECRET })
      expect([await outcome(createGate(), '/', headers), withPage]).toEqual([
        answer,
        await visit(createGate(), '/', headers),
      ])
    })
  }

  // A box would come up over the page whose session has ended.
  const scripts = {
    'a script': CORS,
    'an image': { 'Sec-Fetch-Mode': 'no-cors', Accept: 'image/png' },
  }
  for (const [name, headers] of Object.entries(scripts)) {
    test(`${name}, which gets 401 as ever, and no browser asks for it`, async () => {
      expect(await outcome(createGate(), '/', headers)).toBe('401 Bearer')
      environmentWith(policy, { STAGEDOOR_SECRET: SECRET })
      expect(await outcome(createGate(), '/', headers)).toBe('401 Basic')
    })
  }

  test('who is in', async () => {
    const gate = createGate()
    expect([
      await outcome(gate, '/', { ...NAVIGATE, ...ALICE }),
      await outcome(gate, '/', { ...NAVIGATE, ...cookie(await signInto(gate)) }),
      await outcome(gate, '/open/a', NAVIGATE),
    ]).toEqual(['through', 'through', 'through'])
  })

  test('a site without a secret, which is said once', async () => {
    for (const secret of [undefined, '', SECRET.slice(1)]) {
      environmentWith(policy, {
        STAGEDOOR_SIGN_IN: 'page',
        ...(secret !== undefined && { STAGEDOOR_SECRET: secret }),
      })
      const gate = createGate()
      const answers = [
        await outcome(gate, '/', NAVIGATE),
        await outcome(gate, SIGN_IN, NAVIGATE),
        await outcome(gate, posted(RIGHT)),
      ]
      expect(answers).toEqual(['401 Basic', '401 Basic', '401 Basic'])
    }
    const said = log().filter((line) => 'event' in line && line.event === 'no sign-in page')
    expect(said).toEqual(
      said.map(() => ({ level: 'error', event: 'no sign-in page', reason: expect.any(String) })),
    )
    expect(said.length).toBe(3)
  })

  test.each([undefined, '', 'basic', 'Page', 'true'])('STAGEDOOR_SIGN_IN=%s', async (value) => {
    environmentWith(policy, {
      STAGEDOOR_SECRET: SECRET,
      ...(value !== undefined && { STAGEDOOR_SIGN_IN: value }),
    })
    const gate = createGate()
    expect([
      await outcome(gate, '/', NAVIGATE),
      await outcome(gate, SIGN_IN, NAVIGATE),
      await outcome(gate, posted(RIGHT)),
    ]).toEqual(['401 Basic', '401 Basic', '401 Basic'])
  })

  test('a site that is open, off, or without a policy', async () => {
    const answers = async () => {
      const gate = createGate()
      return [await outcome(gate, SIGN_IN, NAVIGATE), await outcome(gate, posted(RIGHT))]
    }
    environmentWith({ ...policy, open: true }, PAGE)
    const open = await answers()
    environmentWith(policy, { ...PAGE, STAGEDOOR: 'off' })
    const off = await answers()
    environmentWith(policy, { ...PAGE, VERCEL_ENV: 'production' })
    const production = await answers()
    environmentWith({ version: 2 } as never, PAGE)
    const none = await answers()
    expect({ open, off, production, none }).toEqual({
      open: ['untouched', 'untouched'],
      off: ['untouched', 'untouched'],
      production: ['untouched', 'untouched'],
      none: ['503', '503'],
    })
  })
})

describe('at its own address', () => {
  test('the page stands for who asks for it', async () => {
    for (const path of [SIGN_IN, `${SIGN_IN}/`, `${SIGN_IN}?a=b`]) {
      const answer = await visit(createGate(), path, NAVIGATE)
      expect([answer?.status, formOf(answer)['action']]).toEqual([200, SIGN_IN])
    }
  })

  test('and nowhere else', async () => {
    for (const path of [
      '/sign-in',
      '/.stagedoor',
      `/x${SIGN_IN}`,
      `${SIGN_IN}/x`,
      '/.stagedoor//sign-in',
      '/.stagedoor%2Fsign-in',
    ]) {
      const answer = await post(RIGHT, OWN, path)
      expect([path, answer?.status, answer?.headers['set-cookie']]).toEqual([path, 401, undefined])
    }
  })
})

describe('right credentials from the page', () => {
  test('begin a session, and lead on', async () => {
    const gate = createGate()
    const answer = await visit(gate, posted(RIGHT))
    expect([
      answer?.status,
      answer?.body,
      new URL(answer?.headers['location'] ?? '', SITE).href,
    ]).toEqual([303, '', `${SITE}/a?b=c`])
    expect(answer?.headers).toMatchObject({
      'cache-control': 'no-store',
      vary: 'Authorization, Cookie',
    })
    const { name, value, attributes } = cookieOf(answer)
    expect([name, attributes]).toEqual([
      SESSION_COOKIE,
      'Path=/; Max-Age=43200; HttpOnly; Secure; SameSite=Lax',
    ])
    expect(await readToken(value)).toMatchObject({ sub: 'alice', use: 'session' })
    expect(await outcome(gate, '/admin', cookie(value))).toBe('through')
  })

  test('do so where older browsers send no Sec-Fetch-Mode', async () => {
    const answer = await post(RIGHT, { Origin: SITE, Host: 'staging.example' })
    expect([answer?.status, cookieOf(answer).name]).toEqual([303, SESSION_COOKIE])
  })

  test('of any text that a form carries', async () => {
    const odd = { 'jos\u00e9 "x" & <y>': 'p+ä%20s:s 🔐=&;' }
    environmentWith({ version: 1, users: await usersOf(odd) }, PAGE)
    const [[user = '', password = ''] = []] = Object.entries(odd)
    for (const form of ['NFC', 'NFD']) {
      const answer = await post({
        user: user.normalize(form),
        password: password.normalize(form),
        to: '',
      })
      expect([form, answer?.status]).toEqual([form, 303])
    }
  })

  test('below a base path lead there', async () => {
    const asked = (to: string) =>
      Object.assign(posted({ ...RIGHT, to }, OWN, `/shop${SIGN_IN}`), basePath(SIGN_IN))
    const to = async (path: string) => {
      const answer = await visit(createGate(), asked(path))
      return [answer?.status, new URL(answer?.headers['location'] ?? '', SITE).href]
    }
    expect([await to('/shop/a?b'), await to('')]).toEqual([
      [303, `${SITE}/shop/a?b`],
      [303, `${SITE}/shop/`],
    ])
  })

  test('at the address with a slash at its end too', async () => {
    expect((await post(RIGHT, OWN, `${SIGN_IN}/`))?.status).toBe(303)
  })

  test('are of a user, who sees what is theirs', async () => {
    const users = policy.users as { alice: object }
    environmentWith(
      { ...policy, users: { alice: { ...users.alice, paths: ['/pricing'] } as never } },
      PAGE,
    )
    const gate = createGate()
    const { value } = cookieOf(await visit(gate, posted(RIGHT)))
    expect([
      await outcome(gate, '/admin', { ...cookie(value), ...NAVIGATE }),
      await outcome(gate, '/pricing', cookie(value)),
    ]).toEqual(['403', 'through'])
  })

  test('do not call the app’s own middleware', async () => {
    let calls = 0
    await createGate({ next: () => void calls++ })(posted(RIGHT))
    expect(calls).toBe(0)
  })
})

describe('wrong credentials from the page', () => {
  test('bring it back, whatever was wrong, with the user name', async () => {
    const rows = [
      ['alice', 'x'],
      ['nobody', 'secret'],
      ['alice', ''],
      ['', 'secret'],
      ['Alice', 'secret'],
      ['alice', 'secret '],
      ['al:ice', 'secret'],
      ['alice:secret', ''],
    ] as const
    const pages = []
    for (const [user, password] of rows) {
      const answer = await post({ ...RIGHT, user, password })
      expect([user, answer?.status, answer?.headers['set-cookie']]).toEqual([user, 401, undefined])
      expect(answer?.headers['www-authenticate']).toBe('Bearer realm="Staging"')
      expect([fieldOf(answer, 'user')['value'], fieldOf(answer, 'to')['value']]).toEqual([
        user,
        RIGHT.to,
      ])
      expect(fieldOf(answer, 'password')).not.toHaveProperty('value')
      expect(answer?.body).toMatch(/<p role="(alert|status)"/)
      pages.push(user ? answer?.body.replace(`value="${user}"`, '') : undefined)
    }
    expect(new Set(pages.filter((page) => page !== undefined)).size).toBe(1)
  })

  test('are said to be wrong where the user name is empty too', async () => {
    expect((await post({ ...RIGHT, user: '' }))?.body).toMatch(/<p role="(alert|status)"/)
  })

  test('write no HTML of their own', async () => {
    const names = [
      '"><script>alert(1)</script>',
      `' onfocus='x`,
      '&quot;&lt;',
      '\u2028</main>',
      '<!--',
    ]
    for (const name of names) {
      const answer = await post({ user: name, password: 'x', to: `/${name}` })
      expect([fieldOf(answer, 'user')['value'], answer?.status]).toEqual([name, 401])
      expect(answer?.body).not.toMatch(/<script|<!--|<\/main>.*<\/main>/s)
    }
  })

  test('are counted by a limiter, which refuses with 429', async () => {
    const asked: string[] = []
    const gate = createGate({
      limiter: (_, userId) => {
        asked.push(userId)
        return userId !== 'alice'
      },
    })
    const answer = await visit(gate, posted(RIGHT))
    expect([
      answer?.status,
      answer?.headers['set-cookie'],
      formOf(answer)['action'],
      asked,
    ]).toEqual([429, undefined, SIGN_IN, ['alice']])
    expect(answer?.headers['retry-after']).toMatch(/^[1-9]\d*$/)
  })

  test('are logged without what was typed', async () => {
    await post({ user: 'typed-name', password: 'typed-password', to: '/typed-path' })
    expect(JSON.stringify(log())).not.toMatch(/typed/)
    expect(log()).toMatchObject([
      { event: 'refused', status: 401, reason: 'wrong credentials', path: SIGN_IN },
    ])
  })
})

describe('where the page leads', () => {
  const leadsTo = async (to: string, gate: Gate) => {
    const answer = await visit(gate, posted({ ...RIGHT, to }))
    expect([to.slice(0, 50), answer?.status]).toEqual([to.slice(0, 50), 303])
    return new URL(answer?.headers['location'] ?? 'none:', `${SITE}/`)
  }

  const elsewhere = [
    '//evil.example',
    '///evil.example',
    '////evil.example/x',
    '/\\evil.example',
    '\\\\evil.example',
    '\\/evil.example',
    'https://evil.example',
    'https:\\\\evil.example',
    'https:///evil.example',
    'https:/\\evil.example',
    'http://staging.example/',
    'https://staging.example:8443/',
    'https://staging.example@evil.example/',
    'https://staging.example.evil.example/',
    '/.//evil.example',
    '/..//evil.example',
    '/a/..//evil.example',
    '/%2e//evil.example',
    '/.\\/evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '\t//evil.example',
    ' //evil.example',
    '\u00a0//evil.example',
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,<script>',
    'blob:https://staging.example/x',
    'mailto:a@b',
    'ftp://staging.example/',
    'https:',
    'https://',
    'https://[',
    '\0//evil.example',
  ]
  for (const to of elsewhere) {
    test(`is this site, for ${JSON.stringify(to)}`, async () => {
      const { origin, pathname, href } = await leadsTo(to, createGate())
      expect([origin, pathname.startsWith('//'), href.startsWith(`${SITE}/`)]).toEqual([
        SITE,
        false,
        true,
      ])
    })
  }

  test('is the start, without a place to go to', async () => {
    for (const to of ['', 'https://evil.example/a', '//evil.example/a', 'javascript:alert(1)']) {
      expect((await leadsTo(to, createGate())).href).toBe(`${SITE}/`)
    }
    expect((await post({ user: 'alice', password: 'secret' }))?.headers['location']).toMatch(
      /^(https:\/\/staging\.example)?\/$/,
    )
  })

  test('is where a path says', async () => {
    for (const to of ['/a', '/a/b/?c=d&e=%2F', '/?x', '/caf%C3%A9']) {
      expect((await leadsTo(to, createGate())).href).toBe(new URL(to, SITE).href)
    }
  })

  test('is this site for 10 KB of it', async () => {
    for (const to of [`/${'a'.repeat(10_240)}`, `//${'a'.repeat(10_240)}`, '/'.repeat(5_000)]) {
      expect((await leadsTo(to, createGate())).origin).toBe(SITE)
    }
  })

  test('is never another site', () => {
    const piece = fc.constantFrom(
      '/',
      '\\',
      '//',
      '@',
      ':',
      'evil.example',
      '%2f',
      '%5c',
      '\t',
      '\n',
      '.',
      '..',
      '?',
      '#',
      'https:',
      'javascript:',
      ' ',
      '\0',
      'staging.example',
    )
    const target = fc.array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 8 })
    const gate = createGate()
    return fc.assert(
      fc.asyncProperty(target, async (parts) => {
        const { href, pathname } = await leadsTo(wellFormed(parts.join('')), gate)
        expect([href.startsWith(`${SITE}/`), pathname.startsWith('//')]).toEqual([true, false])
        // Nor from the page that is shown once more.
        const again = await visit(
          gate,
          posted({ ...RIGHT, password: 'x', to: wellFormed(parts.join('')) }),
        )
        expect(fieldOf(again, 'to')['value']).toMatch(/^(\/([^/\\].*)?)?$/s)
      }),
      runs(100),
    )
  })
})

describe('a form of another site', () => {
  const forged: { [name: string]: { [name: string]: string } } = {
    'Sec-Fetch-Site: cross-site': { ...OWN, 'Sec-Fetch-Site': 'cross-site' },
    'Sec-Fetch-Site: same-site': { ...OWN, 'Sec-Fetch-Site': 'same-site' },
    'Sec-Fetch-Site: none': { ...OWN, 'Sec-Fetch-Site': 'none' },
    'Sec-Fetch-Site: cross-site, and an Origin that is right': {
      ...OWN,
      'Sec-Fetch-Site': 'cross-site',
      Origin: SITE,
    },
    'neither field': { Host: 'staging.example' },
    'another Origin': { Host: 'staging.example', Origin: 'https://evil.example' },
    'an Origin below': { Host: 'staging.example', Origin: 'https://x.staging.example' },
    'an Origin on another port': {
      Host: 'staging.example',
      Origin: 'https://staging.example:8443',
    },
    'an Origin that starts alike': {
      Host: 'staging.example',
      Origin: 'https://staging.example.evil',
    },
    'an Origin that is null': { Host: 'staging.example', Origin: 'null' },
    'an Origin of another kind': {
      Host: 'staging.example',
      Origin: 'chrome-extension://staging.example',
    },
    'an Origin that is empty, and no Host': { Origin: '' },
    'an Origin of two': { Host: 'staging.example', Origin: `${SITE}, https://evil.example` },
    'a Referer alone': { Host: 'staging.example', Referer: `${SITE}/` },
  }
  for (const [name, headers] of Object.entries(forged)) {
    test(`signs nobody in: ${name}`, async () => {
      const told: unknown[] = []
      const gate = createGate({ onDecision: ({ admit }) => told.push(admit), limiter: () => true })
      const answer = await visit(gate, posted({ ...RIGHT, user: 'alice' }, headers))
      expect([
        answer?.status,
        answer?.headers['set-cookie'],
        answer?.headers['location'],
        told,
      ]).toEqual([403, undefined, undefined, [false]])
      // It must not fill in the user name for another site.
      expect(answer?.body).not.toContain('alice')
    })
  }

  const own: { [name: string]: { [name: string]: string } } = {
    'Sec-Fetch-Site: same-origin': { 'Sec-Fetch-Site': 'same-origin' },
    'the Origin that is Host': { Host: 'staging.example', Origin: SITE },
    'the Origin that is X-Forwarded-Host': {
      Host: 'localhost:3000',
      'X-Forwarded-Host': 'staging.example',
      Origin: SITE,
    },
    'the Origin on its port': { Host: 'localhost:3000', Origin: 'http://localhost:3000' },
  }
  for (const [name, headers] of Object.entries(own)) {
    test(`is not one: ${name}`, async () => {
      expect((await post(RIGHT, headers))?.status).toBe(303)
    })
  }
})

describe('a body that is no form', () => {
  const good = 'user=alice&password=secret&to=%2F'
  const multipart = () => {
    const data = new FormData()
    for (const [name, value] of Object.entries(RIGHT)) data.append(name, value)
    return new Request(SITE + SIGN_IN, { method: 'POST', headers: OWN, body: data })
  }
  const megabytes = (count: number) => {
    let left = count * 16
    return new ReadableStream({
      pull(controller) {
        if (left-- > 0) controller.enqueue(new Uint8Array(65_536).fill(97))
        else controller.close()
      },
    })
  }
  const broken = () =>
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(good))
        controller.error(new Error('gone'))
      },
    })
  const bodies: { [name: string]: () => Request } = {
    'nothing at all': () => posted(undefined),
    'empty text': () => posted(''),
    JSON: () => posted(JSON.stringify(RIGHT), { ...OWN, 'Content-Type': 'application/json' }),
    multipart,
    '12 MB': () => posted(megabytes(12)),
    '12 MB after what is right': () => posted(`${good}&x=${'a'.repeat(12 << 20)}`),
    'cut off by its sender': () => posted(broken()),
    'bad escapes': () => posted('user=%&password=%zz&to=%e0%a4%a'),
    'a NUL': () => posted('user=alice%00&password=secret'),
    'a NUL in the password': () => posted('user=alice&password=secret%00'),
    'other controls': () => posted('user=alice&password=secret%0A%7F'),
    'bad UTF-8': () => posted('user=alice%FF&password=secret'),
    'bad UTF-8 in the password': () => posted('user=alice&password=secret%C0%80'),
    'raw bytes': () => posted(new Uint8Array([117, 115, 101, 114, 61, 255, 254, 0, 38])),
    'a colon in the user name': () => posted('user=a:b&password=secret'),
    'a user-pass for a user name': () => posted('user=alice:secret&password='),
    'fields of other names': () => posted('username=alice&pass=secret'),
    'fields in brackets': () => posted('user[]=alice&password[]=secret'),
    'a separator of another kind': () => posted('user=alice;password=secret'),
    'a thousand marks': () => posted(`user=alice&password=${'%CC%81'.repeat(1000)}`),
    'a thousand fields': () => posted('&=&user'.repeat(1000)),
  }
  for (const [name, make] of Object.entries(bodies)) {
    test(`signs nobody in and is no error: ${name}`, async () => {
      const answer = await visit(createGate(), make())
      expect([answer?.status, answer?.headers['set-cookie']]).toEqual([401, undefined])
      expect(formOf(answer)['action']).toBe(SIGN_IN)
    })
  }

  test('spells nobody’s credentials in another way', async () => {
    environmentWith({ version: 1, users: await usersOf({ alice: 'b:c', bob: 'x\uFFFD' }) }, PAGE)
    const statuses = []
    for (const body of [
      'user=alice&password=b:c',
      'user=alice:b&password=c',
      'user=bob&password=x%FF',
      'user=bob&password=x%F0%9F',
    ]) {
      statuses.push((await post(body))?.status)
    }
    expect(statuses).toEqual([303, 401, 401, 401])
  })

  test('is not read to its end', async () => {
    let pulled = 0
    const endless = new ReadableStream({
      pull(controller) {
        pulled++
        controller.enqueue(new Uint8Array(4096).fill(97))
      },
    })
    expect((await post(endless))?.status).toBe(401)
    expect(pulled).toBeLessThan(100)
  })

  test('never lets in', () => {
    const gate = createGate()
    const body = fc.oneof(
      fc.string({ maxLength: 60 }).map((text) => wellFormed(text)),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => new Uint8Array(bytes)),
      fc
        .dictionary(
          fc.constantFrom('user', 'password', 'to', '__proto__'),
          fc.string({ unit: 'grapheme', maxLength: 12 }).map(wellFormed),
        )
        .map((fields) => new URLSearchParams(fields).toString()),
    )
    return fc.assert(
      fc.asyncProperty(body, async (bytes) => {
        const answer = await visit(gate, posted(bytes))
        expect([answer?.status, answer?.headers['set-cookie']]).toEqual([401, undefined])
      }),
      runs(100),
    )
  })
})
