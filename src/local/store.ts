/**
 * A store on this machine: what `@vercel/edge-config` and `@vercel/global-config` read from,
 * with all in memory and with failures to order.
 *
 * Its protocol is the one that the clients of version 1.5.1 speak: `GET …/item/KEY`, `…/items`
 * and `…/digest` with a bearer token, `ETag`, and `x-edge-config-digest`, without which a 404
 * means that there is no such store. It refuses what the client would not send.
 */
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Answer, json, page, RESET, SILENT, send } from './answer.ts'
import { Listener } from './listener.ts'

/** What each failure makes of the answer that would be right. */
const FAILURES = {
  /** The token is none any more. */
  unauthorized: () => json(401, { error: 'Unauthorized' }),
  /** There is no such store. */
  absent: () => json(404, { error: 'Not found' }),
  limited: () => json(429, { error: 'Too many requests' }, { 'Retry-After': '60' }),
  broken: () => ({ status: 500, fields: {}, body: 'Internal Server Error' }),
  /** A page of a proxy that stands between. */
  html: () => page(200, { ETag: '"page"' }),
  /** Such a page under the `ETag` of the item. */
  mangled: ({ fields }: Answer) => page(200, fields),
  /** Takes the request and never answers. */
  silent: () => SILENT,
  /** Hangs up instead of an answer. */
  reset: () => RESET,
  /** Hangs up in the middle of the body. */
  cut: (right: Answer) => ({ ...right, end: 'cut' as const }),
} satisfies { [name: string]: (right: Answer) => Answer }

export type Failure = keyof typeof FAILURES

export type Items = { [key: string]: unknown }

/** The side of a store that deployments read. */
export class StoreReads {
  /** What is stored. Change it as you like: the digest follows. */
  items: Items = {}
  /** In force until it is `null` again. */
  failure: Failure | null = null
  /** Milliseconds that an answer takes; what it says is settled when the request comes. */
  delay = 0
  /** Each request since the last {@link forget}: path, and status; 0 for one never answered. */
  readonly asked: [path: string, status: number][] = []
  readonly id: string

  constructor(id: string) {
    this.id = id
  }

  forget(): void {
    this.asked.length = 0
  }

  /** Is this what opens the store for reading? */
  accepts(_token: string): boolean {
    return false
  }

  /** What is to be read now, where a write takes its time to arrive. */
  protected get served(): Items {
    return this.items
  }

  /** Answers a request below `/ID/`. */
  read(request: IncomingMessage, response: ServerResponse): void {
    const answer = this.#answer(request)
    const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1')
    setTimeout(() => {
      this.asked.push([pathname, answer.status])
      send(answer, request, response)
    }, this.delay)
  }

  #answer(request: IncomingMessage): Answer {
    const right = this.#answerRight(request)
    if (this.failure) return FAILURES[this.failure](right)
    const { ETag } = right.fields
    const isKnown = ETag !== undefined && request.headers['if-none-match'] === ETag
    return isKnown ? { ...right, status: 304, body: '' } : right
  }

  #answerRight({ url = '/', headers }: IncomingMessage): Answer {
    const { pathname, searchParams } = new URL(url, 'http://127.0.0.1')
    const [, id, ...asked] = pathname.split('/')
    const [, token = ''] = /^Bearer (.+)$/.exec(headers.authorization ?? '') ?? []
    if (!this.accepts(token)) return FAILURES.unauthorized()
    if (id !== this.id) return FAILURES.absent()
    const value = this.#find(asked.join('/'), searchParams.getAll('key'))
    const digest = { 'x-edge-config-digest': digestOf(this.served) }
    if (value === undefined) return json(404, { error: 'Edge Config item not found' }, digest)
    return json(200, value, { ...digest, ETag: `"${digestOf(value)}"` })
  }

  #find(asked: string, keys: string[]): unknown {
    const items = this.served
    if (asked === 'digest') return digestOf(items)
    if (asked === 'items') {
      const chosen = keys.length > 0 ? keys : Object.keys(items)
      return Object.fromEntries(
        chosen.filter((key) => Object.hasOwn(items, key)).map((key) => [key, items[key]]),
      )
    }
    const [, key] = /^item\/(.+)$/.exec(asked) ?? []
    return key !== undefined && Object.hasOwn(items, key) ? items[key] : undefined
  }
}

const ID = 'ecfg_local'
const TOKEN = 'local-token'

/** A store with a server of its own, for who only reads. */
export class LocalStore extends StoreReads {
  #listener = new Listener((request, response) => this.read(request, response))

  constructor() {
    super(ID)
  }

  /** For `createClient`. To be had once the store has been started. */
  get connection(): string {
    return `${this.#listener.origin}/${ID}?token=${TOKEN}`
  }

  /** Listens, on the port of before where there was one. */
  async start(): Promise<this> {
    await this.#listener.start()
    return this
  }

  /** From now on connections are refused. */
  async stop(): Promise<void> {
    await this.#listener.stop()
  }

  override accepts(token: string): boolean {
    return token === TOKEN
  }
}

export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}
