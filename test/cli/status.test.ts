import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { environmentName } from '../../src/cli/places/next-env.ts'
import { environment } from '../../src/gate/environment.ts'
import { makeFolder, policyOf, readEnvLocal, run } from './run.ts'

const VERCEL = ' · on Vercel: not told by this file\n'
const POLICY = `STAGEDOOR_POLICY='${JSON.stringify({
  version: 1,
  users: { alice: { verifier: `sha256:${'A'.repeat(22)}:${'A'.repeat(43)}` } },
})}'\n`

describe('on and off', () => {
  test('set STAGEDOOR, and tell which runs are gated then', async () => {
    const folder = makeFolder({ '.env.local': POLICY })
    expect(await run(folder, ['on', '--dry-run'])).toEqual({
      code: 0,
      stdout: '',
      stderr: `would set STAGEDOOR=on in .env.local\nnext dev and next start: gated (STAGEDOOR=on in .env.local)${VERCEL}`,
    })
    expect(readEnvLocal(folder)).toBe(POLICY)
    expect(await run(folder, ['on'])).toEqual({
      code: 0,
      stdout: '',
      stderr: `set STAGEDOOR=on in .env.local\nnext dev and next start: gated (STAGEDOOR=on in .env.local)${VERCEL}`,
    })
    expect(readEnvLocal(folder)).toBe(`${POLICY}STAGEDOOR=on\n`)
    expect((await run(folder, ['on'])).stderr).toContain('STAGEDOOR is on in .env.local already\n')
    expect(await run(folder, ['off'])).toEqual({
      code: 0,
      stdout: '',
      stderr: `set STAGEDOOR=off in .env.local\nnext dev and next start: not gated (STAGEDOOR=off in .env.local)${VERCEL}`,
    })
    expect(readEnvLocal(folder)).toBe(`${POLICY}STAGEDOOR=off\n`)
  })

  test('warn where something else wins', async () => {
    const folder = makeFolder({ '.env.local': POLICY, '.env.production.local': 'STAGEDOOR=off\n' })
    expect((await run(folder, ['on'])).stderr).toBe(
      'set STAGEDOOR=on in .env.local\n' +
        'stagedoor: warning: next start does not see STAGEDOOR of .env.local: .env.production.local sets it too, and wins\n' +
        `next dev: gated (STAGEDOOR=on in .env.local) · next start: not gated (STAGEDOOR=off in .env.production.local)${VERCEL}`,
    )
    // Even an empty variable of the shell keeps Next.js from reading the file's.
    const { stderr } = await run(folder, ['on'], { env: { STAGEDOOR: '' } })
    expect(stderr).toContain(
      'next dev does not see STAGEDOOR of .env.local: the environment of this shell sets it too, and wins',
    )
  })

  test('work on a policy that is not valid', async () => {
    const folder = makeFolder({ '.env.local': "STAGEDOOR_POLICY='{}'\n" })
    expect(await run(folder, ['on'])).toEqual({
      code: 0,
      stdout: '',
      stderr:
        'set STAGEDOOR=on in .env.local\n' +
        `next dev and next start: gated, and shut for everybody: the policy is not valid (STAGEDOOR=on in .env.local)${VERCEL}`,
    })
  })
})

describe('open and close', () => {
  test('set the policy to let everybody in, and back', async () => {
    const folder = makeFolder({ '.env.local': POLICY })
    expect(await run(folder, ['open', '--json'])).toMatchObject({ code: 0, stderr: '' })
    expect(policyOf(folder)).toMatchObject({ open: true })
    expect((await run(folder, ['open'])).stderr).toBe(
      'the policy in .env.local is open already\n' +
        `next dev: not gated (run \`stagedoor on\` to gate it too) · next start: gated, but open for everybody${VERCEL}`,
    )
    expect((await run(folder, ['close'])).stderr).toMatch(/^closed the policy in .env.local\n/)
    expect(readEnvLocal(folder)).toBe(POLICY)
  })
})

describe('status', () => {
  test('works where nothing is set up', async () => {
    const folder = makeFolder()
    expect(await run(folder, ['status'])).toEqual({
      code: 0,
      stdout: [
        'RUN         GATE                                      BECAUSE',
        'next dev    not gated                                 development, and STAGEDOOR is not set',
        'next start  gated, and shut for everybody: no policy  self-hosted, and STAGEDOOR is not set',
        "on Vercel   not told by these files                   the project's variables decide there",
        '',
      ].join('\n'),
      stderr: '\nnothing is set up in .env.local: run `stagedoor user add NAME`\n',
    })
  })

  test('shows runs, files, users and rules, and never a verifier', async () => {
    const folder = makeFolder({
      '.env.local': `STAGEDOOR=on\n${POLICY}`,
      '.env': 'AUTH_USER=bob\nAUTH_PASSWORD=x\n',
      '.env.production': 'STAGEDOOR=off\n',
    })
    await run(folder, ['allow', 'add', '/a', 'GET /b'])
    await run(folder, ['user', 'add', 'carol', '--expires', '50h'])
    const { code, stdout, stderr } = await run(folder, ['status'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.replace(/20\S+Z/, '<end>')).toBe(
      [
        'RUN         GATE                     BECAUSE',
        'next dev    gated                    STAGEDOOR=on in .env.local',
        'next start  gated                    STAGEDOOR=on in .env.local',
        "on Vercel   not told by these files  the project's variables decide there",
        '',
        'SET IN           STAGEDOOR  STAGEDOOR_POLICY  AUTH_USER',
        '.env.local       on         2 users, 2 rules  -',
        '.env.production  off        -                 -',
        '.env             -          -                 bob (ignored)',
        '',
        'policy of next dev and next start, from .env.local:',
        '',
        'USER   PATHS       ROLES  EXPIRES                           PASSWORD',
        'alice  everything  -      never                             made',
        'carol  everything  -      <end> (in 2 days)  made',
        '',
        'everybody may see:',
        '  /a',
        '  GET /b',
        '',
      ].join('\n'),
    )
  })

  test('prints one document', async () => {
    const folder = makeFolder({ '.env.local': POLICY })
    const { stdout } = await run(folder, ['status', '--json'])
    const alice = {
      user: 'alice',
      paths: null,
      roles: [],
      expires: null,
      expired: false,
      verifier: 'sha256',
    }
    const policy = { fault: null, open: false, users: [alice], allow: [] }
    expect(JSON.parse(stdout)).toEqual({
      runs: [
        { run: 'next dev', gated: false, environment: 'development', state: 'not gated' },
        { run: 'next start', gated: true, environment: 'self-hosted', state: 'gated' },
      ],
      policies: [{ from: '.env.local', runs: ['next dev', 'next start'], ...policy }],
      sources: [{ source: '.env.local', switch: null, policy, authUser: null }],
    })
  })

  test('ends in failure where the policy in force is not valid', async () => {
    const folder = makeFolder({
      '.env.local': `STAGEDOOR_POLICY='{"version":1,"allow":["secret-thing"]}'\n`,
    })
    const { code, stdout, stderr } = await run(folder, ['status'])
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        'stagedoor: error: the policy in .env.local is not valid at $.allow[0], so it admits nobody\n' +
        'stagedoor: hint: mend STAGEDOOR_POLICY there by hand, or take it out and start anew with `stagedoor user add NAME`\n',
    })
    expect(stdout).toContain('.env.local  -          not valid         -\n')
    expect(stdout + stderr).not.toContain('secret-thing')
  })

  test('sees what `vercel env pull` brings along', async () => {
    const folder = makeFolder({ '.env.local': `${POLICY}VERCEL_ENV="development"\n` })
    const { stdout } = await run(folder, ['status'])
    expect(stdout).toContain(
      'next start  not gated                VERCEL_ENV=development in .env.local\n',
    )
  })
})

describe('the name of the environment', () => {
  afterEach(() => vi.unstubAllEnvs())

  test("is what the gate's own rule says", () => {
    const value = fc.constantFrom('', 'production', 'preview', 'development', 'qa')
    const names = ['VERCEL_TARGET_ENV', 'VERCEL_ENV', 'NODE_ENV'] as const
    fc.assert(
      fc.property(fc.tuple(value, value, value), (values) => {
        for (const [i, name] of names.entries()) vi.stubEnv(name, values[i] as string)
        expect(environmentName((name) => process.env[name])).toBe(environment.name())
      }),
    )
  })
})
