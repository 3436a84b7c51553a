/** A subject that does not answer as it should is not measured. */
import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RUNTIMES } from '../decide/runtimes.mjs'
import { createBench } from '../decide/subject.mjs'
import { basic, HEADERS, policyOf, visit } from '../decide/visits.mjs'
import { bundle } from '../lib/bundle.mjs'
import { installPeers } from '../lib/install.mjs'
import { findFault } from '../serve/measure.mjs'

const right = visit(HEADERS[4], { authorization: basic() })
const SILENT = { info() {}, error() {} }

/** A handler that answers 200 where a condition holds, as a script. */
const handler = (condition) =>
  `({ create: () => (request) => new Response(null, { status: ${condition} ? 200 : 401 }) })`

describe('a decision', () => {
  let bench
  beforeAll(() => {
    installPeers()
    bench = createBench(RUNTIMES.edge(SILENT), {
      kit: bundle('lib/next-server.mjs'),
      stagedoor: bundle('subjects/stagedoor.mjs'),
      open: handler('true'),
      shut: handler('false'),
      careless: handler("request.headers.has('authorization')"),
      exact: handler(`request.headers.get('authorization') === '${basic()}'`),
    })
  })
  const faultOf = async (subject, more = {}) => {
    const one = { id: subject, subject, env: {}, request: right, expected: 200, ...more }
    return (await bench.prepare(one)).fault
  }

  test('is measured where the password counts', async () => {
    expect(await faultOf('exact')).toBeUndefined()
    expect(await faultOf('stagedoor', { env: policyOf({}) })).toBeUndefined()
    expect(await faultOf('stagedoor', { env: policyOf({}), signsIn: true })).toBeUndefined()
  })

  test('is not measured where the answer is another', async () => {
    expect(await faultOf('shut')).toBe('answered 401, not 200')
    expect(await faultOf('stagedoor', { env: { STAGEDOOR: 'on' } })).toBe('answered 503, not 200')
  })

  test('is not measured where the password does not count', async () => {
    expect(await faultOf('open')).toBe('answered 200 and 200 without the password')
    expect(await faultOf('careless')).toBe('answered 401 and 200 without the password')
  })
})

describe('a server', () => {
  let server
  beforeAll(async () => {
    server = createServer((request, response) => {
      const { authorization = '' } = request.headers
      const isOpen = request.url === '/open' || (request.url === '/careless' && authorization)
      response.statusCode = isOpen || authorization === basic() ? 200 : 401
      response.end()
    })
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  test.each([
    ['/', undefined],
    ['/open', 'page answered 200 without the password'],
    ['/careless', 'page answered 200 without the password'],
  ])('that answers %s so is measured or not', async (path, fault) => {
    const { port } = server.address()
    const topics = [{ name: 'page', path, headers: right.headers, expected: 200 }]
    expect(await findFault({ name: 'peer', subject: 'peer', port }, topics)).toBe(fault)
  })
})
