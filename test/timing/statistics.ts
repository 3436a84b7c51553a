/**
 * Telling two kinds of work apart by their time, as dudect does (O. Reparaz, J. Balasch, I. Verbauwhede:
 * "Dude, is my code constant time?", 2017): Welch's t-test of measurements taken in turns at random, of all
 * of them and of the quicker ones alone, because what interrupts a process only ever makes it slower.
 */

/** Times of the two kinds of work, in microseconds. */
export type Times = [number[], number[]]

// Shares of all measurements that are kept: the rest is interruptions, of whatever makes them.
const KEPT = [1, 0.95, 0.9, 0.75, 0.5]

/** The greatest `t` of all crops; its sign says which kind is slower (plus: the first). */
export function compare([first, second]: Times): number {
  const all = [...first, ...second].sort((one, other) => one - other)
  let greatest = 0
  for (const share of KEPT) {
    const limit = all[Math.ceil(all.length * share) - 1] as number
    const t = welch(
      first.filter((time) => time <= limit),
      second.filter((time) => time <= limit),
    )
    if (Math.abs(t) > Math.abs(greatest)) greatest = t
  }
  return greatest
}

/** Welch's t of two samples. */
function welch(first: number[], second: number[]): number {
  const [one, other] = [momentsOf(first), momentsOf(second)]
  const error = Math.sqrt(one.variance / first.length + other.variance / second.length)
  return error === 0 ? 0 : (one.mean - other.mean) / error
}

function momentsOf(values: number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, variance: squares / Math.max(1, values.length - 1) }
}

/** The one in the middle. What is no leak is now on the one side of zero, now on the other. */
export function middleOf(values: number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[sorted.length >> 1] as number
}

/** By how much the first kind is slower, in the middle: microseconds. */
export function gapOf([first, second]: Times): number {
  return middleOf(first) - middleOf(second)
}
