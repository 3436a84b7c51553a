/** A store at the local API: what `/v1/global-config` does with it, and what it refuses. */
import { randomUUID } from 'node:crypto'
import { limitsOf, planned, type Scope } from './account.ts'
import { newId } from './id.ts'
import { badRequest, notFound, Refusal } from './refusal.ts'
import { digestOf, type Items, StoreReads } from './store.ts'

/** https://vercel.com/docs/global-config/global-config-limits (2026-07-29): on every plan. */
const LARGEST = 1024 * 1024

export interface Token {
  id: string
  label: string
  token: string
  createdAt: number
}

interface Dates {
  createdAt: number
  updatedAt: number
  description?: string | undefined
}

interface Operation {
  operation: 'create' | 'update' | 'upsert' | 'delete'
  key: string
  value?: unknown
  description?: string | undefined
}

export class VercelStore extends StoreReads {
  slug: string
  readonly ownerId: string
  /** Its own read token may write it, by the API: only here, for who has no account. */
  writable = false
  tokens: Token[] = []
  /** Batches that were written this month. */
  writes = 0
  /** Milliseconds until a write is read everywhere; ten seconds are what Vercel promises. */
  propagation = 0
  readonly createdAt = Date.now()
  updatedAt = Date.now()

  #dates = new Map<string, Dates>()
  #before: Items | undefined
  #origin: () => string

  constructor(slug: string, ownerId: string, origin: () => string) {
    super(newId('ecfg_'))
    this.slug = slug
    this.ownerId = ownerId
    this.#origin = origin
  }

  /** For `createClient`, with the first of its tokens. */
  get connection(): string {
    const { token } = this.tokens[0] ?? this.addToken('local')
    return `${this.#origin()}/${this.id}?token=${token}`
  }

  override accepts(token: string): boolean {
    return this.tokens.some((each) => each.token === token)
  }

  protected override get served(): Items {
    return this.#before ?? this.items
  }

  addToken(label: string): Token {
    const token = { id: randomUUID(), label, token: randomUUID(), createdAt: Date.now() }
    this.tokens.push(token)
    return token
  }

  get body(): { [name: string]: unknown } {
    const { id, slug, ownerId, createdAt, updatedAt, items } = this
    return {
      id,
      slug,
      ownerId,
      createdAt,
      updatedAt,
      digest: digestOf(items),
      itemCount: Object.keys(items).length,
      sizeInBytes: sizeOf(items),
    }
  }

  itemBody(key: string): unknown {
    if (!Object.hasOwn(this.items, key)) throw notFound(`Edge Config item: ${key}`)
    const { createdAt, updatedAt, description }: Dates = this.#dates.get(key) ?? {
      createdAt: this.createdAt,
      updatedAt: this.updatedAt,
    }
    const value = this.items[key]
    return { key, value, edgeConfigId: this.id, createdAt, updatedAt, description }
  }

  get itemsBody(): unknown[] {
    return Object.keys(this.items).map((key) => this.itemBody(key))
  }

  /** `PATCH …/items`: all of it or nothing. */
  write(body: unknown, scope: Scope, dryRun: boolean): unknown {
    const operations = readOperations(body)
    const dates = new Map(this.#dates)
    const items = { ...this.items }
    for (const operation of operations) apply(operation, items, dates)
    checkSize(items)
    planned(
      this.writes < limitsOf(scope.plan).writes,
      'The Hobby plan includes 250 Global Config writes a month.',
    )
    if (dryRun) return { status: 'ok' }
    this.#serveLater()
    this.items = items
    this.#dates = dates
    this.writes += 1
    this.updatedAt = Date.now()
    return { status: 'ok' }
  }

  #serveLater(): void {
    if (this.propagation === 0) return
    const before = this.items
    this.#before ??= before
    setTimeout(() => {
      this.#before = undefined
    }, this.propagation).unref()
  }
}

export function createStore(body: unknown, scope: Scope, origin: () => string): VercelStore {
  const { slug, items = {} } = (body ?? {}) as { slug?: unknown; items?: unknown }
  const store = new VercelStore(readSlug(slug), scope.id, origin)
  if (typeof items !== 'object' || items === null || Array.isArray(items)) {
    throw badRequest('Invalid request: `items` should be object')
  }
  for (const key of Object.keys(items)) checkKey(key)
  checkSize(items as Items)
  store.items = items as Items
  return store
}

/** `^[\w-]+$`, 64 at most: https://vercel.com/docs/rest-api/global-config (2026-09-21). */
export function readSlug(slug: unknown): string {
  if (typeof slug === 'string' && /^[\w-]{1,64}$/.test(slug)) return slug
  throw badRequest('Invalid request: `slug` should match pattern "^[\\\\w-]+$"')
}

export function createToken(store: VercelStore, body: unknown): unknown {
  const { label } = (body ?? {}) as { label?: unknown }
  // 52 at most: the same pages.
  if (typeof label !== 'string' || label.length > 52) {
    throw badRequest('Invalid request: `label` should NOT be longer than 52 characters')
  }
  const { id, token } = store.addToken(label)
  return { id, token }
}

/** Without the token itself, which is told once: the SDK's model of a token, 1.28.35. */
export function tokensBody({ id: edgeConfigId, tokens }: VercelStore): unknown[] {
  return tokens.map(({ id, label, token, createdAt }) => ({
    id,
    label,
    createdAt,
    edgeConfigId,
    partialToken: `${token.slice(0, 3)}********`,
  }))
}

export function removeTokens(store: VercelStore, body: unknown): void {
  const { ids = [], tokens = [] } = (body ?? {}) as { ids?: unknown; tokens?: unknown }
  if (!Array.isArray(ids) || !Array.isArray(tokens) || ids.length + tokens.length === 0) {
    throw badRequest('Invalid request: `tokens` should be array')
  }
  const isNamed = ({ id, token }: Token) => ids.includes(id) || tokens.includes(token)
  store.tokens = store.tokens.filter((token) => !isNamed(token))
}

/** https://vercel.com/docs/rest-api/global-config/update-global-config-items-in-batch (2026-07). */
function readOperations(body: unknown): Operation[] {
  const { items } = (body ?? {}) as { items?: unknown }
  if (!Array.isArray(items)) throw badRequest('Invalid request: `items` should be array')
  return items.map(readOperation)
}

const OPERATIONS = ['create', 'update', 'upsert', 'delete'] as const

function readOperation(given: unknown): Operation {
  const { operation, key, value, description } = (given ?? {}) as { [name: string]: unknown }
  const known = OPERATIONS.find((each) => each === operation)
  if (!known) throw badRequest('Invalid request: `operation` should be one of the allowed values')
  checkKey(key)
  if (known !== 'delete' && value === undefined && description === undefined) {
    throw badRequest('Invalid request: `value` is required')
  }
  if (description !== undefined && (typeof description !== 'string' || description.length > 512)) {
    throw badRequest('Invalid request: `description` should NOT be longer than 512 characters')
  }
  return { operation: known, key, value, description }
}

function checkKey(key: unknown): asserts key is string {
  if (typeof key === 'string' && /^[\w-]{1,256}$/.test(key)) return
  throw badRequest('Invalid request: `key` should match pattern "^[\\\\w-]+$"')
}

/** That these two fail is documented; with which status and code is not confirmed. */
function apply(asked: Operation, items: Items, dates: Map<string, Dates>): void {
  const { operation, key, value, description } = asked
  const exists = Object.hasOwn(items, key)
  if (operation === 'create' && exists) {
    throw new Refusal(409, 'conflict', `The item already exists: ${key}`)
  }
  if ((operation === 'update' || operation === 'delete') && !exists) {
    throw notFound(`Edge Config item: ${key}`)
  }
  if (operation === 'delete') {
    delete items[key]
    dates.delete(key)
    return
  }
  if (value !== undefined) set(items, key, value)
  const now = Date.now()
  const { createdAt = now, description: before } = dates.get(key) ?? {}
  dates.set(key, { createdAt, updatedAt: now, description: description ?? before })
}

/** Not by assignment: `__proto__` is a key like any other. */
function set(items: Items, key: string, value: unknown): void {
  Object.defineProperty(items, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}

/** With which status and code is not confirmed. */
function checkSize(items: Items): void {
  if (sizeOf(items) > LARGEST) throw badRequest('The Global Config is larger than 1 MB.')
}

function sizeOf(items: Items): number {
  return Buffer.byteLength(JSON.stringify(items))
}
