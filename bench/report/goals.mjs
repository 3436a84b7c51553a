/** What was aimed at, and whether it was reached. By medians, each in one run with what it is held against. */
import { estimate, ratios } from '../lib/statistics.mjs'
import { count, interval, milliseconds } from './format.mjs'

const CONSTANT_TIME = ['nextjs-basic-auth-middleware', 'hono-basic-auth']
const MOST_OF_A_NO_OP = 1.05
const MOST_GROWTH = 1.2
// Milliseconds, and bytes.
const FIRST = 5
const SIZE = 5_000

/** @returns {{ goal: string, wanted: string, measured: string, met: boolean }[]} */
export function judge({ serve, decide, first, sizes }) {
  return [
    ...judgeServers(serve.measured),
    ...judgeDecisions(decide.measured.edge),
    ...judgeGrowth(decide.measured),
    judgeFirst(first.measured),
    judgeSize(sizes),
  ].filter(Boolean)
}

function judgeServers(kinds) {
  return Object.entries(kinds).flatMap(([kind, topics]) =>
    ['page', 'static chunk', 'page, by session'].map((topic) => {
      const { stagedoor, 'no-op': base, 'no-op, again': again } = topics[topic]
      if (!stagedoor || !base || !again) return undefined
      const ours = estimate(ratios(stagedoor.cpu, base.cpu))
      const noise = estimate(ratios(again.cpu, base.cpu))
      return {
        goal: `\`next start\`, \`${kind}\`, ${topic}: processor time of an authorised request, to a no-op`,
        wanted: `within the noise, ${interval(noise)}, and at most ${MOST_OF_A_NO_OP}`,
        measured: interval(ours),
        met: ours.low <= noise.high && ours.median <= MOST_OF_A_NO_OP,
      }
    }),
  )
}

function judgeDecisions(rounds) {
  const peers = CONSTANT_TIME.map((name) => rounds[`right, bare/${name}`]).filter(Boolean)
  const [fastest] = peers.sort((a, b) => estimate(a).median - estimate(b).median)
  const goals = {
    'right, bare': 'password with a stored hash',
    'right, with the cookie': 'the same beside the cookie, as browsers send it',
    'session, bare': 'session pass',
  }
  return Object.entries(goals).map(([topic, what]) => {
    const times = rounds[`${topic}/stagedoor`]
    if (!times || !fastest) return undefined
    // More decisions in the same time are less time for one.
    const ratio = estimate(ratios(fastest, times))
    return {
      goal: `edge VM, ${what}: decisions a second`,
      wanted: `at least ${perSecond(fastest)}, the fastest peer's`,
      measured: `${perSecond(times)}, ${interval(ratio)} of that`,
      met: ratio.median >= 1,
    }
  })
}

const perSecond = (times) => count(1e9 / estimate(times).median)

function judgeGrowth(runtimes) {
  return Object.entries(runtimes).flatMap(([runtime, rounds]) =>
    growthTopics(rounds)
      .filter(({ isPeer }) => !isPeer)
      .map(({ topic }) => {
        const growth = estimate(ratios(rounds[`${topic}/1000`], rounds[`${topic}/1`]))
        return {
          goal: `${runtime === 'edge' ? 'edge VM' : 'Node.js'}, ${topic}: 1,000 to 1`,
          wanted: `at most ${MOST_GROWTH}`,
          measured: interval(growth),
          met: growth.median <= MOST_GROWTH,
        }
      }),
  )
}

/** What was measured by size of the policy. */
export function growthTopics(rounds) {
  const topics = Object.keys(rounds).filter((id) => id.endsWith('/1000'))
  return topics.map((id) => {
    const topic = id.slice(0, -'/1000'.length)
    return { topic, isPeer: CONSTANT_TIME.some((name) => topic.includes(name)) }
  })
}

function judgeFirst(measured) {
  const found = measured['first/stagedoor']
  if (!found) return undefined
  const { median } = estimate(found.wall)
  return {
    goal: 'edge VM: first decision',
    wanted: `under ${FIRST} ms`,
    measured: milliseconds(median),
    met: median < FIRST,
  }
}

function judgeSize(sizes) {
  const { gzipped } = sizes.find(({ name }) => name === 'middleware.ts')
  return {
    goal: '`middleware.ts`, minified and gzipped',
    wanted: `at most ${count(SIZE)} bytes`,
    measured: `${count(gzipped)} bytes`,
    met: gzipped <= SIZE,
  }
}
