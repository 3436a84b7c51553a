/** Octets that are kept as they come, up to a limit. */
export class KeptOctets {
  readonly #limit: number
  #octets: Buffer = Buffer.alloc(0)
  #length = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** A copy: a part of what is kept here would keep the whole. */
  get octets(): Buffer {
    return Buffer.from(this.#octets.subarray(0, this.#length))
  }

  /** @returns whether there was room for all of it */
  add(octets: Buffer): boolean {
    const kept = octets.subarray(0, this.#limit - this.#length)
    const length = this.#length + kept.length
    if (length > this.#octets.length) this.#grow(length)
    kept.copy(this.#octets, this.#length)
    this.#length = length
    return kept.length === octets.length
  }

  /** By doubling: a buffer for each piece takes a hundred octets for one. */
  #grow(length: number): void {
    const larger = Buffer.alloc(Math.min(this.#limit, Math.max(length, 2 * this.#octets.length)))
    this.#octets.copy(larger, 0, 0, this.#length)
    this.#octets = larger
  }
}
