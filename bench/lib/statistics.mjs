/** Medians and their intervals. No mean: one round that the machine disturbed must not count. */

/** @param {number[]} values */
export function median(values) {
  return quantile(values, 0.5)
}

function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  return low + (high - low) * (at - Math.floor(at))
}

/**
 * A median with its 95 % confidence interval by order statistics, which asks nothing of how the
 * values are spread. Of less than six values the interval is all of them.
 *
 * @param {number[]} values
 */
export function estimate(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const count = sorted.length
  const half = 0.98 * Math.sqrt(count)
  const low = Math.max(0, Math.floor(count / 2 - half))
  const high = Math.min(count - 1, Math.ceil(count / 2 + half))
  return { median: median(sorted), low: sorted[low], high: sorted[high], rounds: count }
}

/** Ratios of two subjects' rounds, pair by pair: what slowed both down is in neither. */
export function ratios(values, base) {
  return values.map((value, i) => value / base[i])
}

/** The same order for the same seed (mulberry32), so that a run can be repeated. */
export function createShuffle(seed) {
  let state = seed
  const random = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  return (items) => {
    const shuffled = [...items]
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1))
      ;[shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]]
    }
    return shuffled
  }
}
