import { describe, expect, test } from 'vitest'
import { parsePolicy } from '../../src/gate/policy.ts'
import { checkCredentials } from '../../src/gate/users.ts'
import { makeFolder, policyOf } from './run.ts'
import { hasTerminal, type } from './terminal.ts'

const ASKED = 'password for alice: '
const AGAIN = 'the same again: '

// Without Python 3.9 nothing here can open a terminal.
describe.skipIf(!hasTerminal).concurrent('on a terminal', () => {
  test('a password is asked for twice, and never shown', async () => {
    const folder = makeFolder()
    const args = ['user', 'add', 'alice', '--prompt']
    // A mistake taken back, and a character of more than one byte.
    const session = await type(folder, args, [
      [ASKED, 'correct hörsx\x7Fe\r'],
      [AGAIN, 'correct hörse\r'],
    ])
    expect(session).toEqual({
      code: 0,
      screen:
        `${ASKED}\n${AGAIN}\nadded alice to .env.local\n` +
        'next dev: not gated (run `npx stagedoor on` to gate it too) · next start: gated · on Vercel: not told by this file · restart a running next start; next dev follows by itself\n',
      echo: true,
    })
    const policy = parsePolicy(policyOf(folder))
    const credentials = { userId: 'alice', password: 'correct hörse' }
    expect(await checkCredentials(credentials, policy, 0)).toMatchObject({ userId: 'alice' })
  })
})
