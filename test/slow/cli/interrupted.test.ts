/** Ctrl-C while Vercel is asked, on a terminal: what was begun is ended, and shown. */
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { hasTerminal, type Step, type } from '../../cli/terminal.ts'
import { Linked, policyWith } from '../../cli/vercel-support.ts'

const linked = Linked.forEach()
const TO = ['--to', 'vercel:preview']
const CTRL_C = '\u0003'

/** As a shell has it: 128 and the number of the signal. */
async function typed(args: string[], steps: Step[]) {
  // A run that is ended at once leaves its lock.
  const env = { ...linked.env, TMPDIR: linked.folder }
  const session = await type(linked.folder, [...args, ...TO], steps, env)
  return { ...session, code: session.code < 0 ? 128 - session.code : session.code }
}

describe.runIf(hasTerminal)('Ctrl-C', () => {
  beforeEach(() => {
    linked.addPolicy(policyWith('carol'))
  })

  test('while it reads ends it at once', async () => {
    linked.vercel.fail({ with: 'silent' })
    const { code, screen, echo } = await typed(['user', 'add', 'bob'], [['asking', CTRL_C]])
    expect([code, echo, linked.changes]).toEqual([130, true, []])
    expect(screen).toMatch(/^\rasking 127\.0\.0\.1:\d+ … 1 s/)
    expect(screen).not.toMatch(/error|at /)
  })

  test('while it writes waits for the end of that, and shows the password', async () => {
    linked.vercel.meanwhile({ method: 'POST' }, () => sleep(1500))
    const { code, screen } = await typed(['user', 'add', 'bob'], [['asking', CTRL_C]])
    expect([code, linked.usersThere()]).toEqual([0, ['bob', 'carol']])
    expect(screen).toContain('finishing what was begun; Ctrl-C again stops at once\n')
    expect(screen).toMatch(
      /added bob to vercel:preview\n[\s\S]*password, shown this once:\n[\w-]{20,}\n$/,
    )
  })

  test('twice ends it at once', async () => {
    linked.vercel.meanwhile({ method: 'POST' }, () => sleep(15_000, undefined, { ref: false }))
    const began = Date.now()
    const { code, screen } = await typed(
      ['user', 'add', 'bob'],
      [
        ['asking', CTRL_C],
        ['finishing', CTRL_C],
      ],
    )
    expect([code, screen.includes('password')]).toEqual([130, false])
    expect(Date.now() - began).toBeLessThan(10_000)
  })

  test('at a question changes nothing', async () => {
    const { code, screen, echo } = await typed(['user', 'remove', 'carol'], [['[y/N]', CTRL_C]])
    expect([code, echo, linked.changes]).toEqual([130, true, []])
    expect(screen).toContain('remove carol from vercel:preview? [y/N]')
    expect(screen).toContain('interrupted: nothing was changed')
  })
})

test.runIf(hasTerminal)('a long wait is seen', async () => {
  const limit = { reset: Math.ceil(Date.now() / 1000) + 1 }
  const error = { code: 'rate_limited', message: 'Later', limit }
  linked.vercel.fail({ with: { status: 429, error } })
  const { code, screen } = await typed(['user', 'list'], [])
  expect(code).toBe(0)
  expect(screen).toMatch(/\rVercel asks to wait \d s before the next request … 1 s/)
  // It is gone before anything else is said.
  expect(screen).toMatch(/\r +\rno users in vercel:preview: add one with/)
})
