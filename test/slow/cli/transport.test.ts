/** What takes the command line long: connections that hang, answers that are errors for ever. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import type { Manner } from '../../../src/local/orders.ts'
import { failure, Linked, policyWith } from '../../cli/vercel-support.ts'

const linked = Linked.forEach()
const TO = ['--to', 'vercel:preview']
const LIST = ['user', 'list', ...TO]
const DOING = 'cannot list the variables of the project: '

test.each<[Manner, string]>([
  [500, 'Vercel answered 500: An unexpected internal error occurred'],
  ['reset', 'the connection was cut off (ECONNRESET) (127.0.0.1:'],
  ['gateway', ' answered 502 with something that is not JSON'],
])('%j for ever is an error', async (manner, error) => {
  linked.vercel.fail({ with: manner, times: Number.POSITIVE_INFINITY })
  const outcome = await linked.run(LIST)
  expect([outcome.code, failure(outcome).error?.includes(error)]).toEqual([1, true])
  expect(failure(outcome).hint).toContain('run the command again')
  expect(linked.vercel.asked).toHaveLength(3)
})

/** Where a server was that is gone. */
async function gone(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}

test('nobody there', async () => {
  expect(failure(await linked.run(LIST, { env: { STAGEDOOR_API: await gone() } }))).toMatchObject({
    code: 1,
    error: expect.stringContaining('the connection was refused (ECONNREFUSED)'),
  })
  const unknown = { STAGEDOOR_API: 'https://nowhere.invalid' }
  expect(failure(await linked.run(LIST, { env: unknown }))).toMatchObject({
    code: 1,
    error: expect.stringMatching(/(ENOTFOUND|EAI_AGAIN)\) \(nowhere\.invalid\)$/),
    hint: expect.stringContaining('look at the network'),
  })
})

test('too many requests, however long one waits', async () => {
  const error = { code: 'rate_limited', message: 'Later', limit: { reset: 1 } }
  linked.vercel.fail({ with: { status: 429, error }, times: Number.POSITIVE_INFINITY })
  expect(failure(await linked.run(LIST))).toMatchObject({
    code: 1,
    error: `${DOING}Vercel asks to wait, again and again`,
  })
  expect(linked.vercel.asked).toHaveLength(5)
})

test('no answer to a write: what was not done is said, after a look', async () => {
  linked.addPolicy(policyWith('carol'))
  linked.vercel.fail({ method: 'POST', with: 'silent' })
  const outcome = await linked.run(['user', 'add', 'bob', ...TO])
  expect(failure(outcome)).toMatchObject({
    code: 1,
    error: expect.stringContaining('cannot set STAGEDOOR_POLICY for preview: no answer in 15 s'),
  })
  expect([outcome.stdout, linked.usersThere()]).toEqual(['', ['carol']])
})

test('no answer to a write that was done: the password is shown', async () => {
  linked.addPolicy(policyWith('carol'))
  linked.vercel.fail({ method: 'POST', with: 'silent', after: 'write' })
  const { code, stdout } = await linked.run(['user', 'add', 'bob', ...TO])
  expect([code, stdout.length > 20, linked.usersThere()]).toEqual([0, true, ['bob', 'carol']])
})
