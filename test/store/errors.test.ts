/** What a store's client leaves in the log and behind it, however it fails. */
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { createGate } from '#gate'
import { beforeEachVisit, environmentWith, log } from '../gate/visit.ts'
import { deployed, said, stopClock, stored, whoIsIn } from './visits.ts'

beforeEachVisit()
beforeEach(() => {
  stopClock()
  environmentWith(deployed)
})

const gateWith = (get: () => Promise<unknown>) => createGate({ store: () => ({ get }) })

describe('an error', () => {
  test.each<[string, unknown, string]>([
    ['no name', { name: '' }, 'object'],
    ['a name that is no text', { name: 5 }, 'object'],
    ['a name that is no text, and a code', { name: { of: 'SECRET' }, code: 'EAI' }, 'object EAI'],
    ['a code that goes on', Object.assign(new Error(), { code: 'E redis://SECRET' }), 'Error'],
    ['a code after something', Object.assign(new Error(), { code: 'redis://SECRET E' }), 'Error'],
    ['a code that is a list', Object.assign(new Error(), { code: ['SECRET'] }), 'Error'],
  ])('with %s is named by what is known of it', async (_what, error, reason) => {
    expect(await whoIsIn(gateWith(() => Promise.reject(error)))).toBe('bob')
    expect([said(), JSON.stringify(log()).includes('SECRET')]).toEqual([
      [`store failed: ${reason}`],
      false,
    ])
  })
})

test('no timer is left of a store that has answered, or failed', async () => {
  for (const [get, who] of [
    [async () => stored, 'alice'],
    [() => Promise.reject(new Error()), 'bob'],
  ] as const) {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] })
    expect([await whoIsIn(gateWith(get)), vi.getTimerCount()]).toEqual([who, 0])
  }
})
