/** What a site sends back of a password, or gives somebody as a cookie: no report has it. */
import http from 'node:http'
import { describe, expect, test } from 'vitest'
import { found } from '../../src/cli/check/answers/make-finding.ts'
import { concealed, secretsOf } from '../../src/cli/check/report/conceal.ts'
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

  test('what is cut off within a secret', () => {
    expect(told('x: hunter2hunt…', 'hunter2hunter2')).not.toContain('hunt')
  })

  test('cookies that are long enough to let somebody in', () => {
    expect(told('again: s3ss10n-value', 'x', 'sid=s3ss10n-value; Path=/')).not.toContain(
      'again: s3',
    )
    expect(told('in en-GB', 'x', 'lang=en-GB')).toContain('in en-GB')
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
