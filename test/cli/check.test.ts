/** `stagedoor check` as a command: what it takes, how it ends, and what it never shows or sends. */
import http from 'node:http'
import https from 'node:https'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { CERTIFICATE, KEY } from './check-certificate.ts'
import {
  check,
  INSIDE,
  listen,
  PASSWORD,
  RIGHT,
  raw,
  refuse401,
  shop,
  startSite,
} from './check-sites.ts'
import { makeBare, run, start } from './run.ts'
import { hasTerminal, type } from './terminal.ts'

const refused = async (...args: string[]) => {
  const { code, stdout, stderr } = await run('/', ['check', ...args])
  const [error = '', hint = ''] = stderr.split('\n')
  return [code, stdout, error.slice(18), hint.slice(17)]
}

describe('is misused with', () => {
  test.each([
    [
      ['staging.example.com/shop'],
      'a URL begins with https:// or http://',
      'run `npx stagedoor check https://staging.example.com/shop`',
    ],
    [
      ['localhost:3000'],
      'a URL begins with https:// or http://',
      'run `npx stagedoor check http://localhost:3000`',
    ],
    [
      ['ftp://a.example'],
      'that is not a URL of a site',
      'give one like https://staging.example.com',
    ],
    [['not a host'], 'that is not a URL of a site', 'give one like https://staging.example.com'],
    [
      ['https://alice:secret@a.example/x'],
      'a URL with a password in it shows the password to everybody on this machine',
      'run `npx stagedoor check https://a.example/x --user NAME`, which asks for it',
    ],
    [
      ['https://a.example/x?stagedoor=pass'],
      'a site is checked from a page without a query',
      'run `npx stagedoor check https://a.example/x`',
    ],
    [
      ['https://a.example', '--allow', 'robots.txt'],
      "'robots.txt' is not a rule: a pattern starts with /",
      "write '/robots.txt'",
    ],
    [
      ['https://a.example', '--max-requests', '9'],
      "option '--max-requests <number>' argument '9' is invalid. give a number from 10 to 10000",
      'run `npx stagedoor check --help`',
    ],
    [
      ['https://a.example', '--json', '--sarif'],
      '--json and --sarif exclude each other',
      'leave one out',
    ],
    [
      ['https://a.example', '--password-stdin'],
      '--password-stdin is the password of a user',
      'say whose with --user',
    ],
    [
      ['https://a.example', '--user', 'a:b', '--password-stdin'],
      'that is no user-id: it is empty, or has a colon or a control character in it',
      'see `npx stagedoor user list`',
    ],
    [
      ['http://a.example/x', '--user', 'alice'],
      'over http everybody on the way would read the password',
      'run `npx stagedoor check https://a.example/x --user alice`, or leave --user out',
    ],
    [
      ['http://127.0.0.1:1', '--user', 'alice'],
      'there is nowhere to ask for the password',
      'pipe it in with --password-stdin',
    ],
  ])('%j', async (args, message, hint) => {
    expect(await refused(...args)).toEqual([2, '', message, hint])
  })
})

describe('cannot check', () => {
  const hintFor = (origin: string, other: string) =>
    `see that ${new URL(origin).hostname} is right, that the site runs, and that the address begins with ${other}; then run \`npx stagedoor check ${origin}\``
  const TLS = 'https:// where it has TLS'
  const PLAIN = 'http:// where it has no TLS'

  test('where nobody listens', async () => {
    const server = http.createServer()
    const origin = await listen(server)
    await new Promise((resolve) => server.close(resolve))
    const message = `${origin} cannot be checked: nobody listens there`
    expect(await refused(origin)).toEqual([1, '', message, hintFor(origin, TLS)])
  })

  test('a host that is none', async () => {
    const origin = 'https://stagedoor-check.invalid'
    const [code, stdout, message, hint] = await refused(origin)
    expect([code, stdout, hint]).toEqual([1, '', hintFor(origin, PLAIN)])
    // What a resolver says where there is no network.
    expect(message).toMatch(/cannot be checked: (no such host|the name of the host cannot be)/)
  })

  test('what is not HTTP, and shows it so that it steers no terminal', async () => {
    const origin = await raw((_, socket) => socket.end('\x1b]0;x\x07 220 mail\r\n'))
    const message = `${origin} cannot be checked: what came is not HTTP/1.1: '?]0;x? 220 mail??'`
    expect(await refused(origin)).toEqual([1, '', message, hintFor(origin, TLS)])
  })

  test('TLS where there is none', async () => {
    const origin = (await startSite()).replace('http:', 'https:')
    const message = `${origin} cannot be checked: it does not speak TLS there`
    expect(await refused(origin)).toEqual([1, '', message, hintFor(origin, PLAIN)])
  })

  test('a site whose certificate is signed by itself, which gets no request', async () => {
    let requests = 0
    const server = https.createServer({ cert: CERTIFICATE, key: KEY }, (_, response) => {
      requests++
      response.end()
    })
    const origin = (await listen(server)).replace('http:', 'https:')
    const given = { stdin: PASSWORD }
    const { code, stderr } = await run('/', ['check', origin, ...INSIDE], given)
    expect([code, stderr, requests]).toEqual([
      1,
      `stagedoor: error: ${origin} cannot be checked: its certificate is signed by itself\n` +
        `stagedoor: hint: renew it; of an authority of your own run \`NODE_EXTRA_CA_CERTS=ca.pem npx stagedoor check ${origin}\`\n`,
      0,
    ])
  })

  test('a site that is somewhere else, where nothing is sent', async () => {
    let requests = 0
    const elsewhere = await listen(http.createServer(() => requests++))
    const origin = await startSite({
      front: (request, response) =>
        response.writeHead(308, { Location: elsewhere + request.url }).end(),
    })
    expect(await refused(`${origin}/shop`)).toEqual([
      1,
      '',
      `${origin} sends every path on to ${elsewhere}`,
      `run \`npx stagedoor check ${elsewhere}/shop\``,
    ])
    expect(requests).toBe(0)

    const { code, stdout } = await run('/', ['check', `${origin}/shop`, '--json'])
    const document = JSON.parse(stdout)
    expect([code, document.verdict, document.requests > 0]).toEqual([1, 'not known', true])
    expect(document.summary).toBe(`not known: every path is sent on to ${elsewhere}`)
  })

  test.each(['--json', '--sarif'])(
    'where nobody listens, and says so in a document too: %s',
    async (format) => {
      const server = http.createServer()
      const origin = await listen(server)
      await new Promise((resolve) => server.close(resolve))
      const { code, stdout, stderr } = await run('/', ['check', origin, format])
      expect([code, stdout]).toEqual([1, expect.stringMatching(/ot known: nobody listens there/)])
      const document = JSON.parse(stdout)
      if (format === '--json') {
        expect(document).toMatchObject({ verdict: 'not known', requests: 1, findings: [] })
      } else expect(document.runs[0].results).toEqual([])
      expect(stderr).toContain(`${origin} cannot be checked`)
    },
  )
})

test('a dry run tells what would be asked, and asks nothing', async () => {
  let requests = 0
  const origin = await startSite({ front: () => requests++ })
  const args = ['check', `${origin}/shop`, '--dry-run', '--user', 'alice', '--max-requests', '50']
  const { code, stdout, stderr } = await run('/', args)
  expect({ code, lines: stdout.split('\n'), stderr, requests }).toEqual({
    code: 0,
    lines: [
      `would ask ${origin}/shop: at most 50 requests, 4 at once`,
      'would ask first: GET /shop, GET /stagedoor-check-RANDOM, GET /stagedoor-check/RANDOM/page',
      "would ask as 'alice' too, then as nobody, with wrong credentials, and by tricks",
      '',
    ],
    stderr: 'nothing was sent\n',
    requests: 0,
  })
  const json = await run('/', [...args, '--json'])
  expect(JSON.parse(json.stdout)).toMatchObject({ dryRun: true, limit: 50, url: `${origin}/shop` })
})

describe('ends with', () => {
  test('0 where nothing leaks', async () => {
    const { code, stdout, stderr } = await run('/', ['check', await startSite()])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('private')
  })

  test('3 where something does, after the report', async () => {
    const { code, stdout, stderr } = await run('/', [
      'check',
      await startSite({ hole: () => true }),
    ])
    expect([code, stderr.split('\n')[0]]).toEqual([3, 'stagedoor: error: the site leaks: no-gate'])
    expect(stdout).toMatch(/LEAK {5}no-gate/)
  })

  test('4 where the credential is wrong, and all was asked from outside', async () => {
    const origin = await startSite()
    const { code, stdout, stderr } = await run('/', ['check', origin, ...INSIDE], {
      stdin: 'wrong',
    })
    expect([code, stderr]).toEqual([
      4,
      "stagedoor: error: the site takes no such credential: user 'alice' was refused\n" +
        "stagedoor: hint: it was checked from outside alone: find the right password, or run `npx stagedoor user rotate alice`; `npx stagedoor doctor` tells whether a middleware of the app's own refuses it\n",
    ])
    expect(stdout).toContain('private from outside: ')
  })
})

/** What came to a site, of whom. */
async function record(args: string[], hole = false) {
  const asked: { field: string; line: string }[] = []
  const origin = await startSite({
    hole: () => hole,
    front(request, _, next) {
      const { method, url, httpVersion, headers } = request
      asked.push({ field: headers.authorization ?? '', line: `${method} ${url} ${httpVersion}` })
      next()
    },
  })
  const outcome = await run('/', ['check', origin, ...args], { stdin: `${PASSWORD}\n` })
  return { asked, origin, ...outcome }
}

describe('sends', () => {
  test('no more than it may, whatever there is to ask', async () => {
    for (const limit of [10, 37, 200]) {
      const { asked, code } = await record([...INSIDE, '--max-requests', `${limit}`])
      expect([code, asked.length <= limit]).toEqual([0, true])
    }
  })

  test('GET, HEAD and OPTIONS alone', async () => {
    const { asked } = await record([...INSIDE, '--max-requests', '2000'])
    expect([...new Set(asked.map(({ line }) => line.split(' ')[0]))].sort()).toEqual([
      'GET',
      'HEAD',
      'OPTIONS',
    ])
  })

  test('the right credential with plain requests, and no link that ends or removes something', async () => {
    const { asked } = await record([...INSIDE, '--max-requests', '2000'])
    const own = asked.filter(({ field }) => field === RIGHT).map(({ line }) => line)
    expect(own.length).toBeGreaterThan(20)
    expect(own.filter((line) => !line.startsWith('GET /'))).toEqual([])
    expect(own.filter((line) => /logout|delete/.test(line))).toEqual([])
  })

  test('nothing to another host, whatever a page or a redirect says', async () => {
    let requests = 0
    const elsewhere = await listen(http.createServer(() => requests++))
    const origin = await startSite({
      front(request, response, next) {
        if (request.url !== '/away') return next()
        response.writeHead(302, { Location: `${elsewhere}/stolen` }).end()
      },
      app(request, response, route) {
        if (route !== '/') return shop(request, response, route)
        response.writeHead(200, { 'Content-Type': 'text/html' })
        response.end(`<a href="${elsewhere}/a">a</a><a href="/away">b</a><a href="//evil/">c</a>
<script src="${elsewhere}/x.js"></script><a href="/logout">d</a><a href="/items/1/delete">e</a>`)
      },
    })
    const { code } = await check(origin, ...INSIDE)
    expect([code, requests]).toEqual([0, 0])
  })
})

test('shows the password nowhere', async () => {
  const encoded = RIGHT.slice('Basic '.length)
  for (const form of [[], ['--json'], ['--sarif']]) {
    for (const hole of [false, true]) {
      const { stdout, stderr } = await record([...INSIDE, ...form], hole)
      expect(stdout).not.toBe('')
      for (const secret of [PASSWORD, encoded]) expect(stdout + stderr).not.toContain(secret)
    }
  }
})

test('steers no terminal by what a site sends', async () => {
  const evil = '\x1b]0;owned\x07\u202e'
  const origin = await raw((request, socket) => {
    const body = `<title>${evil}</title><a href="/${evil}">x</a>`
    const bytes = Buffer.from(body)
    socket.write(
      `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nServer: a\r\nLocation: /\x9b31m\r\nContent-Length: ${bytes.length}\r\n\r\n`,
      'latin1',
    )
    socket.write(request.startsWith('HEAD') ? '' : bytes)
  })
  for (const form of [[], ['--json'], ['--sarif']]) {
    const { stdout, stderr } = await run('/', ['check', origin, '--max-requests', '60', ...form])
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect((stdout + stderr).match(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/g)).toBe(null)
  }
})

test('speaks TLS, by the name of the host, to an authority of one’s own', async () => {
  const names: (string | boolean)[] = []
  const server = https.createServer({ cert: CERTIFICATE, key: KEY }, (request, response) => {
    names.push((request.socket as import('node:tls').TLSSocket).servername ?? false)
    if (request.headers.authorization === RIGHT) shop(request, response, request.url ?? '')
    else refuse401(request, response)
  })
  const port = new URL(await listen(server)).port
  const folder = makeBare({ 'ca.pem': CERTIFICATE })
  const env = { NODE_EXTRA_CA_CERTS: path.join(folder, 'ca.pem') }
  const args = ['check', `https://localhost:${port}`, ...INSIDE, '--json', '--max-requests', '60']
  const { code, stdout } = await start(folder, args, { stdin: PASSWORD, env }).ended
  expect([code, JSON.parse(stdout).entered, new Set(names)]).toEqual([
    0,
    true,
    new Set(['localhost']),
  ])
})

test('stops at once on Ctrl-C', async () => {
  let requests = 0
  let begun: () => void = () => {}
  const isAsked = new Promise<void>((resolve) => {
    begun = resolve
  })
  const origin = await raw(() => {
    requests++
    begun()
  })
  const { child, ended } = start('/', ['check', origin])
  await isAsked
  child.kill('SIGINT')
  const { stdout } = await ended
  expect([child.signalCode, stdout, requests]).toEqual(['SIGINT', '', 1])
})

test.skipIf(!hasTerminal)('sends nothing where no password is typed', async () => {
  let requests = 0
  const origin = await startSite({ front: () => requests++ })
  const steps: [string, string][] = [[`password of alice at ${origin}: `, '\r']]
  const { code, screen } = await type('/', ['check', origin, '--user', 'alice'], steps)
  expect([code, requests]).toEqual([2, 0])
  expect(screen).toContain('no password was given')
})

test.skipIf(!hasTerminal)('Ctrl-C leaves no half of a line', async () => {
  let answered = 0
  const origin = await startSite({
    front: (_, response) => {
      if (answered++ < 12) response.writeHead(401, { 'WWW-Authenticate': 'Basic' }).end()
    },
  })
  const { code, screen } = await type('/', ['check', origin], [['of at most', '\u0003']])
  expect(code).toBe(-2)
  const [last = ''] = screen.trimEnd().split('\r').slice(-1)
  expect(last.replace(/^\^C/, '')).toMatch(/^interrupted after \d+ requests?: nothing is reported$/)
})

test.skipIf(!hasTerminal)(
  'asks for the password at a terminal that shows nothing of it',
  async () => {
    const origin = await startSite()
    const args = ['check', origin, '--user', 'alice', '--max-requests', '60']
    const steps: [string, string][] = [[`password of alice at ${origin}: `, `${PASSWORD}\r`]]
    const { code, screen, echo } = await type('/', args, steps)
    expect([code, echo, screen.includes(PASSWORD)]).toEqual([0, true, false])
    expect(screen).toContain('private')
  },
)
