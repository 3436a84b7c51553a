/**
 * The drop-in in an edge runtime that has nothing else: no `Buffer`, no `require`, no modules,
 * and of `process` its `env` alone. Vitest's own edge environment leaves all of these there.
 */
import { readFileSync } from 'node:fs'
import { EdgeVM } from '@edge-runtime/vm'
import ts from 'typescript'
import { beforeEach, describe, expect, test } from 'vitest'
import { automationToken, CORS, NAVIGATE, SECRET, shareToken } from '../gate/passes.ts'
import { ALICE, alicePolicy, base64, basic, type Policy, verifierOf } from '../gate/visit.ts'

const text = readFileSync(new URL('../../middleware.ts', import.meta.url), 'utf8')
const { outputText } = ts.transpileModule(text, {
  compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
})

let vm: EdgeVM
beforeEach(() => {
  vm = new EdgeVM()
})

describe('the runtime', () => {
  test('has nothing of Node', () => {
    const names = ['Buffer', 'require', 'module', 'process', 'global', 'setImmediate', '__dirname']
    const types = names.map((name) => vm.evaluate(`typeof ${name}`))
    expect(types).toEqual(names.map(() => 'undefined'))
  })
})

describe('the drop-in', () => {
  test('exports a gate and what makes one', () => {
    load({})
    expect(
      vm.evaluate(`Object.keys(exports).map((name) => name + ' ' + typeof exports[name])`),
    ).toEqual(['createGate function', 'default function'])
  })

  test('asks, refuses and admits', async () => {
    const iterations = 1_000
    const policy: Policy = {
      version: 1,
      users: {
        alice: { verifier: await verifierOf('secret') },
        josé: { verifier: await verifierOf('pässword🔐', iterations), paths: ['/pricing/**'] },
      },
      allow: ['/robots.txt', 'OPTIONS /api/**'],
    }
    load({ STAGEDOOR_POLICY: JSON.stringify(policy), VERCEL_ENV: 'preview' })
    expect({
      stranger: await visit('/'),
      alice: await visit('/', basic('alice', 'secret')),
      aliceAgain: await visit('/', basic('alice', 'secret')),
      wrong: await visit('/', basic('alice', 'Secret')),
      josé: await visit('/pricing/a', basic('jose\u0301', 'pa\u0308ssword🔐')),
      joséElsewhere: await visit('/admin', basic('josé', 'pässword🔐')),
      unknown: await visit('/', basic('nobody', 'secret')),
      notUtf8: await visit('/', `Basic ${base64(new Uint8Array([0x61, 0x3a, 0xff]))}`),
      bearer: await visit('/', 'Bearer x'),
      public: await visit('/robots.txt'),
      preflight: await visit('/api/x', undefined, 'OPTIONS'),
    }).toEqual({
      stranger: [401, 'Basic realm="Staging", charset="UTF-8"'],
      alice: [200, '1'],
      aliceAgain: [200, '1'],
      wrong: [401, 'Basic realm="Staging", charset="UTF-8"'],
      josé: [200, '1'],
      joséElsewhere: [403, undefined],
      unknown: [401, 'Basic realm="Staging", charset="UTF-8"'],
      notUtf8: [401, 'Basic realm="Staging", charset="UTF-8"'],
      bearer: [401, 'Bearer realm="Staging"'],
      public: [200, '1'],
      preflight: [200, '1'],
    })
  })

  test('reads the two variables', async () => {
    load({ AUTH_USER: 'test', AUTH_PASSWORD: '123£' })
    expect({
      right: await visit('/', 'Basic dGVzdDoxMjPCow=='),
      wrong: await visit('/', basic('test', '123')),
    }).toEqual({ right: [200, '1'], wrong: [401, 'Basic realm="Staging", charset="UTF-8"'] })
  })

  test('is shut without a policy, and away in production', async () => {
    load({})
    expect(await visit('/')).toEqual([503, undefined])
    load({ VERCEL_ENV: 'production' })
    expect(await visit('/')).toBe(undefined)
  })

  test('gives and reads passes', async () => {
    load({ STAGEDOOR_POLICY: JSON.stringify(await alicePolicy()), STAGEDOOR_SECRET: SECRET })
    const [, session = ''] = /^(__Host-stagedoor=[^;]+);/.exec((await ask('/', ALICE)).cookie) ?? []
    const link = await shareToken()
    const shared = { Cookie: `__Host-stagedoor=${link}` }
    expect({
      session: (await ask('/admin', { Cookie: session })).status,
      altered: (await ask('/admin', { Cookie: `${session.slice(0, -1)}.` })).status,
      signedOut: await ask('/.stagedoor/sign-out', { Cookie: session }),
      link: await ask(`/pricing?a=1&stagedoor=${link}`, NAVIGATE),
      shared: (await ask('/pricing', shared)).status,
      sharedElsewhere: (await ask('/admin', { ...shared, ...CORS })).status,
      machine: (await ask('/', { Authorization: `Bearer ${await automationToken()}` })).status,
    }).toEqual({
      session: 200,
      altered: 401,
      signedOut: {
        status: 401,
        cookie: expect.stringMatching(/^__Host-stagedoor=; Path=\/; Max-Age=0; HttpOnly; Secure/),
        location: null,
      },
      link: {
        status: 303,
        cookie: expect.stringContaining(`__Host-stagedoor=${link}; Path=/; Max-Age=`),
        location: expect.stringMatching(/^(https:\/\/staging\.example)?\/pricing\?a=1$/),
      },
      shared: 200,
      sharedElsewhere: 403,
      machine: 200,
    })
  })

  test('asks by a page', async () => {
    const page = { STAGEDOOR_SECRET: SECRET, STAGEDOOR_SIGN_IN: 'page' }
    load({ STAGEDOOR_POLICY: JSON.stringify(await alicePolicy()), ...page })
    const own = { ...NAVIGATE, 'Sec-Fetch-Site': 'same-origin' }
    const post = (password: string, headers = own) =>
      ask('/.stagedoor/sign-in', headers, `user=alice&password=${password}&to=%2Fa`)
    expect({
      asked: (await ask('/', NAVIGATE)).status,
      wrong: await post('x'),
      crossSite: await post('secret', { ...own, 'Sec-Fetch-Site': 'cross-site' }),
      right: await post('secret'),
    }).toEqual({
      asked: 401,
      wrong: { status: 401, cookie: '', location: null },
      crossSite: { status: 403, cookie: '', location: null },
      right: {
        status: 303,
        cookie: expect.stringMatching(/^__Host-stagedoor=[\w.-]+; Path=\/; Max-Age=43200/),
        location: expect.stringMatching(/^(https:\/\/staging\.example)?\/a$/),
      },
    })
  })

  test('reads addresses', async () => {
    const policy = { version: 1, ips: ['203.0.113.0/24', '2001:db8::/32'] }
    load({ STAGEDOOR_POLICY: JSON.stringify(policy), VERCEL: '1' })
    const statuses = []
    for (const address of [
      '203.0.113.7',
      '::ffff:203.0.113.7',
      '2001:DB8::1',
      '198.51.100.1',
      'x',
    ]) {
      statuses.push((await ask('/', { 'x-real-ip': address })).status)
    }
    expect(statuses).toEqual([200, 200, 200, 401, 401])
  })

  test('reads a store, and survives one that hangs', async () => {
    load({})
    vm.evaluate(`
      const item = { version: 1, allow: ['/open'] }
      globalThis.exports = { default: exports.createGate({ store: () => ({ get: async (key) => key === 'stagedoor' ? item : null }) }) }
    `)
    expect([await visit('/open'), await visit('/')]).toEqual([
      [200, '1'],
      [401, 'Basic realm="Staging", charset="UTF-8"'],
    ])
    load({})
    vm.evaluate(`
      globalThis.exports = { default: exports.createGate({ store: () => ({ get: () => new Promise(() => {}) }) }) }
    `)
    expect(await visit('/open')).toEqual([503, undefined])
  })
})

/** Evaluates the drop-in anew, with `process.env` and nothing besides. */
function load(env: { [name: string]: string }): void {
  vm.evaluate(`
    globalThis.process = { env: ${JSON.stringify(env)} }
    globalThis.console = { info() {}, error() {} }
    globalThis.exports = {}
    ;((exports) => { ${outputText}
    })(globalThis.exports)
  `)
}

/** Status, and the challenge or the sign that the request goes on. */
function visit(path: string, authorization?: string, method = 'GET'): Promise<unknown> {
  return vm.evaluate(`(async () => {
    const headers = ${JSON.stringify(authorization === undefined ? {} : { authorization })}
    const request = new Request('https://staging.example${path}', { method: '${method}', headers })
    const response = await exports.default(request)
    if (!response) return response
    const said = response.headers.get('www-authenticate') ?? response.headers.get('x-middleware-next')
    return [response.status, said ?? undefined]
  })()`)
}

interface Said {
  status: number
  cookie: string
  location: string | null
}

/** Where a body is given, it is posted. */
function ask(path: string, headers: { [name: string]: string }, body?: string): Promise<Said> {
  const init = { headers, ...(body !== undefined && { method: 'POST', body }) }
  return vm.evaluate(`(async () => {
    const request = new Request('https://staging.example' + ${JSON.stringify(path)}, ${JSON.stringify(init)})
    const { status, headers } = await exports.default(request)
    return { status, cookie: headers.get('set-cookie') ?? '', location: headers.get('location') }
  })()`)
}
