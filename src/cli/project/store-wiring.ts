/**
 * The lines that hand the gate a store of Vercel's: what `init --store` writes as an app's
 * middleware, or shows for one that is the user's own.
 *
 * Vercel renamed Edge Config to Global Config in July 2026. The packages of both names are the
 * same code but for the hosts that they take for Vercel's own: `@vercel/global-config` knows both.
 */

export const STORE_NAMES = ['edge-config', 'global-config'] as const

/** What a store's client is called, without its scope. */
export type StoreName = (typeof STORE_NAMES)[number]

/** A client of a store: its package, and where it is told of the store. */
export interface StoreClient {
  package: `@vercel/${StoreName}`
  /** Variable that holds the connection string. */
  variable: 'EDGE_CONFIG' | 'GLOBAL_CONFIG'
  /** Arguments that the wiring makes one with. */
  arguments: string
}

/** By the names of the packages. */
const CLIENTS: Record<StoreName, StoreClient> = {
  'edge-config': {
    package: '@vercel/edge-config',
    variable: 'EDGE_CONFIG',
    arguments: "process.env.EDGE_CONFIG, { staleIfError: false, cache: 'no-store' }",
  },
  'global-config': {
    package: '@vercel/global-config',
    variable: 'GLOBAL_CONFIG',
    // A store that was connected before the renaming still sets the other variable.
    arguments: `process.env.GLOBAL_CONFIG || process.env.EDGE_CONFIG, {
    staleIfError: false,
    cache: 'no-store',
  }`,
  },
}

export function storeClient(name: StoreName): StoreClient {
  return CLIENTS[name]
}

/** The whole file, for an app without a middleware of its own. */
export function wiringText(client: StoreClient): string {
  return `${importLine(client)}
import { createGate } from './stagedoor'

${storeLines(client)}

export default createGate({ store })
`
}

/** Whether a file is one that {@link wiringText} made, of either client. */
export function isWiringText(text: string): boolean {
  const plain = text.replace(/\r\n/g, '\n')
  return STORE_NAMES.some((name) => plain === wiringText(CLIENTS[name]))
}

/** @param as what `createClient` is to be called, in a file that has another one */
export function importLine(client: StoreClient, as = 'createClient'): string {
  const name = as === 'createClient' ? as : `createClient as ${as}`
  return `import { ${name} } from '${client.package}'`
}

/** What the lines are to be called in a file that has such names already, or no types. */
interface StoreNames {
  store?: string
  createClient?: string
  typed?: boolean
}

/**
 * Makes the client late, because it throws without a connection string; and has it read the store
 * itself: under Lambda it would read a file once, and in development be a read behind.
 */
export function storeLines(client: StoreClient, names: StoreNames = {}): string {
  const { store = 'store', createClient = 'createClient', typed = true } = names
  return `// Without these options the client may answer for ever with what it once read.
const ${store} = () => {
  const client = ${createClient}(${client.arguments})
  return { get: (key${typed ? ': string' : ''}) => client.get(key, { consistentRead: true }) }
}`
}

/** The client that a file imports. */
export function importedClient(text: string): StoreName | undefined {
  return STORE_NAMES.find((name) => new RegExp(`(['"])@vercel/${name}\\1`).test(text))
}
