/** A function of the edge runtime, in a VM that has what the platform gives and no more. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { Buffer } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { EdgeVM } from '@edge-runtime/vm'
import type { FunctionConfig, Loaded, Variables } from './function.ts'

/** Of Node's modules those that Next.js asks for; the gate asks for none. */
const MODULES: { [name: string]: object } = {
  async_hooks: { AsyncLocalStorage },
  buffer: { Buffer },
}

const ASK = `async (asked) => {
  const { url, method, headers, body } = JSON.parse(asked)
  const work = []
  const event = { waitUntil: (promise) => void work.push(promise) }
  const request = new Request(url, { method, headers, body })
  const response = await globalThis.__handler(request, event)
  const text = await response.text()
  await Promise.all(work)
  return JSON.stringify({ status: response.status, headers: fieldsOf(response), body: text })
  function fieldsOf({ headers }) {
    const others = [...headers].filter(([name]) => name !== 'set-cookie')
    return [...others, ...headers.getSetCookie().map((value) => ['set-cookie', value])]
  }
}`

/** Evaluates the entrypoint. What it exports by default is called for each request. */
export async function loadEdge(
  folder: string,
  { entrypoint = '' }: FunctionConfig,
  variables: Variables,
): Promise<Loaded> {
  const code = await readFile(path.join(folder, entrypoint), 'utf8')
  const parts = code.split('export default ')
  if (parts.length !== 2) throw new Error(`${entrypoint} has not one default export`)
  const vm = new EdgeVM({
    extend: (context) =>
      Object.assign(context, {
        // A global of the platform's edge, which Next.js uses.
        AsyncLocalStorage,
        process: { env: { ...variables } },
        console: { log() {}, info() {}, warn() {}, error() {}, debug() {} },
        require(name: string) {
          const found = MODULES[name.replace(/^node:/, '')]
          if (!found) throw new Error(`the edge has no module ${name}`)
          return found
        },
      }),
  })
  vm.evaluate(parts.join('globalThis.__handler = '))
  const ask: (asked: string) => Promise<string> = vm.evaluate(`(${ASK})`)
  return {
    // As text: an object of this realm is none of the VM's.
    ask: async (asked) => JSON.parse(await ask(JSON.stringify(asked))),
    stop: async () => {},
  }
}
