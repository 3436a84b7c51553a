/** `status` where Vercel was not asked, or gave no answer: what this machine knows is said all the same. */
import fs from 'node:fs'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { Manner } from '../../src/local/orders.ts'
import { closeShops, gates, line, openShop, policy, type Shop } from './status-support.ts'

afterEach(closeShops)

function shopWithFile(): Promise<Shop> {
  return openShop({ '.env.local': line(policy(['alice'])) })
}

test('without a token nobody is asked, which is no failure', async () => {
  const shop = await shopWithFile()
  shop.env.VERCEL_TOKEN = ''
  const { code, stdout, stderr } = await shop.status()
  expect(code).toBe(0)
  expect(gates(stdout)).toEqual({
    'next dev': 'not gated',
    'next start': 'gated',
    'on Vercel': 'not asked',
  })
  expect(stdout).toContain('alice  everything')
  expect(stderr).toMatch(
    /^stagedoor: warning: Vercel was not asked: there is no VERCEL_TOKEN, .* https:\/\/vercel\.com\/account\/tokens/,
  )
  expect(shop.vercel.asked).toEqual([])
  expect((await shop.report()).vercel).toMatchObject({
    project: { id: shop.project.id, from: '.vercel/project.json' },
    asked: false,
    environments: [],
    protection: null,
    deployments: null,
  })
  // Asked for by name, it is one.
  expect((await shop.status('--to', 'vercel:preview')).code).toBe(4)
})

test('a `vercel` program that is not logged in is no way either', async () => {
  const shop = await shopWithFile()
  shop.env.VERCEL_TOKEN = ''
  const program = path.join(shop.folder, 'node_modules', '.bin', 'vercel')
  const script =
    '#!/bin/sh\necho "Error: No existing credentials found. Please log in" >&2\nexit 1\n'
  fs.mkdirSync(path.dirname(program))
  fs.writeFileSync(program, script, { mode: 0o755 })
  const { code, stdout, stderr } = await shop.status()
  expect(code).toBe(0)
  expect(gates(stdout)).toMatchObject({ 'on Vercel': 'not asked' })
  expect(stderr).toContain(
    'warning: Vercel was not asked: there is no VERCEL_TOKEN, and the `vercel`',
  )
})

test('with a token that is none it ends with 4', async () => {
  const shop = await shopWithFile()
  shop.env.VERCEL_TOKEN = 'wrong-token'
  const { code, stdout, stderr } = await shop.status()
  expect(code).toBe(4)
  expect(gates(stdout)).toMatchObject({ 'next start': 'gated', 'on Vercel': 'not known' })
  expect(stderr).toContain('error: cannot read the settings of the project: Vercel does not take')
  expect(stdout + stderr).not.toContain('wrong-token')
  // Once: the others would be refused as well.
  expect(shop.vercel.asked).toHaveLength(1)
})

test.each<[string, Manner, number]>([
  ['403', 403, 4],
  ['404', 404, 1],
  ['409', 409, 1],
  ["a proxy's page", 'html', 1],
  [
    'too many requests',
    {
      status: 429,
      error: { code: 'rate_limited', message: 'x', limit: { reset: Date.now() / 1000 + 9_000 } },
    } as Manner,
    1,
  ],
])('with %s it ends in failure, once what is known is printed', async (_, manner, exitCode) => {
  const shop = await shopWithFile()
  shop.vercel.fail({ path: /\/projects\/[^/]+\/env/, times: 9, with: manner })
  const { code, stdout, stderr } = await shop.status()
  expect([code, stderr]).toEqual([exitCode, expect.stringMatching(/error: .*\n.*hint: /)])
  expect(gates(stdout)).toMatchObject({ 'next start': 'gated', 'on Vercel': 'not known' })
  expect(stdout).toContain('alice  everything')
})

test('with no network it ends in failure', async () => {
  const shop = await shopWithFile()
  await shop.vercel.stop()
  const { code, stdout, stderr } = await shop.status()
  expect(code).toBe(1)
  expect(gates(stdout)).toMatchObject({ 'next start': 'gated', 'on Vercel': 'not known' })
  expect(stderr).toContain('the connection was refused (ECONNREFUSED)')
})

test('a policy on this machine that is not valid comes first', async () => {
  const shop = await openShop({ '.env.local': "STAGEDOOR_POLICY='{}'\n" })
  shop.env.VERCEL_TOKEN = 'wrong-token'
  const { code, stderr } = await shop.status()
  expect(code).toBe(1)
  expect(stderr).toMatch(/warning: cannot read the settings of the project/)
  expect(stderr).toMatch(/error: the policy in .env.local is not valid at /)
})

test('a link that cannot be read is told', async () => {
  const shop = await openShop({ '.vercel/project.json': '{"projectId":"../x","orgId":"y"}' })
  const { code, stdout, stderr } = await shop.status()
  expect(code).toBe(1)
  expect(gates(stdout)).toMatchObject({ 'on Vercel': 'not known' })
  expect(stderr).toContain('.vercel/project.json does not name a project')
})

test('a store that was not asked leaves the policy open', async () => {
  const shop = await shopWithFile()
  shop.env.VERCEL_TOKEN = ''
  shop.env.GLOBAL_CONFIG = 'https://global-config.vercel.com/ecfg_abc?token=read-token'
  const { code, stdout, stderr } = await shop.status()
  expect(code).toBe(0)
  expect(stdout).toMatch(
    /^next start: +gated, by a policy that is not known: the store ecfg_abc was not asked$/m,
  )
  expect(stdout).toContain('policy in .env.local, which counts where the store has none:')
  expect(stdout + stderr).not.toContain('read-token')
})
