/** A store at the local API: what `/v1/global-config` does with it, and what it refuses. */
import { randomUUID } from 'node:crypto'
import { limitsOf, planned, type Scope } from './account.ts'
import { newId } from './id.ts'
import { badRequest, notFound } from './refusal.ts'
import { digestOf, type Items, StoreReads } from './store.ts'
import {
  applyOperation,
  checkKey,
  checkSize,
  type Dates,
  readOperations,
  sizeOf,
} from './store-items.ts'

export interface Token {
  id: string
  label: string
  token: string
  createdAt: number
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
    for (const operation of operations) applyOperation(operation, items, dates)
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
