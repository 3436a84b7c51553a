/** What `status` speaks of: a run on this machine, or an environment on Vercel. */
import type { Connection } from '../vercel/connection.ts'
import type { ShownAddresses } from './addresses.ts'
import type { Held } from './policies.ts'
import type { ShownSecret, ShownSignIn } from './signing.ts'

/** A run or an environment, and what it has by itself. */
export interface Subject {
  /** `next dev`, `vercel:preview`. */
  run: string
  /** Name of the environment, as the gate sees it. */
  environment: string
  /** A branch of preview's that has variables of its own. */
  branch?: string
  /** `null` where that is not known. */
  gated: boolean | null
  /** Why it is not known. */
  unknown?: string
  /** What made it so, if something other than the default did. */
  because: string | null
  /** The policy of its files or variables. */
  own: Held | null
  /** The store that it is connected to. */
  connected: Connected | null
  /** Key of the policy in the store. */
  key: string
  secret: ShownSecret
  signIn: ShownSignIn
  addresses: ShownAddresses
}

/** A store that a run or an environment is connected to. */
export interface Connected {
  /** What connects it: `EDGE_CONFIG in .env.local`. */
  by: string
  /** `null` where that is not known. */
  store: Connection | null
  /** Why it is not known which store or which item is read. */
  fault: string | null
}

export function isOnVercel({ run }: Subject): boolean {
  return run.startsWith('vercel:')
}
