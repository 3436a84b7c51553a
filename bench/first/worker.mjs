/** One first decision in an edge VM that has been started just now. */
import { RUNTIMES } from '../decide/runtimes.mjs'

process.on('message', async ({ scripts, one }) => {
  const before = performance.now()
  const runtime = RUNTIMES.edge()
  runtime.setEnvironment(one.env)
  const { NextRequest } = runtime.evaluate(scripts.kit)
  const { url, headers } = one.request
  const request = new NextRequest(url, { headers, nextConfig: { basePath: '' } })
  const start = performance.now()
  const used = process.cpuUsage()
  const { status } = await runtime.evaluate(scripts.subject).create(one.options)(request)
  const wall = performance.now() - start
  const { user, system } = process.cpuUsage(used)
  if (status !== one.expected) throw new Error(`${one.id} answered ${status}`)
  process.send({ wall, cpu: (user + system) / 1000, context: start - before })
  process.disconnect()
})
