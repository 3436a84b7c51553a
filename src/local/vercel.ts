/**
 * Vercel's REST API and its stores on this machine, as far as the command line speaks to them:
 * it keeps state, and refuses what the documentation refuses. Each rule says beside it where it
 * comes from, or that nobody could confirm it.
 *
 * One process is both the API and the read side of every store, so a connection string is
 * `http://127.0.0.1:PORT/ecfg_…?token=…`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { authenticate, type Bearer, scopeOf, scopeOfStore } from './access.ts'
import { type Answer, json, send } from './answer.ts'
import { endpointsOf } from './endpoints.ts'
import { Listener } from './listener.ts'
import { type Kind, type Manner, Orders, spoil } from './orders.ts'
import { countRequest, type Limit, limitFields } from './rate-limit.ts'
import { notFound, Refusal } from './refusal.ts'
import { checkBody, parsed, textOf } from './request-body.ts'
import { namesIn, routesOf } from './routes.ts'
import { VercelState } from './vercel-state.ts'

/** A request to the API, as it came, and the status that it was answered with; 0 for none. */
export interface Asked {
  method: string
  /** With its query. */
  path: string
  body: unknown
  status: number
  /** Whose token: the account's, that of a writable store, or neither. */
  by: Bearer | 'nobody'
}

export class LocalVercel extends VercelState {
  /** `null`: any number of requests. */
  limit: Limit | null = null
  /** Each request to the API since the last {@link forget}. */
  readonly asked: Asked[] = []

  #orders = new Orders()
  #listener: Listener
  #routes = routesOf(endpointsOf(this))

  /** @param port 0 for a free one */
  constructor(port = 0) {
    super()
    this.#listener = new Listener((request, response) => {
      this.#receive(request, response).catch((error) => response.destroy(error))
    }, port)
  }

  /** Where the API is. To be had once it has been started. */
  get url(): string {
    return this.#listener.origin
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

  /** Forgets what was asked and which failures were ordered; what is stored stays. */
  forget(): void {
    this.asked.length = 0
    this.#orders.forget()
    for (const store of this.stores) store.forget()
  }

  /** Lets the next request of that kind fail; with `after: 'write'` its work is done first. */
  fail(order: Kind & { with: Manner; after?: 'write' }): void {
    this.#orders.add(order)
  }

  /** What somebody else does just before the next request of that kind is looked at. */
  meanwhile(kind: Kind, act: () => unknown): void {
    this.#orders.add({ ...kind, meanwhile: act })
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = request
    const [, read] = /^\/(ecfg_\w+)\//.exec(url) ?? []
    if (read) return this.#read(read, request, response)
    // A request that is cut off has nobody to answer.
    const text = await textOf(request).catch(() => undefined)
    if (text === undefined) return void response.destroy()
    const asked: Asked = { method, path: url, body: parsed(text), status: 0, by: 'nobody' }
    this.asked.push(asked)
    const order = this.#orders.take(method, url)
    await order?.meanwhile?.()
    const isSpared = order?.with !== undefined && order.after !== 'write' && order.with !== 'cut'
    const right = isSpared ? json(500, {}) : this.#answer(request, asked, text)
    const answer = order?.with === undefined ? right : spoil(order.with, right)
    asked.status = answer.status
    send(answer, request, response)
  }

  /** The side of a store that deployments read. */
  #read(id: string, request: IncomingMessage, response: ServerResponse): void {
    const store = this.stores.find((each) => each.id === id)
    if (store) store.read(request, response)
    // Without a digest, which tells it from an item that is not there.
    else send(json(404, { error: 'Not found' }), request, response)
  }

  #answer(request: IncomingMessage, asked: Asked, text: string): Answer {
    try {
      const limited = countRequest(this.limit)
      if (limited) return limited
      const answer = this.#route(request, asked, text)
      return { ...answer, fields: { ...answer.fields, ...limitFields(this.limit) } }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return json(error.status, error.body, limitFields(this.limit))
    }
  }

  #route(request: IncomingMessage, asked: Asked, text: string): Answer {
    const { pathname: path, searchParams: query } = new URL(asked.path, this.url)
    const known = this.#routes.filter(({ pattern }) => pattern.test(path))
    const route = known.find(({ method }) => method === asked.method)
    const names = route ? namesIn(path, route) : {}
    const { authorization = '' } = request.headers
    asked.by = authenticate(this, authorization, `${asked.method} ${path}`)
    if (known.length === 0) throw notFound(`endpoint: ${path}`)
    if (!route) {
      const methods = known.map(({ method }) => method).join(', ')
      throw new Refusal(405, 'method_unknown', `This endpoint only responds to ${methods}`)
    }
    checkBody(request, text)
    const isStores = asked.by === 'store'
    const scope = isStores ? scopeOfStore(this, names['store'] ?? '') : scopeOf(this, query, path)
    return route.run({ names, query, body: asked.body, scope, path })
  }
}
