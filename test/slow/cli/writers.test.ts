import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { parsePolicy } from '../../../src/gate/policy.ts'
import { makeFolder, policyOf, readEnvLocal, run, start } from '../../cli/run.ts'

/** Number of the process that holds a lock. */
function ownerOf(lock: string): number | undefined {
  try {
    return Number.parseInt(fs.readlinkSync(lock), 10)
  } catch {
    return undefined
  }
}

describe('programs that write one file', () => {
  test('twenty at once lose nothing', async () => {
    const folder = makeFolder({ '.env.local': '# kept\n' })
    const names = Array.from({ length: 20 }, (_, i) => `user-${i}`)
    const outcomes = await Promise.all(
      names.map((name) => start(folder, ['user', 'add', name]).ended),
    )
    expect(outcomes.filter(({ code }) => code !== 0)).toEqual([])
    expect(Object.keys(policyOf(folder).users).sort()).toEqual([...names].sort())
    expect(readEnvLocal(folder)).toMatch(/^# kept\n/)
    expect(fs.readdirSync(folder)).toEqual(['.env.local'])
  })

  test('wait for one that holds the lock, and then say what to do', async () => {
    const folder = makeFolder()
    const lock = path.join(folder, '.env.stagedoor-lock.local')
    fs.symlinkSync('1@another-machine', lock)
    expect(await run(folder, ['on'])).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'stagedoor: error: another stagedoor has been writing .env.local for 10 seconds (process 1 on another-machine)\n' +
        `stagedoor: hint: try again; if no such process runs any more, delete ${lock} first\n`,
    })
    const waiting = run(folder, ['on'])
    await sleep(300)
    fs.rmSync(lock)
    expect((await waiting).code).toBe(0)
  })

  test('and are killed at any instant leave the old file or the new one', async () => {
    const folder = makeFolder({ '.env.local': '# kept\n' })
    await run(folder, ['user', 'add', 'first'])
    const file = path.join(folder, '.env.local')
    const lock = path.join(folder, '.env.stagedoor-lock.local')
    const users = () => Object.keys(policyOf(folder).users)
    let before = users()
    const ends = { old: 0, new: 0 }
    for (let i = 0; i < 60; i++) {
      const { child, ended } = start(folder, ['user', 'add', `user-${i}`])
      // From the moment that it holds the lock, or has released it again.
      const ino = fs.statSync(file).ino
      while (ownerOf(lock) !== child.pid && fs.statSync(file).ino === ino) await sleep(0)
      await sleep((i % 6) * 0.5)
      child.kill('SIGKILL')
      await ended
      const after = users()
      expect([before, [...before, `user-${i}`]]).toContainEqual(after)
      expect(fs.readFileSync(file, 'utf8')).toMatch(/^# kept\nSTAGEDOOR_POLICY='.*'\n$/)
      expect(() => parsePolicy(policyOf(folder))).not.toThrow()
      ends[after.length > before.length ? 'new' : 'old']++
      before = after
    }
    expect(ends.old).toBeGreaterThan(0)
    expect(ends.new).toBeGreaterThan(0)
    // What the killed ones left is cleared away, and stands in nobody's way.
    const started = Date.now()
    expect((await run(folder, ['user', 'add', 'last'])).code).toBe(0)
    expect(Date.now() - started).toBeLessThan(5_000)
    expect(fs.readdirSync(folder)).toEqual(['.env.local'])
  })

  test('and meet stale locks together lose nothing', async () => {
    const folder = makeFolder()
    for (let i = 0; i < 5; i++) {
      fs.symlinkSync(`9999999@${os.hostname()}`, path.join(folder, '.env.stagedoor-lock.local'))
      const names = Array.from({ length: 8 }, (_, n) => `user-${i}-${n}`)
      const outcomes = await Promise.all(
        names.map((name) => start(folder, ['user', 'add', name]).ended),
      )
      expect(outcomes.filter(({ code }) => code !== 0)).toEqual([])
      expect(Object.keys(policyOf(folder).users)).toHaveLength(8 * (i + 1))
    }
    expect(fs.readdirSync(folder)).toEqual(['.env.local'])
  })
})
