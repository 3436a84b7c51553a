/** Which of many phrases stand in a text. */
import { type Node, step, WordTree } from './word-tree.ts'

export class Phrases {
  readonly #phrases: string[]
  readonly #root: Node

  constructor(phrases: Iterable<string>) {
    this.#phrases = [...new Set(phrases)]
    this.#root = new WordTree(this.#phrases).root
  }

  /** Those that stand in it, in the order in which they were given. */
  in(text: string): string[] {
    const found = new Set<number>()
    let at = this.#root
    for (let i = 0; i < text.length && found.size < this.#phrases.length; i++) {
      at = step(at, text.charCodeAt(i))
      for (let end: Node | null = at; end; end = end.inner) {
        if (end.word === null) continue
        // What ends within one that was found has been found with it.
        if (found.has(end.word)) break
        found.add(end.word)
      }
    }
    return this.#phrases.filter((_, i) => found.has(i))
  }
}
