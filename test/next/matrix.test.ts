/** What the rows cover: those of CI every Next.js and every value, all together every pair. */
import { expect, test } from 'vitest'
import { matrix, type Row } from './matrix.ts'
import { majorOf } from './versions.ts'

const inCI = matrix.filter(({ nightly }) => !nightly)

const AXES = ['next', 'kind', 'bundler', 'mode', 'variant', 'node'] as const
type Values = Record<(typeof AXES)[number], string>

function valuesOf({ next, file, runtime, bundler, mode, variant, node }: Row): Values {
  const kind = file === 'proxy.ts' ? 'proxy' : `middleware ${runtime ?? 'edge'}`
  return { next: `${next}`, kind, bundler, mode, variant, node: node ?? 'any' }
}

const KINDS: { [next: string]: string[] } = {
  13: ['middleware edge'],
  14: ['middleware edge'],
  15: ['middleware edge', 'middleware nodejs'],
  16: ['middleware edge', 'middleware nodejs', 'proxy'],
}

/** What no site can have, or nobody needs. */
const IMPOSSIBLE: [Partial<Values>, reason: string][] = [
  [{ next: '13', bundler: 'turbopack' }, 'its Turbopack, an alpha, cannot draw the app'],
  ...Object.entries(KINDS).flatMap(([next, kinds]): [Partial<Values>, string][] =>
    ['middleware edge', 'middleware nodejs', 'proxy']
      .filter((kind) => !kinds.includes(kind))
      .map((kind) => [{ next, kind }, 'it has no such file']),
  ),
  ...['13', '14', '15'].map((next): [Partial<Values>, string] => [
    { next, variant: 'cacheComponents' },
    'new in 16',
  ]),
]

/** What is asked everything, of each Next.js. */
function wholeOf(rows: Row[]) {
  const whole = rows.filter(({ programme }) => programme === 'whole').map(valuesOf)
  const kindsOf = (next: string) =>
    whole.filter((values) => values.next === next).map(({ kind }) => kind)
  return Object.fromEntries(Object.keys(KINDS).map((next) => [next, kindsOf(next).sort()]))
}

test('CI asks every Next.js everything, on the edge and by proxy.ts', () => {
  const others = Object.entries(KINDS).map(([next, kinds]) => [
    next,
    kinds.filter((kind) => kind !== 'middleware nodejs'),
  ])
  expect(wholeOf(inCI)).toEqual(Object.fromEntries(others))
})

test('the night asks everything with every kind of file that there is', () => {
  expect(wholeOf(matrix)).toEqual(KINDS)
})

test('CI has every value of every axis, with 15 or 16', () => {
  const seen = inCI.filter(({ next }) => majorOf(next) > 14).map(valuesOf)
  const missing = AXES.filter((axis) => axis !== 'next').flatMap((axis) =>
    [...new Set(matrix.map((row) => valuesOf(row)[axis]))]
      .filter((value) => !seen.some((values) => values[axis] === value))
      .map((value) => `${axis} ${value}`),
  )
  expect(missing).toEqual([])
})

test('at night every two values of two axes meet in some row, where they can', () => {
  const all = matrix.map(valuesOf)
  const missing: string[] = []
  for (const [a, b] of AXES.flatMap((a, i) => AXES.slice(i + 1).map((b) => [a, b] as const))) {
    for (const x of new Set(all.map((values) => values[a]))) {
      for (const y of new Set(all.map((values) => values[b]))) {
        // Which Node.js runs the tests is not theirs to say.
        if ([x, y].includes('any')) continue
        const meets = all.some((values) => values[a] === x && values[b] === y)
        if (!meets && isPossible({ [a]: x, [b]: y })) missing.push(`${a} ${x}, ${b} ${y}`)
      }
    }
  }
  expect(missing).toEqual([])
})

test('no two rows share a folder, unless they are the same site', () => {
  const names = matrix.map(({ name, nightly, ...rest }) => [name, JSON.stringify(rest)] as const)
  expect(new Set(names.map(([name]) => name)).size).toBe(names.length)
})

function isPossible(pair: Partial<Values>): boolean {
  return !IMPOSSIBLE.some(([one]) =>
    Object.entries(pair).every(([key, value]) => one[key as 'next'] === value),
  )
}
