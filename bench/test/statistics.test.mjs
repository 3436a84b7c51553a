/** The figures under the tables, and the README's place for them. */
import { describe, expect, test } from 'vitest'
import { createShuffle, estimate, median, ratios } from '../lib/statistics.mjs'
import { interval } from '../report/format.mjs'
import { insertSummary } from '../report/summary.mjs'

const upTo = (count) => Array.from({ length: count }, (_, i) => i + 1)

describe('a median', () => {
  test('is the middle, of an even count half way', () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2])]).toEqual([2, 2.5])
  })

  test('has an interval of which the order alone decides', () => {
    expect(estimate(upTo(100))).toEqual({ median: 50.5, low: 41, high: 61, rounds: 100 })
    expect(estimate([...upTo(99), 1e9])).toMatchObject({ median: 50.5, low: 41, high: 61 })
  })

  test('of few values has all of them for its interval', () => {
    expect(estimate([5, 7, 6])).toEqual({ median: 6, low: 5, high: 7, rounds: 3 })
  })

  test('is of ratios by pairs', () => {
    expect(interval(estimate(ratios([2, 40, 6], [1, 20, 2])))).toBe('2.000 [2.000, 3.000]')
  })
})

test('the order of turns is the same for the same seed, and has all of them', () => {
  const [first, again, other] = [1, 1, 2].map((seed) => createShuffle(seed)(upTo(50)))
  expect(first).toEqual(again)
  expect(first).not.toEqual(other)
  expect(other.sort((a, b) => a - b)).toEqual(upTo(50))
})

test('the summary goes between the marks, and nowhere else', () => {
  const page = 'a\n<!-- bench: written by npm run bench -->\nold\n<!-- /bench -->\nb\n'
  const once = insertSummary(page, 'new')
  expect(once).toBe('a\n<!-- bench: written by npm run bench -->\n\nnew\n\n<!-- /bench -->\nb\n')
  expect(insertSummary(once, 'new')).toBe(once)
  expect(insertSummary('no marks', 'new')).toBe('no marks')
})
