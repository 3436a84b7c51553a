/** Whether a change that was made to one state of a place is in another. */
import type { PolicyDocument } from '../../gate/policy.ts'
import type { Change, Snapshot } from './place.ts'

/**
 * What a change set is there, and what it took away is not. What others have changed besides does
 * not count.
 *
 * @param before the state that the change was made to
 */
export function holds(before: Snapshot, wanted: Change, now: Snapshot): boolean {
  const { document, switch: value, secret } = wanted
  const isSealed = (name: string) => now.sealed.includes(name)
  // Nobody sees what a Secret is: a policy and a switch are always written anew.
  const isNew = now !== before
  if (value !== undefined && !(isSealed('STAGEDOOR') ? isNew : now.switch === value)) return false
  // A secret that is there stays.
  if (secret !== undefined && !isSealed('STAGEDOOR_SECRET') && now.secret !== secret) return false
  if (document === undefined) return true
  if (isSealed('STAGEDOOR_POLICY')) return isNew
  return (
    now.document !== undefined &&
    documentHolds(before.document ?? { version: 1 }, document, now.document)
  )
}

function documentHolds(before: PolicyDocument, wanted: PolicyDocument, now: PolicyDocument) {
  const fields = new Set([...Object.keys(before), ...Object.keys(wanted)]) as Set<
    keyof PolicyDocument
  >
  return [...fields].every((field) => fieldHolds(before[field], wanted[field], now[field]))
}

function fieldHolds(before: unknown, wanted: unknown, now: unknown): boolean {
  if (same(before, wanted)) return true
  const kind = before ?? wanted
  if (Array.isArray(kind)) return listHolds(listOf(before), listOf(wanted), listOf(now))
  if (typeof kind === 'object') return recordHolds(mapOf(before), mapOf(wanted), mapOf(now))
  return same(wanted, now)
}

function listHolds(before: unknown[], wanted: unknown[], now: unknown[]): boolean {
  const added = wanted.filter((item) => !before.includes(item))
  const removed = before.filter((item) => !wanted.includes(item))
  return added.every((item) => now.includes(item)) && !removed.some((item) => now.includes(item))
}

type Entries = Map<string, unknown>

function recordHolds(before: Entries, wanted: Entries, now: Entries): boolean {
  const keys = [...new Set([...before.keys(), ...wanted.keys()])]
  return keys.every(
    (key) => same(before.get(key), wanted.get(key)) || same(wanted.get(key), now.get(key)),
  )
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function mapOf(value: unknown): Entries {
  return new Map(Object.entries(value ?? {}))
}

/** As JSON, whatever the order of the keys: a store need not keep it. */
export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  // A prototype is none of its keys: `__proto__` is a user's name like any other.
  return entries.map(([key, item]) => [key, sorted(item)])
}
