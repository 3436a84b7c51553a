import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { makeBare, makeFolder, policyOf, readEnvLocal, run } from './run.ts'

const git = (folder: string, ...args: string[]) =>
  execFileSync('git', args, { cwd: folder, stdio: 'pipe' })
const mode = (file: string) => fs.statSync(file).mode & 0o7777
afterEach(() => vi.unstubAllEnvs())

/** Root may write anything, so what is refused to others cannot be shown. */
const root = process.getuid?.() === 0

describe('a file', () => {
  test('keeps its comments, order, line ends and mode', async () => {
    const before = "\uFEFF# mine\r\nexport A='x y' # why\r\n\r\n  STAGEDOOR = 'off' # soon\r\nB=1"
    const folder = makeFolder({ '.env.local': before })
    const file = path.join(folder, '.env.local')
    fs.chmodSync(file, 0o640)
    await run(folder, ['on'])
    await run(folder, ['allow', 'add', '/a'])
    expect(readEnvLocal(folder)).toBe(
      `${before.replace("'off'", 'on')}\r\nSTAGEDOOR_POLICY='{"version":1,"allow":["/a"]}'\r\n`,
    )
    expect(mode(file)).toBe(0o640)
    expect(fs.readdirSync(folder)).toEqual(['.env.local'])
  })

  test('is written through a link, which stays', async () => {
    const folder = makeFolder({ shared: 'A=1\n' })
    fs.symlinkSync('shared', path.join(folder, '.env.local'))
    expect((await run(folder, ['on'])).code).toBe(0)
    expect(fs.readlinkSync(path.join(folder, '.env.local'))).toBe('shared')
    expect(fs.readFileSync(path.join(folder, 'shared'), 'utf8')).toBe('A=1\nSTAGEDOOR=on\n')
    fs.rmSync(path.join(folder, 'shared'))
    expect(await run(folder, ['on'])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'stagedoor: error: .env.local is a link to shared, which does not exist\n' +
        'stagedoor: hint: make that file, or remove the link\n',
    })
  })

  test('of another name is named, and Next.js does not read it', async () => {
    const folder = makeFolder()
    const { code, stderr } = await run(folder, ['on', '--to', 'file:my.env'])
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr:
        'set STAGEDOOR=on in my.env\n' +
        'stagedoor: warning: Next.js does not read my.env by itself: load it into the environment of the run\n' +
        'next dev and next start: gated, and shut for everybody: no policy (STAGEDOOR=on in my.env) · on Vercel: not told by this file · restart a running next start or next dev\n',
    })
  })

  test('with a name twice is changed where it counts', async () => {
    const folder = makeFolder({ '.env.local': 'STAGEDOOR=off\nSTAGEDOOR=off\n' })
    const { stderr } = await run(folder, ['on'])
    expect(readEnvLocal(folder)).toBe('STAGEDOOR=off\nSTAGEDOOR=on\n')
    expect(stderr).toContain(
      'stagedoor: warning: STAGEDOOR stands 2 times in .env.local: the last one counts, and is the one to change\n',
    )
  })

  test('that is too large for the edge is written, with a warning', async () => {
    const folder = makeFolder()
    const rules = Array.from({ length: 60 }, (_, i) => `/${String(i).padStart(90, 'x')}`)
    const { code, stderr } = await run(folder, ['allow', 'add', ...rules])
    expect(code).toBe(0)
    expect(stderr).toMatch(
      /warning: the policy is 5\d+ bytes, and on the edge runtime one variable holds at most 5120\n/,
    )
  })

  test.each([
    ['a folder', 'file:sub', 'sub is not a regular file'],
    ['a device', 'file:/dev/null', '/dev/null is not a regular file'],
    ['in no folder', 'file:no/such/.env', 'cannot write no/such/.env: its folder does not exist'],
    ['below a file', 'file:plain/x', 'cannot read plain/x: a part of its path is not a folder'],
    ['not UTF-8', 'file:latin1', 'latin1 is not UTF-8'],
  ])('that is %s is refused', async (_what, to, message) => {
    const folder = makeFolder({ plain: 'A=1\n' })
    fs.mkdirSync(path.join(folder, 'sub'))
    fs.writeFileSync(path.join(folder, 'latin1'), Buffer.from([0x41, 0x3d, 0xe4, 0x0a]))
    const { code, stdout, stderr } = await run(folder, ['on', '--to', to])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(`stagedoor: error: ${message}\n`)
  })

  test('with a policy that is not valid is left alone', async () => {
    const text = `STAGEDOOR_POLICY='{"version":1,"users":{"a":{"verifier":"hunter2"}}}'\n`
    const folder = makeFolder({ '.env.local': text })
    for (const args of [
      ['user', 'add', 'b'],
      ['user', 'list'],
      ['allow', 'add', '/a'],
      ['open'],
      ['close'],
    ]) {
      expect(await run(folder, args)).toEqual({
        code: 1,
        stdout: '',
        stderr:
          'stagedoor: error: the policy in .env.local is not valid at $.users["a"].verifier, so it admits nobody\n' +
          'stagedoor: hint: mend STAGEDOOR_POLICY there by hand, or take it out and start anew with `npx stagedoor user add NAME`\n',
      })
    }
    expect(readEnvLocal(folder)).toBe(text)
  })

  test.skipIf(root)('that is read-only is refused', async () => {
    const folder = makeFolder({ '.env.local': '' })
    fs.chmodSync(path.join(folder, '.env.local'), 0o400)
    const { code, stderr } = await run(folder, ['on'])
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        'stagedoor: error: cannot write .env.local: permission denied\n' +
        'stagedoor: hint: make the file readable and its folder writable, or name another with `--to file:PATH`\n',
    })
  })
})

describe('a file that others can read', () => {
  test.skipIf(process.platform === 'win32')('keeps its mode, with a warning', async () => {
    const folder = makeFolder({ '.env.local': 'A=1\n' })
    const file = path.join(folder, '.env.local')
    fs.chmodSync(file, 0o644)
    const { stderr } = await run(folder, ['user', 'add', 'alice'])
    expect(stderr).toContain(
      'stagedoor: warning: others on this machine can get at .env.local: run `chmod 600 .env.local`\n',
    )
    expect(mode(file)).toBe(0o644)
    // The switch is no secret.
    expect((await run(folder, ['on'])).stderr).not.toContain('chmod')
  })
})

describe('in a folder inside an app, a file', () => {
  const makeInside = () => {
    const app = makeFolder({ 'package.json': '{"dependencies":{"next":"16.4.6"}}' })
    const folder = path.join(app, 'app', 'blog')
    fs.mkdirSync(folder, { recursive: true })
    return { app, folder }
  }

  test.each([
    [['user', 'add', 'a']],
    [['allow', 'add', '/a']],
    [['share', '/a']],
    [['on']],
    [['open']],
    [['status']],
    [['user', 'list']],
    [['allow', 'list']],
    [['ip', 'list']],
    [['pass', 'list']],
    [['status', '--to', 'file', '--json']],
  ])('is neither written nor read by %j', async (args) => {
    const { app, folder } = makeInside()
    expect(await run(folder, args)).toEqual({
      code: 2,
      stdout: '',
      stderr:
        `stagedoor: error: no Next.js reads the .env.local of this folder: the app is in ${app}\n` +
        'stagedoor: hint: run the command again with `--cwd ../..`\n',
    })
    expect(fs.readdirSync(folder)).toEqual([])
  })

  test('is written where it is named, with a warning', async () => {
    const { folder } = makeInside()
    const { code, stderr } = await run(folder, ['on', '--to', 'file:.env.local'])
    expect(code).toBe(0)
    expect(stderr).toContain('warning: Next.js does not read .env.local by itself: ')
    const above = await run(folder, ['on', '--to', 'file:../../.env.local'])
    expect(above).toMatchObject({ code: 0, stderr: expect.not.stringContaining('does not read') })
  })
})

describe('in a folder without an app, a file', () => {
  const WARNING =
    'stagedoor: warning: no Next.js app in this folder: nothing reads this .env.local; name the folder of the app with `--cwd DIR`\n'

  test.each([
    [['user', 'add', 'a']],
    [['allow', 'add', '/a']],
    [['share', '/a']],
    [['pass', 'create', 'ci']],
    [['ip', 'add', '::1']],
    [['on']],
  ])('is written by %j, with a warning', async (args) => {
    for (const files of [{}, { 'package.json': '{}' }]) {
      const folder = makeBare(files)
      const quiet = await run(folder, [...args, '-q'])
      expect({ code: quiet.code, stderr: quiet.stderr }).toEqual({ code: 0, stderr: WARNING })
      expect(readEnvLocal(folder)).toContain('STAGEDOOR')
    }
    const { stderr } = await run(makeBare(), [...args, '-q', '--to', 'file:.env.local'])
    expect(stderr).toBe('')
  })

  test('is said to be read by nothing, and where the app is', async () => {
    const folder = makeBare({
      'apps/my web/package.json': '{"dependencies":{"next":"16.4.6"}}',
      'apps/my web/pages/index.js': '',
    })
    const { stdout } = await run(folder, ['user', 'add', 'a', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      runs: [{ gated: false }, { gated: true }],
      warnings: [WARNING.slice(20, -1).replace('DIR', "'apps/my web'")],
    })
    expect((await run(folder, ['status'])).stderr).toContain("`--cwd 'apps/my web'`\n")
  })

  test('is one of an app where a folder around it lists Next.js', async () => {
    const folder = makeBare({
      'package.json': '{"devDependencies":{"next":"16.4.6"}}',
      'apps/web/pages/index.js': '',
    })
    const { stderr } = await run(path.join(folder, 'apps/web'), ['on', '-q'])
    expect(stderr).toBe('')
  })
})

describe('in a git repository, a file', () => {
  test('is asked for without GIT_* of the environment', async () => {
    const [folder, elsewhere] = [makeFolder({ '.env.local': '' }), makeFolder()]
    git(folder, 'init', '-q')
    git(folder, 'add', '-f', '.env.local')
    git(elsewhere, 'init', '-q')
    vi.stubEnv('GIT_DIR', path.join(elsewhere, '.git'))
    vi.stubEnv('GIT_CEILING_DIRECTORIES', folder)
    const { code, stderr } = await run(folder, ['user', 'add', 'alice'])
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('is tracked by git'),
    })
    expect(readEnvLocal(folder)).toBe('')
  })

  test('of which git cannot tell takes no policy', async () => {
    const folder = makeFolder()
    git(folder, 'init', '-q')
    fs.writeFileSync(path.join(folder, '.git/config'), '[[[')
    const { code, stderr } = await run(folder, ['user', 'add', 'alice'])
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /^stagedoor: error: git cannot say whether it tracks \.env\.local: bad config.*\nstagedoor: hint: run `git -C \S+ status`, mend what it says, and try again\n$/,
      ),
    })
    expect(fs.existsSync(path.join(folder, '.env.local'))).toBe(false)
    expect((await run(folder, ['on'])).code).toBe(0)
  })

  test('of somebody else takes no policy', async () => {
    const folder = makeFolder({
      git: '#!/bin/sh\necho "fatal: detected dubious ownership in repository at \'$PWD\'" >&2\nexit 128\n',
    })
    fs.chmodSync(path.join(folder, 'git'), 0o700)
    fs.mkdirSync(path.join(folder, '.git'))
    vi.stubEnv('PATH', `${folder}:${process.env.PATH}`)
    const { code, stderr } = await run(folder, ['user', 'add', 'alice'])
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        `stagedoor: error: git cannot say whether it tracks .env.local: detected dubious ownership in repository at '${folder}'\n` +
        `stagedoor: hint: if you trust that repository, run \`git config --global --add safe.directory ${folder}\`, and try again\n`,
    })
  })

  test('without a git to ask is written, with a warning', async () => {
    const folder = makeFolder()
    fs.mkdirSync(path.join(folder, '.git'))
    vi.stubEnv('PATH', folder)
    const { code, stderr } = await run(folder, ['user', 'add', 'alice'])
    expect(code).toBe(0)
    expect(stderr).toContain(
      'stagedoor: warning: there is no git to ask whether it ignores .env.local: make sure that it does\n',
    )
  })

  test('that is tracked takes no policy', async () => {
    const folder = makeFolder({ '.env.local': 'A=1\n' })
    git(folder, 'init', '-q')
    git(folder, 'add', '-f', '.env.local')
    expect(await run(folder, ['user', 'add', 'alice'])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'stagedoor: error: .env.local is tracked by git, and credentials must not end up in a commit\n' +
        'stagedoor: hint: run `git rm --cached .env.local`, add .env.local to .gitignore, and try again\n',
    })
    expect((await run(folder, ['user', 'add', 'alice', '--dry-run'])).code).toBe(1)
    // The switch is no secret.
    expect((await run(folder, ['on'])).code).toBe(0)
    expect(readEnvLocal(folder)).toBe('A=1\nSTAGEDOOR=on\n')
  })

  test('that is not ignored gets a warning', async () => {
    const folder = makeFolder()
    git(folder, 'init', '-q')
    const warning =
      'stagedoor: warning: git does not ignore .env.local: add the line .env.local to .gitignore\n'
    expect((await run(folder, ['user', 'add', 'alice'])).stderr).toContain(warning)
    fs.writeFileSync(path.join(folder, '.gitignore'), '.env*\n')
    expect((await run(folder, ['user', 'add', 'bob'])).stderr).not.toContain('warning')
  })

  test('is asked for by its name, which is no pattern', async () => {
    const folder = makeFolder({ a1: '', 'a*': '' })
    git(folder, 'init', '-q')
    git(folder, 'add', 'a1')
    expect((await run(folder, ['user', 'add', 'alice', '--to', 'file:a*'])).code).toBe(0)
  })
})

describe('writers', () => {
  test('at once lose nothing', async () => {
    const folder = makeFolder({ '.env.local': '# kept\n' })
    const names = Array.from({ length: 6 }, (_, i) => `user-${i}`)
    const outcomes = await Promise.all(names.map((name) => run(folder, ['user', 'add', name])))
    expect(outcomes.map(({ code }) => code)).toEqual(names.map(() => 0))
    expect(Object.keys(policyOf(folder).users).sort()).toEqual([...names].sort())
    expect(fs.readdirSync(folder)).toEqual(['.env.local'])
  })

  test('clear away what a killed one left', async () => {
    const folder = makeFolder({
      '.env.stagedoor-new-0123456789ab.local': 'half',
      '.env.stagedoor-mine.local': '',
    })
    // No process has this number: Linux's highest is 4194304.
    fs.symlinkSync(`9999999@${os.hostname()}`, path.join(folder, '.env.stagedoor-lock.local'))
    expect((await run(folder, ['on'])).code).toBe(0)
    expect(fs.readdirSync(folder).sort()).toEqual(['.env.local', '.env.stagedoor-mine.local'])
  })
})
