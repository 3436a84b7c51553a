/** All that was measured, in tables. */
import { estimate, ratios } from '../lib/statistics.mjs'
import { count, interval, milliseconds, significant, table } from './format.mjs'
import { growthTopics } from './goals.mjs'

const RUNTIMES = { edge: 'edge VM', node: 'Node.js' }
const SIZES = [10, 100, 1000]
const BEFORE = ', before'

/** `next start`: one table a kind. */
export function serverTables({ measured }) {
  return Object.entries(measured).map(([kind, topics]) => {
    const rows = Object.entries(topics).flatMap(([topic, subjects]) =>
      Object.entries(subjects).map(([name, { cpu, wall }]) => {
        const base = subjects['no-op']
        const isBase = !base || name === 'no-op'
        return [
          topic,
          name,
          significant(estimate(cpu).median),
          isBase ? '' : interval(estimate(ratios(cpu, base.cpu))),
          count(1e6 / estimate(wall).median),
          isBase ? '' : interval(estimate(ratios(base.wall, wall))),
        ]
      }),
    )
    const head = [
      '',
      'subject',
      'µs a request',
      'to the no-op',
      'requests a second',
      'to the no-op',
    ]
    return { title: `\`next start\`, \`${kind}\``, text: table(head, rows) }
  })
}

/** Decisions alone: one table a runtime. */
export function decisionTables({ measured }) {
  return perRuntime(measured, (rounds) => {
    const ids = Object.keys(rounds).filter((id) => !/\/\d+$|^users.*again$/.test(id))
    const rows = ids.map((id) => {
      const [topic, subject] = id.split('/')
      const { median } = estimate(rounds[id])
      // `, before` is another copy of the gate, in the same case.
      const own = id.endsWith(BEFORE) ? id.slice(0, -BEFORE.length) : `${topic}/stagedoor`
      const isBase = id === own || !rounds[own]
      const ratio = isBase ? '' : interval(estimate(ratios(rounds[id], rounds[own])))
      return [topic, subject, significant(median / 1000), count(1e9 / median), ratio]
    })
    const head = ['', 'subject', 'µs', 'decisions a second', 'time to stagedoor']
    return { title: 'Decisions', text: table(head, rows) }
  })
}

/** Growth: one table a runtime. */
export function growthTables({ measured }) {
  return perRuntime(measured, (rounds) => {
    const rows = growthTopics(rounds).map(({ topic }) => {
      const base = rounds[`${topic}/1`]
      const sizes = SIZES.map((size) =>
        interval(estimate(ratios(rounds[`${topic}/${size}`], base))),
      )
      return [topic, significant(estimate(base).median / 1000), ...sizes]
    })
    const again = rounds['users, right/again']
    const noise = again && interval(estimate(ratios(again, rounds['users, right/1'])))
    const head = ['', 'µs with one', ...SIZES.map((size) => `${count(size)} to 1`)]
    const note = noise ? `\n\nThe noise, of the first row with one user: ${noise}.` : ''
    return { title: 'Growth', text: table(head, rows) + note }
  })
}

/** The first decision. */
export function firstTable({ measured }) {
  const rows = Object.entries(measured).map(([id, { wall, cpu }]) => [
    id.slice('first/'.length),
    milliseconds(estimate(wall).median),
    `${significant(estimate(wall).low)} to ${significant(estimate(wall).high)}`,
    milliseconds(estimate(cpu).median),
  ])
  return {
    title: 'First decision, edge VM',
    text: table(['', 'by the clock', '95 %', 'processor'], rows),
  }
}

/** Sizes. */
export function sizeTable(sizes) {
  const rows = sizes.map(({ name, minified, gzipped }) => [name, count(minified), count(gzipped)])
  return { title: 'Size', text: table(['', 'minified, bytes', 'and gzipped'], rows) }
}

function perRuntime(measured, write) {
  return Object.entries(RUNTIMES)
    .filter(([runtime]) => Object.keys(measured[runtime] ?? {}).length > 0)
    .map(([runtime, name]) => {
      const { title, text } = write(measured[runtime])
      return { title: `${title}, ${name}`, text }
    })
}
