import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { makeFolder, policyOf, readEnvLocal, run } from '../../cli/run.ts'
import { hasTerminal, type } from '../../cli/terminal.ts'

const ASKED = 'password for alice: '
const AGAIN = 'the same again: '

// Without Python 3.9 nothing here can open a terminal.
describe.skipIf(!hasTerminal).concurrent('on a terminal', () => {
  test('two that differ are refused', async () => {
    const folder = makeFolder()
    const session = await type(
      folder,
      ['user', 'add', 'alice', '--prompt'],
      [
        [ASKED, 'correct horse\r'],
        [AGAIN, 'battery staple\r'],
      ],
    )
    expect(session).toEqual({
      code: 1,
      screen: `${ASKED}\n${AGAIN}\nstagedoor: error: the two passwords differ\nstagedoor: hint: run the command again\n`,
      echo: true,
    })
    expect(fs.readdirSync(folder)).toEqual([])
  })

  test('Ctrl-C ends it, with the terminal as it was', async () => {
    const folder = makeFolder()
    expect(await type(folder, ['user', 'add', 'alice', '--prompt'], [[ASKED, 'abc\x03']])).toEqual({
      code: 130,
      screen: `${ASKED}\nstagedoor: error: interrupted: nothing was changed\n`,
      echo: true,
    })
    expect(fs.readdirSync(folder)).toEqual([])
  })

  test('Ctrl-D at the prompt ends it, with the terminal as it was', async () => {
    const folder = makeFolder()
    expect(await type(folder, ['user', 'add', 'alice', '--prompt'], [[ASKED, '\x04']])).toEqual({
      code: 130,
      screen: `${ASKED}\nstagedoor: error: interrupted: nothing was changed\n`,
      echo: true,
    })
    expect(fs.readdirSync(folder)).toEqual([])
  })

  test.each([
    ['y', 'y\r', 0, false],
    ['nothing', '\r', 1, true],
    ['no', 'no\r', 1, true],
    ['Ctrl-C', '\x03', 130, true],
  ])('removing is asked about, and answered with %s', async (_answer, typed, code, stays) => {
    const folder = makeFolder()
    await run(folder, ['user', 'add', 'alice'])
    const session = await type(
      folder,
      ['user', 'remove', 'alice'],
      [['remove alice from .env.local? [y/N] ', typed]],
    )
    expect({ code: session.code, echo: session.echo }).toEqual({ code, echo: true })
    expect('alice' in policyOf(folder).users).toBe(stays)
  })

  test('--yes and --dry-run ask nothing', async () => {
    const folder = makeFolder({ '.env.local': 'STAGEDOOR=on\n' })
    expect((await type(folder, ['off', '--dry-run'], [])).screen).toMatch(
      /^would set STAGEDOOR=off/,
    )
    expect((await type(folder, ['off', '--yes'], [])).screen).toMatch(/^set STAGEDOOR=off/)
    expect(readEnvLocal(folder)).toBe('STAGEDOOR=off\n')
  })

  test('stdin that is a terminal is no pipe', async () => {
    const session = await type(makeFolder(), ['user', 'add', 'alice', '--password-stdin'], [])
    expect(session).toMatchObject({
      code: 2,
      screen:
        'stagedoor: error: --password-stdin reads a pipe, and stdin is a terminal\n' +
        'stagedoor: hint: use --prompt to type the password\n',
    })
  })
})
