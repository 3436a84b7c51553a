/** What a site sends back of a password, or gives somebody as a cookie: no report has it. */
import http from 'node:http'
import { describe, expect, test } from 'vitest'
import { found, quoted } from '../../src/cli/check/answers/make-finding.ts'
import { concealed } from '../../src/cli/check/report/conceal.ts'
import { shownFields } from '../../src/cli/check/report/evidence.ts'
import { secretsOf } from '../../src/cli/check/report/secrets.ts'
import { listen, refuse401 } from './check-sites.ts'
import { entered, exchange } from './check-support.ts'
import { run } from './run.ts'

/** A finding that has this text wherever a site's words may stand. */
function told(text: string, password: string, cookie = 'a=b') {
  const evidence = exchange('open', {
    target: `/${text}`,
    answers: [
      [text, 'name'],
      ['X-Echo', text],
      ['Set-Cookie', cookie],
    ],
  })
  const failure = { ...evidence, answer: { failure: text } }
  const findings = [
    found('cache-hit', `came with ${text}`, { by: [evidence], mend: text, why: text }),
    found('cache-hit', 'x', { by: [failure] }),
  ]
  const secrets = secretsOf({ userId: 'alice', password }, [entered([['Set-Cookie', cookie]])])
  return JSON.stringify(
    concealed(findings, secrets).map(({ evidence, ...rest }) => {
      const { asked, answer } = evidence ?? {}
      return [rest, asked, answer && { ...answer, body: '' }]
    }),
  )
}

describe('conceals', () => {
  const password = 'häm/lxt & "to+be"'
  const userPass = Buffer.from(`alice:${password}`).toString('base64')
  const forms = {
    'the password': password,
    'the password in another case': password.toUpperCase(),
    'the password as octets': Buffer.from(password).toString('latin1'),
    'the password in marks and letters': password.normalize('NFD'),
    'the credential': `Basic ${userPass}`,
    'the credential without padding': userPass.replace(/=+$/, ''),
    'the credential for URLs': Buffer.from(`alice:${password}`).toString('base64url'),
    'the credential, escaped': encodeURIComponent(userPass),
    'the password alone as base64': Buffer.from(password).toString('base64'),
    'the password, escaped': encodeURIComponent(password),
    'the password of a form': new URLSearchParams([['p', password]]).toString(),
    'the password, escaped all through': [...Buffer.from(password)]
      .map((octet) => `%${octet.toString(16)}`)
      .join(''),
    'the password in JSON': JSON.stringify(password),
    'the password in HTML': password.replace('&', '&amp;').replaceAll('"', '&quot;'),
  }
  test.each(Object.entries(forms))('%s', (_, form) => {
    const text = told(form, password)
    const bare = JSON.stringify(form).slice(1, -1)
    expect(text).not.toContain(bare)
    expect(text.toLowerCase()).not.toMatch(/lxt|ywxpy2/)
    expect(text).toContain('…')
  })

  const other = 'Grüße&7"x/y'
  const octets = Buffer.from(other).toString('latin1')
  const html = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
  const units = (text: string) =>
    text.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const json = JSON.stringify(other).slice(1, -1)
  const escapes = {
    'HTML of octets': html(octets),
    'JSON of octets': JSON.stringify(octets).slice(1, -1),
    'octets of octets': Buffer.from(octets).toString('latin1'),
    'JSON with escaped slashes': json.replace('/', '\\/'),
    'JSON in ASCII': units(json),
    'JSON in ASCII with escaped slashes': units(json).replace('/', '\\/'),
    'JSON of octets in ASCII': units(JSON.stringify(octets).slice(1, -1)),
    'JSON that may stand in HTML': units(json).replace('&', '\\u0026'),
    'decimal entities': html(other).replace('ü', '&#252;').replace('ß', '&#223;'),
    'hexadecimal entities': html(other).replace('ü', '&#xfc;').replace('ß', '&#xDF;'),
    'entities of octets': html(octets).replace(/[^ -~]/g, (unit) => `&#${unit.charCodeAt(0)};`),
    'entities alone': [...other].map((one) => `&#${one.codePointAt(0)};`).join(''),
    'entities, escaped': encodeURIComponent(html(other).replace('ü', '&#252;')),
    'JSON in HTML': html(units(json)),
  }
  test.each(Object.entries(escapes))('a password that is not ASCII, as %s', (_, form) => {
    const text = told(`in ${form}, cut: ${form.slice(0, -2)}…`, other)
    expect(text).not.toContain(JSON.stringify(form).slice(1, -1))
    expect(text.toLowerCase()).not.toMatch(/gr(?!ee)|71;&#114;|quot;x|7.{0,9}x|x.{0,2}\/y/)
    expect(text).toContain('…')
  })

  test('what is cut off within a secret', () => {
    expect(told('x: hunter2hunt…', 'hunter2hunter2')).not.toContain('hunt')
  })

  test('cookies that are long enough to let somebody in', () => {
    expect(told('again: s3ss10n-value', 'x', 'sid=s3ss10n-value; Path=/')).not.toContain(
      'again: s3',
    )
    expect(told('in en-GB', 'x', 'lang=en-GB')).toContain('in en-GB')
  })

  test('cookies that are folded into one field, or into an attribute', () => {
    const setCookies = [
      'first=1; Path=/, session=s3ss10n-value+/=; HttpOnly',
      'n=1; token=s3ss10n-value+/=; Secure',
      'n=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT, sid="s3ss10n-value+/="; Max-Age=5',
      'n=1, sid=s3ss10n-value+/=',
      'sid=s3ss10n-value%2B%2F%3D',
    ]
    for (const cookie of setCookies) {
      for (const form of ['s3ss10n-value+/=', encodeURIComponent('s3ss10n-value+/=')]) {
        expect(told(`again: ${form}`, 'x', cookie)).not.toContain(': s3ss10n')
        expect(told(`cut: ${form.slice(0, -2)}…`, 'x', cookie)).not.toContain(': s3ss10n')
      }
      const shown = JSON.stringify(shownFields([['Set-Cookie', cookie]]))
      expect(shown).not.toMatch(/s3ss10n|value|%2B/)
    }
    const known = 'Path=/a; Domain=example.com; Max-Age=5; HttpOnly; Secure; SameSite=Lax'
    const dated = 'Expires=Wed, 21 Oct 2026 07:28:00 GMT; Partitioned; priority=High'
    expect(shownFields([['Set-Cookie', `sid=1; ${known}; ${dated}`]])).toEqual([
      ['Set-Cookie', `sid=…; ${known}; ${dated}`.slice(0, 200)],
    ])
    const folded = `a=1; Path=/, b=2; ${dated.slice(0, 37)}, c=3; Secure; odd=4`
    expect(shownFields([['Set-Cookie', folded]])).toEqual([
      ['Set-Cookie', `a=…; Path=/, …; ${dated.slice(0, 37)}, …; Secure; …`],
    ])
  })

  test('no attribute of a cookie elsewhere', () => {
    const cookie = 'sid=1; Path=/members/area, b=2; Domain=staging.example.com, path=/members/area'
    expect(told('to /members/area', 'x', cookie)).toContain('to /members/area')
  })

  test('a password of a few characters as a word alone', () => {
    const text = told('an a and "a"', 'a')
    expect(text).toContain('an … and')
    expect(told('^x', '^')).not.toContain('^')
  })
})

describe('a site that sends back what it was sent', () => {
  const password = 'hunter2hunter2'
  const right = `Basic ${Buffer.from(`alice:${password}`).toString('base64')}`
  const echo = () =>
    listen(
      http.createServer((request, response) => {
        if (request.headers.authorization !== right) return refuse401(request, response)
        if (request.url === '/raw') return request.socket.end(`${password} ${right}\r\n`)
        response.writeHead(200, {
          'Content-Type': 'text/html',
          'Cache-Control': 'public, max-age=600',
          'Set-Cookie': 'sid=s3ss10n-of-alice; Path=/',
          [`X-${password}`]: '1',
          'X-Cache': `HIT from s3ss10n-of-alice ${'x'.repeat(34)} ${password}`,
          'X-Debug-Auth': right,
          'X-Echo': `${password} ${encodeURIComponent(right)} s3ss10n-of-alice`,
          Age: '3',
        })
        return response.end(`<a href="/${password}">x</a><a href="/raw">y</a>`)
      }),
    )

  test.each([[[]], [['--json']], [['--sarif']]])('as %j', async (form) => {
    const args = ['check', await echo(), '--user', 'alice', '--password-stdin', ...form]
    const { stdout, stderr } = await run('/', [...args, '--max-requests', '120'], {
      stdin: password,
    })
    expect(stdout).toContain('cache-hit')
    for (const secret of ['hunter2', right.slice(6, 20), 's3ss10n']) {
      expect(stdout + stderr).not.toContain(secret)
    }
  })
})

test('conceals each of many cookies', () => {
  const cookies = Array.from({ length: 1_500 }, (_, i) => `sid=session-of-alice-${i}`)
  const others = cookies.map((value) => entered([['Set-Cookie', value]]))
  const findings = Array.from({ length: 10 }, () =>
    found('cache-hit', 'x', {
      by: [
        entered(Array.from({ length: 300 }, (_, i) => [`X-${i}`, `of session-of-alice-${i * 5}`])),
      ],
    }),
  )
  const shown = concealed(findings, secretsOf(null, others))
  expect(JSON.stringify(shown)).not.toContain('session-of-alice')
})

describe('a site that makes concealing long', () => {
  /** Milliseconds; far less is needed, and far more without a bound. */
  const SOON = 5_000
  const timed = (cookies: string[], values: string[]) => {
    const exchanges = cookies.map((value) => entered([['Set-Cookie', `sid=${value}`]]))
    const findings = Array.from({ length: 100 }, () =>
      found('cache-hit', quoted(`${values[0]}`), {
        by: [entered(values.map((value, i) => [`X-${i}`, value]))],
      }),
    )
    const before = performance.now()
    const text = JSON.stringify(concealed(findings, secretsOf(null, exchanges)))
    return { text, time: performance.now() - before }
  }

  test('with long cookies that are nearly alike', () => {
    const cookies = Array.from({ length: 5_000 }, (_, i) => `${'a'.repeat(5_900)}b${i}`)
    const { text, time } = timed(cookies, ['a'.repeat(15_000), `x ${cookies[7]} y`])
    expect(text).not.toContain('aaaa')
    expect(time).toBeLessThan(SOON)
  })

  test('with cookies of which each shares its beginning with the next', () => {
    const cookies = Array.from({ length: 250 }, (_, i) => `${'a'.repeat(i)}b${'c'.repeat(99)}`)
    const { text, time } = timed(
      cookies,
      Array.from({ length: 60 }, (_, i) => `${'a'.repeat(250)}bx`.repeat(4) + cookies[i]),
    )
    expect(text).not.toContain('bcccc')
    expect(time).toBeLessThan(SOON)
  })

  test('with more cookies than can be looked for as a whole', () => {
    const cookies = Array.from({ length: 8_000 }, (_, i) => `${i * 7919}-${'z'.repeat(200)}-${i}`)
    const { text, time } = timed(
      cookies,
      cookies.slice(0, 60).map((one) => `of ${one}`),
    )
    expect(text).not.toContain('zzzz')
    expect(text).toContain('of …')
    expect(time).toBeLessThan(SOON)
  })

  test('with more cookies than can be looked for at all', () => {
    const cookies = Array.from({ length: 40_000 }, (_, i) => `session-${i}`)
    const { text, time } = timed(cookies, ['of session-39999'])
    expect(text).not.toContain('session-')
    expect(time).toBeLessThan(SOON)
  })

  test('with a secret after what is shown, or where that ends', () => {
    const values = [20, 190, 196, 210, 4_090].map(
      (length) => `${'x '.repeat(length / 2)}s3ss10n-value`,
    )
    const { text } = timed(['s3ss10n-value'], values)
    expect(text).toContain('x x ')
    expect(text).not.toContain('s3ss')
  })
})
