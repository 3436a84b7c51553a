/** The package, as programs judge it that know what goes wrong with packages. */
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installed } from './install.ts'
import { pack, ROOT, run } from './pack.ts'

let packed: Awaited<ReturnType<typeof pack>>
beforeAll(async () => {
  packed = await pack()
})
afterAll(() => rm(packed.folder, { recursive: true, force: true }))

const program = (name: string, ...args: string[]) =>
  run(process.execPath, [installed(name), ...args], { cwd: ROOT })

test('publint --strict finds nothing', async () => {
  const { code, stdout, stderr } = await program('publint/src/cli.js', '--strict', packed.tarball)
  expect([code, stdout + stderr]).toEqual([0, expect.stringContaining('All good!')])
})

test('attw: types are right wherever a module can be imported', async () => {
  // ESM alone: `require` of it works in Node.js 20.19 and later, and is not what is promised.
  const args = [packed.tarball, '--profile', 'esm-only', '--format', 'json']
  const { code, stdout } = await program('@arethetypeswrong/cli/dist/index.js', ...args)
  const { analysis } = JSON.parse(stdout)
  expect({ code, entrypoints: Object.keys(analysis.entrypoints).sort() }).toEqual({
    code: 0,
    entrypoints: ['.', './package.json', './server'],
  })
})

test('knip finds no file, export or dependency that nothing uses', async () => {
  const args = ['--config', 'test/package/knip.json', '--no-progress', '--no-config-hints']
  const { code, stdout, stderr } = await program('knip/bin/knip.js', ...args)
  expect([code, stdout + stderr]).toEqual([0, ''])
})
