/** Holes planted into the drop-in, one at a time: the fuzzer finds each of them. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Built, build } from './build.ts'
import { fuzz } from './fleet.ts'
import { PLANTED } from './planted.ts'
import type { Found } from './worker.ts'

// Milliseconds, most of which is for a machine that does other things too.
const LONGEST = 180_000

let built: Built
beforeAll(() => {
  built = build('test/fuzz')
})
afterAll(() => built.remove())

describe('the fuzzer finds', () => {
  const source = readFileSync(new URL('../../middleware.ts', import.meta.url), 'utf8')

  test.each(PLANTED)('$hole', async ({ hole, from, to, shows }) => {
    // A hole that cannot be planted any more proves nothing: name its line as it is now.
    expect(source.split(from).length - 1, `'${from}' stands once in middleware.ts`).toBe(1)
    const name = `planted/${PLANTED.findIndex((one) => one.hole === hole)}.ts`
    const address = built.add(
      name,
      source.replace(from, () => to),
    )
    const isEnough = (found: Found[]) => found.some(({ fault }) => shows.test(fault))
    const { found } = await fuzz(built, [address], [1, 0], { milliseconds: LONGEST, isEnough })
    expect(found.map(({ fault }) => fault).filter((fault) => shows.test(fault))).not.toEqual([])
  })
})
