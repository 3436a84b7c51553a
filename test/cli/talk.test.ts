import { Readable, Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { showExpires } from '../../src/cli/expiry.ts'
import { main } from '../../src/cli/main.ts'
import { complain, printable, printJson, say, table, warn } from '../../src/cli/talk.ts'
import { makeFolder, run } from './run.ts'

/** What steers a terminal: controls, C1, a turn of direction, and what takes no room. */
const EVIL = 'a\x1B[2Jb\x9Bc\u202Ed\u200Be\nf\uFEFF\u2060'
const SHOWN = 'a\\u001b[2Jb\\u009bc\\u202ed\\u200be\\u000af\\ufeff\\u2060'

function terminal() {
  const shown = { text: '' }
  const stream: Writable & { isTTY?: boolean } = new Writable({
    write(chunk, _encoding, done) {
      shown.text += chunk
      done()
    },
  })
  stream.isTTY = true
  const stdin = Readable.from([])
  const pause = async () => {}
  return { shown, io: { cwd: '/', env: {}, stdin, stdout: stream, stderr: stream, pause } }
}

const LOUD = { json: false, dryRun: false, yes: false, quiet: false }

describe('what could steer a terminal', () => {
  test('is made visible by whatever says something', async () => {
    for (const speak of [
      (io: ReturnType<typeof terminal>['io']) => say(io, LOUD, EVIL),
      (io: ReturnType<typeof terminal>['io']) => say(io, LOUD, [{ text: EVIL, colour: 'green' }]),
      (io: ReturnType<typeof terminal>['io']) => warn(io, EVIL),
      (io: ReturnType<typeof terminal>['io']) => complain(io, EVIL, EVIL),
      (io: ReturnType<typeof terminal>['io']) => printJson(io, { x: EVIL.replace('\n', '') }),
    ]) {
      const { shown, io } = terminal()
      await speak(io)
      expect(shown.text).toContain('a\\u001b[2Jb\\u009bc\\u202ed\\u200be')
      for (const raw of ['\x1B[2J', '\x9B', '\u202E', '\u200B'])
        expect(shown.text).not.toContain(raw)
    }
    expect(table(terminal().io, [[EVIL, 'x']])).toBe(`${SHOWN}  x\n`)
    expect(printable(SHOWN)).toBe(SHOWN)
  })

  test('does not come through from a .env file', async () => {
    const folder = makeFolder({ '.env': 'STAGEDOOR="on\x1B[2J\n"\nVERCEL_ENV=\x1B]0;x\x07\n' })
    for (const args of [['status'], ['allow', 'add', '/a'], ['user', 'add', 'a'], ['close']]) {
      const { code, stdout, stderr } = await run(folder, args)
      expect(code).toBe(0)
      expect(stdout + stderr).toContain('STAGEDOOR=on\\u001b[2J')
      expect(stdout + stderr).not.toContain('\x1B')
    }
  })
})

test('a gate that is open for everybody is not green', async () => {
  const folder = makeFolder({ '.env.local': 'STAGEDOOR_POLICY=\'{"version":1,"open":true}\'\n' })
  const { shown, io } = terminal()
  await main(['status', '--cwd', folder], io)
  expect(shown.text).toContain('\x1B[33mgated, but open for everybody\x1B[39m')
})

test('the time that is left is rounded', () => {
  const now = Date.parse('2030-01-01T00:00:00Z')
  expect(showExpires('2030-01-14T23:59:58Z', now)).toBe('2030-01-14T23:59:58Z (in 14 days)')
  expect(showExpires('2030-01-02T00:59:58Z', now)).toBe('2030-01-02T00:59:58Z (in 25 hours)')
  expect(showExpires('2030-01-01T00:00:09Z', now)).toBe('2030-01-01T00:00:09Z (in 1 hour)')
})
