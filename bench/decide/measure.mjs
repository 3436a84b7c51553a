/** Measuring cases: in processes of their own, several of each runtime, one after the other. */
import { fileURLToPath } from 'node:url'
import { bundle } from '../lib/bundle.mjs'
import { installPeers } from '../lib/install.mjs'
import { MODES } from '../lib/modes.mjs'
import { runWorker } from '../lib/run-worker.mjs'
import { decisionCases, growthCases } from './cases.mjs'

const WORKER = fileURLToPath(new URL('worker.mjs', import.meta.url))
const FLAGS = ['--expose-gc', '--max-semi-space-size=32']
const SUBJECTS = [
  'no-op',
  'stagedoor',
  'nextjs-basic-auth-middleware',
  'hono-basic-auth',
  'snippet',
  'forwarding',
]

/** Rounds of every case by runtime: `{ node: { [id]: nanoseconds[] }, edge: … }`, and what was not measured. */
export async function measureDecisions(options = {}) {
  const { mode = 'full', gate, against, only = '', runtime, rounds } = options
  installPeers()
  const scripts = bundleAll({ gate, against })
  const { processes, ...settings } = MODES[mode].decide
  if (rounds) settings.rounds = Number(rounds)
  const cases = [decisionCases(), growthCases()].map((group) => select(group, only, against))
  const measured = { node: {}, edge: {} }
  const faults = []
  for (let i = 0; i < processes; i++) {
    for (const name of runtime ? [runtime] : ['node', 'edge']) {
      for (const group of cases.filter((group) => group.length > 0)) {
        const job = { runtime: name, scripts, cases: group, seed: i, ...settings }
        const { result, faults: found } = await runWorker(WORKER, job, FLAGS)
        for (const [id, rounds] of Object.entries(result)) {
          measured[name][id] = [...(measured[name][id] ?? []), ...rounds]
        }
        for (const fault of found) faults.push(`${name}: ${fault}`)
      }
    }
  }
  return { measured, faults: [...new Set(faults)] }
}

/** Where the time of a case goes. */
export async function profileDecision(id, { gate, runtime = 'node' }) {
  installPeers()
  const found = [...decisionCases(), ...growthCases()].find((one) => one.id === id)
  if (!found) throw new Error(`no case ${JSON.stringify(id)}`)
  const job = { runtime, scripts: bundleAll({ gate }), cases: [found], profile: true }
  const { result, faults } = await runWorker(WORKER, job, FLAGS)
  return [...faults, ' self    total', ...result]
}

function bundleAll({ gate, against }) {
  const scripts = { kit: bundle('lib/next-server.mjs') }
  for (const name of SUBJECTS) scripts[name] = bundle(`subjects/${name}.mjs`, { gate })
  if (against) scripts.against = bundle('subjects/stagedoor.mjs', { gate: against })
  return scripts
}

function select(cases, only, against) {
  const chosen = cases.filter(({ id }) => new RegExp(only).test(id))
  if (!against) return chosen
  const own = chosen.filter(({ subject }) => subject === 'stagedoor')
  const before = own.map((one) => ({ ...one, id: `${one.id}, before`, subject: 'against' }))
  return [...chosen, ...before]
}
