/** Projects that are broken, or made to break who reads them: something is said, and nothing is run. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { FindingId } from '../../src/cli/doctor/finding-ids.ts'
import { envOf, findings, git, idsOf, makeProject, runDoctor, VERIFIER } from './doctor-support.ts'
import { GATE, makeTree } from './init-support.ts'

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
    [
      'a row of comments',
      { 'next.config.js': `module.exports = { distDir: ${'// '.repeat(60)}\n@ }` },
    ],
    [
      'a list that does not end',
      { 'proxy.ts': `export default x\nexport {default${' '.repeat(400_000)}x}` },
    ],
    ['many exports of a function', { 'proxy.ts': 'export { a as proxy }\n'.repeat(40_000) }],
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

  test('does not have what it refers to printed: of the shell, or of files outside', async () => {
    const secret = 'ShellSecret7'
    const env = { AWS_SECRET_ACCESS_KEY: secret, STAGEDOOR_SECRET: 'd'.repeat(40) }
    const policy = (text: string) => `STAGEDOOR_POLICY='${text}'\n`
    const address = policy('{"version":1,"ips":["10.0.0.0/8"]}')
    const texts: [text: string, id: FindingId][] = [
      [`${address}STAGEDOOR_IP_HEADER=$AWS_SECRET_ACCESS_KEY\n`, 'ip-header'],
      [`${address}A=$AWS_SECRET_ACCESS_KEY\nSTAGEDOOR_IP_HEADER=\${A}\n`, 'ip-header'],
      [`${address}STAGEDOOR_IP_HEADER=${secret}\n`, 'ip-header'],
      [policy('{"version":1,"$AWS_SECRET_ACCESS_KEY":1}'), 'policy-invalid'],
      [policy(`{"version":1,"${secret}":1}`), 'policy-invalid'],
      [policy('{"version":1,"users":{"$AWS_SECRET_ACCESS_KEY":{}}}'), 'policy-invalid'],
      [
        policy(
          `{"version":1,"users":{"$AWS_SECRET_ACCESS_KEY":{"verifier":"${VERIFIER}","expires":"2001-01-01T00:00:00Z"}}}`,
        ),
        'user-expired',
      ],
      [policy('{"version":1,"allow":["/**","/$AWS_SECRET_ACCESS_KEY"]}'), 'rules-everything'],
      [policy('{"version":1,"allow":["/$AWS_SECRET_ACCESS_KEY/**"]}'), 'actions-public'],
    ]
    for (const [text, id] of texts) {
      const dir = makeProject({
        '.env.local': text,
        'app/actions.ts': "'use server'\n",
        [`app/${secret}/x/page.tsx`]: id === 'actions-public' ? '' : undefined,
      })
      for (const args of [[], ['--json']]) {
        const { stdout, stderr } = await runDoctor(dir, args, { env })
        expect(stdout).toContain(id)
        expect(stdout + stderr).not.toContain(secret)
        expect(stdout + stderr).not.toContain(env.STAGEDOOR_SECRET)
      }
    }
  })

  test('with a link for an .env file that leads out of it', async () => {
    const outside = makeTree({ '.env': "STAGEDOOR_POLICY='{}'\n" })
    const dir = makeProject({ '.env.local': undefined })
    fs.symlinkSync(path.join(outside, '.env'), path.join(dir, '.env.local'))
    expect((await findings(dir)).map(({ id, what }) => [id, what])).toEqual([
      ['file-unreadable', '.env.local was not read: it is a link that leads out of the project'],
      ['policy-missing', expect.any(String)],
      ['secret-missing', expect.any(String)],
    ])
    // The root of a workspace is no stranger to the apps in it.
    const root = makeTree({ '.env': "STAGEDOOR_POLICY='{}'\n", '.git/x': '' })
    fs.cpSync(dir, path.join(root, 'web'), { recursive: true })
    fs.rmSync(path.join(root, 'web/.env.local'))
    fs.symlinkSync('../.env', path.join(root, 'web/.env.local'))
    expect(await idsOf(path.join(root, 'web'))).toContain('policy-invalid')
  })

  test('whose build is said to be outside of it has nothing looked at there', async () => {
    const outside = makeTree({ 'x/BUILD_ID': '' })
    git(outside, 'init', '-q')
    git(outside, 'add', '-f', '.')
    const config = (distDir: string) => ({
      'next.config.js': `module.exports = { distDir: ${JSON.stringify(distDir)} }`,
    })
    const dir = makeProject(config(`../${path.basename(outside)}/x`))
    expect(await idsOf(dir)).toEqual([])
    const linked = makeProject(config('x'))
    fs.symlinkSync(path.join(outside, 'x'), path.join(linked, 'x'))
    expect(await idsOf(linked)).toEqual([])
  })

  const PROGRAM = 'node_modules/next/dist/build/analysis/get-page-static-info.js'
  const MATCHED = `import { createGate } from './stagedoor'\nexport default createGate()\nexport const config = { matcher: '/a' }\n`

  test('that has a Next.js of its own making in git does not have it run', async () => {
    const dir = makeProject({ 'proxy.ts': MATCHED, 'stagedoor.ts': GATE, witness: null })
    const ran = path.join(dir, 'witness/ran')
    const write = `require('node:fs').writeFileSync(${JSON.stringify(ran)}, '')\n`
    const add = (name: string, text = write) => {
      fs.mkdirSync(path.dirname(path.join(dir, name)), { recursive: true })
      fs.writeFileSync(path.join(dir, name), text)
    }
    add(PROGRAM, `exports.getMiddlewareMatchers = () => [{ regexp: '.*' }]\n`)
    expect(await idsOf(dir)).toEqual(['matcher-present'])
    git(dir, 'init', '-q')
    fs.writeFileSync(path.join(dir, '.gitignore'), '.env*\nnode_modules\n')
    expect(await idsOf(dir)).toEqual(['matcher-present'])
    // Of its packages too, and by a link.
    add('node_modules/other/index.js')
    git(dir, 'add', '-f', 'node_modules/other')
    const why = 'git tracks files in node_modules, so it was not run'
    expect((await findings(dir))[0]?.what).toContain(why)
    git(dir, 'rm', '-rq', '--cached', 'node_modules')
    expect(await idsOf(dir)).toEqual(['matcher-present'])
    fs.renameSync(path.join(dir, 'node_modules'), path.join(dir, 'mine'))
    fs.symlinkSync('mine', path.join(dir, 'node_modules'))
    git(dir, 'add', '-f', 'mine')
    expect((await findings(dir))[0]?.what).toContain(why)
    fs.writeFileSync(path.join(dir, '.git/config'), '[core]\n\trepositoryformatversion = 99\n')
    expect((await findings(dir)).find(({ id }) => id === 'matcher-unevaluated')?.what).toContain(
      'git cannot say whether it tracks',
    )
  })

  test('whose Next.js reads what is not in node_modules', async () => {
    const [name] = fs.readdirSync('/proc/self').includes('environ') ? ['/proc/self/environ'] : ['']
    const spy = `const tried = ['${name}', __dirname + '/../../../../../../.env.local', '/etc/passwd'].map((file) => {
  try { return require('node:fs').readFileSync(file, 'utf8').length } catch (error) { return error.code }
})
exports.getMiddlewareMatchers = () => { throw Object.assign(new Error(), { code: tried.join() }) }\n`
    const dir = makeProject({ 'proxy.ts': MATCHED, 'stagedoor.ts': GATE, [PROGRAM]: spy })
    const denied = 'ERR_ACCESS_DENIED'
    expect((await findings(dir))[0]?.what).toContain(`it fails: ${denied},${denied},${denied}`)
  })

  test('that is called next itself is not taken for the package', async () => {
    const dir = makeProject({
      'package.json': JSON.stringify({
        name: 'next',
        exports: { './dist/build/analysis/get-page-static-info': './evil.js' },
        dependencies: { next: '16.4.6' },
      }),
      'evil.js': `exports.getMiddlewareMatchers = () => [{ regexp: '.*' }]\n`,
      'proxy.ts': MATCHED,
      'stagedoor.ts': GATE,
    })
    expect((await findings(dir))[0]?.what).toContain('this Next.js is not installed whole')
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

  // Minutes, where the time grows faster than the file.
  test.each([
    'export const middleware (\n',
    'export ',
    'export const config ',
    'export{',
    'export default (\n',
    'export default function ',
  ])('whose middleware says one thing again and again: %j', async (row) => {
    const gated = `import { createGate } from './stagedoor'\nexport default createGate()\n`
    const text = `${gated}${row.repeat(20_000)}\n// export default a${' '.repeat(80_000)}x\n`
    const dir = makeProject({ 'proxy.ts': text, 'stagedoor.ts': GATE })
    expect((await runDoctor(dir)).stderr).not.toMatch(/ at /)
  })

  test('with very many files', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 500 }, (_, i) => [`app/a${i % 50}/b${i}/page.tsx`, '']),
    )
    expect(await idsOf(makeProject(many))).toEqual([])
  })
})
