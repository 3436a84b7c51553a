/** Copies that no store that is away may outlive, of a store that is well. docs/policy.md, In a store. */
import { beforeEach, expect, test } from 'vitest'
import { createGate } from '#gate'
import { beforeEachVisit, environmentWith } from '../gate/visit.ts'
import { deployed, pass, stopClock, stored, whoIsIn } from './visits.ts'

beforeEachVisit()
beforeEach(() => {
  stopClock()
  environmentWith(deployed, { STAGEDOOR_MAX_STALE: '0' })
})

test('with STAGEDOOR_MAX_STALE=0 the store is in force between two reads of it', async () => {
  const gate = createGate({ store: () => ({ get: async () => stored }) })
  const answers = []
  for (const seconds of [0, 4, 4, 9, 60]) {
    pass(seconds)
    answers.push(await whoIsIn(gate))
  }
  expect(answers).toEqual(Array(5).fill('alice'))
})
