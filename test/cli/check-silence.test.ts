/** Sites that fall silent while they are checked, and those that only drop what is odd. */
import http from 'node:http'
import type net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { examine } from '../../src/cli/check/examine.ts'
import { Silent } from '../../src/cli/check/examined.ts'
import type { Asked } from '../../src/cli/check/exchange.ts'
import { readSite } from '../../src/cli/check/site.ts'
import { Wire } from '../../src/cli/check/wire/wire.ts'
import { check, listen, PASSWORD, RIGHT, raw, refuse401, shop } from './check-sites.ts'
import { run } from './run.ts'

const REFUSAL =
  'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm="x"\r\nContent-Length: 2\r\n\r\nno'
/** Milliseconds, in place of ten seconds: a busy machine must answer in time. */
const PATIENCE = 1_000

function examined(origin: string, limit = 400, password?: string) {
  return examine({
    site: readSite(origin),
    rules: [],
    credential: password === undefined ? null : { userId: 'alice', password },
    limit,
    userAgent: 'stagedoor-check/1',
    pause: () => sleep(0),
    patience: PATIENCE,
  })
}

/** Answers so many requests, and then takes no more connections. */
function leaving(most: number, answer: http.RequestListener): Promise<string> {
  let count = 0
  const server = http.createServer((request, response) => {
    count++
    if (count < most) return answer(request, response)
    if (count === most) {
      response.shouldKeepAlive = false
      response.on('finish', () => server.close())
      answer(request, response)
    } else request.socket.destroy()
  })
  return listen(server)
}

const refuseOrServe: http.RequestListener = (request, response) => {
  const path = (request.url ?? '/').replace(/\?.*/s, '')
  if (request.headers.authorization === RIGHT) shop(request, response, path)
  else refuse401(request, response)
}

describe('a site that falls silent', () => {
  test.each([3, 120])('after %i answers is asked little more', async (most) => {
    let count = 0
    const origin = await raw((_, socket) => {
      if (count++ < most) socket.write(REFUSAL)
    })
    const { requests, hindrance, findings, unasked, unaskedKinds } = await examined(origin)
    expect(hindrance).toBeInstanceOf(Silent)
    expect(hindrance?.message).toMatch(
      /^the site fell silent: of \d+ requests the last \d+ had no answer, and no more were sent$/,
    )
    // Eight in a row, what was under way beside the eighth, and one that was answered before. Some
    // more for a machine that is too busy to answer.
    expect(requests).toBeGreaterThan(8)
    expect(requests).toBeLessThan(most + 24)
    expect(findings.map(({ level }) => level)).not.toContain('leak')
    // The limit left out nothing.
    expect([unasked, unaskedKinds]).toEqual([0, []])
  })

  test.each([
    [3, PASSWORD, null],
    [60, PASSWORD, true],
    [60, 'wrong', false],
  ])('after %i answers, asked with %j: entered is %j', async (most, password, expected) => {
    const origin = await leaving(most, refuseOrServe)
    const { entered, hindrance } = await examined(origin, 400, password)
    expect([hindrance instanceof Silent, entered]).toEqual([true, expected])
  })
})

describe('says', () => {
  test('that it is not known, with all that was asked', async () => {
    const origin = await leaving(40, refuse401)
    const { code, stdout, stderr } = await run('/', ['check', origin])
    const silence =
      /the site fell silent: of \d+ requests the last \d+ had no answer, and no more were sent/
    expect(code).toBe(1)
    expect(stdout.replace(/\n/g, ' ')).toMatch(silence)
    expect(stdout).toMatch(/^page +/m)
    expect(stdout).not.toContain('--max-requests')
    expect(stderr).toMatch(
      new RegExp(`^stagedoor: error: it is not known whether .* is private: ${silence.source}\n`),
    )
    expect(stderr).toContain(`then run \`npx stagedoor check ${origin}/\``)
  })

  test.each(['--json', '--sarif'])('so in a document too: %s', async (format) => {
    const { code, stdout } = await run('/', ['check', await leaving(40, refuse401), format])
    expect([code, JSON.parse(stdout)]).toEqual([
      1,
      format === '--json'
        ? expect.objectContaining({
            verdict: 'not known',
            summary: expect.stringMatching(/^not known: the site fell silent: of \d+ requests/),
          })
        : expect.objectContaining({
            runs: [
              expect.objectContaining({
                invocations: [expect.objectContaining({ executionSuccessful: false })],
              }),
            ],
          }),
    ])
  })

  test('what leaked before that', async () => {
    const hole: http.RequestListener = (request, response) => {
      if (/^\/robots|^\/sitemap/.test(request.url ?? '')) shop(request, response, '/sitemap.xml')
      else refuse401(request, response)
    }
    const origin = await leaving(60, hole)
    const { code, leaks, stdout, stderr } = await check(origin)
    expect([code, leaks]).toEqual([3, ['served-without-credential metadata']])
    expect(JSON.parse(stdout).verdict).toBe('leaks')
    const text = await run('/', ['check', await leaving(60, hole)])
    expect(text.code).toBe(3)
    expect(text.stderr).toMatch(/^stagedoor: warning: the site fell silent: of \d+ requests/)
    expect(stderr).toMatch(/^stagedoor: warning: the site fell silent: of \d+ requests/)
  })
})

describe('goes on where', () => {
  const asked = (target: string): Asked => {
    return { method: 'GET', target, fields: [], visitor: 'nobody', kind: 'page' }
  }
  /** Asks a site that answers some, and says which of them were asked, and how often. */
  async function ask(isAnswered: (request: string) => boolean, targets: string[]) {
    const seen: string[] = []
    const answer = (request: string, socket: net.Socket) => {
      seen.push(/^\w+ (\S+)/.exec(request)?.[1] ?? '')
      if (isAnswered(request)) socket.write(REFUSAL)
    }
    const wire = new Wire(readSite(await raw(answer)), {
      limit: 100,
      credential: null,
      userAgent: 'stagedoor-check/1',
      pause: () => sleep(0),
      patience: PATIENCE,
    })
    await wire.askAll(targets.map(asked))
    wire.close()
    return { seen, sent: wire.sent, isSilent: wire.silent > 0 }
  }
  const odd = Array.from({ length: 11 }, (_, i) => `/..%2f${i}`)

  test('all that is odd is dropped, and what is plain is not', async () => {
    const { seen, sent, isSilent } = await ask(
      (request) => !request.includes('%2f'),
      ['/first', ...odd, '/last'],
    )
    expect(seen.filter((target) => odd.includes(target))).toHaveLength(11)
    expect([seen.at(-1), isSilent, sent]).toEqual(['/last', false, seen.length])
    // After eight: whether it answers what it answered before.
    expect(seen.filter((target) => target === '/first').length).toBeGreaterThan(1)
  })

  test('something is answered now and then', async () => {
    const targets = Array.from({ length: 14 }, (_, i) => (i % 6 ? `/..%2f${i}` : `/${i}`))
    const { seen, isSilent } = await ask((request) => !request.includes('%2f'), targets)
    expect([new Set(seen), isSilent]).toEqual([new Set(targets), false])
  })

  test('the connection is closed, which takes no time', async () => {
    let count = 0
    const origin = await raw((_, socket) => {
      if (count++ < 5) socket.write(REFUSAL)
      else socket.destroy()
    })
    const { requests, hindrance } = await examined(origin, 60)
    expect([requests, hindrance]).toEqual([60, null])
  })
})

test('what stays silent from the first request on is asked once', async () => {
  let count = 0
  const origin = await raw(() => count++)
  const { hindrance, entered } = await examined(origin, 400, PASSWORD)
  expect([hindrance?.message, entered, count]).toEqual(['no answer in 1 seconds', null, 1])
})
