/**
 * A store on this machine: what `@vercel/edge-config` reads from, with all in memory and with
 * failures to order.
 *
 * Its protocol is the one that the client of version 1.5.1 speaks: `GET …/item/KEY`, `…/items`
 * and `…/digest` with a bearer token, `ETag`, and `x-edge-config-digest`, without which a 404
 * means that there is no such store. It refuses what the client would not send.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * How the store fails: `unauthorized` (401), `absent` (404, no such store), `broken` (500),
 * `silent` (takes the request and never answers), `html` (200, a page, as a proxy would send)
 * and `mangled` (such a page under the `ETag` of the item).
 */
export type Failure = 'unauthorized' | 'absent' | 'broken' | 'silent' | 'html' | 'mangled'

const ID = 'ecfg_local'
const TOKEN = 'local-token'
const PAGE = '<!doctype html><title>Sign in to the network</title>'

export class LocalStore {
  /** What is stored. Change it as you like: the digest follows. */
  items: { [key: string]: unknown } = {}
  /** In force until it is `null` again. */
  failure: Failure | null = null
  /** Each request since the last {@link forget}: path, and status; 0 for one never answered. */
  readonly asked: [path: string, status: number][] = []

  #server: Server
  #port = 0

  constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response))
  }

  /** For `createClient`. To be had once the store has been started. */
  get connection(): string {
    return `http://127.0.0.1:${this.#port}/${ID}?token=${TOKEN}`
  }

  /** Listens, on the port of before where there was one. */
  async start(): Promise<this> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(this.#port, '127.0.0.1', resolve)
    })
    this.#port = (this.#server.address() as AddressInfo).port
    return this
  }

  /** From now on connections are refused. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }

  forget(): void {
    this.asked.length = 0
  }

  #answer({ method, url = '/', headers }: IncomingMessage, response: ServerResponse): unknown {
    const { pathname, searchParams } = new URL(url, 'http://127.0.0.1')
    const send = (status: number, fields: { [name: string]: string }, body?: string) => {
      this.asked.push([pathname, status])
      response.writeHead(status, fields).end(method === 'HEAD' ? undefined : body)
    }
    if (this.failure === 'silent') {
      return this.asked.push([pathname, 0])
    }
    if (this.failure === 'broken') return send(500, {}, 'Internal Server Error')
    const authorized =
      headers.authorization === `Bearer ${TOKEN}` && this.failure !== 'unauthorized'
    if (!authorized) return send(401, {}, '{"error":"Unauthorized"}')
    const [, id, ...asked] = pathname.split('/')
    if (id !== ID || this.failure === 'absent') return send(404, {}, '{"error":"Not found"}')
    if (this.failure === 'html')
      return send(200, { 'Content-Type': 'text/html', ETag: '"page"' }, PAGE)

    const value = this.#read(asked.join('/'), searchParams.getAll('key'))
    const digest = { 'x-edge-config-digest': digestOf(this.items) }
    if (value === undefined) return send(404, digest, '{"error":"Edge Config item not found"}')
    const fields = { ...digest, ETag: `"${digestOf(value)}"` }
    if (this.failure === 'mangled')
      return send(200, { ...fields, 'Content-Type': 'text/html' }, PAGE)
    if (headers['if-none-match'] === fields.ETag) return send(304, fields)
    return send(200, { ...fields, 'Content-Type': 'application/json' }, JSON.stringify(value))
  }

  #read(asked: string, keys: string[]): unknown {
    if (asked === 'digest') return digestOf(this.items)
    if (asked === 'items') {
      const chosen = keys.length > 0 ? keys : Object.keys(this.items)
      const entries = chosen
        .filter((key) => Object.hasOwn(this.items, key))
        .map((key) => [key, this.items[key]])
      return Object.fromEntries(entries)
    }
    const [, key] = /^item\/(.+)$/.exec(asked) ?? []
    return key !== undefined && Object.hasOwn(this.items, key) ? this.items[key] : undefined
  }
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}
