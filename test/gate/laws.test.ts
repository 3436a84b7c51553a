/** Laws, over any bytes that a client can send. */

import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createGate } from '#gate'
import { runs, wellFormed } from './runs.ts'
import {
  ALICE,
  alicePolicy,
  base64,
  basic,
  beforeEachVisit,
  outcome,
  type Policy,
  request,
  SITE,
  usersOf,
  verifierOf,
  visit,
} from './visit.ts'

beforeEachVisit()

/** Any text without CTL, which RFC 7617 forbids. */
const plain = (more: fc.StringConstraints = {}) =>
  fc
    .oneof(fc.string({ unit: 'grapheme', ...more }), fc.string({ unit: 'binary', ...more }))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .map((text) => wellFormed(text).replace(/[\x00-\x1F\x7F]/g, ''))
const userIds = plain({ maxLength: 12 }).map((text) => text.replaceAll(':', ''))

/** A field value: bytes but for those that no HTTP parser lets through. */
const fieldValue = fc
  .oneof(
    byteString(60),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => `Basic ${base64(bytes)}`),
    schemes(),
  )
  .map((value) => value.replace(/[\0\r\n]/g, ''))

function byteString(maxLength: number) {
  return fc.uint8Array({ maxLength }).map((bytes) => String.fromCharCode(...bytes))
}

function schemes() {
  const scheme = fc.constantFrom('Basic', 'basic', 'BASIC', 'Bearer', 'Basic,', 'Digest', '')
  const space = fc.constantFrom(' ', '  ', '\t', '', ', ')
  const token = fc.oneof(
    fc.base64String({ maxLength: 40 }),
    byteString(20),
    fc.constantFrom('=', '====', 'Og==', 'YQ=='),
  )
  return fc.tuple(scheme, space, token, space, token).map((parts) => parts.join(''))
}

let policy: Policy
beforeAll(async () => {
  policy = await alicePolicy({
    allow: ['/open/**', '/api/*/hook', 'POST /api/x', '/_next/static/**'],
  })
})

describe('the gate', () => {
  test('reads back whatever a client encodes', () =>
    fc.assert(
      fc.asyncProperty(
        userIds,
        plain({ maxLength: 20 }),
        fc.boolean(),
        async (userId, password, decomposed) => {
          const gate = createGate({
            policy: { version: 1, users: await usersOf({ [userId]: password }) },
          })
          const form = decomposed ? 'NFD' : 'NFC'
          const Authorization = basic(userId.normalize(form), password.normalize(form))
          expect(await outcome(gate, '/', { Authorization })).toBe('through')
        },
      ),
      runs(60),
    ))

  test('lets nobody in but with the exact password', () =>
    fc.assert(
      fc.asyncProperty(
        plain({ maxLength: 20 }),
        fc.nat(),
        plain({ maxLength: 3 }),
        async (password, at, other) => {
          const i = at % (password.length + 1)
          const near = [
            password.slice(0, i) + other + password.slice(i),
            password.slice(0, i) + other + password.slice(i + 1),
            password.slice(0, i) + password.slice(i + 1),
            password.toUpperCase(),
            password.normalize('NFKC'),
            other,
          ].map((text) => wellFormed(text))
          const gate = createGate({
            policy: { version: 1, users: await usersOf({ alice: password }) },
          })
          // Before and after the right one is remembered.
          for (const attempt of [...near, password, ...near]) {
            const same = attempt.normalize('NFC') === password.normalize('NFC')
            const answer = await outcome(gate, '/', { Authorization: basic('alice', attempt) })
            expect([attempt, answer]).toEqual([attempt, same ? 'through' : '401 Basic'])
          }
        },
      ),
      runs(12),
    ))

  test('answers any bytes in Authorization with 401, and never throws', () => {
    const gate = createGate({ policy })
    return fc.assert(
      fc.asyncProperty(fieldValue, async (Authorization) => {
        expect(await outcome(gate, '/', { Authorization })).toMatch(/^401 (Basic|Bearer)$/)
      }),
      runs(150),
    )
  })

  test('answers any path with through, 401 or 403, and never throws', () => {
    const gate = createGate({
      policy: { ...policy, users: { ...policy.users, client: { verifier, paths: ['/a/*'] } } },
    })
    const pathname = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), hostile)
    return fc.assert(
      fc.asyncProperty(pathname, fc.boolean(), fc.boolean(), async (path, signedIn, asNext) => {
        const headers = signedIn ? { Authorization: basic('client', 'secret') } : {}
        const made = request(`/${wellFormed(path)}`, headers)
        const searchParams = new URLSearchParams({ url: path })
        const nextUrl = { pathname: `/${path}`, basePath: '', searchParams }
        const answer = await outcome(gate, asNext ? Object.assign(made, { nextUrl }) : made)
        expect(answer).toMatch(signedIn ? /^(through|403)$/ : /^(through|401 Basic)$/)
      }),
      runs(150),
    )
  })

  test('never opens a path that no rule covers as it is written', () => {
    const gate = createGate({ policy })
    // What a rule of this policy can mean, letter by letter, and its letters escaped once.
    const written = /^(\/open(\/.*)?|\/api\/[^/]*\/hook|\/_next\/static(\/.*)?)\/?$/s
    return fc.assert(
      fc.asyncProperty(hostile, fc.boolean(), async (path, asNext) => {
        const made = request(`/${path}`)
        const raw = asNext ? `/${path}` : new URL(made.url).pathname
        const nextUrl = { pathname: raw, basePath: '', searchParams: new URLSearchParams() }
        const answer = await outcome(gate, asNext ? Object.assign(made, { nextUrl }) : made)
        if (answer === '401 Basic') return
        expect(answer).toBe('through')
        const once = decodeURIComponent(raw)
        expect(once).toMatch(written)
        expect(once).not.toMatch(/%|\\|\/\/|\/\.{1,2}(;|\/|$)/)
        expect(raw.split('/').length).toBe(once.split('/').length)
      }),
      runs(150),
    )
  })

  test('opens the same paths whatever header fields say', () => {
    const gate = createGate({ policy })
    const names = [
      'x-original-url',
      'x-rewrite-url',
      'x-forwarded-host',
      'x-forwarded-for',
      'x-middleware-subrequest',
      'x-middleware-next',
      'x-middleware-rewrite',
      'x-invoke-path',
      'x-nextjs-data',
      'rsc',
      'next-router-prefetch',
      'next-url',
      'referer',
      'cookie',
      'x-http-method-override',
      'x-stagedoor-user',
      'x-stagedoor-pass',
      'x-real-ip',
      'origin',
      'upgrade',
      'x-matched-path',
      'purpose',
    ]
    const values = fc.constantFrom(
      '/open/a',
      '1',
      '127.0.0.1',
      'alice',
      `${SITE}/open`,
      'middleware:middleware:middleware:middleware:middleware',
      'stagedoor=1',
      'prefetch',
      'POST',
    )
    const fields = fc.dictionary(fc.constantFrom(...names), values, { maxKeys: 5 })
    return fc.assert(
      fc.asyncProperty(fields, async (headers) => {
        expect(await outcome(gate, '/admin', headers)).toBe('401 Basic')
      }),
      runs(60),
    )
  })

  test('sends no answer to who is refused that tells one path from another', async () => {
    const gate = createGate({ policy })
    const expected = await visit(gate, '/')
    for (const path of [
      '/admin',
      '/nowhere',
      '/_next/static/../admin',
      '/a%2Fb',
      '/_next/image?url=%2Fa.png',
      '/api/x',
    ]) {
      expect([path, await visit(gate, path)]).toEqual([path, expected])
    }
    expect(await outcome(gate, '/', ALICE)).toBe('through')
  })
})

let verifier: string
beforeAll(async () => {
  verifier = await verifierOf('secret')
})

const hostile = fc
  .array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.constantFrom(
          'open',
          '/',
          'api',
          'x',
          'hook',
          '_next',
          'static',
          'admin',
          'image',
        ),
      },
      {
        weight: 2,
        arbitrary: fc.constantFrom(
          '%2f',
          '%5c',
          '\\',
          '%2e',
          '.',
          '..',
          ';',
          '%25',
          '%00',
          '%',
          '%zz',
          '%c0%af',
          '%6f',
        ),
      },
    ),
    { maxLength: 9 },
  )
  .chain((parts) =>
    fc
      .constantFrom('', 'open/', 'api/', 'open/..;/', '_next/static/')
      .map((start) => start + parts.join('')),
  )
