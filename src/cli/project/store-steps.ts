/** How a store is handed to a gate that stands, or is to stand, around a user's own middleware. */
import type { Source } from './middleware-shape.ts'
import { closingBracket, codeOnly, lineAt } from './source-text.ts'
import {
  importedClient,
  importLine,
  isWiringText,
  type StoreClient,
  storeLines,
} from './store-wiring.ts'

/** `export default createGate(…)` in a user's file. */
export interface GateCall {
  /** From 1. */
  line: number
  /** Its first line. */
  text: string
  hasStore: boolean
  /** Whether its options stand there, so that one can be added. */
  isReadable: boolean
}

/** @returns `null` where the gate is not called so */
export function readGateCall({ text, code }: Pick<Source, 'text' | 'code'>): GateCall | null {
  const match = /\bexport\s+default\s+createGate\s*\(/.exec(code)
  if (!match) return null
  const open = match.index + match[0].length - 1
  const options = code.slice(open + 1, closingBracket(code, open)).trim()
  const isReadable = options === '' || options.startsWith('{')
  return {
    line: lineAt(text, match.index),
    text: text.slice(match.index).split('\n', 1)[0] as string,
    // Options from elsewhere in the file: the name alone has to do.
    hasStore: isReadable ? /[{,]\s*store\s*[,:}(]/.test(options) : /\bstore\b/.test(code),
    isReadable,
  }
}

/** Whether a user's own file hands its gate a store, of whatever kind. */
export function handsOwnStore(text: string): boolean {
  const isOurs = isWiringText(text)
  return !isOurs && readGateCall({ text, code: codeOnly(text) })?.hasStore === true
}

/** What is to be added to a user's file. */
export interface StoreWiring {
  imports: string[]
  /** The option as it stands among the others. */
  option: string
  lines: string
  /** A call of the gate with the store, and what makes the store in front of it. */
  around(call: string): string
}

export function storeWiring(client: StoreClient, { plain, code, typed }: Source): StoreWiring {
  const imported = importedClientName(plain)
  // Others have a function of that name, too.
  const create = imported ?? (/\bcreateClient\b/.test(code) ? 'createStoreClient' : 'createClient')
  const name = /\bstore\b/.test(code) ? 'policyStore' : 'store'
  const option = name === 'store' ? name : `store: ${name}`
  const lines = storeLines(client, { store: name, createClient: create, typed })
  return {
    imports: imported === undefined ? [importLine(client, create)] : [],
    option,
    lines,
    around: (call) => `${lines}\n\n${withOption(call, option)}`,
  }
}

/** What a file calls the `createClient` of a store that it imports. */
function importedClientName(plain: string): string | undefined {
  if (importedClient(plain) === undefined) return undefined
  const list = /\bimport\s*\{([^}]*)\}\s*from\s*['"]@vercel\/(?:edge|global)-config['"]/.exec(plain)
  const [found, as] = /\bcreateClient\b(?:\s+as\s+(\w+))?/.exec(list?.[1] ?? '') ?? []
  return found && (as ?? 'createClient')
}

/** `createGate({ next })` with one more option in front. */
function withOption(call: string, option: string): string {
  const empty = /createGate\s*\(\s*\)/
  if (empty.test(call)) return call.replace(empty, () => `createGate({ ${option} })`)
  const [head = ''] = /^[\s\S]*?createGate\s*\(\s*\{/.exec(call) ?? []
  const rest = call.slice(head.length).replace(/^[ \t]+/, '')
  if (/^(?:\r?\n|$)/.test(rest)) return `${head}\n  ${option},${rest}`
  return rest.startsWith('}') ? `${head} ${option} ${rest}` : `${head} ${option}, ${rest}`
}
