/** Measuring `next start`: all subjects run at once, and are asked in turns. */
import { basic, HEADERS, policyOf } from '../decide/visits.mjs'
import { installPeers } from '../lib/install.mjs'
import { MODES } from '../lib/modes.mjs'
import { createShuffle } from '../lib/statistics.mjs'
import { ask, createAgent, load } from './load.mjs'
import { startServer } from './server.mjs'
import { buildSite, KINDS } from './site.mjs'

// As `stagedoor user add` stores a chosen password.
const STORED = policyOf({}, 600_000)
const WIDTH = 8

/** A server each. The no-op is there twice: what tells the two apart is noise. */
const SERVERS = [
  { name: 'no-op', subject: 'no-op' },
  { name: 'no-op, again', subject: 'no-op' },
  { name: 'stagedoor', subject: 'stagedoor', env: STORED },
  { name: 'nextjs-basic-auth-middleware', subject: 'nextjs-basic-auth-middleware' },
  { name: 'hono-basic-auth', subject: 'hono-basic-auth' },
  { name: 'snippet', subject: 'snippet' },
  // What Next.js itself takes for headers that are changed.
  { name: 'forwarding', subject: 'forwarding' },
]

/**
 * Rounds by kind, topic and subject: `{ proxy: { 'page': { stagedoor: { cpu: [], wall: [] } } } }`,
 * in microseconds a request.
 */
export async function measureServers({ mode = 'full', gate, kinds = KINDS } = {}) {
  installPeers()
  const settings = MODES[mode].serve
  const measured = {}
  const faults = []
  for (const kind of kinds) {
    const folder = await buildSite(kind, gate)
    const servers = []
    try {
      for (const { name, subject, env } of SERVERS) {
        servers.push({ name, subject, ...(await startServer(folder, subject, env)) })
      }
      const { fit, topics, found } = await prepare(servers)
      faults.push(...found.map((fault) => `next start, ${kind}: ${fault}`))
      measured[kind] = await measure(fit, topics, settings)
    } finally {
      await Promise.all(servers.map(({ stop }) => stop()))
    }
  }
  return { measured, faults }
}

/** Topics to ask, and the servers that answer them as they should. */
async function prepare(servers) {
  const right = { ...HEADERS[4], authorization: basic() }
  const { body } = await ask(servers[0].port, { path: '/', headers: {} })
  const [chunk] = /\/_next\/static\/[^"]+\.js/.exec(body)
  const stagedoor = servers.find(({ name }) => name === 'stagedoor')
  const { headers } = await ask(stagedoor.port, { path: '/', headers: right })
  const cookie = headers['set-cookie'][0].split(';')[0]
  const topics = [
    { name: 'page', path: '/', headers: right, expected: 200 },
    { name: 'static chunk', path: chunk, headers: right, expected: 200 },
    // Of the peers none has anything but the password.
    {
      name: 'page, by session',
      path: '/',
      headers: { ...HEADERS[4], cookie },
      expected: 200,
      only: /no-op|stagedoor/,
    },
    {
      name: 'page, refused',
      path: '/',
      headers: HEADERS[4],
      expected: 401,
      only: /^(?!no-op, again|forwarding)/,
    },
  ]
  const found = []
  const fit = []
  for (const server of servers) {
    const fault = await findFault(server, topics)
    if (fault) found.push(`${server.name}: ${fault}`)
    else fit.push(server)
  }
  return { fit, topics, found }
}

/** Why a server may not be measured: it does not answer as it should. */
export async function findFault({ name, subject, port }, topics) {
  for (const { name: topic, path, headers, expected, only } of topics) {
    if (only && !only.test(name)) continue
    const { status } = await ask(port, { path, headers })
    const wanted = subject === 'no-op' ? 200 : expected
    if (status !== wanted) return `${topic} answered ${status}, not ${wanted}`
    if (subject === 'no-op') continue
    for (const wrong of [HEADERS[4], { ...HEADERS[4], authorization: basic('wrong') }]) {
      const { status } = await ask(port, { path, headers: wrong })
      if (status !== 401) return `${topic} answered ${status} without the password`
    }
  }
}

async function measure(servers, topics, { rounds, count, warmUp, again }) {
  const shuffle = createShuffle(1)
  const agent = createAgent(WIDTH)
  const results = {}
  for (const topic of topics) {
    const asked = servers.filter(({ name }) => topic.only?.test(name) ?? true)
    const options = ({ subject }) => ({
      width: WIDTH,
      agent,
      expected: subject === 'no-op' ? 200 : topic.expected,
    })
    results[topic.name] = Object.fromEntries(asked.map(({ name }) => [name, { cpu: [], wall: [] }]))
    const first = topic === topics[0] ? warmUp : again
    for (const server of asked) await load(server.port, topic, { count: first, ...options(server) })
    for (let round = 0; round < rounds; round++) {
      for (const server of shuffle(asked)) {
        const { cpu, wall } = await time(server, topic, { count, ...options(server) })
        results[topic.name][server.name].cpu.push(cpu / count)
        results[topic.name][server.name].wall.push(wall / count)
      }
    }
  }
  agent.destroy()
  return results
}

/** Microseconds that a server takes for a load: of its processor time, and by the clock. */
async function time({ port, cpu }, topic, options) {
  const before = await cpu()
  const start = performance.now()
  await load(port, topic, options)
  const wall = (performance.now() - start) * 1000
  return { cpu: (await cpu()) - before, wall }
}
