/** A check as it is read, by people and by programs. */
import { execFileSync } from 'node:child_process'
import { Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { found } from '../../src/cli/check/answers/make-finding.ts'
import type { Examined, Judged, KindResult } from '../../src/cli/check/examined.ts'
import type { Finding } from '../../src/cli/check/finding.ts'
import { conclude } from '../../src/cli/check/report/conclusion.ts'
import { curlLine } from '../../src/cli/check/report/evidence.ts'
import { reportJson } from '../../src/cli/check/report/json.ts'
import { progress } from '../../src/cli/check/report/progress.ts'
import { sortFindings } from '../../src/cli/check/report/sort.ts'
import { reportText, wrap } from '../../src/cli/check/report/text.ts'
import type { Io } from '../../src/cli/io.ts'
import { entered, examined, exchange, refusal, SITE, tally, WELL } from './check-support.ts'

/** A terminal of that width, or none. */
function screen(columns?: number, env: Io['env'] = {}) {
  let text = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk
      done()
    },
  })
  if (columns) Object.assign(stream, { isTTY: true, columns })
  const io = { stdout: stream, stderr: stream, env } as unknown as Io
  return { io, text: () => text }
}

const kind = (name: string, given: Partial<KindResult>): KindResult => ({
  kind: name,
  targets: 1,
  nobody: tally(),
  stranger: tally(),
  tricks: tally(),
  somebody: tally(),
  ...given,
})

const LEAK: Finding = {
  rule: 'middleware-subrequest',
  level: 'leak',
  kind: 'page',
  what: 'past the gate: GET `/` is answered 200',
  why: 'with that field Next.js runs no middleware at all, and so no gate',
  mend: 'update Next.js',
  count: 12,
  evidence: exchange('open', {
    status: 200,
    target: "/it's",
    fields: [['x-middleware-subrequest', 'middleware:middleware']],
  }),
}

const LEAKY: Examined = examined(
  [exchange('open', { status: 200 }), exchange('refused'), entered(WELL)],
  {
    entered: true,
    unasked: 37,
    findings: sortFindings([found('plain-http', 'the site answers over http'), LEAK]),
    kinds: [
      kind('page', {
        nobody: tally({ refused: 6 }),
        stranger: tally({ refused: 10, malformed: 2 }),
        tricks: tally({ refused: 68, open: 12 }),
        somebody: tally({ entered: 6 }),
      }),
      kind('data', {
        nobody: tally({ open: 3, refused: 2 }),
        tricks: tally({ failed: 1, refused: 1 }),
        somebody: tally({ refused: 2 }),
      }),
      kind('metadata', {
        nobody: tally({ public: 2 }),
        stranger: tally({ told: 2 }),
        tricks: tally({ elsewhere: 1, reached: 1 }),
        somebody: tally({ entered: 1, reached: 1 }),
      }),
    ],
    latencyProbe: [30, 0, 0].map((connect) => {
      const one = exchange('refused')
      if ('status' in one.answer) one.answer.milliseconds = { connect, firstByte: 4.26 }
      return one
    }),
  },
)

describe('text', () => {
  test('in 80 columns, where nobody says how many there are', () => {
    expect(reportText(screen().io, LEAKY)).toBe(`\
https://staging.example.com/: 3 requests in 1.5 s, from outside and from inside

KIND      ASKED  NOBODY       WRONG    TRICKS              YOURS
page        104  refused      refused  OPEN 12 of 80       served
data          9  OPEN 3 of 5  -        not known 1 of 2    refused
metadata      8  public       as told  app answers 1 of 2  served 1 of 2
37 more would have been asked: give a larger limit, such as \`--max-requests 600\`

LEAK     middleware-subrequest · page · 12 requests
         past the gate: GET \`/\` is answered 200
         why   with that field Next.js runs no middleware at all, and so no gate
         mend  update Next.js
         see   curl -i -H 'x-middleware-subrequest: middleware:middleware' 'https://staging.example.com/it'\\''s'

warning  plain-http
         the site answers over http
         why   passwords and pages can be read, and changed, by everybody on the
               way
         mend  serve the site over https alone, and let http do nothing but
               redirect to it

a refusal takes 4.3 ms, 19 of 20 at most 4.3 ms (2 asked on one connection); the
connection took 30 ms

LEAKS: 1 of 2 requests without a right credential got what is not theirs
`)
  })

  test('in more columns, with colours, and never more than 100', () => {
    const text = reportText(screen(240).io, LEAKY)
    expect(text).toContain('WRONG CREDENTIAL  TRICKS              WITH YOURS\n')
    expect(text).toContain('\x1B[31mLEAK\x1B[39m     middleware-subrequest')
    expect(text).toContain('\x1B[33mwarning\x1B[39m  plain-http')
    expect(text).toContain('\x1B[31mLEAKS: 1 of 2')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
    const lines = text.replace(/\x1B\[\d+m/g, '').split('\n')
    const long = lines.filter((line) => line.length > 100 && !line.includes('curl'))
    expect(long).toEqual([])
    const narrow = reportText(screen(80, { NO_COLOR: '1' }).io, LEAKY)
    expect(narrow).toBe(reportText(screen().io, LEAKY))
  })

  test('of a site that is well is short', () => {
    const well = examined([exchange('refused'), exchange('malformed')], {
      kinds: [kind('page', { nobody: tally({ refused: 2 }) })],
    })
    expect(reportText(screen().io, well)).toBe(`\
https://staging.example.com/: 2 requests in 1.5 s, from outside

KIND  ASKED  NOBODY   WRONG CREDENTIAL  TRICKS
page      2  refused  -                 -

private: 2 requests of nobody, strangers and tricksters, all refused
`)
  })

  test('a credential that is refused', () => {
    const text = reportText(screen().io, examined([exchange('refused')], { entered: false }))
    expect(text.replace(/\n/g, ' ')).toContain('from outside: credential refused')
  })

  test('what a site says cannot steer the terminal', () => {
    const evil = '\x1B[2J\u202E\n'
    const findings = [{ ...LEAK, rule: evil, what: evil, why: evil, mend: evil }]
    const hostile = examined([], {
      findings: findings.map((finding) => ({
        ...finding,
        evidence: refusal(WELL, { target: `/${evil}`, fields: [[evil, evil]] }),
      })),
      kinds: [kind(evil, {})],
    })
    const text = reportText(screen().io, hostile)
    expect(text).toContain('\\u001b[2J\\u202e\\u000a')
    for (const raw of ['\x1B', '\u202E']) expect(text).not.toContain(raw)
    expect(JSON.stringify(reportJson(hostile))).not.toContain('\x1B')
  })

  test('lines are broken between words', () => {
    expect(wrap('a bc def', 4)).toEqual(['a bc', 'def'])
    expect(wrap('abcdef g', 4)).toEqual(['abcdef', 'g'])
    expect(wrap('', 4)).toEqual([''])
  })
})

describe('the verdict', () => {
  test('is of all that was asked without a right credential', () => {
    const told = exchange('told', { status: 200 })
    const failed = exchange('failed', { trick: 'a backslash' })
    expect(conclude(examined([exchange('refused'), told, failed, entered(WELL)]))).toEqual({
      state: 'private',
      text: 'private: 3 requests of nobody, strangers and tricksters, none let in: 1 refused, 1 open as told, 1 not known',
    })
    expect(conclude(examined([exchange('refused')], { findings: [LEAK] }))).toEqual({
      state: 'leaks',
      text: 'LEAKS: what is found above gets out',
    })
  })

  test('is not known where what is asked usually had no answer, or much of the rest', () => {
    const failed: Judged = { ...exchange('failed'), answer: { failure: 'closed' } }
    const odd = exchange('failed', { status: 429, trick: 'a backslash' })
    const hidden = exchange('failed', { kind: 'hidden file' })
    const textOf = (exchanges: Judged[]) => conclude(examined(exchanges)).text
    expect(textOf([])).toBe('not known: nothing was asked')
    expect(textOf([failed, exchange('failed', { status: 504 }), exchange('refused')])).toBe(
      'not known: 1 of 3 requests of nobody had no answer; 1 of 3 requests of nobody were answered 504, by a proxy that got no answer itself',
    )
    expect(textOf([exchange('refused'), ...Array(5).fill(odd)])).toBe(
      'not known: 5 of 5 requests of strangers and tricksters were answered 429, for being too many',
    )
    // Some servers close the connection on purpose there.
    expect(textOf([exchange('refused'), hidden, hidden])).toMatch(/^private: /)
    const elsewhere = { ...exchange('failed', { overHttp: true as const }) }
    expect(textOf([exchange('refused'), elsewhere])).toMatch(/^private: /)
  })

  test('is not known where nothing was refused for want of a credential', () => {
    const textOf = (exchanges: Judged[]) => conclude(examined(exchanges)).text
    const sent = exchange('elsewhere', { status: 302 })
    const malformed = exchange('malformed', { status: 400, trick: 'a backslash' })
    const open = exchange('public', { status: 200, target: '/robots.txt', kind: 'by custom' })
    expect(conclude(examined([sent, sent, malformed, open]))).toEqual({
      state: 'not known',
      text: 'not known: nothing was refused for want of a credential: 4 requests of nobody, strangers and tricksters, 1 refused as malformed, 1 public by custom, 2 redirected',
    })
    expect(textOf([exchange('reached', { status: 404 })])).toMatch(
      /^not known: nothing was refused/,
    )
    expect(textOf([exchange('told', { status: 200 })])).toMatch(/^not known: nothing was refused/)
    // Servers refuse those to all, and over http there is another site.
    const hidden = exchange('refused', { status: 403, kind: 'hidden file' })
    const overHttp = exchange('refused', { overHttp: true })
    expect(textOf([sent, hidden, overHttp])).toMatch(/^not known: nothing was refused/)
    // Who is in says nothing of who is not.
    expect(textOf([sent, exchange('refused', { visitor: 'somebody' })])).toMatch(/^not known: /)
    expect(textOf([sent, exchange('refused')])).toMatch(/^private: /)
    const failed: Judged = { ...exchange('failed'), answer: { failure: 'closed' } }
    expect(textOf([failed])).toBe('not known: 1 of 1 requests of nobody had no answer')
  })

  test('says how far it goes, where whole kinds were left out', () => {
    const unaskedKinds = ['api', 'hidden file']
    expect(conclude(examined([exchange('refused')], { unaskedKinds })).text).toBe(
      'private, as far as was asked: 1 request of nobody, strangers and tricksters, all refused; for lack of requests nothing was asked of api, hidden file (`--max-requests`)',
    )
  })

  test('says where it is the platform that refuses', () => {
    const platform = refusal([['Location', 'https://vercel.com/sso-api?url=a']], { status: 302 })
    expect(conclude(examined([platform])).text).toBe(
      'private by Vercel Authentication: 1 request of nobody, strangers and tricksters, all refused',
    )
    expect(conclude(examined([platform, refusal(WELL)])).text).toMatch(/^private: 2/)
  })
})

describe('a line for curl', () => {
  const line = (given: Parameters<typeof exchange>[1]) => curlLine(SITE, exchange('refused', given))

  test.each([
    [{ target: '/a?b=c' }, "curl -i 'https://staging.example.com/a?b=c'"],
    [{ method: 'HEAD' as const }, 'curl -I https://staging.example.com/'],
    [{ method: 'OPTIONS' as const }, 'curl -i -X OPTIONS https://staging.example.com/'],
    [{ target: '/a/../b' }, 'curl -i --path-as-is https://staging.example.com/a/../b'],
    [{ target: '/[a]' }, "curl -i --globoff 'https://staging.example.com/[a]'"],
    [{ target: 'https://x/' }, 'curl -i --request-target https://x/ https://staging.example.com'],
    [
      { version: '1.0' as const, host: null },
      'curl -i --http1.0 -H Host: https://staging.example.com/',
    ],
    [{ host: 'localhost' }, "curl -i -H 'Host: localhost' https://staging.example.com/"],
    [{ overHttp: true as const }, 'curl -i http://staging.example.com/'],
    [{ visitor: 'somebody' as const }, 'curl -i -u NAME https://staging.example.com/'],
    [
      {
        fields: [
          ['Accept', 'text/html,*/*;q=0.8'],
          ['X', ''],
        ] as [string, string][],
      },
      "curl -i -H 'Accept: text/html' -H 'X;' https://staging.example.com/",
    ],
  ])('%j', (given, expected) => {
    expect(line(given)).toBe(expected)
  })

  test('a long field is cut', () => {
    const text = line({ fields: [['Authorization', `Basic ${'A'.repeat(8000)}`]] })
    expect(text).toContain('… (8006 characters)')
    expect(text.length).toBeLessThan(400)
  })

  test('is one that a shell reads as it is meant', () => {
    const hostile = `/$(echo evil)\`echo evil\`'"\\ !*`
    const words = execFileSync('/bin/sh', [
      '-c',
      line({ target: hostile }).replace(/^curl/, 'printf "%s\\n"'),
    ])
    expect(words.toString().split('\n')[1]).toBe(`https://staging.example.com${hostile}`)
  })
})

describe('json', () => {
  test('has one form', () => {
    const keys = [
      ...['url', 'verdict', 'summary', 'started', 'seconds', 'requests', 'limit', 'unasked'],
      ...['unaskedKinds', 'entered', 'kinds', 'findings', 'latency'],
    ]
    for (const one of [LEAKY, examined([])]) {
      expect(Object.keys(reportJson(one) as object)).toEqual(keys)
    }
    const document = JSON.parse(JSON.stringify(reportJson(LEAKY)))
    expect(document).toMatchObject({
      url: SITE,
      verdict: 'leaks',
      entered: true,
      latency: { count: 2, median: 4.26, percentile95: 4.26, connect: 30 },
    })
    expect(document.kinds[1].nobody).toEqual({
      ...{ asked: 5, refused: 2, open: 3, told: 0, public: 0, elsewhere: 0 },
      ...{ reached: 0, malformed: 0, entered: 0, failed: 0 },
    })
    expect(document.findings[0]).toEqual({
      ...{ rule: 'middleware-subrequest', level: 'leak', kind: 'page', count: 12 },
      ...{ what: LEAK.what, why: LEAK.why, mend: LEAK.mend },
      evidence: {
        curl: "curl -i -H 'x-middleware-subrequest: middleware:middleware' 'https://staging.example.com/it'\\''s'",
        visitor: 'nobody',
        trick: null,
        request: {
          method: 'GET',
          target: "/it's",
          fields: [['x-middleware-subrequest', 'middleware:middleware']],
        },
        answer: { status: 200, fields: WELL, octets: 14 },
        failure: null,
      },
    })
    expect(document.findings[1]).toMatchObject({ kind: null, count: null, evidence: null })
  })

  test('has no cookie that would let somebody in', () => {
    const evidence = entered(
      [
        ['Set-Cookie', 'session=SECRET; Path=/; HttpOnly'],
        ['x-stagedoor-user', 'SECRET'],
        ['Set-Cookie', 'SECRET'],
      ],
      {
        fields: [
          ['Authorization', 'Basic SECRET'],
          ['Cookie', 'a=SECRET'],
        ],
      },
    )
    const text = JSON.stringify(reportJson(examined([], { findings: [{ ...LEAK, evidence }] })))
    expect(text).toContain('session=…; Path=/; HttpOnly')
    // The line for curl is of a request in which there is none: the wire puts it in.
    expect(text.replace(/"curl":"[^"]*"/, '')).not.toContain('SECRET')
  })

  test('says why there is no answer', () => {
    const evidence = { asked: exchange('failed').asked, answer: { failure: 'closed' } }
    const document = reportJson(examined([], { findings: [{ ...LEAK, evidence }] }))
    expect(document).toMatchObject({
      findings: [{ evidence: { answer: null, failure: 'closed' } }],
    })
  })
})

describe('progress', () => {
  const quiet = { json: false, dryRun: false, yes: false, quiet: false }

  test('is one line that goes away, on a terminal', () => {
    const { io, text } = screen(60)
    const line = progress(io, quiet)
    line.tick(100, 400, 'page\x1B[2J, by a trick with a long name that does not fit')
    line.tick(101, 400, 'too soon after the last one')
    line.end()
    line.end()
    const shown = '[=====               ] 100 of at most 400 · page\\u001b[2J, '
    expect(shown).toHaveLength(59)
    expect(text()).toBe(`\r${shown}\r${' '.repeat(59)}\r`)
  })

  test('is none elsewhere', () => {
    for (const [io, options] of [
      [screen(), quiet],
      [screen(60, { TERM: 'dumb' }), quiet],
      [screen(60), { ...quiet, json: true }],
      [screen(60), { ...quiet, quiet: true }],
    ] as const) {
      const line = progress(io.io, options)
      line.tick(1, 2, 'page')
      line.end()
      expect(io.text()).toBe('')
    }
  })
})
