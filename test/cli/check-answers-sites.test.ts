/** Real sites on this machine, checked by the real command: what it says of their answers. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { makeBare, run } from './run.ts'

const servers: http.Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

const AUTHORIZATION = `Basic ${Buffer.from('ann:mended-velvet-curtain').toString('base64')}`
const WELL = { 'WWW-Authenticate': 'Basic realm="a", charset="UTF-8"', 'Cache-Control': 'no-store' }
const PAGE = '<!doctype html><title>Prices</title><a href="/a">All the prices of next year</a>'

interface Behaviour {
  /** To those who are not let in. */
  refusal?: http.OutgoingHttpHeaders
  status?: number
  refused?: string
  /** To those who are. */
  inside?: http.OutgoingHttpHeaders
  /** Before anybody is asked. */
  first?: (request: http.IncomingMessage, response: http.ServerResponse) => boolean
}

/** A site with Basic before it. @returns its address */
async function open(behaviour: Behaviour = {}): Promise<string> {
  const { refusal = WELL, status = 401, refused = 'no', inside = {}, first } = behaviour
  const server = http.createServer((request, response) => {
    if (first?.(request, response)) return
    const type = { 'Content-Type': 'text/html; charset=utf-8' }
    if (request.headers.authorization === AUTHORIZATION) {
      response.writeHead(200, { ...type, 'Cache-Control': 'private, no-cache', ...inside })
      response.end(request.method === 'HEAD' ? '' : PAGE)
    } else {
      response.writeHead(status, { ...type, ...refusal })
      response.end(request.method === 'HEAD' ? '' : refused)
    }
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function check(url: string, ...more: string[]) {
  const user = ['--user', 'ann', '--password-stdin', '--max-requests', '60']
  const stdin = 'mended-velvet-curtain\n'
  return run(makeBare(), ['check', url, ...user, ...more], { stdin })
}

/** The rules of what is found, with how often each was seen. */
async function rules(url: string, ...more: string[]): Promise<string[]> {
  const { stdout } = await check(url, '--json', ...more)
  return JSON.parse(stdout).findings.map(
    ({ level, rule }: Record<string, string>) => `${level} ${rule}`,
  )
}

describe('a site behind Basic', () => {
  test('that is well but for what every plain one has', async () => {
    const url = await open()
    const { code, stdout, stderr } = await check(url)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/: 60 requests in [\d.]+ s, from outside and from inside\n\nKIND /,
    )
    expect(stdout).toMatch(
      /\nprivate: \d+ requests of nobody, strangers and tricksters, all refused\n$/,
    )
    expect(await rules(url)).toEqual(['note challenge-other-scheme'])
  })

  test('with a challenge that no browser reads alike', async () => {
    const refusal = { ...WELL, 'WWW-Authenticate': 'Basic realm="a" charset=latin1' }
    expect(await rules(await open({ refusal }))).toEqual([
      'warning challenge-malformed',
      'warning challenge-basic',
      'note challenge-other-scheme',
    ])
  })

  test('without one', async () => {
    expect(await rules(await open({ refusal: { 'Cache-Control': 'no-store' } }))).toEqual([
      'warning challenge-missing',
    ])
  })

  test('with two challenges in two fields', async () => {
    const refusal = { ...WELL, 'WWW-Authenticate': ['Negotiate', 'Basic realm="a"'] }
    expect(await rules(await open({ refusal }))).toEqual([
      'note challenge-other-scheme',
      'note challenge-scheme',
    ])
  })

  test('of which caches may keep all', async () => {
    const refusal = { ...WELL, 'Cache-Control': 'public, max-age=60' }
    const inside = { 'Cache-Control': 's-maxage=31536000, stale-while-revalidate' }
    expect(await rules(await open({ refusal, inside }))).toEqual([
      'warning refusal-cacheable',
      'warning answer-cacheable',
      'note challenge-other-scheme',
    ])
  })

  test('with a session that scripts can read', async () => {
    const inside = { 'Set-Cookie': 'session=0123456789abcdef0123; Path=/' }
    const { stdout } = await check(await open({ inside }), '--json')
    const [finding] = JSON.parse(stdout).findings
    expect(finding).toMatchObject({ rule: 'cookie-attributes', level: 'warning' })
    expect(finding.what).toBe('`session`, set for who has the credential, lacks HttpOnly, SameSite')
    expect(stdout).not.toContain('0123456789abcdef')
    expect(stdout).not.toContain('mended-velvet-curtain')
    expect(stdout).not.toContain(AUTHORIZATION.slice(6))
  })

  test('that redirects before it asks', async () => {
    const first: Behaviour['first'] = ({ url }, response) => {
      if (url !== '/a') return false
      response.writeHead(308, { Location: '/prices-of-next-year' }).end()
      return true
    }
    const { code, stdout } = await check(await open({ first }))
    expect(code).toBe(0)
    expect(stdout).toContain('`/a` leads to `/prices-of-next-year`, without a credential')
    expect(stdout).toContain('see   curl -i')
  })

  test('that says odd things to the terminal', async () => {
    const refusal = { ...WELL, 'WWW-Authenticate': 'Basic realm=\u009b2J, x' }
    const { stdout } = await check(await open({ refusal }))
    expect(stdout).toContain('Basic realm=\\u009b2J')
    expect(stdout).not.toContain('\u009b')
  })
})

describe('a platform in front', () => {
  test('is named, and nothing is said of what is behind it', async () => {
    const refusal = {
      'Set-Cookie': '_vercel_sso_nonce=abc; Path=/; HttpOnly',
      Server: 'Vercel/1.2',
    }
    const url = await open({ refusal, refused: '<title>Authentication Required</title>' })
    const { code, stdout } = await run(makeBare(), ['check', url, '--max-requests', '40'])
    expect(code).toBe(0)
    expect(stdout).toContain('Vercel Authentication refuses everybody before the site is asked')
    expect(stdout).toContain('\nprivate by Vercel Authentication: ')
    expect(stdout).not.toContain('challenge-missing')
  })
})

test('a gate that lets nobody in says so', async () => {
  const url = await open({ status: 503, refusal: {} })
  const { code, stdout } = await run(makeBare(), ['check', url, '--max-requests', '40', '--json'])
  expect(code).toBe(0)
  expect(JSON.parse(stdout).findings.map(({ rule }: { rule: string }) => rule)).toEqual([
    'shut-for-all',
  ])
})
