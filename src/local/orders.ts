/** Failures to order: what the local API does to the next requests of a kind. */
import { type Answer, json, page, RESET, SILENT } from './answer.ts'
import { rateLimited } from './rate-limit.ts'

/**
 * - a number: that status, with the body that the documentation has for it
 * - `html`: 200 and a page, as a proxy would send; `gateway`: 502 and a page
 * - `mangled`: 200 and JSON of the wrong shape
 * - `silent`: takes the request and never answers
 * - `reset`: hangs up instead of an answer; `cut`: in the middle of the right one
 * - an object: that status and that `error`
 */
export type Manner =
  | number
  | 'html'
  | 'gateway'
  | 'mangled'
  | 'silent'
  | 'reset'
  | 'cut'
  | { status: number; error: { code: string; message: string; [name: string]: unknown } }

/** Which requests are meant: method, and what the path has in it. */
export interface Kind {
  method?: string
  /** Against the path with its query. */
  path?: RegExp
  /** How many of them; without it one. `Infinity` for all that come. */
  times?: number
}

export interface Order extends Kind {
  with?: Manner
  /** The work is done first, so that only its answer is lost. */
  after?: 'write'
  /** What somebody else does just before the request is looked at. */
  meanwhile?: () => unknown
}

/** Orders that wait for their request, the oldest first. */
export class Orders {
  #waiting: (Order & { times: number })[] = []

  add(order: Order): void {
    this.#waiting.push({ times: 1, ...order })
  }

  forget(): void {
    this.#waiting = []
  }

  /** The order for this request, which is one fewer from now on. */
  take(method: string, path: string): Order | undefined {
    const order = this.#waiting.find(
      (each) => (each.method ?? method) === method && (each.path?.test(path) ?? true),
    )
    if (order && --order.times <= 0) this.#waiting.splice(this.#waiting.indexOf(order), 1)
    return order
  }
}

/** What is answered in that manner instead of what is `right`. */
export function spoil(manner: Manner, right: Answer): Answer {
  if (typeof manner === 'number') return refused(manner)
  if (typeof manner === 'object') return json(manner.status, { error: manner.error })
  if (manner === 'html') return page(200)
  if (manner === 'gateway') return page(502)
  if (manner === 'mangled') return json(200, { unexpected: [null] })
  if (manner === 'silent') return SILENT
  if (manner === 'reset') return RESET
  return { ...right, end: 'cut' }
}

/** Codes of https://vercel.com/docs/rest-api/errors; `conflict` is not among them. */
const CODES: { [status: number]: [code: string, message: string] } = {
  400: ['bad_request', 'An english description of the error that just occurred'],
  401: ['unauthorized', 'The request is not authorized'],
  402: ['payment_required', 'The account is missing a payment'],
  403: ['forbidden', 'Not authorized'],
  404: ['not_found', 'Could not find the RESOURCE: ID'],
  409: ['conflict', 'The request conflicts with another one'],
}

function refused(status: number): Answer {
  if (status === 429) return rateLimited({ total: 6, reset: Math.ceil(Date.now() / 1000) + 60 })
  const [code, message] = CODES[status] ?? [
    'internal_server_error',
    'An unexpected internal error occurred',
  ]
  return json(status, { error: { code, message } })
}
