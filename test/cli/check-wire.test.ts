/** Asking servers that keep to nothing: no answer is waited for in vain, none is believed too much. */
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import os from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Asked, Exchange } from '../../src/cli/check/exchange.ts'
import { isLoopback, isLoopbackAddress, readSite } from '../../src/cli/check/site.ts'
import { Wire, type WireOptions } from '../../src/cli/check/wire/wire.ts'
import { CERTIFICATE, KEY } from './check-certificate.ts'
import { listen, raw } from './check-sites.ts'

const ASKED: Asked = { method: 'GET', target: '/', fields: [], visitor: 'nobody', kind: 'page' }
const OPTIONS: WireOptions = {
  limit: 100,
  credential: { userId: 'alice', password: 'mended-velvet-curtain' },
  userAgent: 'stagedoor-check/1',
  pause: () => Promise.resolve(),
}

async function ask(origin: string, asked: Partial<Asked> = {}, options: Partial<WireOptions> = {}) {
  const wire = new Wire(readSite(origin), { ...OPTIONS, ...options })
  try {
    return told(await wire.ask({ ...ASKED, ...asked }))
  } finally {
    wire.close()
  }
}

function externalAddress(): string | undefined {
  return Object.values(os.networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address
}

function told({ answer }: Exchange) {
  if ('failure' in answer) return answer.failure
  return [answer.status, answer.body.toString(), ...(answer.isCut ? ['cut'] : [])]
}

// Milliseconds: no other test waits for an answer that does not come.
const HASTE = { patience: 300 }

test.each([
  ['says nothing', () => {}, 'no answer in 0.3 seconds'],
  ['stops within its fields', (s) => s.write('HTTP/1.1 200 OK\r\nA: '), 'no answer in 0.3 seconds'],
  [
    'stops within its body, which counts as far as it came',
    (s) => s.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc'),
    [200, 'abc', 'cut'],
  ],
  [
    'sends a body that does not end',
    (s) => s.write('HTTP/1.1 200 OK\r\n\r\nabc'),
    [200, 'abc', 'cut'],
  ],
] as [string, (socket: NodeJS.WritableStream) => void, unknown][])(
  'a server that %s',
  async (_, answer, expected) => {
    expect(await ask(await raw((_, socket) => answer(socket)), {}, HASTE)).toEqual(expected)
  },
)

test('a server that sends for ever is left after a megabyte', async () => {
  let isOpen = true
  const origin = await raw((_, socket) => {
    socket.on('close', () => {
      isOpen = false
    })
    const more = () => {
      while (isOpen && socket.write('x'.repeat(65_536))) {}
      if (isOpen) socket.once('drain', more)
    }
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    more()
  })
  const [status, body, cut] = (await ask(origin)) as [number, string, string]
  expect([status, body.length, cut]).toEqual([200, 1024 * 1024, 'cut'])
  for (let tries = 0; isOpen && tries < 500; tries++) await sleep(20)
  expect(isOpen).toBe(false)
})

test('a server that hangs up, sends garbage, or no fields to an end', async () => {
  expect(await ask(await raw((_, socket) => socket.end()))).toBe(
    'the connection was closed without an answer',
  )
  expect(await ask(await raw((_, socket) => socket.resetAndDestroy()))).toBe(
    'the connection was reset',
  )
  expect(await ask(await raw((_, socket) => socket.end('220 mail\r\n')))).toBe(
    "what came is not HTTP/1.1: '220 mail??'",
  )
  const endless = await raw((_, socket) =>
    socket.write(`HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(20_000)}`),
  )
  expect(await ask(endless)).toBe('its fields are longer than 64 KB')
  const half = await raw((_, socket) =>
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab'),
  )
  expect(await ask(half)).toEqual([200, 'ab', 'cut'])
})

test('sends octets as they are, and says who it is', async () => {
  const requests: string[] = []
  const origin = await raw((request, socket) => {
    requests.push(request)
    socket.write('HTTP/1.1 204 No Content\r\n\r\n')
  })
  const host = new URL(origin).host
  await ask(origin, { target: '/a/../%2e//b?\\', fields: [['A', 'x\xff']] })
  await ask(origin, { method: 'HEAD', version: '1.0', host: null })
  await ask(origin, { host: 'localhost', fields: [['User-Agent', 'Googlebot']] })
  await ask(origin, { visitor: 'somebody', fields: [['Accept', 'text/html']] })
  const lines = (first: string, ...more: string[]) => [first, ...more].join('\r\n')
  const agent = 'User-Agent: stagedoor-check/1'
  const identity = 'Accept-Encoding: identity'
  expect(requests).toEqual([
    lines(
      'GET /a/../%2e//b?\\ HTTP/1.1',
      ...[`Host: ${host}`, agent, identity, 'Connection: close', 'Accept: */*', 'A: x\xff'],
    ),
    lines('HEAD / HTTP/1.0', agent, identity, 'Connection: close', 'Accept: */*'),
    lines(
      'GET / HTTP/1.1',
      ...['Host: localhost', 'User-Agent: Googlebot stagedoor-check/1', identity],
      ...['Connection: close', 'Accept: */*'],
    ),
    lines(
      'GET / HTTP/1.1',
      ...[`Host: ${host}`, agent, identity, 'Accept: text/html'],
      'Authorization: Basic YWxpY2U6bWVuZGVkLXZlbHZldC1jdXJ0YWlu',
    ),
  ])
})

test('keeps a connection for what is plain, and takes a new one for what is odd', async () => {
  const ports: (number | undefined)[] = []
  const server = http.createServer((request, response) => {
    ports.push(request.socket.remotePort)
    response.end('x')
  })
  const wire = new Wire(readSite(await listen(server)), OPTIONS)
  const exchanges: Exchange[] = []
  for (const target of ['/', '/a', '/%2e/', '/b'])
    exchanges.push(await wire.ask({ ...ASKED, target }))
  wire.close()
  expect(ports.map((port) => ports.indexOf(port))).toEqual([0, 0, 2, 0])
  const connects = exchanges.map(
    ({ answer }) => 'failure' in answer || answer.milliseconds.connect > 0,
  )
  expect(connects).toEqual([true, false, true, false])
})

test('asks again on a new connection where the kept one is closed meanwhile', async () => {
  let count = 0
  const origin = await raw((_, socket) => {
    count++
    // The second is not answered: it came on the connection of the first.
    if (count === 2) socket.destroy()
    else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx')
  })
  const wire = new Wire(readSite(origin), OPTIONS)
  const answers = [await wire.ask(ASKED), await wire.ask(ASKED)].map(told)
  wire.close()
  expect([answers, wire.sent]).toEqual([
    [
      [200, 'x'],
      [200, 'x'],
    ],
    3,
  ])
})

test('takes no answer for one that was not asked for', async () => {
  const origin = await raw((request, socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1')
    // On the same connection, and after a while: an answer to nothing.
    if (request.startsWith('GET /one')) {
      setTimeout(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2'), 20)
    }
  })
  const wire = new Wire(readSite(origin), OPTIONS)
  const first = told(await wire.ask({ ...ASKED, target: '/one' }))
  await sleep(200)
  const second = told(await wire.ask({ ...ASKED, target: '/two' }))
  wire.close()
  expect([first, second]).toEqual([
    [200, '1'],
    [200, '1'],
  ])
})

test('sends no more than it may, and a few at once', async () => {
  let [now, most, all] = [0, 0, 0]
  const server = http.createServer(async (_, response) => {
    all++
    now++
    most = Math.max(most, now)
    await sleep(5)
    now--
    response.end()
  })
  const origin = await listen(server)
  const wire = new Wire(readSite(origin), { ...OPTIONS, limit: 12 })
  const requests = Array.from({ length: 40 }, (_, i) => ({ ...ASKED, target: `/${i}` }))
  const exchanges = await wire.askAll(requests)
  wire.close()
  expect([exchanges.length, wire.sent, wire.left, all]).toEqual([12, 12, 0, 12])
  expect(most).toBeLessThanOrEqual(4)
  expect(exchanges.map(({ asked }) => asked.target)).toEqual(
    requests.slice(0, 12).map((r) => r.target),
  )
})

test('sends no more than it may, where connections are cut and where it has to wait', async () => {
  for (const limit of [1, 2, 7, 20, 60]) {
    let all = 0
    const server = http.createServer((request, response) => {
      all++
      if (all % 2) response.writeHead(all % 5 ? 401 : 429, { 'Retry-After': '1' }).end('no')
      else request.socket.destroy()
    })
    const wire = new Wire(readSite(await listen(server)), { ...OPTIONS, limit })
    const requests = Array.from({ length: 100 }, (_, i) => ({ ...ASKED, target: `/${i}` }))
    const exchanges = await wire.askAll(requests)
    const late = await wire.ask(ASKED)
    wire.close()
    expect([all, wire.sent, wire.left, exchanges.length <= limit]).toEqual([limit, limit, 0, true])
    expect(told(late)).toBe('there may be no more requests')
  }
})

test('an answer that began and cannot be read is told with its status', async () => {
  const answered = async (text: string) => {
    const origin = await raw((_, socket) => socket.end(text))
    const wire = new Wire(readSite(origin), OPTIONS)
    const { answer } = await wire.ask(ASKED)
    wire.close()
    return answer
  }
  expect(await answered('HTTP/1.1 200 OK\r\na b\r\n\r\nsecret')).toEqual({
    failure: 'its fields are malformed',
    statusSaid: 200,
  })
  expect(await answered('220 mail\r\n')).not.toHaveProperty('statusSaid')
})

test('what is no HTTP is not quoted once a password was sent', async () => {
  const origin = await raw((request, socket) => socket.end(/Basic .*/.exec(request)?.[0] ?? 'what'))
  const wire = new Wire(readSite(origin), OPTIONS)
  const before = told(await wire.ask(ASKED))
  const with_ = told(await wire.ask({ ...ASKED, visitor: 'somebody' }))
  const after = told(await wire.ask(ASKED))
  wire.close()
  const bare = 'what came is not HTTP/1.1'
  expect([before, with_, after]).toEqual([`${bare}: 'what'`, bare, bare])
})

describe('gives the password to nobody else', () => {
  test('whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
    let requests = 0
    const server = https.createServer({ cert: CERTIFICATE, key: KEY }, (_, response) => {
      requests++
      response.end()
    })
    const origin = (await listen(server)).replace('http:', 'https:')
    const { NODE_TLS_REJECT_UNAUTHORIZED: before } = process.env
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
    try {
      const answer = await ask(origin, { visitor: 'somebody' })
      expect([answer, requests]).toEqual(['its certificate is signed by itself', 0])
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before
    }
  })

  const address = externalAddress()
  test.skipIf(!address)('to no other address over http, whatever name it has', async () => {
    const lines: string[] = []
    const server = net.createServer((socket) => {
      socket
        .on('error', () => {})
        .on('data', (data) => {
          lines.push(data.toString())
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
        })
    })
    await new Promise<void>((resolve) => server.listen(0, address, resolve))
    const { port } = server.address() as net.AddressInfo
    // As a resolver could have it.
    const site = { ...readSite(`http://app.localhost:${port}`), hostname: `${address}` }
    const wire = new Wire(site, OPTIONS)
    try {
      expect(told(await wire.ask(ASKED))).toEqual([200, ''])
      await expect(wire.ask({ ...ASKED, visitor: 'somebody' })).rejects.toThrow(
        'over http everybody on the way would read the password',
      )
    } finally {
      wire.close()
      await new Promise((resolve) => server.close(resolve))
    }
    expect(lines.join()).not.toContain('Authorization')
  })

  test.each([
    ['127.0.0.1', true],
    ['127.8.0.1', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['::ffff:10.0.0.1', false],
    ['10.0.0.1', false],
    ['localhost', false],
    ['', false],
  ])('%j is this machine: %s', (given, expected) => {
    expect(isLoopbackAddress(given)).toBe(expected)
  })

  test('this machine by its names', () => {
    const names = ['localhost', 'a.localhost', 'LOCALHOST', '[::1]', '::1', '127.0.0.1']
    expect(names.filter((hostname) => !isLoopback({ hostname }))).toEqual([])
    const others = ['localhost.example.com', '127.0.0.1.example.com', '128.0.0.1', '[::2]']
    expect(others.filter((hostname) => isLoopback({ hostname }))).toEqual([])
  })
})

test('comes back once where it is told when, and not for longer than 10 seconds', async () => {
  const pauses: number[] = []
  const pause = async (time: number) => void pauses.push(time)
  const limited = (after: string) =>
    raw((_, socket) =>
      socket.write(`HTTP/1.1 429 Slow\r\nRetry-After: ${after}\r\nContent-Length: 0\r\n\r\n`),
    )
  const wire = new Wire(readSite(await limited('2')), { ...OPTIONS, pause })
  expect(await wire.askAll([ASKED, ASKED]).then((all) => all.map(told))).toEqual([
    [429, ''],
    [429, ''],
  ])
  wire.close()
  expect([pauses, wire.sent]).toEqual([[2000], 3])
  for (const after of ['3600', '-1', 'soon', '']) await ask(await limited(after), {}, { pause })
  expect(pauses).toEqual([2000])
})
