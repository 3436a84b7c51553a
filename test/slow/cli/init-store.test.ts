/** `init --store` with the real npm: what it installs, and what it leaves where npm cannot. */
import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { GLOBAL } from '../../cli/init-store-support.ts'
import { GATE, makeTree, readTree } from '../../cli/init-support.ts'
import { start } from '../../cli/run.ts'

/** An app whose Next.js is only a name, so that npm has nothing of it to fetch. */
function makeLightApp(): string {
  const next = JSON.stringify({ name: 'next', version: '16.4.6' })
  return makeTree({
    'package.json': JSON.stringify({ private: true, dependencies: { next: 'file:./next' } }),
    'next/package.json': next,
    'node_modules/next/package.json': next,
    'tsconfig.json': '{}',
    'app/page.tsx': '',
  })
}

test('npm puts the client into package.json and its lock file', async () => {
  const dir = makeLightApp()
  const { code, stderr } = await start(dir, ['init', '--store', '--no-user']).ended
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringContaining('running `npm install @vercel/global-config`'),
  })
  const tree = readTree(dir)
  expect(JSON.parse(tree['package.json'] as string).dependencies).toEqual({
    '@vercel/global-config': expect.stringMatching(/^\^1\./),
    next: 'file:./next',
  })
  expect(tree['package-lock.json']).toContain('node_modules/@vercel/global-config')
  expect([tree['stagedoor.ts'] === GATE, tree['proxy.ts']]).toEqual([true, GLOBAL])
  expect(fs.existsSync(path.join(dir, 'node_modules/@vercel/global-config/package.json'))).toBe(
    true,
  )
  const again = await start(dir, ['init', '--store', '--no-user']).ended
  expect({ ...again, tree: readTree(dir) }).toEqual({
    code: 0,
    stdout: '',
    stderr: expect.not.stringContaining('running'),
    tree,
  })
})

test('a registry that does not answer leaves the app as it was', async () => {
  const dir = makeLightApp()
  const before = readTree(dir)
  const env = { npm_config_registry: 'http://127.0.0.1:9', npm_config_fetch_retries: '0' }
  const outcome = await start(dir, ['init', '--store', '--json'], { env }).ended
  expect({ ...outcome, tree: readTree(dir) }).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/ECONNREFUSED[\s\S]*`npm install @vercel\/global-config` failed/),
    tree: before,
  })
})
