/** The package as it would be published: what is in it, and what can be imported. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

test('exports what docs name, and nothing else', async () => {
  const names = async (file: string) => Object.keys(await import(`${ROOT}dist/${file}`)).sort()
  expect({
    '.': await names('gate/index.js'),
    './server': await names('server/index.js'),
  }).toEqual({
    '.': ['createGate', 'default'],
    './server': ['AccessError', 'currentUser', 'requireRole', 'requireUser'],
  })
})

test('has what is run, read or pasted, and neither tests nor the local Vercel', () => {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts']
  const [{ files }] = JSON.parse(execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8' }))
  const names: string[] = files.map(({ path }: { path: string }) => path)
  const tops = new Set(
    names.map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('dist/') ? 2 : 1)
        .join('/'),
    ),
  )
  expect([...tops].sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'bin',
    'dist/cli',
    'dist/gate',
    'dist/server',
    'docs',
    'middleware.ts',
    'package.json',
    'server.ts',
  ])
})

test('names files that there are', () => {
  const { main, types, bin, exports } = JSON.parse(fs.readFileSync(`${ROOT}package.json`, 'utf8'))
  const named = [
    main,
    types,
    ...Object.values(bin),
    ...Object.values(exports).flatMap((entry) => {
      return typeof entry === 'string' ? [entry] : Object.values(entry as object)
    }),
  ]
  expect(named.filter((file) => !fs.existsSync(`${ROOT}${file}`))).toEqual([])
})
