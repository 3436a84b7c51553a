/** What stores have to do with it, in lines. */
import { type Row, shownOf, storeOf } from './in-force.ts'
import type { Report } from './report.ts'
import { listed } from './signing.ts'
import { type StoreState, storeHeld, storeName } from './stores.ts'
import { summary } from './tables.ts'

/** What is not plain from the table. */
export function storeLines({ machine, rows, stores, handed, gate }: Report): string[] {
  const unread = handed?.hands === false && gate?.file ? rows.filter(isConnected) : []
  const byStore = new Map<string, string[]>()
  for (const { subject } of unread) {
    const store = storeOf(subject, stores)
    const name = store ? `the ${storeName(store)}` : 'a store'
    byStore.set(name, [...(byStore.get(name) ?? []), subject.run])
  }
  const isOwn = handed?.hands && handed.client === undefined && !rows.some(isConnected)
  return [
    // Without a table above them they are all there is.
    ...(machine === null && rows.length === 0 ? stores.flatMap(storeLine) : []),
    ...[...byStore].map(
      ([name, runs]) =>
        `${listed(runs)}: connected to ${name}, which the gate does not read: \`npx stagedoor init --store\``,
    ),
    ...unaskedLine(rows, handed?.hands !== false),
    ...stores.flatMap((store) => emptyLine(store, rows)),
    ...(isOwn
      ? ['the gate is handed a store that is not asked here: a policy in it comes before these']
      : []),
  ]
}

/** Of `--to file`, which looks at files alone. */
function unaskedLine(rows: Row[], isRead: boolean): string[] {
  const unasked = rows.filter(
    (row) => isRead && isConnected(row) && row.store === null && row.held?.kind !== 'unread',
  )
  if (unasked.length === 0) return []
  const runs = listed(unasked.map(({ subject }) => subject.run))
  return [
    `${runs}: connected to a store, whose policy comes before these: \`npx stagedoor status\``,
  ]
}

function isConnected({ subject }: Row): boolean {
  return subject.connected !== null
}

function emptyLine(store: StoreState, rows: Row[]): string[] {
  if (store.noAnswer || store.item !== undefined) return []
  const readers = rows.filter((row) => row.store === store).map(({ subject }) => subject.run)
  const none = `no policy in the ${storeName(store)}`
  if (readers.length === 0) return [none]
  return [`${none}: that of files or variables counts for ${listed(readers)}`]
}

/** `store stagedoor (ecfg_…): 2 users, 1 rule` */
function storeLine(store: StoreState): string[] {
  const held = storeHeld(store)
  if (held?.kind !== 'policy') return []
  const shown = shownOf(held)
  const what = shown.fault === null ? summary(shown) : `not valid at ${shown.fault}`
  return [`${storeName(store)} (${store.id}): ${what}`]
}
