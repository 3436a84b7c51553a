/** The rows that CI runs cover the axes: every Next.js with every kind of file, and every pair. */
import { expect, test } from 'vitest'
import { matrix, type Row } from './matrix.ts'

const rows = matrix.filter(({ nightly }) => !nightly)

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
  [{ next: '13', bundler: 'turbopack' }, 'its Turbopack is an alpha: the nightly rows try it'],
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

test('every Next.js is asked everything with every kind of file that it has', () => {
  const whole = rows.filter(({ programme }) => programme === 'whole').map(valuesOf)
  const seen = Object.keys(KINDS).map((next) => [
    next,
    whole.filter((values) => values.next === next).map(({ kind }) => kind),
  ])
  expect(Object.fromEntries(seen)).toEqual(KINDS)
})

test('every two values of two axes meet in some row, where they can', () => {
  const all = rows.map(valuesOf)
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
