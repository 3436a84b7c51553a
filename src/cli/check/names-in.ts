/** Where the names stand that a site is known by: searched for all together, as both are the site's. */
import type { Judged } from './examined.ts'
import { isAnswer } from './exchange.ts'
import { Phrases } from './phrases.ts'
import { breath } from './turns.ts'

export class NamesIn {
  readonly #names: ReadonlySet<string>
  #phrases = new Phrases([])
  #count = 0

  /** @param names may grow */
  constructor(names: ReadonlySet<string>) {
    this.#names = names
  }

  in(text: string): string[] {
    if (this.#count !== this.#names.size) {
      this.#count = this.#names.size
      this.#phrases = new Phrases(this.#names)
    }
    return this.#phrases.in(text)
  }
}

/** Of some phrases those that stand in none of these answers. */
export async function missingIn(judged: Judged[], phrases: Iterable<string>): Promise<string[]> {
  const missing = new Set(phrases)
  const all = new Phrases(missing)
  for (const { answer } of judged) {
    if (!isAnswer(answer)) continue
    for (const phrase of all.in(answer.body.toString('latin1'))) missing.delete(phrase)
    await breath()
  }
  return [...missing]
}
