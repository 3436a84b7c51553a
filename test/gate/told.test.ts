/** What a decision says, and what no log, no callback and no answer may. Each answer of passes and pages. */

import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createGate } from '#gate'
import type { GateOptions } from '../../src/gate/gate.ts'
import {
  automationToken,
  cookie,
  cookieOf,
  NAVIGATE,
  OTHER_SECRET,
  SECRET,
  shareToken,
  signInto,
} from './passes.ts'
import {
  ALICE,
  type Answer,
  alicePolicy,
  basic,
  beforeEachVisit,
  environmentWith,
  log,
  logged,
  type Policy,
  read,
  request,
  SITE,
  verifierOf,
} from './visit.ts'

beforeEachVisit()

const BYPASS = 'bYpAsS0fTheP1atf0rm0123456789abc'
const PASSWORD = 'pAssw0rd-of-the-client'
const ENVIRONMENT = {
  STAGEDOOR_SECRET: SECRET,
  STAGEDOOR_IP_HEADER: 'x-client',
  STAGEDOOR_SIGN_IN: 'page',
  VERCEL_AUTOMATION_BYPASS_SECRET: BYPASS,
}

let policy: Policy
beforeAll(async () => {
  policy = await alicePolicy({ allow: ['/open/**'], ips: ['203.0.113.7'], revoked: ['gone'] })
  const client = { verifier: await verifierOf(PASSWORD), paths: ['/pricing'] }
  Object.assign(policy.users ?? {}, { client })
})
beforeEach(() => environmentWith(policy, ENVIRONMENT))

type Flow = { asked: Request; status: number; told: object | null; options?: GateOptions }

function ask(path: string, headers: HeadersInit = {}, method = 'GET'): Request {
  return request(path, headers, { method })
}

function form(fields: { [name: string]: string }, site = 'same-origin'): Request {
  const headers = { ...NAVIGATE, 'Sec-Fetch-Site': site }
  const body = new URLSearchParams(fields).toString()
  return new Request(`${SITE}/.stagedoor/sign-in`, { method: 'POST', headers, body })
}

/** One request of every kind, its status, and the decision that is told; `null` for none. */
async function flows(): Promise<{ [name: string]: Flow }> {
  const gate = createGate()
  const [session, link, machine] = [
    await signInto(gate),
    await shareToken(),
    await automationToken(),
  ]
  const client = { Authorization: basic('client', PASSWORD) }
  const verify = async () => {
    throw new Error(PASSWORD)
  }
  const bypass = 'x-vercel-protection-bypass'
  const admit = (reason: string, user?: string) => ({ admit: true, reason, ...(user && { user }) })
  const refuse = (status: number, reason: string, more = {}) => ({
    admit: false,
    status,
    reason,
    ...more,
  })
  const basic401 = (reason: string) => refuse(401, reason, { challenge: 'Basic' })
  return {
    'nothing, at the page': {
      asked: ask('/', NAVIGATE),
      status: 401,
      told: basic401('no credentials'),
    },
    nothing: { asked: ask('/'), status: 401, told: basic401('no credentials') },
    'a public path': { asked: ask('/open/a'), status: 200, told: admit('allowed') },
    credentials: { asked: ask('/', ALICE), status: 200, told: admit('credentials', 'alice') },
    'wrong credentials': {
      asked: ask('/', { Authorization: basic('alice', PASSWORD) }),
      status: 401,
      told: basic401('wrong credentials'),
    },
    'credentials for elsewhere': {
      asked: ask('/admin', client),
      status: 403,
      told: refuse(403, 'path not covered', { user: 'client' }),
    },
    'a session': { asked: ask('/', cookie(session)), status: 200, told: admit('session', 'alice') },
    'a session that was altered': {
      asked: ask('/', cookie(`${session.slice(0, -1)}.`)),
      status: 401,
      told: basic401('no credentials'),
    },
    'a link': {
      asked: ask(`/pricing?stagedoor=${link}`),
      status: 303,
      told: admit('link', 'share:client'),
    },
    'a link to elsewhere': {
      asked: ask(`/admin?stagedoor=${link}`),
      status: 401,
      told: basic401('pass not valid'),
    },
    'a link’s cookie': {
      asked: ask('/pricing', cookie(link)),
      status: 200,
      told: admit('share', 'share:client'),
    },
    'a link’s cookie elsewhere': {
      asked: ask('/admin', cookie(link)),
      status: 403,
      told: refuse(403, 'path not covered', { user: 'share:client' }),
    },
    'a machine': {
      asked: ask('/', { 'x-stagedoor-pass': machine }),
      status: 200,
      told: admit('automation', 'automation:ci'),
    },
    'a machine by Bearer': {
      asked: ask('/', { Authorization: `Bearer ${machine}` }),
      status: 200,
      told: admit('automation', 'automation:ci'),
    },
    'a machine elsewhere': {
      asked: ask('/admin', { 'x-stagedoor-pass': await automationToken({ paths: ['/api'] }) }),
      status: 403,
      told: refuse(403, 'path not covered', { user: 'automation:ci' }),
    },
    'a machine that was sent away': {
      asked: ask('/', { 'x-stagedoor-pass': await automationToken({ jti: 'gone' }) }),
      status: 401,
      told: basic401('pass not valid'),
    },
    'another token': {
      asked: ask('/', { Authorization: `Bearer ${await automationToken({}, OTHER_SECRET)}` }),
      status: 401,
      told: refuse(401, 'other scheme', { challenge: 'Bearer' }),
    },
    'the bypass': { asked: ask('/', { [bypass]: BYPASS }), status: 200, told: admit('bypass') },
    'the bypass in the query': {
      asked: ask(`/?${bypass}=${BYPASS}&x-vercel-set-bypass-cookie=true`),
      status: 303,
      told: admit('bypass'),
    },
    'the bypass, wrongly': {
      asked: ask(`/?${bypass}=${BYPASS}x`),
      status: 401,
      told: basic401('no credentials'),
    },
    'an address': {
      asked: ask('/', { 'x-client': '203.0.113.7' }),
      status: 200,
      told: admit('address'),
    },
    'a form': {
      asked: form({ user: 'client', password: PASSWORD, to: '/pricing' }),
      status: 303,
      told: admit('credentials', 'client'),
    },
    'a wrong form': {
      asked: form({ user: 'alice', password: PASSWORD, to: `/?stagedoor=${link}` }),
      status: 401,
      told: basic401('wrong credentials'),
    },
    'a form of another site': {
      asked: form({ user: 'client', password: PASSWORD, to: '/' }, 'cross-site'),
      status: 403,
      told: refuse(403, 'cross-site post'),
    },
    'too many': {
      asked: ask('/', client),
      status: 429,
      told: refuse(429, 'too many attempts'),
      options: { limiter: () => false },
    },
    'a backend that fails': {
      asked: ask('/', { Authorization: basic('eve', PASSWORD) }),
      status: 503,
      told: refuse(503, 'verify failed'),
      options: { verify },
    },
    'signing out': { asked: ask('/.stagedoor/sign-out', cookie(session)), status: 401, told: null },
    'the page itself': { asked: ask('/.stagedoor/sign-in', NAVIGATE), status: 200, told: null },
  }
}

/** Runs them all: what each is answered, and what is told of it. */
async function run() {
  const secrets = new Set([SECRET, OTHER_SECRET, BYPASS, PASSWORD, ALICE.Authorization.slice(6)])
  const seen: { [name: string]: { flow: Flow; answer: Answer; told: object[] } } = {}
  for (const [name, flow] of Object.entries(await flows())) {
    for (const [, value] of flow.asked.headers) {
      const [token = ''] = /[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}/.exec(value) ?? []
      const [, credentials = ''] = /^Basic (.*)/.exec(value) ?? []
      for (const secret of [token, credentials]) if (secret) secrets.add(secret)
    }
    const link = new URL(flow.asked.url).searchParams.get('stagedoor')
    if (link) secrets.add(link)
    const told: object[] = []
    const onDecision = (decision: object) => void told.push(decision)
    const response = await createGate({ ...flow.options, onDecision })(flow.asked)
    if (!response) throw new Error(`${name} was not answered`)
    const answer = await read(response)
    if (cookieOf(answer).value) secrets.add(cookieOf(answer).value)
    seen[name] = { flow, answer, told }
  }
  for (const { verifier } of Object.values(policy.users ?? {})) secrets.add(verifier)
  return { seen, secrets: [...secrets] }
}

test('each decision is told, once, and says why', async () => {
  const { seen } = await run()
  for (const [name, { flow, answer, told }] of Object.entries(seen)) {
    expect([name, answer.status, told]).toEqual([name, flow.status, flow.told ? [flow.told] : []])
  }
})

test('each refusal is a line in the log, and nothing else is', async () => {
  const { seen } = await run()
  const refused = Object.values(seen).filter(({ flow }) => flow.told && 'status' in flow.told)
  const lines = log().filter((line) => 'event' in line && line.event === 'refused')
  expect(lines).toEqual(
    refused.map(({ flow }) => {
      const { admit: _, ...why } = flow.told as { admit: boolean }
      const { pathname } = new URL(flow.asked.url)
      return { level: 'info', event: 'refused', path: pathname, ...why }
    }),
  )
  expect(log().length - lines.length).toBe(1)
})

test('no token, secret or password is in a log line, a decision or a page', async () => {
  const { seen, secrets } = await run()
  expect(secrets.length).toBeGreaterThan(15)
  const decisions = JSON.stringify(Object.values(seen).map(({ told }) => told))
  const pages = Object.entries(seen)
    // The page keeps where a form was to lead, which its visitor had sent.
    .filter(([name]) => name !== 'a wrong form')
    .map(([, { answer }]) => answer.body)
  for (const text of [logged.join('\n'), decisions, pages.join('\n')]) {
    for (const secret of secrets) expect(text).not.toContain(secret)
  }
})

describe('each answer of its own', () => {
  test('may be kept by nobody, and shown in no index', async () => {
    const { seen } = await run()
    for (const [name, { answer }] of Object.entries(seen)) {
      const isOwn = !('x-middleware-next' in answer.headers)
      const { 'cache-control': caching, vary, 'x-robots-tag': robots } = answer.headers
      expect([name, caching, vary, robots]).toEqual([
        name,
        isOwn ? 'no-store' : 'private, no-cache',
        'Authorization, Cookie',
        'noindex, nofollow',
      ])
    }
  })

  test('has no body for HEAD, and the same header fields', async () => {
    for (const [name, { asked, status, options }] of Object.entries(await flows())) {
      if (asked.method === 'POST' || status === 200) continue
      const whole = await createGate(options)(asked)
      const head = await createGate(options)(new Request(asked, { method: 'HEAD' }))
      if (!whole || !head) throw new Error('was not answered')
      expect([name, (await read(head)).body]).toEqual([name, ''])
      // What is asked for by GET alone: to go on without the secret in the address.
      if (name !== 'the bypass in the query')
        expect([name, head.status]).toEqual([name, whole.status])
    }
  })

  test('sets no cookie for who is refused, but where it takes one away', async () => {
    const { seen } = await run()
    for (const [name, { answer }] of Object.entries(seen)) {
      if (answer.status < 400) continue
      expect([name, cookieOf(answer).value]).toEqual([name, ''])
      expect([name, 'set-cookie' in answer.headers]).toEqual([name, name === 'signing out'])
    }
  })

  test('of a redirect has no body and tells nobody where it came from', async () => {
    const { seen } = await run()
    const redirects = Object.values(seen).filter(({ answer }) => answer.status === 303)
    expect(redirects.length).toBe(3)
    for (const { answer } of redirects) {
      expect([answer.body, answer.headers['referrer-policy']]).toEqual(['', 'no-referrer'])
      expect(answer.headers['location']).not.toMatch(/stagedoor|bypass/)
    }
  })
})

test('what throws in onDecision or a limiter lets nobody in', async () => {
  const broken = () => {
    throw new Error(PASSWORD)
  }
  for (const options of [{ onDecision: broken }, { limiter: broken }]) {
    const answer = await createGate(options)(
      ask('/', { Authorization: basic('alice', 'x') }),
    ).catch(() => undefined)
    expect(answer?.headers.get('x-middleware-next') ?? null).toBe(null)
  }
})
