/** What goes wrong between the command line and Vercel: each a clear error, and nothing lost. */
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Listener } from '../../src/local/listener.ts'
import type { Manner } from '../../src/local/orders.ts'
import { makeFolder, run } from './run.ts'
import { failure, Linked, policyWith } from './vercel-support.ts'

const linked = Linked.forEach()
const TO = ['--to', 'vercel:preview']
const LIST = ['user', 'list', ...TO]
const ADD = ['user', 'add', 'bob', ...TO]
const DOING = 'cannot list the variables of the project: '

const listeners: Listener[] = []
afterEach(async () => {
  for (const listener of listeners.splice(0)) await listener.stop()
})

/** Another server, which answers all in one way and notes the tokens that it is given. */
async function another(status: number, fields: Record<string, string>, body = '') {
  const tokens: (string | undefined)[] = []
  const listener = new Listener((request, response) => {
    tokens.push(request.headers.authorization)
    response.writeHead(status, fields).end(body)
  })
  listeners.push(listener)
  await listener.start()
  return { url: listener.origin, tokens }
}

describe('a token', () => {
  test('that is none, or no more', async () => {
    const outcome = await linked.run(LIST, { env: { VERCEL_TOKEN: 'old-token' } })
    expect(failure(outcome)).toEqual({
      code: 4,
      error: `${DOING}Vercel does not take this token: Not authorized`,
      hint: 'make a token for this team alone, with an expiry date, at https://vercel.com/account/tokens, and set VERCEL_TOKEN; or run `npx vercel login`',
    })
    expect(outcome.stderr).not.toContain('old-token')
  })

  test.each([
    [401, 'Vercel does not take this token'],
    [403, 'this token may not do that'],
  ])('that is refused with %i', async (status, why) => {
    linked.vercel.fail({ with: status })
    const { code, error, hint } = failure(await linked.run(LIST))
    expect([
      code,
      error?.startsWith(DOING + why),
      hint?.includes('vercel.com/account/tokens'),
    ]).toEqual([4, true, true])
  })

  test('of another team', async () => {
    const { id } = linked.vercel.addTeam({ id: 'team_other', slug: 'other' })
    linked.vercel.tokenTeam = id
    const { code, error, hint } = failure(await linked.run(LIST))
    expect([code, error?.includes('under scope "local"')]).toEqual([4, true])
    expect(hint).toContain('the token is one of another team: make a token for this team alone')
  })

  test('of a team, where none is named', async () => {
    linked.vercel.tokenTeam = 'team_local'
    const outcome = await run('/', ['user', 'list', '--to', 'store:ecfg_a'], { env: linked.env })
    expect(failure(outcome)).toMatchObject({
      code: 4,
      hint: expect.stringContaining('the token is one of a team, and none was named'),
    })
  })

  test.each(['a\nb', ' token', '"token"x ', 'tök'])('%j is none', async (token) => {
    const outcome = await linked.run(LIST, { env: { VERCEL_TOKEN: token } })
    expect(failure(outcome)).toEqual({
      code: 4,
      error: 'VERCEL_TOKEN has characters that no token has',
      hint: 'copy the token once more, without spaces or quotes around it',
    })
    expect(linked.vercel.asked).toEqual([])
  })

  test('goes to Vercel, or to this machine in tests, and nowhere else', async () => {
    for (const url of [
      'http://evil.example',
      'ftp://127.0.0.1',
      'nonsense',
      'http://127.0.0.1.evil',
    ]) {
      const outcome = await linked.run(LIST, { env: { STAGEDOOR_API: url } })
      expect(failure(outcome)).toMatchObject({
        code: 2,
        error: expect.stringContaining('STAGEDOOR_API'),
      })
    }
  })

  test('of a team that asks for more', async () => {
    const error = { code: 'forbidden', message: 'Not authorized', saml: true, enforced: true }
    linked.vercel.fail({ with: { status: 403, error } })
    expect(failure(await linked.run(LIST))).toMatchObject({
      code: 4,
      hint: expect.stringContaining('the team asks for a sign-in by SAML'),
    })
  })

  test('does not follow where an answer leads', async () => {
    const other = await another(200, {}, '{"envs":[]}')
    const asked = await another(302, { Location: `${other.url}/v10` })
    const outcome = await linked.run(LIST, { env: { STAGEDOOR_API: asked.url } })
    expect([outcome.code, asked.tokens.length, other.tokens]).toEqual([1, 1, []])
  })
})

test('a folder that is not linked', async () => {
  const inside = path.join(linked.folder, 'src')
  fs.mkdirSync(inside)
  const where = [
    await linked.run(LIST, { cwd: '/' }),
    await linked.run(LIST, { cwd: inside }),
    await linked.run([...LIST, '--cwd', '..'], { cwd: inside }),
  ].map(failure)
  const error = 'this folder is not linked to a project on Vercel'
  expect(where).toMatchObject([
    { code: 1, error, hint: expect.stringContaining('run `npx vercel link` in the folder of') },
    { code: 1, error, hint: expect.stringContaining(`again with \`--cwd ${linked.folder}\``) },
    { code: 0 },
  ])
  const env = { VERCEL_ORG_ID: 'team_local', VERCEL_PROJECT_ID: linked.project.id }
  expect((await linked.run(LIST, { cwd: '/', env })).code).toBe(0)
  const projects = [{ id: linked.project.id, name: 'web', directory: 'in' }]
  const repository = JSON.stringify({ orgId: 'team_local', projects })
  const cwd = makeFolder({ '../.vercel/repo.json': repository })
  expect((await linked.run(LIST, { cwd })).code).toBe(0)
})

test('no token, and no program', async () => {
  const env = { STAGEDOOR_API: linked.vercel.url, PATH: '/nowhere' }
  const outcome = await run(linked.folder, LIST, { env })
  expect(failure(outcome)).toEqual({
    code: 4,
    error: 'there is no VERCEL_TOKEN, and no `vercel` program that is logged in',
    hint: 'make a token for this team alone, with an expiry date, at https://vercel.com/account/tokens, and set VERCEL_TOKEN; or run `npx vercel login`',
  })
})

describe('reading', () => {
  test.each<Manner>([500, 503, 'reset', 'cut', 'gateway'])('%j is asked again', async (manner) => {
    linked.vercel.fail({ with: manner, times: 2 })
    const pauses: number[] = []
    const pause = async (milliseconds: number) => pauses.push(milliseconds)
    expect((await linked.run(LIST, { pause })).code).toBe(0)
    expect([linked.vercel.asked.length, pauses]).toEqual([3, [500, 2_000]])
  })

  test.each<[Manner, string]>([
    [500, 'Vercel answered 500: An unexpected internal error occurred'],
    ['reset', 'the connection was cut off (ECONNRESET) (127.0.0.1:'],
    ['gateway', ' answered 502 with something that is not JSON'],
  ])('%j for ever is an error', async (manner, error) => {
    linked.vercel.fail({ with: manner, times: Number.POSITIVE_INFINITY })
    const outcome = await linked.run(LIST)
    expect([outcome.code, failure(outcome).error?.includes(error)]).toEqual([1, true])
    expect(failure(outcome).hint).toContain('run the command again')
    expect(linked.vercel.asked).toHaveLength(3)
  })

  test.each<[Manner, string, string]>([
    ['html', 'answered 200 with something that is not JSON', 'a proxy or a sign-in'],
    ['mangled', "Vercel's answer has a form that is not known here", 'a newer version'],
    [404, 'Vercel does not find it, or this token may not see it', '.vercel/project.json'],
    [409, 'somebody else is changing it just now', 'run the command again'],
    [402, 'Vercel answered 402: The account is missing a payment', 'mend what it says'],
  ])('%j', async (manner, error, hint) => {
    linked.vercel.fail({ with: manner })
    const outcome = await linked.run(LIST)
    expect(failure(outcome)).toMatchObject({
      code: 1,
      error: expect.stringContaining(error),
      hint: expect.stringContaining(hint),
    })
    expect([outcome.stdout, outcome.stderr.split('\n').length]).toEqual(['', 3])
  })

  test('a part of the variables is not taken for all', async () => {
    const { url } = await another(200, {}, '{"envs":[],"pagination":{"next":1}}')
    expect(failure(await linked.run(ADD, { env: { STAGEDOOR_API: url } })).error).toBe(
      `${DOING}Vercel's answer has a form that is not known here`,
    )
  })

  test('a page of a proxy that forbids is no word of Vercel', async () => {
    const { url } = await another(403, { 'Content-Type': 'text/html' }, '<title>Blocked</title>')
    expect(failure(await linked.run(LIST, { env: { STAGEDOOR_API: url } }))).toMatchObject({
      code: 1,
      error: expect.stringContaining('answered 403 with something that is not JSON'),
    })
  })

  test('words that steer a terminal are seen as they are', async () => {
    const message = '\u001b[2Jgone\r\nstagedoor: all is well'
    linked.vercel.fail({ with: { status: 400, error: { code: 'x', message } } })
    const { stderr } = await linked.run(LIST)
    expect(stderr).toContain('\\u001b[2Jgone\\u000d\\u000astagedoor: all is well')
  })
})

describe('too many requests', () => {
  const later = (seconds: number) => Math.ceil(Date.now() / 1000) + seconds
  const limited = (reset: number): Manner => {
    return { status: 429, error: { code: 'rate_limited', message: 'Later', limit: { reset } } }
  }

  test('are waited for', async () => {
    linked.vercel.fail({ with: limited(later(30)) })
    const pauses: number[] = []
    const pause = async (milliseconds: number) => pauses.push(milliseconds)
    expect((await linked.run(LIST, { pause })).code).toBe(0)
    // In whole seconds, of which one may have begun.
    expect(pauses).toEqual([expect.toBeOneOf([30_000, 31_000])])
  })

  test('for ever are an error', async () => {
    linked.vercel.fail({ with: limited(1), times: Number.POSITIVE_INFINITY })
    expect(failure(await linked.run(LIST))).toMatchObject({
      code: 1,
      error: `${DOING}Vercel asks to wait, again and again`,
    })
    expect(linked.vercel.asked).toHaveLength(5)
  })

  test('are not, where that is far away', async () => {
    const reset = later(3600)
    linked.vercel.fail({ with: limited(reset) })
    const until = new Date(reset * 1000).toISOString().slice(0, 13)
    expect(failure(await linked.run(LIST))).toEqual({
      code: 1,
      error: expect.stringContaining(
        `${DOING}Vercel takes no more requests of this account until ${until}`,
      ),
      hint: 'run the command again then; nothing was changed by this request',
    })
  })

  test('until a time that no clock has', async () => {
    linked.vercel.fail({ with: limited(1e300) })
    expect(failure(await linked.run(LIST)).error).toMatch(/until 2\d{3}-/)
  })

  test('with Retry-After alone', async () => {
    const date = new Date(Date.now() + 4 * 3600_000).toUTCString()
    const { url } = await another(429, { 'Retry-After': date }, '{"error":{}}')
    expect(failure(await linked.run(LIST, { env: { STAGEDOOR_API: url } })).error).toContain(
      'Vercel takes no more requests of this account until ',
    )
  })
})

describe('writing', () => {
  beforeEach(() => {
    linked.addPolicy(policyWith('carol'))
  })

  test.each<Manner>([500, 'reset', 'cut', 'html', 'gateway', 'mangled'])(
    '%j: what was done all the same is found, and the password shown',
    async (manner) => {
      linked.vercel.fail({ method: 'POST', with: manner, after: 'write' })
      const { code, stdout, stderr } = await linked.run(ADD)
      expect([code, stdout.length > 20, stderr.includes('error')]).toEqual([0, true, false])
      expect([linked.changes.length, linked.usersThere()]).toEqual([1, ['bob', 'carol']])
    },
  )

  test.each<Manner>([500, 'reset', 'html', 'gateway'])(
    '%j: what was not done is an error, and not done again',
    async (manner) => {
      linked.vercel.fail({ method: 'POST', with: manner })
      const outcome = await linked.run(ADD)
      expect([outcome.code, outcome.stdout]).toEqual([1, ''])
      expect(failure(outcome).error).toMatch(
        /^cannot set STAGEDOOR_POLICY for preview: .*; a look afterwards finds that it was not written$/,
      )
      expect([linked.changes.length, linked.usersThere()]).toEqual([1, ['carol']])
    },
  )

  test.each<Manner>([500, 403, 404, 'mangled'])(
    'what was done, and cannot be read back (%j), is shown',
    async (manner) => {
      linked.vercel.meanwhile({ method: 'POST' }, () => {
        linked.vercel.fail({ with: manner, times: Number.POSITIVE_INFINITY })
      })
      const { code, stdout, stderr } = await linked.run(ADD)
      expect([code, stdout.length > 20]).toEqual([0, true])
      expect(stderr).toContain('warning: it was written, but could not be read back (cannot list')
      expect(linked.usersThere()).toEqual(['bob', 'carol'])
    },
  )

  test('success that names a failure is none', async () => {
    const failed = [{ error: { code: 'ENV_CONFLICT', message: 'It is there for others' } }]
    const { url } = await another(201, {}, JSON.stringify({ envs: [], created: [], failed }))
    const outcome = await linked.run(ADD, { env: { STAGEDOOR_API: url } })
    expect([outcome.stdout, failure(outcome)]).toEqual([
      '',
      {
        code: 1,
        error: 'cannot set STAGEDOOR_POLICY for preview: It is there for others',
        hint: "look at the variable in the project's settings on vercel.com",
      },
    ])
  })

  test('what nobody knows is said to be so', async () => {
    linked.vercel.fail({ method: 'POST', with: 'reset' })
    // Two looks, of a list and a value each, come before; what is to be read back does not come.
    const isEnv = { method: 'GET', path: /env/ }
    for (let i = 0; i < 4; i++) linked.vercel.meanwhile(isEnv, () => {})
    linked.vercel.fail({ ...isEnv, times: Number.POSITIVE_INFINITY, with: 500 })
    const outcome = await linked.run(ADD)
    expect(failure(outcome)).toMatchObject({
      code: 1,
      error: expect.stringContaining('nobody knows whether vercel:preview was changed'),
      hint: 'run `npx stagedoor status` when Vercel can be reached again',
    })
    // It may be the one that counts.
    expect(outcome.stdout).toMatch(/^[\w-]{20,}\n$/)
    expect(outcome.stderr).toContain(
      'password, shown this once, and good only if it was written:\n',
    )
    expect(outcome.stderr).not.toContain('added')
  })
})
