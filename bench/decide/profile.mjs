/** Where the time of one case goes: samples by function, without what builds the requests. */
import { Session } from 'node:inspector/promises'

const DECISIONS = 60_000
const BATCH = 500
const NOT_THE_GATE = /^(buildRequests |\(idle\))/

/** @returns lines of a table, dearest first */
export async function profile(one, bench, runtime) {
  runtime.setEnvironment(one.env)
  const loop = async (decisions) => {
    for (let i = 0; i < decisions; i += BATCH) {
      for (const request of bench.buildRequests(one, BATCH)) await one.handle(request)
    }
  }
  await loop(DECISIONS / 10)
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 100 })
  await session.post('Profiler.start')
  await loop(DECISIONS)
  const { profile: recorded } = await session.post('Profiler.stop')
  return summarise(recorded)
}

function summarise({ nodes, samples }) {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((c) => [c, id])))
  const stackOf = (id) => {
    const stack = []
    for (let at = id; at !== undefined; at = parents.get(at)) stack.push(byId.get(at))
    return stack
  }
  const self = new Map()
  const total = new Map()
  let counted = 0
  const add = (map, key) => map.set(key, (map.get(key) ?? 0) + 1)
  for (const id of samples) {
    const names = stackOf(id).map(nameOf)
    if (names.some((name) => NOT_THE_GATE.test(name))) continue
    counted++
    add(self, names[0])
    for (const name of new Set(names)) add(total, name)
  }
  const share = (map, name) =>
    `${(((map.get(name) ?? 0) / counted) * 100).toFixed(1).padStart(5)} %`
  return [...total.keys()]
    .filter((name) => name !== '(root)')
    .sort((a, b) => total.get(b) - total.get(a))
    .slice(0, 60)
    .map((name) => `${share(self, name)} ${share(total, name)}  ${name}`)
}

function nameOf({ callFrame: { functionName, url, lineNumber } }) {
  const file = url.split('/').at(-1)
  return `${functionName || '(anonymous)'} ${file ? `${file}:${lineNumber + 1}` : ''}`.trim()
}
