/** Bodies of answers that are kept: whole while there is room, then in part, then not at all. */
import type { Judged } from './examined.ts'

/** In octets: of those that are kept whole, all together. */
const WHOLE = 64 * 1024 * 1024
/** In octets, of one that is not: what reports look at. */
const PART = 16 * 1024

export class KeptBodies {
  #octets = 0
  /** Of which a part is kept: what was seen in the whole would not be seen again. */
  readonly #shortened = new WeakSet<Judged>()

  /** Without much of its body, where that is of no more use or there is no more room. */
  keep(judged: Judged): Judged {
    const { answer, verdict } = judged
    if ('failure' in answer) return judged
    const { length } = answer.body
    const room = Math.max(0, WHOLE - this.#octets)
    const part = this.#octets >= 2 * WHOLE ? 0 : PART
    const most = verdict !== 'entered' && length <= room ? length : part
    const kept = shortened(judged, most)
    this.#octets += Math.min(length, most)
    if (kept !== judged) this.#shortened.add(kept)
    return kept
  }

  isShortened(judged: Judged): boolean {
    return this.#shortened.has(judged)
  }
}

/** With no more of its body than that. */
export function shortened(judged: Judged, most = PART): Judged {
  const { answer } = judged
  if ('failure' in answer || answer.body.length <= most) return judged
  // A copy: a part of it would keep the whole.
  const body = Buffer.from(answer.body.subarray(0, most))
  return { ...judged, answer: { ...answer, body, isCut: true } }
}
