/**
 * Which policy counts where, by the order of the gate: the item of the store that it is handed,
 * else what the environment says. And what comes of it.
 */
import { meetsOf } from '../places/next-env.ts'
import { type GateState, openRun, stateWith, whyOwnPolicy } from '../project/gate-state.ts'
import type { HandedStore } from '../project/handed-store.ts'
import { type Held, NO_POLICY, type ShownPolicy, shownPolicy } from './policies.ts'
import { type StoreState, storeHeld, storeName } from './stores.ts'
import type { Subject } from './subject.ts'

/** A run or an environment, and what is in force there. */
export interface Row {
  subject: Subject
  gated: boolean | null
  /** What visitors meet, in words. */
  state: string
  because: string | null
  /** The policy that counts. */
  held: Held | null
  /** The policy that would count if the store had none. */
  behind: Held | null
  /** The store that comes first. */
  store: StoreState | null
}

export function rowOf(
  given: Subject,
  gate: GateState | null,
  handed: HandedStore | null,
  stores: StoreState[],
): Row {
  const subject = withOwnPolicy(given, gate)
  const found = inForce(subject, handed, stores)
  // Nothing is gated then, whatever is set.
  const open = openRun(gate)
  if (open) return { subject, gated: false, ...open, ...found }
  const { because } = subject
  const isUnread = found.held?.kind === 'unread'
  // Whom a policy lets in that nobody can read is not known: it may be everybody.
  const gated = subject.gated && isUnread ? null : subject.gated
  const state = stateWith(gate, stateOf(subject, found.held, found.store))
  return { subject, gated, state, because, ...found }
}

/** What the gate is handed in code stands in place of what the environment says. */
function withOwnPolicy(subject: Subject, gate: GateState | null): Subject {
  const why = whyOwnPolicy(gate)
  if (why === null) return subject
  return { ...subject, own: { kind: 'unread', from: gate?.policyIn ?? '', why } }
}

/** The store of a subject. */
export function storeOf({ connected, key }: Subject, stores: StoreState[]): StoreState | null {
  const id = connected?.store?.storeId
  return stores.find((store) => store.id === id && store.key === key) ?? null
}

function inForce(subject: Subject, handed: HandedStore | null, stores: StoreState[]) {
  const { own, connected } = subject
  // Where that cannot be told, a store that is connected is taken for one that is read.
  if (!connected || handed?.hands === false) return { held: own, behind: null, store: null }
  const store = storeOf(subject, stores)
  if (!store || connected.fault !== null) {
    const why = connected.fault ?? `${connected.by} was not looked at`
    const from = store ? storeName(store) : 'a store'
    return { held: { kind: 'unread' as const, from, why }, behind: own, store }
  }
  const item = storeHeld(store)
  return item ? { held: item, behind: own, store } : { held: own, behind: null, store }
}

function stateOf({ gated, unknown }: Subject, held: Held | null, store: StoreState | null): string {
  if (gated === null) return `not known: ${unknown}`
  if (!gated) return 'not gated'
  if (held?.kind === 'unread') return `gated, by a policy that is not known: ${held.why}`
  if (held?.kind === 'pair') return 'gated'
  if (
    store &&
    held?.kind === 'policy' &&
    store.item === held.text &&
    shownOf(held).fault !== null
  ) {
    return 'gated, and shut for everybody once the last good copy is too old: the policy is not valid'
  }
  const meets = meetsOf((name) => (name === 'STAGEDOOR_POLICY' ? held?.text : undefined))
  return `gated${meets}`
}

export function shownOf(held: Held | null): ShownPolicy {
  return (held?.kind === 'policy' ? shownPolicy(held.text) : null) ?? NO_POLICY
}

/** A policy that counts, or would. `from` is `null` where there is none. */
export interface Effective extends ShownPolicy {
  from: string | null
  /** Where it counts. */
  runs: string[]
  /** Where it would count if the store had none. */
  behind?: string[]
  /** Why it is not known. */
  unread?: string
}

/** The policies, each once, with the runs and environments in which they are; then those of no run. */
export function effectivePolicies(rows: Row[], stores: StoreState[]): Effective[] {
  const found = new Map<string | null, Effective>()
  const add = (held: Held | null, run: string, isBehind: boolean) => {
    const from = held?.from ?? null
    const policy = found.get(from) ?? {
      from,
      runs: [],
      ...shownOf(held),
      ...(held?.kind === 'unread' && { unread: held.why }),
    }
    found.set(from, policy)
    if (isBehind) policy.behind = [...(policy.behind ?? []), run]
    else policy.runs.push(run)
  }
  for (const { held, subject } of rows) add(held, subject.run, false)
  for (const { behind, subject } of rows) if (behind) add(behind, subject.run, true)
  for (const held of stores.flatMap((store) => storeHeld(store) ?? [])) {
    if (!found.has(held.from)) found.set(held.from, { from: held.from, runs: [], ...shownOf(held) })
  }
  return [...found.values()]
}
