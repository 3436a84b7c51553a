/** A line that comes and goes while something takes long: on a terminal, and nowhere else. */
import type { CommonOptions, Io } from './io.ts'
import { printable } from './talk.ts'

// Milliseconds. What is faster needs no line.
const QUIET_FOR = 700
const TICK = 1_000

/** Does the work; where that takes long, says what is waited for, and how long it has been. */
export async function waiting<T>(
  io: Io,
  options: CommonOptions,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  if (!io.stderr.isTTY || options.json || options.quiet || io.env.TERM === 'dumb') return work()
  const began = Date.now()
  let shown = ''
  const show = () => {
    const seconds = Math.round((Date.now() - began) / 1000)
    // A terminal that does not say how wide it is says 0.
    const line = `${printable(what)} … ${seconds} s`.slice(0, (io.stderr.columns || 80) - 1)
    io.stderr.write(`\r${line.padEnd(shown.length)}`)
    shown = line
  }
  let tick: NodeJS.Timeout | undefined
  const first = setTimeout(() => {
    show()
    tick = setInterval(show, TICK)
  }, QUIET_FOR)
  try {
    return await work()
  } finally {
    clearTimeout(first)
    clearInterval(tick)
    if (shown) io.stderr.write(`\r${' '.repeat(shown.length)}\r`)
  }
}
