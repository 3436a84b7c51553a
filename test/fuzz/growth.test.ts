/** No request takes a time that grows faster than it does. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Built, build } from './build.ts'

// Eight times as long is to take eight times the work at most, not the sixty-four of a square.
const MOST = 20
// Microseconds of the processor that any request takes at most.
const LONGEST = 50_000
// A machine that does other things too may disturb a measurement, and not each of them.
const ATTEMPTS = 3

interface Measured {
  name: string
  long: number
  growth: number
}

let built: Built
beforeAll(() => {
  built = build('test/fuzz')
})
afterAll(() => built.remove())

async function measure(address: string): Promise<Measured[]> {
  const program = fileURLToPath(built.address('test/fuzz/growth.ts'))
  const { stdout } = await promisify(execFile)(process.execPath, [program, address])
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Measured)
}

/** Names of what grew too fast, or took too long, in each attempt. */
async function findSlow(address: string): Promise<string[]> {
  let slow: string[] | undefined
  for (let i = 0; i < ATTEMPTS && slow?.length !== 0; i++) {
    const now = (await measure(address))
      .filter(({ growth, long }) => growth > MOST || long > LONGEST)
      .map(({ name }) => name)
    slow = slow ? slow.filter((name) => now.includes(name)) : now
  }
  return slow ?? []
}

describe('the work of a request', () => {
  test.each(['src/gate/index.ts', 'middleware.ts'])('grows as it does: %s', async (source) => {
    expect(await findSlow(built.address(source))).toEqual([])
  })

  test('is seen to grow by the square where it does', async () => {
    const source = readFileSync(new URL('../../middleware.ts', import.meta.url), 'utf8')
    const [from, to] = ['MANY_MARKS = /\\p{M}{31}/u', 'MANY_MARKS = /\\p{M}{31000}/u']
    expect(source.split(from).length - 1, `'${from}' stands once in middleware.ts`).toBe(1)
    const address = built.add(
      'planted/slow.ts',
      source.replace(from, () => to),
    )
    expect(await findSlow(address)).toContain('a password of marks upon one letter')
  })
})
