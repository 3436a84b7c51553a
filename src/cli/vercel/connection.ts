/** Connection strings: what tells a client which store to read, and with which token. */
import { CliError } from '../errors.ts'
import { STORE_ID } from './stores.ts'
import { isLoopback } from './transport.ts'

/** Variables that a connection string stands in, today's name first. */
export const CONNECTIONS = ['GLOBAL_CONFIG', 'EDGE_CONFIG']

/** What a client reads a store with. */
export interface Connection {
  storeId: string
  /** Of a store on this machine: where it listens, and what it takes for a password. */
  local?: { origin: URL; token: string }
}

/**
 * Reads a connection string: `https://global-config.vercel.com/ecfg_…?token=…`, the same of
 * `edge-config`, `edge-config:id=ecfg_…&token=…`, or one of a store on this machine.
 *
 * @param from what has it, for talk: it is never quoted, because there is a token in it
 * @throws {CliError} for anything else
 */
export function parseConnection(text: string, from: string): Connection {
  const [, query] = /^(?:edge|global)-config:(.*)$/.exec(text) ?? []
  const storeId = query && new URLSearchParams(query).get('id')
  if (storeId && STORE_ID.test(storeId)) return { storeId }
  const url = URL.canParse(text) ? new URL(text) : undefined
  const id = url?.pathname.slice(1) ?? ''
  const token = url?.searchParams.get('token')
  if (!url || !STORE_ID.test(id) || !token) throw noConnection(from)
  if (/^(edge|global)-config\.vercel\.com$/.test(url.host) && url.protocol === 'https:') {
    return { storeId: id }
  }
  if (isLoopback(url)) return { storeId: id, local: { origin: new URL(url.origin), token } }
  throw new CliError(`${from} connects to a store that is not Vercel's`, {
    hint: 'write it with tools of its own, or name one of Vercel with `--to store:ID`',
  })
}

function noConnection(from: string): CliError {
  return new CliError(`${from} is no connection string of a store`, {
    hint: 'run `npx vercel env pull`, which writes it anew, or name the store with `--to store:ID`',
  })
}
