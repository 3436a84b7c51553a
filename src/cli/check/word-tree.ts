/**
 * Many words in a text, found in one go: by the way of Aho and Corasick (1975). The texts are a
 * site's, and so are most of the words: one search for each word takes the product of their lengths
 * where words nearly match everywhere, this takes the sum.
 */

/** What has been read, as far as it is the beginning of some word. */
export interface Node {
  readonly next: Map<number, Node>
  readonly depth: number
  /** The longest other one that what has been read ends with; `null` of the root. */
  shorter: Node | null
  /** Which word ends here; `null` where none does. */
  word: number | null
  /** The longest other one that ends so and is a whole word. */
  inner: Node | null
}

export class WordTree {
  readonly root = createNode(0)
  /** All, the shorter first. */
  readonly nodes = [this.root]

  /** @param words of which one that is empty stands nowhere */
  constructor(words: string[]) {
    words.forEach((word, which) => {
      if (word !== '') this.#plant(word, which)
    })
    // Nearest to the root first: what they end with is shorter.
    for (const at of this.nodes) {
      for (const [unit, next] of at.next) {
        const shorter = at.shorter ? step(at.shorter, unit) : this.root
        next.shorter = shorter
        next.inner = shorter.word === null ? shorter.inner : shorter
        this.nodes.push(next)
      }
    }
  }

  #plant(word: string, which: number): void {
    let at = this.root
    for (let i = 0; i < word.length; i++) {
      const unit = word.charCodeAt(i)
      const next = at.next.get(unit) ?? createNode(i + 1)
      at.next.set(unit, next)
      at = next
    }
    at.word = which
  }
}

function createNode(depth: number): Node {
  return { next: new Map(), depth, shorter: null, word: null, inner: null }
}

/** What has been read with one more character. */
export function step(from: Node, unit: number): Node {
  let at = from
  for (let next = at.next.get(unit); ; next = at.next.get(unit)) {
    if (next) return next
    if (at.shorter === null) return at
    at = at.shorter
  }
}
