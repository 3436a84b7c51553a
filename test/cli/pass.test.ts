import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { issuePass, issueSession } from '../../src/gate/holder.ts'
import { parsePolicy } from '../../src/gate/policy.ts'
import { ask, claimsOf, makeSigned, POLICY, printed, RUNS, SECRET, SITE } from './pass-support.ts'
import { makeFolder, policyOf, RESTART, readEnvLocal, run } from './run.ts'

const DAY = 86_400

describe('pass create', () => {
  test('makes a pass, shows it once, and tells how to use it', async () => {
    const folder = makeSigned()
    const { code, stdout, stderr } = await run(folder, ['pass', 'create', 'ci'])
    const { iat = 0, exp = 0, jti, ...rest } = await claimsOf(stdout.trim(), SECRET)
    const end = new Date(exp * 1000).toISOString().replace('.000Z', 'Z')
    expect({ code, stderr, rest, exp }).toEqual({
      code: 0,
      stderr:
        'signed with STAGEDOOR_SECRET of .env.local, which servers and deployments need too\n' +
        `pass ${jti} for ci opens everything, until ${end}\n` +
        `to end it sooner: \`npx stagedoor pass revoke ${jti}\`\n` +
        'to send with each request, as `x-stagedoor-pass: PASS` or `Authorization: Bearer PASS`\n' +
        `${RUNS}\npass, shown this once:\n`,
      rest: { iss: 'stagedoor', sub: 'ci', use: 'automation' },
      exp: iat + 90 * DAY,
    })
    expect(jti).toMatch(/^[\w][\w-]{15}$/)
  })

  test('makes one that the gate takes in either header, everywhere, until it is revoked', async () => {
    const folder = makeSigned()
    const { pass, id } = JSON.parse(await printed(folder, ['pass', 'create', 'ci', '--json']))
    const ways = [{ 'x-stagedoor-pass': pass }, { Authorization: `Bearer ${pass}` }]
    const statuses = async () => {
      const all: number[] = []
      for (const headers of ways) all.push(await ask(folder, `${SITE}/any/page`, headers))
      return [...all, await ask(folder, `${SITE}/?stagedoor=${pass}`)]
    }
    // No link is made of it.
    expect(await statuses()).toEqual([200, 200, 401])
    expect((await run(folder, ['pass', 'revoke', id])).code).toBe(0)
    expect(await statuses()).toEqual([401, 401, 401])
  })

  test('limits it to paths, gives it roles, and prints one document', async () => {
    const folder = makeSigned()
    const args = ['--paths', 'GET /api/**', '--paths', '/a', '--roles', 'a,b', '--expires', '366d']
    const { code, stdout, stderr } = await run(folder, ['pass', 'create', 'ci', '--json', ...args])
    const document = JSON.parse(stdout)
    expect({ code, stderr, document }).toEqual({
      code: 0,
      stderr: '',
      document: {
        pass: expect.stringMatching(/^eyJ/),
        id: expect.stringMatching(/^[\w-]{16}$/),
        name: 'ci',
        expires: expect.stringMatching(/^20.*Z$/),
        paths: ['GET /api/**', '/a'],
        roles: ['a', 'b'],
        place: 'file',
        file: path.join(folder, '.env.local'),
        changed: false,
        dryRun: false,
        runs: expect.any(Array),
        warnings: [],
      },
    })
    expect(await claimsOf(document.pass, SECRET)).toMatchObject({
      jti: document.id,
      paths: ['GET /api/**', '/a'],
      roles: ['a', 'b'],
    })
    const headers = { 'x-stagedoor-pass': document.pass }
    expect(await ask(folder, `${SITE}/api/x`, headers)).toBe(200)
    expect(await ask(folder, `${SITE}/b`, headers)).toBe(403)
    const all = JSON.parse(await printed(folder, ['pass', 'create', 'ci', '--json']))
    expect([all.paths, all.roles]).toEqual([null, []])
  })

  test('makes a secret where there is none; --dry-run makes neither', async () => {
    const folder = makeFolder({ '.env.local': POLICY })
    const dry = await run(folder, ['pass', 'create', 'ci', '--dry-run'])
    expect({ ...dry, stderr: dry.stderr.replace(/20\S+Z/, '<end>') }).toEqual({
      code: 0,
      stdout: '',
      stderr:
        'would make STAGEDOOR_SECRET in .env.local: servers and deployments need the same one, and a restart or a new deployment\n' +
        'would make a pass for ci that opens everything, until <end>\n' +
        'to send with each request, as `x-stagedoor-pass: PASS` or `Authorization: Bearer PASS`\n' +
        `${RUNS}\nwould show the pass, this once\n`,
    })
    expect(readEnvLocal(folder)).toBe(POLICY)
    const json = JSON.parse(await printed(folder, ['pass', 'create', 'ci', '--dry-run', '--json']))
    expect(json).toMatchObject({ pass: null, id: null, dryRun: true, changed: true })
    const pass = await printed(folder, ['pass', 'create', 'ci'])
    expect(readEnvLocal(folder)).toMatch(/\nSTAGEDOOR_SECRET=[\w-]{43}\n$/)
    expect(await ask(folder, SITE, { 'x-stagedoor-pass': pass })).toBe(200)
    expect(await printed(folder, ['pass', 'create', 'ci'])).not.toBe(pass)
  })

  test.each([
    [[''], 'that cannot be the name of a pass: it is empty'],
    [['a\nb'], 'that cannot be the name of a pass: it has a control character'],
    [['ci', '--expires', '2y'], "'2y' is no time to expire at"],
    [['ci', '--expires', '53w'], "'53w' is too far off: a pass is good for 366 days at most"],
    [['ci', '--paths', 'x'], "'x' is not a rule: a pattern starts with /"],
    [['ci', '--roles', 'a b'], "'a b' cannot be a role: roles are words with commas between"],
  ])('refuses %j', async (args, message) => {
    const folder = makeFolder()
    const { code, stdout, stderr } = await run(folder, ['pass', 'create', ...args])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(`stagedoor: error: ${message}\nstagedoor: hint: `)
    expect(fs.readdirSync(folder)).toEqual([])
  })
})

describe('pass revoke', () => {
  test('adds the id to the policy, once', async () => {
    const folder = makeSigned()
    const id = 'AAAAbbbbCCCCdddd'
    const dry = await run(folder, ['pass', 'revoke', id, '--dry-run'])
    expect(dry.stderr).toBe(`would revoke ${id} in .env.local\n${RUNS}\n`)
    expect(policyOf(folder).revoked).toBe(undefined)
    expect(await run(folder, ['pass', 'revoke', id])).toEqual({
      code: 0,
      stdout: '',
      stderr: `revoked ${id} in .env.local\n${RUNS}${RESTART}\n`,
    })
    expect(await run(folder, ['pass', 'revoke', id])).toEqual({
      code: 0,
      stdout: '',
      stderr: `${id} is revoked in .env.local already\n${RUNS}\n`,
    })
    await run(folder, ['user', 'add', 'ann@example.com'])
    const session = 'ann@example.com.t5x4w0'
    const { stdout } = await run(folder, ['pass', 'revoke', session, '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      id: session,
      revoked: [id, session],
      changed: true,
      warnings: [],
    })
    expect(policyOf(folder).revoked).toEqual([id, session])
  })

  test('works on the place that was named', async () => {
    const folder = makeFolder({ 'my.env': '' })
    const args = ['pass', 'revoke', 'AAAAbbbbCCCCdddd', '--to', 'file:my.env']
    expect((await run(folder, args)).code).toBe(0)
    expect(fs.readFileSync(path.join(folder, 'my.env'), 'utf8')).toContain('AAAAbbbbCCCCdddd')
  })

  test.each(['ci', 'AAAAbbbbCCCCddd', 'AAAAbbbbCCCCdddd=', 'bob.t5x4w0', 'ann@example.com.x'])(
    'refuses %j, which is no id, unless it is told to',
    async (id) => {
      const folder = makeSigned()
      await run(folder, ['user', 'add', 'ann@example.com'])
      expect(await run(folder, ['pass', 'revoke', id])).toEqual({
        code: 2,
        stdout: '',
        stderr:
          `stagedoor: error: '${id}' is no id of a pass or a link, nor of a session of a user\n` +
          'stagedoor: hint: `npx stagedoor pass show` reads a pass or link from stdin and tells its id; `--force` writes it all the same\n',
      })
      expect(policyOf(folder).revoked).toBe(undefined)
      expect((await run(folder, ['pass', 'revoke', id, '--force'])).code).toBe(0)
      expect(policyOf(folder).revoked).toEqual([id])
      // It is there.
      expect((await run(folder, ['pass', 'revoke', id])).code).toBe(0)
    },
  )

  test('is undone with --undo, after which the pass is good again', async () => {
    const folder = makeSigned()
    const { pass, id } = JSON.parse(await printed(folder, ['pass', 'create', 'ci', '--json']))
    const other = 'AAAAbbbbCCCCdddd'
    for (const one of [id, other]) await run(folder, ['pass', 'revoke', one])
    const headers = { 'x-stagedoor-pass': pass }
    expect(await ask(folder, SITE, headers)).toBe(401)
    const line = `${id} out of what is revoked in .env.local: it counts again, to its end\n`
    const dry = await run(folder, ['pass', 'revoke', '--undo', id, '--dry-run'])
    expect(dry.stderr).toBe(`would take ${line}${RUNS}\n`)
    expect(await run(folder, ['pass', 'revoke', '--undo', id])).toEqual({
      code: 0,
      stdout: '',
      stderr: `took ${line}${RUNS}${RESTART}\n`,
    })
    expect(await ask(folder, SITE, headers)).toBe(200)
    expect(await run(folder, ['pass', 'revoke', '--undo', id])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        `stagedoor: error: '${id}' is not revoked in .env.local\n` +
        'stagedoor: hint: see which are: `npx stagedoor pass list`\n',
    })
    const { stdout } = await run(folder, ['pass', 'revoke', '--undo', other, '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ id: other, revoked: [], changed: true })
    expect(policyOf(folder)).toEqual({ version: 1, users: {} })
  })

  test('takes no pass for an argument, and does not say it again', async () => {
    const folder = makeSigned()
    const pass = await printed(folder, ['pass', 'create', 'ci'])
    const link = await printed(folder, ['share', '/a', '--url', SITE])
    for (const text of [pass, link, pass.slice(0, 60), pass.replace('eyJ', 'abc')]) {
      expect(await run(folder, ['pass', 'revoke', text])).toEqual({
        code: 2,
        stdout: '',
        stderr:
          "stagedoor: error: that is a whole pass, and what is an argument stands in the shell's history\n" +
          'stagedoor: hint: give its id, which `npx stagedoor pass show` tells: it reads the pass from stdin\n',
      })
    }
    for (const args of [
      ['revoke', `--id=${pass}`],
      ['show', pass],
      ['create', pass],
      ['revoke', 'a', pass],
    ]) {
      const { code, stdout, stderr } = await run(folder, ['pass', ...args])
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).not.toContain('eyJ')
    }
    expect((await run(folder, ['pass', 'revoke', ' '])).code).toBe(2)
    expect(policyOf(folder).revoked).toBe(undefined)
  })

  test('is refused where git tracks the file', async () => {
    const folder = makeSigned()
    execFileSync('git', ['init', '-q'], { cwd: folder })
    execFileSync('git', ['add', '-f', '.env.local'], { cwd: folder })
    const { code, stderr } = await run(folder, ['pass', 'revoke', 'AAAAbbbbCCCCdddd'])
    expect(code).toBe(1)
    expect(stderr).toContain('.env.local is tracked by git')
    // Nothing is to be written to sign another.
    expect((await run(folder, ['pass', 'create', 'ci'])).code).toBe(0)
  })
})

describe('pass list', () => {
  test('lists what is revoked, and says that nothing else is known', async () => {
    const folder = makeSigned()
    await run(folder, ['pass', 'create', 'ci'])
    expect(await run(folder, ['pass', 'list'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'no ids are revoked in .env.local; of other passes and links nothing is stored\n',
    })
    const ids = ['AAAAbbbbCCCCdddd', 'odd\u202e']
    for (const id of ids) await run(folder, ['pass', 'revoke', id, '--force'])
    expect(await run(folder, ['pass', 'list'])).toEqual({
      code: 0,
      stdout: 'AAAAbbbbCCCCdddd\nodd\\u202e\n',
      stderr: 'these ids are revoked in .env.local; of other passes and links nothing is stored\n',
    })
    const { stdout, stderr } = await run(folder, ['pass', 'list', '--json'])
    expect({ document: JSON.parse(stdout), stderr }).toEqual({
      document: { place: 'file', file: path.join(folder, '.env.local'), revoked: ids },
      stderr: '',
    })
  })
})

describe('pass show', () => {
  const show = (folder: string, stdin: string, ...args: string[]) =>
    run(folder, ['pass', 'show', ...args], { stdin })

  test('tells what a pass is, and never the pass', async () => {
    const folder = makeSigned()
    const args = ['pass', 'create', 'ci', '--paths', '/a', '--roles', 'x,y', '--json']
    const { pass, id, expires } = JSON.parse(await printed(folder, args))
    const { code, stdout, stderr } = await show(folder, `${pass}\n`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.replace(/(issued {3})\S+/, '$1<now>')).toBe(
      [
        `id       ${id}`,
        'name     ci',
        'use      automation',
        'paths    /a',
        'roles    x,y',
        'issued   <now>',
        `expires  ${expires}`,
        'good     yes, by .env.local',
        '',
      ].join('\n'),
    )
    expect(readEnvLocal(folder)).toBe(`${POLICY}STAGEDOOR_SECRET=${SECRET}\n`)
  })

  test('takes none as an argument', async () => {
    const folder = makeSigned()
    const pass = await printed(folder, ['pass', 'create', 'ci'])
    const link = await printed(folder, ['share', '/a', '--url', SITE])
    const HINT = 'stagedoor: hint: pipe it in: `npx stagedoor pass show < pass.txt`\n'
    for (const args of [[pass], [link], ['x', pass]]) {
      expect(await show(folder, pass, ...args)).toEqual({
        code: 2,
        stdout: '',
        stderr: `stagedoor: error: that is a whole pass, and what is an argument stands in the shell's history\n${HINT}`,
      })
    }
    expect(await show(folder, pass, 'pass.txt')).toEqual({
      code: 2,
      stdout: '',
      stderr: `stagedoor: error: a pass is read from stdin, and is no argument\n${HINT}`,
    })
  })

  test('takes a link too, and a cookie', async () => {
    const folder = makeSigned()
    const args = ['share', '/a?b=c', '/x/**', '--url', SITE, '--json']
    const { link, id, expires } = JSON.parse(await printed(folder, args))
    const token = new URL(link).searchParams.get('stagedoor')
    for (const text of [
      link,
      ` ${link}#faq\r\n`,
      `a=b; __Host-stagedoor=${token}`,
      `stagedoor=${token}; c`,
    ]) {
      const { code, stdout } = await show(folder, text, '--json')
      expect({ code, document: JSON.parse(stdout) }).toEqual({
        code: 0,
        document: {
          id,
          name: '/a',
          use: 'share',
          paths: ['GET,HEAD /a', '/x/**'],
          roles: [],
          issued: expect.stringMatching(/^20.*Z$/),
          expires,
          good: true,
          fault: null,
          place: 'file',
          file: path.join(folder, '.env.local'),
        },
      })
    }
  })

  test.each([
    [
      'STAGEDOOR_SECRET=another-secret-of-more-than-32-bytes\n',
      'it is not signed with STAGEDOOR_SECRET of .env.local',
    ],
    ['', 'there is no STAGEDOOR_SECRET in .env.local to check it with'],
    [
      'STAGEDOOR_SECRET=short\n',
      'STAGEDOOR_SECRET in .env.local has fewer than 32 bytes, and signs nothing',
    ],
  ])('with %j ends in failure', async (line, fault) => {
    const link = await printed(makeSigned(), ['share', '/a'])
    const { code, stdout, stderr } = await show(makeFolder({ '.env.local': POLICY + line }), link)
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `stagedoor: error: this pass is not good: ${fault}\nstagedoor: hint: make another link with \`npx stagedoor share PATH\`\n`,
    })
    expect(stdout).toMatch(/^id .*\n(.*\n)*good {5}no\n$/)
  })

  test('tells of one that is revoked, or has expired', async () => {
    const folder = makeSigned()
    const { pass, id } = JSON.parse(await printed(folder, ['pass', 'create', 'ci', '--json']))
    await run(folder, ['pass', 'revoke', id])
    const { code, stdout, stderr } = await show(folder, pass, '--json')
    expect([code, JSON.parse(stdout).fault]).toEqual([1, 'it is revoked in .env.local'])
    expect(stderr).toContain('hint: make another with `npx stagedoor pass create NAME`\n')
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      sub: 'x',
      use: 'automation' as const,
      jti: 'x',
      iat: now - DAY,
      exp: now - 100,
    }
    const old = await show(folder, await issuePass(claims, SECRET))
    expect(old.code).toBe(1)
    expect(old.stdout).toContain(' (expired)\n')
    expect(old.stderr).toContain('this pass is not good: it has expired\n')
    const later = { ...claims, iat: now + 1000, exp: now + 2000 }
    expect((await show(folder, await issuePass(later, SECRET))).stderr).toContain('it begins later')
    const long = { ...claims, iat: now, exp: now + 367 * DAY }
    expect((await show(folder, await issuePass(long, SECRET))).code).toBe(1)
  })

  test('tells of a session whether its user is there, with the same password', async () => {
    const folder = makeSigned()
    await run(folder, ['user', 'add', 'alice'])
    const keys = { secret: SECRET, bypass: '', verifies: false }
    const [alice] = [...parsePolicy(policyOf(folder)).users.values()]
    if (!alice) throw new Error('no user')
    const session = await issueSession(alice, keys, Date.now())
    const { code, stdout } = await show(folder, session)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^id {7}alice\.[\da-z]{6}\nname {5}alice\nuse {6}session\n/)
    expect(stdout).toContain('paths    what its user may see\n')
    await run(folder, ['user', 'rotate', 'alice'])
    expect((await show(folder, session)).stderr).toContain(
      'this pass is not good: its user is gone from .env.local, or has another password\n',
    )
  })

  test.each([
    '',
    'hello',
    'https://a.b.c/?x=y',
    `eyJhbGciOiJIUzI1NiJ9.${Buffer.from('{"sub":"x"}').toString('base64url')}.x`,
    `a.${Buffer.from('null').toString('base64url')}.b`,
  ])('refuses %j', async (text) => {
    expect(await show(makeSigned(), text)).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'stagedoor: error: that is no pass, and no link with one\n' +
        'stagedoor: hint: pipe in the whole of it, as `share` or `pass create` printed it\n',
    })
  })

  test('shows nothing of a forged one that could steer the terminal', async () => {
    const claims = { sub: 'a\u001b[2J', use: 'share' as const, jti: 'i\u202e', iat: 1, exp: 2 }
    const { stdout, stderr } = await show(makeSigned(), await issuePass(claims, SECRET))
    expect(stdout).toContain('name     a\\u001b[2J\n')
    for (const steering of ['\u001b', '\u202e']) expect(stdout + stderr).not.toContain(steering)
  })
})
