/** What the answers of a site say: caches, redirects, cookies, platforms, and what refusals tell. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cacheHit, parseDirectives, whatKeeps } from '../../src/cli/check/answers/cache-control.ts'
import { parseSetCookie } from '../../src/cli/check/answers/cookies.ts'
import { judgeAnswers } from '../../src/cli/check/answers/judge-answers.ts'
import { latencyOf } from '../../src/cli/check/answers/latency.ts'
import { tellsNothing } from '../../src/cli/check/answers/redirects.ts'
import type { Examined, Judged } from '../../src/cli/check/examined.ts'
import type { Answer, Fields } from '../../src/cli/check/exchange.ts'
import {
  entered,
  examined,
  exchange,
  refusal,
  SITE,
  told,
  WELL,
  withFields,
  without,
} from './check-support.ts'

const judge = (exchanges: Judged[], given: Partial<Examined> = {}) =>
  told(judgeAnswers(examined(exchanges, given)))

/** Beside one who is refused: where nobody is, nothing is private. */
const gated = (exchanges: Judged[], given: Partial<Examined> = {}) =>
  judge([refusal(WELL), ...exchanges], given)

describe('a site that is well', () => {
  test('is told nothing', () => {
    const page = withFields(without(WELL, 'WWW-Authenticate'), ['Content-Type', 'text/html'])
    const inside = withFields(
      page,
      ['Cache-Control', 'private, no-cache'],
      ['Vary', 'Authorization, Cookie'],
    )
    expect(
      judge([
        refusal(WELL),
        refusal(WELL, { visitor: 'stranger', fields: [['Authorization', 'Basic eDp5']] }),
        exchange('malformed', { status: 400, answers: [['Content-Type', 'text/plain']] }),
        exchange('elsewhere', { status: 308, target: '/a/', answers: [['Location', '/a']] }),
        exchange('told', { status: 200, target: '/open', answers: page }),
        entered(inside),
        entered(withFields(inside, ['Cache-Control', 'private, max-age=31536000, immutable']), {
          target: '/_next/static/chunks/a.js',
          kind: 'chunk',
        }),
      ]),
    ).toEqual([])
  })

  test('so is nginx with auth_basic', () => {
    const answers: Fields = [
      ['Server', 'nginx'],
      ['Content-Type', 'text/html'],
      ['WWW-Authenticate', 'Basic realm="staging"'],
      ['Strict-Transport-Security', 'max-age=31536000'],
    ]
    const file: Fields = [
      ['Content-Type', 'text/html'],
      ['Last-Modified', 'Mon, 01 Jan 2029 00:00:00 GMT'],
      ['ETag', '"1-2"'],
    ]
    expect(judge([refusal(answers), entered(file)])).toEqual([])
  })
})

describe('what a shared cache may keep', () => {
  const fieldsOf = (text: string): Fields =>
    text.split('\n').map((line) => {
      const [name = '', ...value] = line.split(': ')
      return [name, value.join(': ')]
    })
  const keeps = (text: string, isAuthorized: boolean, status = 200) => {
    const { answer } = exchange('entered', { status, answers: fieldsOf(text) })
    return 'status' in answer ? whatKeeps(answer, isAuthorized) : null
  }

  test.each([
    // RFC 9111 §3.5: with Authorization only by public, s-maxage or must-revalidate
    ['Cache-Control: max-age=60', null, 'Cache-Control: max-age=60'],
    ['Cache-Control: public, max-age=60', 'Cache-Control: public, max-age=60', undefined],
    ['Cache-Control: s-maxage=60', 'Cache-Control: s-maxage=60', undefined],
    [
      'Cache-Control: max-age=60, must-revalidate',
      'Cache-Control: max-age=60, must-revalidate',
      undefined,
    ],
    ['Cache-Control: s-maxage="60"', 'Cache-Control: s-maxage="60"', undefined],
    ['Cache-Control: PUBLIC', 'Cache-Control: PUBLIC', undefined],
    // Asked for anew each time, as Vercel has it for files
    ['Cache-Control: public, max-age=0, must-revalidate', null, null],
    ['Cache-Control: s-maxage=0, max-age=60', null, null],
    ['Cache-Control: public, no-cache', null, null],
    [
      'Cache-Control: s-maxage=0, stale-while-revalidate=60',
      'Cache-Control: s-maxage=0, stale-while-revalidate=60',
      undefined,
    ],
    // §5.2.2.5, §5.2.2.7
    ['Cache-Control: public, max-age=60, no-store', null, null],
    ['Cache-Control: public, max-age=60, private', null, null],
    // With names it is about those fields alone (§5.2.2.7)
    [
      'Cache-Control: public, max-age=60, private="set-cookie"',
      'Cache-Control: public, max-age=60, private="set-cookie"',
      undefined,
    ],
    // Of a directive that is there twice the first counts (§4.2.1)
    ['Cache-Control: public, max-age=0, max-age=60', null, null],
    // Several fields are one list
    ['Cache-Control: public\nCache-Control: private', null, null],
    // §4.2.2: by a guess; §5.3
    ['Last-Modified: Mon, 01 Jan 2029 00:00:00 GMT', null, 'no Cache-Control'],
    [
      'Expires: Mon, 01 Jan 2029 00:00:00 GMT\nDate: Sun, 31 Dec 2028 00:00:00 GMT',
      null,
      'Expires: Mon, 01 Jan 2029 00:00:00 GMT',
    ],
    ['Expires: 0', null, null],
    ['X: y', null, null],
    // RFC 9213: in place of Cache-Control, for caches that know it; others read that
    [
      'Cache-Control: private\nCDN-Cache-Control: public, max-age=60',
      'CDN-Cache-Control: public, max-age=60',
      undefined,
    ],
    [
      'Cache-Control: no-store\nVercel-CDN-Cache-Control: s-maxage=60',
      'Vercel-CDN-Cache-Control: s-maxage=60',
      undefined,
    ],
    [
      'Cache-Control: private\nSurrogate-Control: max-age=3600+600',
      'Surrogate-Control: max-age=3600+600',
      undefined,
    ],
    ['Cache-Control: private\nSurrogate-Control: no-store, content="ESI/1.0"', null, null],
    [
      'Cache-Control: public, max-age=60\nCDN-Cache-Control: no-store',
      'Cache-Control: public, max-age=60',
      undefined,
    ],
  ])('%s', (text, authorized, plain) => {
    expect(keeps(text, true)).toBe(authorized)
    expect(keeps(text, false)).toBe(plain === undefined ? authorized : plain)
  })

  test('of a refusal, only what is said (RFC 9110 §15.1); a permanent redirect by itself', () => {
    const dated = 'Last-Modified: Mon, 01 Jan 2029 00:00:00 GMT'
    expect([401, 403, 429, 503, 302, 307].map((status) => keeps(dated, false, status))).toEqual(
      Array(6).fill(null),
    )
    expect([301, 308].map((status) => keeps('X: y', false, status))).toEqual(
      Array(2).fill('no Cache-Control'),
    )
    expect(keeps('Cache-Control: max-age=60', false, 401)).toBe('Cache-Control: max-age=60')
  })

  test('directives are read whatever stands there, and in no long time', () => {
    expect([...parseDirectives('a, B=1 ,c="x, y"; d = e,,="')]).toEqual([
      ['a', ''],
      ['b', '1'],
      ['c', 'x, y'],
      ['d', ''],
      ['e', ''],
    ])
    expect(parseDirectives('="\\'.repeat(200_000))).toEqual(new Map())
  })

  test.each([
    ['CF-Cache-Status: HIT', 'CF-Cache-Status: HIT'],
    ['X-Cache: Hit from cloudfront', 'X-Cache: Hit from cloudfront'],
    ['Cache-Status: "Netlify Edge"; hit', 'Cache-Status: "Netlify Edge"; hit'],
    ['Age: 12', 'Age: 12'],
    ['Age: 0', null],
    ['X-Cache: MISS', null],
    ['X-Vercel-Cache: HIT\nAge: 12', null],
    ['x-nextjs-cache: HIT', null],
  ])('hit: %s', (text, hit) => {
    expect(cacheHit(fieldsOf(text))).toBe(hit)
  })
})

describe('caching', () => {
  const page: Fields = [['Strict-Transport-Security', 'max-age=1']]
  const inside = (value: string, more = {}) => entered([...page, ['Cache-Control', value]], more)

  test('a refusal that caches may keep', () => {
    const kept = withFields(WELL, ['Cache-Control', 'public, max-age=600'])
    expect(judge([refusal(kept), refusal(kept, { target: '/a' })])).toEqual([
      'warning refusal-cacheable: a refusal may be kept by caches: 401 with `Cache-Control: public, max-age=600`',
    ])
    expect(
      judge([
        refusal([...without(WELL, 'Cache-Control'), ['Location', '/login']], { status: 308 }),
      ]),
    ).toEqual([
      'warning refusal-cacheable: a refusal may be kept by caches: 308 with `no Cache-Control`',
    ])
    expect(judge([refusal([...WELL, ['Age', '7']])])).toEqual([
      'warning refusal-cacheable: a refusal came out of a cache (`Age: 7`)',
    ])
  })

  test('what differs in numbers alone is one finding, and what differs in all is three', () => {
    const aged = [1, 20, 300].map((age) => refusal([...WELL, ['Age', `${age}`]]))
    expect(judge(aged)).toEqual([
      'warning refusal-cacheable: a refusal came out of a cache (`Age: 1`)',
    ])
    const realms = ['a', 'b', 'c', 'd', 'e'].map((name) =>
      refusal(withFields(WELL, ['WWW-Authenticate', `Basic realm="x", ${name}=1, ${name}=2`])),
    )
    const findings = judgeAnswers(examined(realms))
    expect(findings.map(({ what, count }) => [what, count])).toEqual([
      ['a is there twice: `Basic realm="x", a=1, a=2`', 1],
      ['b is there twice: `Basic realm="x", b=1, b=2`', 1],
      ['c is there twice: `Basic realm="x", c=1, c=2`, and 2 more of its kind', 3],
    ])
  })

  test('what somebody was given: one finding for kinds of which the same is to be said', () => {
    const answers = [
      inside('s-maxage=31536000'),
      inside('s-maxage=31536000', { target: '/b' }),
      inside('s-maxage=31536000', { kind: 'data', target: '/_next/data/x/b.json' }),
    ]
    const findings = judgeAnswers(examined([refusal(WELL), ...answers]))
    expect(told(findings)).toEqual([
      'warning answer-cacheable: page, data may be kept by shared caches: `Cache-Control: s-maxage=31536000`',
    ])
    expect(findings[0]).toMatchObject({ count: 3 })
    expect(
      gated([inside('public, max-age=31536000, immutable', { target: '/_next/static/a.js' })]),
    ).toEqual([])
    const foreign = '/_next/image?w=64&url=https%3A%2F%2Fcdn.example.org%2Fa.png&q=75'
    expect(gated([inside('public, max-age=60', { target: foreign, kind: 'image' })])).toEqual([])
    const own = '/_next/image?url=%2Fa.png&w=64&q=75'
    expect(gated([inside('public, max-age=60', { target: own, kind: 'image' })])).toHaveLength(1)
  })

  test('less where caches that heed Vary give it to nobody else', () => {
    const fields: Fields = [...page, ['Cache-Control', 'public, max-age=60']]
    expect(gated([entered([...fields, ['Vary', 'Cookie, Authorization']])])).toEqual([
      'note answer-cacheable: page may be kept by shared caches: `Cache-Control: public, max-age=60`',
    ])
    expect(gated([entered([...fields, ['Vary', 'Cookie']])])).toHaveLength(1)
  })

  test('of those who come with a cookie, no rule for Authorization keeps caches away', () => {
    const fields: Fields = [...page, ['Cache-Control', 'max-age=60']]
    expect(gated([entered(fields)])).toEqual([])
    const session = 'session=0123456789abcdef0123; HttpOnly; Secure; SameSite=Lax; Path=/'
    expect(gated([entered([...fields, ['Set-Cookie', session]])])).toEqual([
      'warning answer-cacheable: page may be kept by shared caches: `Cache-Control: max-age=60`, of those who come with a cookie',
    ])
  })

  test('a cache in front of the gate', () => {
    const hit: Fields = [...page, ['CF-Cache-Status', 'HIT'], ['Cache-Control', 'private']]
    const open = exchange('open', { status: 200, answers: hit, target: '/a' })
    expect(judge([refusal(WELL), open])).toEqual([
      'leak cache-answers-first: what is open came out of a cache (`CF-Cache-Status: HIT`)',
    ])
    expect(judge([open])).toEqual([])
    const again = exchange('refused', { target: '/a' })
    expect(judge([entered(hit, { target: '/a' })])).toEqual([])
    expect(gated([entered(hit, { target: '/a' })])).toEqual([
      'warning cache-hit: what you may see came out of a cache (`CF-Cache-Status: HIT`)',
    ])
    expect(gated([entered(hit, { target: '/a' }), again])).toEqual([])
    expect(judge([again, entered(hit, { target: '/a' })])).toHaveLength(1)
  })
})

describe('redirects', () => {
  test.each([
    ['/a/', '/a'],
    ['/a', '/a/'],
    ['//a', '/a'],
    ['/%61', '/a'],
    ['/A', '/a'],
    ['/a\\b', '/a/b'],
    ['/', '/en'],
    ['/a', '/pt-BR/a'],
    ['/a', 'https://staging.example.com/a'],
    ['/a', 'https://www.staging.example.com/a'],
  ])('%s to %s tells nothing', (target, location) => {
    expect(tellsNothing(SITE, target, location)).toBe(true)
  })

  test.each([
    ['/old', '/new'],
    ['/a', '/a/b'],
    ['/a', '/en/b'],
    ['/a', 'https://other.example.com/a'],
    ['/a', 'http://[oops'],
    ['/', '/english'],
  ])('%s to %s does', (target, location) => {
    expect(tellsNothing(SITE, target, location)).toBe(false)
  })

  test('are counted by what is asked', () => {
    const to = (target: string, location: string) =>
      exchange('elsewhere', {
        status: 308,
        target,
        answers: withFields(WELL, ['Location', location]),
      })
    const findings = judgeAnswers(
      examined([
        to('/old', '/new'),
        to('/old?_rsc=1', '/new?_rsc=1'),
        to('/b/', '/b'),
        to('/c', '/d'),
      ]),
    )
    expect(told(findings)).toEqual([
      'warning redirect-before-gate: `/old` leads to `/new`, without a credential, and 1 more of its kind',
    ])
    expect(findings[0]?.count).toBe(3)
  })

  test('to http are told, of this site', () => {
    const to = (location: string) =>
      refusal(withFields(WELL, ['Location', location]), { status: 302 })
    expect(judge([to('http://staging.example.com/login')])).toEqual([
      'warning redirect-to-http: `/` leads to `http://staging.example.com/login`',
    ])
    expect(judge([to('https://staging.example.com/login')])).toEqual([])
    expect(judge([to('http://elsewhere.example.com/login')])).toEqual([])
  })

  describe('of everybody to another host', () => {
    const to = (location: string, target = '/a') =>
      refusal(withFields(WELL, ['Location', location]), { status: 302, target })
    const told = (page: string) =>
      `warning sent-elsewhere: everybody is sent to \`${page}\`: is that where one signs in?`

    test.each([
      ['https://www.example.com/', 'https://www.example.com/'],
      ['https://www.example.com/404?from=/a', 'https://www.example.com/404'],
      ['//www.example.com/catalogin', 'https://www.example.com/catalogin'],
      ['https://staging.example.com:8443/', 'https://staging.example.com:8443/'],
    ])('are told: %s', (location, page) => {
      expect(judge([to(location), to(location, '/b')])).toEqual([told(page)])
    })

    test.each([
      'https://vercel.com/sso-api?url=a',
      'https://sub.vercel.com/sso?url=a',
      'https://a.cloudflareaccess.com/x',
      'https://www.example.com/login?next=/a',
      'https://id.example.com/realms/a/protocol/openid-connect/auth',
      // Authelia has its form at the root, and is told apart by its name alone.
      'https://auth.example.com/?rd=https://staging.example.com/a',
      'https://login.example.com',
      // RFC 6749 §4.1.1; SAML 2.0 Bindings §3.4.4.1
      'https://www.example.com/authorize?response_type=code&client_id=a',
      'https://www.example.com/idp?SAMLRequest=a',
    ])('are not, where it looks like one to sign in: %s', (location) => {
      const rules = judgeAnswers(examined([to(location)])).map(({ rule }) => rule)
      expect(rules).not.toContain('sent-elsewhere')
    })

    test('are counted, and shown by one', () => {
      const location = 'https://www.example.com/'
      const stranger = { ...to(location), visitor: 'stranger' as const }
      const [finding] = judgeAnswers(examined([to(location), stranger, refusal(WELL)]))
      expect([finding?.rule, finding?.count]).toEqual(['sent-elsewhere', 2])
      expect(finding?.what).toMatch(/^2 of 3 that are refused are sent to/)
      expect(finding?.evidence?.asked.target).toBe('/a')
    })

    test('are told where a page of this one leads on', () => {
      const on = exchange('elsewhere', {
        status: 302,
        target: '/home?x',
        answers: withFields(WELL, ['Location', 'https://www.example.com/']),
      })
      expect(judge([to('/home'), to('/home', '/b'), on])).toContain(
        told('https://www.example.com/'),
      )
      const isSaid = (exchanges: Judged[]) => judge(exchanges).join().includes('sent-elsewhere')
      expect(isSaid([to('/home'), exchange('open', { status: 200, target: '/home' })])).toBe(false)
      const login = { ...on, asked: { ...on.asked, target: '/login' } }
      expect(isSaid([to('/login'), login])).toBe(false)
    })

    test('are not, where somebody gets in: then they are refused', () => {
      const location = 'https://www.example.com/'
      const inside = withFields(WELL, ['Cache-Control', 'private, no-cache'])
      expect(judge([to(location), entered(inside, { target: '/a' })])).toEqual([])
      // Maybe everybody gets that one.
      expect(judge([to(location), entered(inside, { target: '/b' })])).toEqual([told(location)])
      // The same for all is no way in.
      const sent = entered(withFields(inside, ['Location', location]), {
        status: 302,
        target: '/a',
      })
      expect(judge([to(location), sent])).toEqual([told(location)])
    })
  })
})

describe('the platform', () => {
  const html: [string, string] = ['Content-Type', 'text/html; charset=utf-8']
  test.each<[string, number, Fields, string]>([
    [
      'Vercel Authentication',
      401,
      [html, ['Set-Cookie', '_vercel_sso_nonce=x; Path=/; HttpOnly; Secure']],
      '<title>Authentication Required</title>',
    ],
    [
      'Vercel Authentication',
      302,
      [['Location', 'https://vercel.com/sso-api?url=https%3A%2F%2Fa&nonce=b']],
      '',
    ],
    [
      'Vercel Authentication',
      401,
      [['Content-Type', 'application/json']],
      '{"protection":{"vercel_auth_callback":"https://vercel.com/sso-api?url=x"}}',
    ],
    [
      'Vercel Password Protection',
      401,
      [html],
      '<form method="post"><input type="password" name="_vercel_password">',
    ],
    [
      'Cloudflare Access',
      302,
      [
        [
          'Location',
          'https://team.cloudflareaccess.com/cdn-cgi/access/login/staging.example.com?kid=a',
        ],
      ],
      '',
    ],
    [
      'Cloudflare Access',
      401,
      [html, ['WWW-Authenticate', 'Cloudflare-Access resource_metadata="https://a/.well-known/x"']],
      '401',
    ],
    [
      'password protection of Netlify',
      401,
      [html, ['Server', 'Netlify']],
      '<form><input type="password">',
    ],
  ])('%s, %i', (platform, status, answers, body) => {
    const found = judge([
      refusal([...answers, ['Strict-Transport-Security', 'max-age=1']], { status, body }),
    ])
    // Nothing else is said of what is not the site's own.
    expect(found).toEqual([
      `warning platform-first: ${platform} refuses everybody before the site is asked`,
    ])
  })

  test.each([
    ['/sso-api', []],
    ['https://vercel.com.example.org/sso-api', ['sent-elsewhere']],
    ['https://example.org/?u=vercel.com/sso-api', ['sent-elsewhere']],
  ])('what looks like it and is not: %s', (location, rules) => {
    const found = [refusal(withFields(WELL, ['Location', location]), { status: 302 })]
    expect(judgeAnswers(examined(found)).map(({ rule }) => rule)).toEqual(rules)
  })

  test('in front of a part', () => {
    const part = refusal([['Location', 'https://vercel.com/sso-api?url=a']], { status: 302 })
    expect(judge([refusal(WELL), part])).toEqual([
      'warning platform-first: Vercel Authentication refuses 1 of 2 before the site is asked',
    ])
  })
})

describe('transport', () => {
  test('plain http, but on this machine', () => {
    const plain = without(WELL, 'Strict-Transport-Security')
    expect(judge([refusal(plain)], { url: 'http://staging.example.com/' })).toEqual([
      'warning plain-http: the site answers over http',
    ])
    for (const url of [
      'http://localhost:3000/',
      'http://127.0.0.1:3000/',
      'http://[::1]:3000/',
      'http://a.localhost/',
    ])
      expect(judge([refusal(plain)], { url })).toEqual([])
  })

  test('http beside https: a redirect is well, a challenge is not', () => {
    const to = exchange('elsewhere', { status: 308, overHttp: true, answers: [['Location', SITE]] })
    const asks = refusal(without(WELL, 'Strict-Transport-Security'), { overHttp: true })
    expect(judge([refusal(WELL), to])).toEqual([])
    expect(judge([refusal(WELL), asks])).toEqual([
      'warning plain-http: http asks for the password too, where it should lead to https',
    ])
  })

  test('HSTS', () => {
    const none = ['note hsts-missing: no answer has Strict-Transport-Security']
    expect(judge([refusal(without(WELL, 'Strict-Transport-Security'))])).toEqual(none)
    expect(judge([refusal(withFields(WELL, ['Strict-Transport-Security', 'max-age=0']))])).toEqual(
      none,
    )
    expect(judge([])).toEqual([])
  })
})

describe('cookies', () => {
  const STRICT: [string, string] = ['Strict-Transport-Security', 'max-age=1']
  const sets = (cookie: string) =>
    entered([STRICT, ['Cache-Control', 'private'], ['Set-Cookie', cookie]])
  const SECRET = '0123456789abcdef0123'

  test('are read as browsers read them', () => {
    expect(parseSetCookie('a=b=c; HttpOnly; path=/; Path=/x; Max-Age = 0')).toEqual({
      name: 'a',
      value: 'b=c',
      attributes: new Map([
        ['httponly', ''],
        ['path', '/x'],
        ['max-age', '0'],
      ]),
    })
    expect(parseSetCookie('a')).toBeNull()
    expect(parseSetCookie('=a')).toBeNull()
  })

  test.each([
    [
      `s=${SECRET}`,
      [
        'warning cookie-attributes: `s`, set for who has the credential, lacks HttpOnly, Secure, SameSite',
      ],
    ],
    [
      `s=${SECRET}; HttpOnly; Secure`,
      ['note cookie-attributes: `s`, set for who has the credential, lacks SameSite'],
    ],
    [
      `s=${SECRET}; HttpOnly; Secure; SameSite=Lax; Domain=example.com`,
      [
        'note cookie-attributes: `s`, set for who has the credential, lacks a host of its own (it has Domain)',
      ],
    ],
    [`__Host-s=${SECRET}; HttpOnly; Secure; SameSite=Lax; Path=/`, []],
    [`csrf-token=${SECRET}`, []],
    ['NEXT_LOCALE=en', []],
    [`s=${SECRET}; Max-Age=0`, []],
  ])('%s', (cookie, expected) => {
    expect(gated([sets(cookie)])).toEqual(expected)
  })

  test('are none of a credential where everybody gets them', () => {
    const cookie = `s=${SECRET}`
    expect(gated([refusal([...WELL, ['Set-Cookie', cookie]]), sets(cookie)])).toEqual([])
  })

  test('need no Secure where there is no TLS', () => {
    const cookie = `s=${SECRET}; HttpOnly; SameSite=Lax`
    expect(gated([sets(cookie)], { url: 'http://127.0.0.1:3000/' })).toEqual([])
  })
})

describe('open pages and search engines', () => {
  const open = (more: Fields, body = '<!doctype html>') =>
    exchange('told', {
      status: 200,
      target: '/open',
      answers: [['Content-Type', 'text/html'], ['Strict-Transport-Security', 'max-age=1'], ...more],
      body,
    })

  test('are told of a page that says nothing', () => {
    const found = ['warning indexable: an open page says nothing against it']
    expect(judge([open([])])).toEqual(found)
    expect(judge([open([['X-Robots-Tag', 'googlebot: noindex']])])).toEqual(found)
    expect(judge([open([['X-Robots-Tag', 'nofollow']])])).toEqual(found)
  })

  test('not of one that does, or is none', () => {
    expect(judge([open([['X-Robots-Tag', 'noindex, nofollow']])])).toEqual([])
    expect(judge([open([['X-Robots-Tag', 'none']])])).toEqual([])
    expect(judge([open([], '<head><meta name="robots" content="noindex">')])).toEqual([])
    expect(judge([open([], "<META content='nofollow, noindex' name=robots>")])).toEqual([])
    expect(judge([exchange('told', { ...open([]).asked, status: 200, answers: WELL })])).toEqual([])
    expect(judge([open([], '<meta '.repeat(50_000))])).toHaveLength(1)
  })
})

describe('what a refusal tells', () => {
  test('names of the site', () => {
    const tells = (...more: Fields) => judge([refusal([...WELL, ...more])])
    expect(
      tells(['Link', '</a.css>; rel=preload'], ['Link', '</_next/static/a.woff2>; rel=preload']),
    ).toEqual([
      'warning refusal-tells: a refusal has the field `Link: </_next/static/a.woff2>; rel=preload`',
    ])
    expect(tells(['x-middleware-rewrite', '/secret'])).toEqual([
      'warning refusal-tells: a refusal has the field `x-middleware-rewrite: /secret`',
    ])
    expect(tells(['Link', '</login>; rel=next'])).toEqual([])
  })

  test('what nobody has read', () => {
    const told = (answers: typeof WELL, given = {}) =>
      judge([refusal(withFields(WELL, ...answers), { body: 'x', ...given })])
    expect(told([['Content-Encoding', 'gzip']])).toEqual([
      'warning refusal-unread: a refusal comes with `Content-Encoding: gzip`, which was not asked for',
    ])
    expect(told([['Content-Type', 'text/html; charset=UTF-16LE']])).toEqual([
      'warning refusal-unread: a refusal comes with `Content-Type: text/html; charset=UTF-16LE`',
    ])
    const long = refusal(WELL, { body: 'x' })
    expect(judge([{ ...long, answer: { ...(long.answer as Answer), isCut: true } }])).toEqual([
      'warning refusal-unread: a refusal was not read to its end',
    ])
    expect(told([['Content-Encoding', ' Identity']])).toEqual([])
    expect(told([['Content-Encoding', 'gzip']], { body: '' })).toEqual([])
  })

  test('its type and its software', () => {
    expect(judge([refusal(without(WELL, 'Content-Type'))])).toEqual([
      'note sniffable: a refusal with a body, but no Content-Type',
    ])
    expect(judge([refusal(without(WELL, 'Content-Type'), { body: '' })])).toEqual([])
    expect(
      judge([refusal([...WELL, ['Server', 'nginx/1.22.1'], ['X-Powered-By', 'Next.js']])]),
    ).toEqual(['note software-told: `Server: nginx/1.22.1`'])
  })

  test('that nobody can get in', () => {
    const shut = refusal(without(WELL, 'WWW-Authenticate'), { status: 503 })
    expect(judge([shut])).toEqual(['note shut-for-all: all that is asked is answered 503'])
    expect(judge([shut, refusal(WELL)])).toEqual([])
  })

  test('that there were too many', () => {
    expect(
      judge([refusal(WELL), refusal(without(WELL, 'WWW-Authenticate'), { status: 429 })]),
    ).toEqual(['note rate-limited: 1 of 2 were answered 429'])
  })
})

describe('how long a refusal takes', () => {
  const probe = (times: [connect: number, firstByte: number][]): Judged[] =>
    times.map(([connect, firstByte]) => {
      const one = exchange('refused')
      if ('status' in one.answer) one.answer.milliseconds = { connect, firstByte }
      return one
    })

  test('is measured on the connection that is kept', () => {
    const times = probe([
      [30, 99],
      [0, 4],
      [0, 2],
      [0, 3],
      [0, 9],
    ])
    expect(latencyOf(times)).toEqual({ count: 4, median: 3, percentile95: 9, connect: 30 })
    expect(
      latencyOf(
        probe([
          [30, 5],
          [31, 7],
        ]),
      ),
    ).toEqual({ count: 2, median: 5, percentile95: 7, connect: 30 })
    expect(
      latencyOf([{ asked: exchange('failed').asked, answer: { failure: 'closed' } }]),
    ).toBeNull()
    expect(latencyOf([])).toBeNull()
  })

  test('is told where it is long', () => {
    expect(
      judge([refusal(WELL)], {
        latencyProbe: probe([
          [0, 1500],
          [0, 1600],
          [0, 1400],
        ]),
      }),
    ).toEqual(['note slow-refusal: half of them take more than 1500 ms'])
    expect(judge([refusal(WELL)], { latencyProbe: probe([[0, 150]]) })).toEqual([])
  })
})

describe('whatever a site answers', () => {
  const NAMES = [
    ...[
      'WWW-Authenticate',
      'Cache-Control',
      'CDN-Cache-Control',
      'Surrogate-Control',
      'Vary',
      'Age',
    ],
    ...[
      'Set-Cookie',
      'Location',
      'Link',
      'X-Robots-Tag',
      'Content-Type',
      'Server',
      'Expires',
      'Date',
    ],
    ...['Strict-Transport-Security', 'Cache-Status', 'X-Cache', 'X-Middleware-Rewrite'],
  ]
  const PIECES = [
    ...[
      '"',
      '\\',
      ',',
      ';',
      '=',
      ' ',
      '\t',
      '/',
      '//',
      '<',
      '>',
      '%',
      '%2f',
      '0',
      '1',
      '9',
      'é',
      '\x00',
    ],
    ...[
      'Basic ',
      'realm=',
      'max-age=',
      'public',
      'hit',
      'http://',
      'https://[',
      'noindex',
      'text/html',
    ],
    ...['<meta ', '<form', '/_next/', 'vercel.com/sso-api', 'cdn-cgi/access/login', 'a.b', 'en'],
  ]
  const text = fc
    .array(fc.constantFrom(...PIECES), { maxLength: 12 })
    .map((parts) => parts.join(''))
  const answer = fc.record({
    verdict: fc.constantFrom<Judged['verdict']>(
      'refused',
      'entered',
      'told',
      'open',
      'elsewhere',
      'public',
    ),
    status: fc.constantFrom(200, 206, 301, 302, 401, 403, 429, 503),
    answers: fc.array(fc.tuple(fc.constantFrom(...NAMES), text), { maxLength: 8 }),
    body: text,
    target: text.map((rest) => `/${rest}`),
  })

  test('it is judged', () => {
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 6 }), (answers) => {
        const exchanges = answers.map(({ verdict, ...given }) => exchange(verdict, given as never))
        for (const { what, why, mend, count } of judgeAnswers(examined(exchanges))) {
          expect([what, why, mend].every((words) => words.length > 0)).toBe(true)
          expect(what.length).toBeLessThan(400)
          expect(count ?? 1).toBeLessThanOrEqual(exchanges.length)
        }
      }),
    )
  })

  test('and in no long time', () => {
    for (const piece of PIECES) {
      const long = piece.repeat(Math.ceil(20_000 / piece.length))
      const answers = NAMES.map((name): [string, string] => [name, long])
      const exchanges = (['refused', 'entered', 'told', 'open', 'elsewhere'] as const).map(
        (verdict) => exchange(verdict, { answers, body: long.repeat(4), target: `/${long}` }),
      )
      expect(judgeAnswers(examined(exchanges)).length).toBeLessThan(20)
    }
  })
})
