/** The two runtimes that a middleware has: Node.js, and the edge as `@edge-runtime/vm` plays it. */
import { createRequire } from 'node:module'
import { runInThisContext } from 'node:vm'
import { REPOSITORY } from '../lib/paths.mjs'

/** Evaluates scripts, and says what they find in `process.env`. */
export const RUNTIMES = { node, edge }

function node() {
  const machine = { ...process.env }
  return {
    evaluate: (script) => runInThisContext(script),
    // The real one: reading it is a call of the system's library each time.
    setEnvironment: (env) => {
      for (const name of Object.keys(process.env)) if (!(name in machine)) delete process.env[name]
      Object.assign(process.env, machine, env)
    },
  }
}

/** @param log where the gate's lines go */
function edge(log = console) {
  const { EdgeVM } = createRequire(REPOSITORY)('@edge-runtime/vm')
  const vm = new EdgeVM({
    // A plain object, as the sandbox of Next.js has it.
    extend: (context) => Object.assign(context, { process: { env: {} }, console: log }),
  })
  return {
    evaluate: (script) => vm.evaluate(script),
    setEnvironment: (env) => {
      vm.context.process.env = { NODE_ENV: 'production', ...env }
    },
  }
}
