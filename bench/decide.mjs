/**
 * Decisions alone, without a server: what a gate takes of the processor, in Node.js and in an
 * edge VM, beside its peers, and how that grows with the policy.
 *
 *     node bench/decide.mjs --quick                     a minute
 *     node bench/decide.mjs --only 'right' --runtime node
 *     node bench/decide.mjs --gate src/gate/index.ts --against ../before/middleware.ts
 *     node bench/decide.mjs --profile 'right, bare/stagedoor' --runtime edge
 */
import { parseArgs } from 'node:util'
import { measureDecisions, profileDecision } from './decide/measure.mjs'
import { decisionTables, growthTables } from './report/tables.mjs'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    gate: { type: 'string' },
    against: { type: 'string' },
    only: { type: 'string', default: '' },
    rounds: { type: 'string' },
    runtime: { type: 'string' },
    profile: { type: 'string' },
  },
})

if (values.profile) console.log((await profileDecision(values.profile, values)).join('\n'))
else {
  const mode = values.quick ? 'quick' : 'full'
  const decide = await measureDecisions({ ...values, mode })
  for (const { title, text } of [...decisionTables(decide), ...growthTables(decide)]) {
    console.log(`## ${title}\n\n${text}\n`)
  }
  for (const fault of decide.faults) console.log(`not measured: ${fault}`)
}
