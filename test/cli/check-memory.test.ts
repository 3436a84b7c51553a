/** What a check keeps of a site that sends all that it may. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { BODY_LIMIT, type Exchange } from '../../src/cli/check/exchange.ts'
import { Inquiry } from '../../src/cli/check/inquiry.ts'
import { readSite } from '../../src/cli/check/site.ts'
import { exchange } from './check-support.ts'

const inquiry = () =>
  new Inquiry({
    site: readSite('https://a.example/'),
    rules: [],
    credential: null,
    limit: 10_000,
    userAgent: 'x',
    pause: () => sleep(0),
  })

/** As many octets as may come. */
const LONG = Buffer.alloc(BODY_LIMIT, 'x')

function answered(number: number, status: number, body = LONG): Exchange {
  const { asked, answer } = exchange('open', { status, target: `/${number}` })
  return { asked, answer: { ...answer, body } as Exchange['answer'] }
}

const octets = ({ judged }: Inquiry) =>
  judged.reduce((sum, { answer }) => sum + ('failure' in answer ? 0 : answer.body.length), 0)

test('bodies are kept whole up to a sum, then in part, then not at all', () => {
  const all = inquiry()
  for (let i = 0; i < 100; i++) all.take([answered(i, 401)])
  expect(octets(all)).toBeLessThan(66 * BODY_LIMIT)
  for (let i = 0; i < 9_900; i++) all.take([answered(i, 401, LONG.subarray(0, 64 * 1024))])
  expect(octets(all)).toBeLessThan(129 * BODY_LIMIT)
})

test('what was seen in a body stays seen where that is no longer whole', async () => {
  const all = inquiry()
  const secret = Buffer.from(LONG)
  secret.write('self.__next_f', BODY_LIMIT - 100)
  for (let i = 0; i < 70; i++) all.take([answered(i, 401)])
  all.take([answered(70, 404, secret), answered(71, 404)])
  expect((await all.judgedAgain()).slice(-2)).toMatchObject([
    { verdict: 'open', answer: { isCut: true } },
    { verdict: 'reached', answer: { isCut: true } },
  ])
})
