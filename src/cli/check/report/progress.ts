/** A line that says how far it is: on a terminal, and nowhere else. */
import type { CommonOptions, Io } from '../../io.ts'
import { printable } from '../../talk.ts'
import { counted, number } from './numbers.ts'

export interface Progress {
  /** @param what what is asked now, in words */
  tick(done: number, limit: number, what: string): void
  /** Takes the line away. */
  end(): void
}

// Milliseconds between two looks of it.
const BETWEEN = 100
/** Characters of the bar. */
const BAR = 20

export function progress(io: Io, options: CommonOptions): Progress {
  if (!io.stderr.isTTY || options.json || options.quiet || io.env.TERM === 'dumb')
    return { tick: () => {}, end: () => {} }
  let [shown, last, sent] = ['', 0, 0]
  const write = (line: string) => {
    io.stderr.write(`\r${line.padEnd(shown.length)}`)
    shown = line
  }
  const clear = () => {
    if (shown) io.stderr.write(`\r${' '.repeat(shown.length)}\r`)
    shown = ''
  }
  // Nothing is left half written by Ctrl-C, which ends the process as before.
  const stop = () => {
    clear()
    io.stderr.write(`interrupted after ${counted(sent, 'request')}: nothing is reported\n`)
    process.kill(process.pid, 'SIGINT')
  }
  process.once('SIGINT', stop)
  return {
    tick(done, limit, what) {
      sent = done
      const now = Date.now()
      if (now - last < BETWEEN) return
      last = now
      const full = Math.min(BAR, Math.floor((done / Math.max(1, limit)) * BAR))
      const bar = `${'='.repeat(full)}${' '.repeat(BAR - full)}`
      const line = `[${bar}] ${number(done)} of at most ${number(limit)} · ${printable(what)}`
      // A terminal that does not say how wide it is says 0.
      write(line.slice(0, (io.stderr.columns || 80) - 1))
    },
    end() {
      process.off('SIGINT', stop)
      clear()
    },
  }
}
