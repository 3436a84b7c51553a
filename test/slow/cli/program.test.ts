import { execFile } from 'node:child_process'
import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parsePolicy } from '../../../src/gate/policy.ts'
import { checkCredentials } from '../../../src/gate/users.ts'
import { BIN, makeFolder, policyOf, readEnvLocal, run } from '../../cli/run.ts'

/** The real program in a shell's hands. */
function shell(
  cwd: string,
  line: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    S: `"${process.execPath}" "${BIN}"`,
  }
  return new Promise((resolve) => {
    const command = line.replaceAll('stagedoor', env.S)
    execFile('bash', ['-c', command], { cwd, env }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr })
    })
  })
}

describe('the program in a shell', () => {
  test.runIf(fs.existsSync('/dev/full'))(
    'says that a password is lost where stdout takes nothing',
    async () => {
      const folder = makeFolder()
      expect(await shell(folder, 'stagedoor user add alice -q > /dev/full')).toEqual({
        code: 1,
        stdout: '',
        stderr:
          'stagedoor: error: the password could not be shown, and is lost: stdout takes no more\n' +
          'stagedoor: hint: make another: `npx stagedoor user rotate alice`\n',
      })
      expect(await shell(folder, 'stagedoor user list > /dev/full')).toEqual({
        code: 1,
        stdout: '',
        stderr: 'stagedoor: error: cannot write the output: the disk is full\n',
      })
    },
  )

  test('ends quietly where its reader went away', async () => {
    const folder = makeFolder()
    await run(folder, ['user', 'add', 'alice'])
    const line = 'set -o pipefail; (sleep 0.2; stagedoor user list) | true'
    expect(await shell(folder, line)).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test('leaves the old file where there is no room for the new one', async () => {
    const folder = makeFolder({ '.env.local': 'A=1\n' })
    expect(await shell(folder, 'ulimit -f 0; stagedoor on')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'stagedoor: error: cannot write .env.local: it would be larger than allowed here\n',
    })
    expect(readEnvLocal(folder)).toBe('A=1\n')
    expect(fs.readdirSync(folder)).toEqual(['.env.local'])
  })

  test('takes a weak password where that is said', async () => {
    const folder = makeFolder()
    const args = ['user', 'add', 'bob', '--password-stdin', '--allow-weak-password']
    expect((await run(folder, args, { stdin: 'pw' })).code).toBe(0)
    const policy = parsePolicy(policyOf(folder))
    const credentials = { userId: 'bob', password: 'pw' }
    expect(await checkCredentials(credentials, policy, 0)).toMatchObject({ userId: 'bob' })
  })
})
