/** Random choices that a seed repeats. */

/** A stream of choices. Two of the same seed and stream are alike. */
export class Random {
  #a: number
  #b: number
  #c: number
  #d = 1

  constructor(seed: number, stream: number) {
    this.#a = seed | 0
    this.#b = (seed / 2 ** 32) | 0
    this.#c = stream | 0
    for (let i = 0; i < 12; i++) this.#next()
  }

  /** sfc32, by Chris Doty-Humphrey: 32 bits a turn. */
  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#d) | 0
    this.#d = (this.#d + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** A whole number from 0 on, below `limit`. */
  below(limit: number): number {
    return this.#next() % limit
  }

  /** Whether something comes about that does in one of so many cases. */
  oneIn(cases: number): boolean {
    return this.#next() % cases === 0
  }

  pick<T>(list: readonly T[]): T {
    return list[this.#next() % list.length] as T
  }

  /** One of the makers' things, each as likely as its number says. */
  weigh<T>(...makers: [weight: number, make: () => T][]): T {
    let left = this.below(makers.reduce((sum, [weight]) => sum + weight, 0))
    const found = makers.find(([weight]) => {
      left -= weight
      return left < 0
    }) as [number, () => T]
    return found[1]()
  }

  /** Up to `most` of what `make` makes. */
  some<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.below(most + 1) }, make)
  }
}
