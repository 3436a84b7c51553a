/** What to warn of where the policy of an environment was changed. */
import type { PlaceOptions } from '../io.ts'
import { CONNECTIONS } from '../vercel/connection.ts'
import type { Environment } from '../vercel/environments.ts'
import { variableOf } from '../vercel/variables.ts'
import { EDGE_LIMIT } from './file-cautions.ts'
import type { Change } from './place.ts'
import type { Put } from './remote.ts'
import { POLICY, type Values } from './vercel-snapshot.ts'

interface Cautious {
  wanted: Change | null
  put: Put
  environment: Environment
  /** As they were when the change was made, and as they are. */
  started: Values
  ended: Values
  options: PlaceOptions
}

export function cautionsOf({
  wanted,
  put,
  environment,
  started,
  ended,
  options,
}: Cautious): string[] {
  if (!wanted?.document || !put.changed) return []
  const bytes = Buffer.byteLength(JSON.stringify(wanted.document))
  const { name, branch } = environment
  const before = variableOf(started.variables, POLICY, environment)
  return [
    ...(bytes > EDGE_LIMIT
      ? [
          `the policy is ${bytes} bytes, and on the edge runtime one variable holds at most ${EDGE_LIMIT}: \`--to store\` has room for it`,
        ]
      : []),
    ...(branch !== undefined && before?.branch === undefined
      ? [
          `the branch ${branch} has a policy of its own from now on: later changes of preview's do not reach it`,
        ]
      : []),
    ...(ended.sealed.includes(POLICY) || options.sensitive
      ? ['the policy is a Secret there: `move` replaces it, and nothing else changes or lists it']
      : []),
    ...(CONNECTIONS.some((connection) => ended.sealed.includes(connection))
      ? [
          `a store is connected to ${name}: where the gate reads it, its policy comes before this one`,
        ]
      : []),
    ...(before === undefined && ended.sealed.includes('AUTH_PASSWORD')
      ? ['AUTH_USER and AUTH_PASSWORD are ignored from now on, because there is a policy']
      : []),
  ]
}
