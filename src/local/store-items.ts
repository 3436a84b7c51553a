/** Items of a store at the local API: what may be one, and batches of changes. */
import { badRequest, notFound, Refusal } from './refusal.ts'
import type { Items } from './store.ts'

/** https://vercel.com/docs/global-config/global-config-limits (2026-07-29): on every plan. */
const LARGEST = 1024 * 1024

/** When an item was written, and what is said of it. */
export interface Dates {
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

/** https://vercel.com/docs/rest-api/global-config/update-global-config-items-in-batch (2026-07). */
export function readOperations(body: unknown): Operation[] {
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

export function checkKey(key: unknown): asserts key is string {
  if (typeof key === 'string' && /^[\w-]{1,256}$/.test(key)) return
  throw badRequest('Invalid request: `key` should match pattern "^[\\\\w-]+$"')
}

/** That these two fail is documented; with which status and code is not confirmed. */
export function applyOperation(asked: Operation, items: Items, dates: Map<string, Dates>): void {
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
export function checkSize(items: Items): void {
  if (sizeOf(items) > LARGEST) throw badRequest('The Global Config is larger than 1 MB.')
}

export function sizeOf(items: Items): number {
  return Buffer.byteLength(JSON.stringify(items))
}
