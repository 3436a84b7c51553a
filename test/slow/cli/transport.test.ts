/** What takes the command line long: connections that hang, names that nobody knows. */
import { expect, test } from 'vitest'
import { byFetch } from '../../../src/cli/vercel/by-token.ts'
import { Listener } from '../../../src/local/listener.ts'
import { failure, Linked, policyWith } from '../../cli/vercel-support.ts'

const linked = Linked.forEach()
const TO = ['--to', 'vercel:preview']
const LIST = ['user', 'list', ...TO]

/** Where a server was that is gone. */
async function gone(): Promise<string> {
  const listener = new Listener(() => {})
  await listener.start()
  await listener.stop()
  return listener.origin
}

test('nobody there', async () => {
  expect(failure(await linked.run(LIST, { env: { STAGEDOOR_API: await gone() } }))).toMatchObject({
    code: 1,
    error: expect.stringContaining('the connection was refused (ECONNREFUSED)'),
  })
})

test('nobody of that name', async () => {
  const transport = byFetch(new URL('https://nowhere.invalid'), 'token')
  await expect(transport.send({ method: 'GET', path: '/' })).rejects.toMatchObject({
    name: 'Lost',
    reason: expect.stringMatching(/\((ENOTFOUND|EAI_AGAIN)\)$/),
  })
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
