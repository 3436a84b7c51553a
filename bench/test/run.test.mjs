/** The whole benchmark, as short as it goes: everything is measured, and what comes out is sane. */
import { beforeAll, describe, expect, test } from 'vitest'
import { measureAll } from '../measure.mjs'
import { judge } from '../report/goals.mjs'
import { describeRun, writeResults, writeSummary } from '../report/summary.mjs'

const PEERS = ['hono-basic-auth', 'nextjs-basic-auth-middleware', 'snippet']

let results
beforeAll(async () => {
  results = await measureAll({ mode: 'smoke' })
})

/** Every list of rounds that is not as many positive numbers. */
const strange = (lists, rounds) =>
  Object.entries(lists).filter(
    ([, list]) => list.length !== rounds || !list.every((value) => value > 0 && value < Infinity),
  )

test('every subject answers as it should', () => {
  const { serve, decide, first } = results
  expect([...serve.faults, ...decide.faults, ...first.faults]).toEqual([])
})

describe.each(['proxy', 'middleware'])('next start, %s', (kind) => {
  test('every subject is measured', () => {
    const topics = Object.entries(results.serve.measured[kind])
    const asked = topics.map(([topic, subjects]) => [topic, Object.keys(subjects).sort()])
    const others = ['no-op', 'stagedoor']
    const all = [...PEERS, ...others, 'forwarding', 'no-op, again'].sort()
    expect(Object.fromEntries(asked)).toEqual({
      page: all,
      'static chunk': all,
      'page, by session': ['no-op', 'no-op, again', 'stagedoor'],
      'page, refused': [...PEERS, ...others].sort(),
    })
    for (const [, subjects] of topics) {
      for (const rounds of Object.values(subjects)) expect(strange(rounds, 2)).toEqual([])
    }
  })
})

describe.each(['node', 'edge'])('decisions, %s', (runtime) => {
  test('every case is measured', () => {
    const rounds = results.decide.measured[runtime]
    const topics = Object.keys(rounds).map((id) => id.split('/')[0])
    expect([...new Set(topics)]).toEqual([
      'right, bare',
      'right, 4 headers',
      'right, 20 headers',
      'nothing',
      'wrong',
      'right, with the cookie',
      'session, bare',
      'session, 20 headers',
      'address',
      'users, right',
      'users, wrong',
      'users, session',
      'rules, none covers',
      'rules, the last covers',
      'networks, none has',
      'users in a store',
      'users, nextjs-basic-auth-middleware',
      'users, hono-basic-auth',
    ])
    expect(strange(rounds, 3)).toEqual([])
  })
})

test('first decisions and sizes are measured', () => {
  const { first, sizes } = results
  for (const rounds of Object.values(first.measured)) expect(strange(rounds, 1)).toEqual([])
  expect(Object.keys(first.measured)).toHaveLength(9)
  expect(sizes.map(({ name }) => name)).toEqual([
    'middleware.ts',
    'server.ts',
    'nextjs-basic-auth-middleware',
    'hono-basic-auth',
    'snippet',
  ])
  for (const { minified, gzipped } of sizes) {
    expect(gzipped).toBeGreaterThan(100)
    expect(gzipped).toBeLessThan(minified)
  }
})

test('each goal is judged, and shown with what came out', () => {
  const goals = judge(results)
  // Servers, decisions, growth in two runtimes, the first decision, the size.
  expect(goals).toHaveLength(2 * 3 + 3 + 2 * 7 + 1 + 1)
  const page = writeResults(describeRun(), results)
  for (const { goal, wanted, measured, met } of goals) {
    expect(page).toContain(`| ${goal} | ${wanted} | ${measured} | ${met ? 'met' : '**missed**'} |`)
  }
  expect(page.match(/^## .*$/gm)).toHaveLength(1 + 2 + 2 + 2 + 1 + 1)
  expect(`${page}${writeSummary('', results)}`).not.toMatch(/NaN|undefined|Infinity|–/)
})
