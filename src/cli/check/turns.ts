/** Letting others have their turn: work that takes long would keep Ctrl-C waiting. */
import { setImmediate } from 'node:timers/promises'

/** Milliseconds of work without a pause. Nobody notices as much. */
const LONGEST = 50

let last = 0

/** To be called between parts of long work: now and then what has happened meanwhile is heard. */
export async function breath(): Promise<void> {
  if (performance.now() - last < LONGEST) return
  await setImmediate()
  last = performance.now()
}
