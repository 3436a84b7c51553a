import { describe, expect, test } from 'vitest'
import { parsePolicy } from '../../src/gate/policy.ts'
import { checkCredentials } from '../../src/gate/users.ts'
import { makeSigned, printed } from './pass-support.ts'
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

  test('a pass is asked for, and never shown', async () => {
    const folder = makeSigned()
    const pass = await printed(folder, ['pass', 'create', 'ci'])
    const session = await type(folder, ['pass', 'show'], [['pass or link: ', `${pass}\r`]])
    expect(session).toMatchObject({ code: 0, echo: true })
    expect(session.screen).toMatch(/^pass or link: \nid {7}\S{16}\n[\s\S]*good {5}yes, by \S+\n$/)
    expect(session.screen).not.toContain('eyJ')
    const json = await type(folder, ['pass', 'show', '--json'], [])
    expect(json).toMatchObject({
      code: 2,
      screen:
        'stagedoor: error: stdin is a terminal, and there is nothing to ask at\n' +
        'stagedoor: hint: pipe it in\n',
    })
  })
})
