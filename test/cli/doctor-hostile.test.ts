/** Projects that are broken, or made to break who reads them: something is said, and nothing is run. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { envOf, findings, idsOf, makeProject, runDoctor } from './doctor-support.ts'
import { makeTree, removeApps } from './init-support.ts'

afterAll(removeApps)

describe('a project', () => {
  test.each([
    'package.json',
    'next.config.mjs',
    'proxy.ts',
    'node_modules/next/package.json',
    '.vercel/project.json',
  ])('with a pipe for %s does not stop it', async (name) => {
    const dir = makeProject({ [name]: undefined, '.vercel/x': '', 'node_modules/next/x': '' })
    execFileSync('mkfifo', [path.join(dir, name)])
    expect((await findings(dir))[0]).toMatchObject({
      id: 'file-unreadable',
      file: name,
      level: 'error',
    })
  })

  test('with links that lead in a circle, or nowhere', async () => {
    const dir = makeProject({ 'public/a.txt': '' })
    fs.symlinkSync('.', path.join(dir, 'app/again'))
    fs.symlinkSync('.', path.join(dir, 'public/again'))
    fs.symlinkSync('next.config.js', path.join(dir, 'next.config.js'))
    fs.symlinkSync('/nowhere', path.join(dir, 'app/gone.tsx'))
    fs.symlinkSync('proxy.js', path.join(dir, 'proxy.js'))
    expect((await findings(dir)).map(({ id, file }) => [id, file])).toEqual([
      ['file-unreadable', 'next.config.js'],
      ['file-unreadable', 'proxy.js'],
    ])
  })

  test.each(['', '\0', '{', 'null', '`${', '/*', '('.repeat(1000)])(
    'whose files are none that they should be: %j',
    async (text) => {
      for (const name of ['package.json', 'next.config.js', 'proxy.ts', '.env.local']) {
        const { code, stdout, stderr } = await runDoctor(makeProject({ [name]: text }), ['--json'])
        expect([0, 1]).toContain(code)
        expect(JSON.parse(stdout).counts).toEqual(expect.any(Object))
        expect(stderr).not.toContain('a mistake of stagedoor itself')
      }
    },
  )

  test.each(['const a = createGate(a(', "matcher: '", 'rewrites: {destination: '])(
    'of %j again and again takes no time that grows with its square',
    async (text) => {
      const dir = makeProject({
        'proxy.ts': text.repeat(3000),
        'next.config.js': text.repeat(3000),
      })
      expect(await idsOf(dir)).not.toEqual([])
    },
  )

  // Each of these took minutes, or for ever, by an expression that reads one text in many ways.
  test.each<[string, Record<string, string>]>([
    ['a row of comments', { 'next.config.js': `module.exports = { distDir: ${'// '.repeat(60)}\n@ }` }],
    ['comments that do not end', { 'proxy.ts': '/* '.repeat(330_000) }],
    ['templates that do not end', { 'proxy.ts': '`\\'.repeat(400_000) }],
    ['texts that do not end', { 'proxy.ts': `"${'\\"'.repeat(400_000)}` }],
    ['empty lines', { '.env': '\n'.repeat(990_000) }],
    ['blanks without a name', { '.env': 'A \n'.repeat(300_000) }],
    ['quotes that do not end', { '.env': "A='x\u2028".repeat(100_000) }],
    ['line ends of Windows', { '.env': 'A=1\r\n'.repeat(100_000) }],
    [
      'values made of values',
      {
        '.env': `B=${'b'.repeat(400_000)}\n${Array.from({ length: 300 }, (_, i) => `A${i}=${'$B'.repeat(900)}\n`).join('')}`,
      },
    ],
  ])('with %s takes no time that grows faster than it does', async (_what, changes) => {
    expect(await idsOf(makeProject(changes))).toEqual(expect.any(Array))
  })

  test('with links back into its own routes, and rules that ask for them', async () => {
    const dir = makeProject({
      '.env.local': envOf({ allow: ['/robots.txt', '/pricing'] }),
      'app/actions.ts': "'use server'\n",
    })
    for (const name of ['l1', 'l2', 'l3']) fs.symlinkSync('.', path.join(dir, 'app', name))
    // Two ways from each folder to the next: 2^24 to the last.
    for (let i = 0; i < 24; i++) {
      fs.mkdirSync(path.join(dir, `app/f${i}`))
      for (const name of ['a', 'b']) {
        fs.symlinkSync(`../f${i + 1}`, path.join(dir, `app/f${i}`, name))
      }
    }
    expect(await idsOf(dir)).toEqual([])
  })

  test('that runs something when it is loaded is not loaded', async () => {
    const dir = makeTree({ witness: null })
    const run = `require('node:fs').writeFileSync(${JSON.stringify(path.join(dir, 'witness/ran'))}, '')\n`
    const project = makeProject({
      'next.config.js': `${run}module.exports = {}`,
      'instrumentation.js': run,
      '.eslintrc.js': run,
    })
    expect(await idsOf(project)).toEqual([])
    expect(fs.readdirSync(path.join(dir, 'witness'))).toEqual([])
  })

  test('with names that steer a terminal', async () => {
    const dir = makeProject({
      'next.config.js':
        "module.exports = { rewrites: async () => [{ destination: 'https://a\u001b[2J.example/' }] }",
    })
    const { stdout } = await runDoctor(dir)
    expect(stdout).toContain('\\u001b[2J')
    expect(stdout).not.toContain('\u001b')
  })

  test('with very many files', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 500 }, (_, i) => [`app/a${i % 50}/b${i}/page.tsx`, '']),
    )
    expect(await idsOf(makeProject(many))).toEqual([])
  })
})
