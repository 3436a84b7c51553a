/** What sends requests to Vercel's REST API: what it is given, and what it gives. */

/** An answer, as far as it is looked at. */
export interface Answer {
  status: number
  headers: Headers
  text: string
}

export interface Sent {
  method: string
  /** From the root, with its query. */
  path: string
  body?: unknown
}

/** Sends a request. @throws {Lost} where no answer came */
export interface Transport {
  /** For talk: `api.vercel.com`. */
  readonly host: string
  send(request: Sent): Promise<Answer>
}

/** No answer came. What was asked for may have been done all the same. */
export class Lost extends Error {
  /** Why, in words. */
  readonly reason: string
  /** What to do, where the network is not to blame. */
  readonly hint: string | undefined

  constructor(reason: string, options: ErrorOptions & { hint?: string } = {}) {
    super(reason, options)
    this.name = 'Lost'
    this.reason = reason
    this.hint = options.hint
  }
}
