/** The page that is checked in, and its short form for the README. */
import { cpus, loadavg } from 'node:os'
import { versions } from '../lib/install.mjs'
import { estimate, ratios } from '../lib/statistics.mjs'
import { count, milliseconds, table } from './format.mjs'
import { judge } from './goals.mjs'
import { decisionTables, firstTable, growthTables, serverTables, sizeTable } from './tables.mjs'

const SUBJECTS = {
  stagedoor: 'Stagedoor',
  'nextjs-basic-auth-middleware': '`nextjs-basic-auth-middleware`',
  'hono-basic-auth': '`hono/basic-auth`',
  snippet: 'snippet of articles',
}

/** What the run was made with. @param {number[]} load of the machine when it began */
export function describeRun(load = loadavg()) {
  const { next, hono, esbuild, ...others } = versions()
  const processors = cpus()
  const list = Object.entries({ next, hono, esbuild, ...others }).map((pair) => pair.join(' '))
  return [
    `${new Date().toISOString().slice(0, 10)}, Node.js ${process.versions.node}`,
    `${processors.length} × ${processors[0]?.model.trim() ?? 'processor'}`,
    `load ${load[0].toFixed(1)} when it began`,
    ...list,
  ].join(', ')
}

/** The whole page. */
export function writeResults(run, results) {
  const { serve, decide, first, sizes } = results
  const goals = judge(results)
  const tables = [
    ...serverTables(serve),
    ...decisionTables(decide),
    ...growthTables(decide),
    firstTable(first),
    sizeTable(sizes),
  ]
  const faults = [...serve.faults, ...decide.faults, ...first.faults]
  const missing = faults.map((fault) => `- Not measured: ${fault}.`)
  return `${[
    '# Results',
    `Written by \`npm run bench\`; docs/benchmarks.md says how to read it. ${run}.`,
    ...(missing.length > 0 ? [missing.join('\n')] : []),
    '## Goals',
    goalTable(goals),
    ...tables.flatMap(({ title, text }) => [`## ${title}`, text]),
  ].join('\n\n')}\n`
}

function goalTable(goals) {
  const rows = goals.map(({ goal, wanted, measured, met }) => [
    goal,
    wanted,
    measured,
    met ? 'met' : '**missed**',
  ])
  return table(['goal', 'wanted', 'measured', ''], rows)
}

/** What the README shows. */
export function writeSummary(run, results) {
  const goals = judge(results)
  const met = goals.filter((goal) => goal.met).length
  return [
    table(['', ...Object.values(SUBJECTS)], summaryRows(results)),
    `${met} of ${goals.length} goals met: [bench/RESULTS.md](bench/RESULTS.md) has each. ${run}.`,
  ].join('\n\n')
}

function summaryRows({ serve, decide, first, sizes }) {
  const row = (name, cell) => [
    name,
    ...Object.keys(SUBJECTS).map((subject) => cell(subject) ?? '–'),
  ]
  const served = (kind) =>
    row(`processor time of a page to a no-op, \`${kind}\``, (subject) => {
      const { [subject]: own, 'no-op': base } = serve.measured[kind].page
      return own && base && estimate(ratios(own.cpu, base.cpu)).median.toFixed(2)
    })
  const decided = (runtime, name) =>
    row(`decisions a second, ${name}`, (subject) => {
      const times = decide.measured[runtime][`right, bare/${subject}`]
      return times && count(1e9 / estimate(times).median)
    })
  const file = (subject) => (subject === 'stagedoor' ? 'middleware.ts' : subject)
  return [
    ...Object.keys(serve.measured).map(served),
    decided('edge', 'edge VM'),
    decided('node', 'Node.js'),
    row('first decision, edge VM', (subject) => {
      const times = first.measured[`first/${subject}`]
      return times && milliseconds(estimate(times.wall).median)
    }),
    row('minified and gzipped, bytes', (subject) =>
      count(sizes.find(({ name }) => name === file(subject)).gzipped),
    ),
  ]
}

const BEGIN = '<!-- bench: written by npm run bench -->'
const END = '<!-- /bench -->'

/** A page with the summary between its two marks; as it is where it has none. */
export function insertSummary(page, summary) {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (from < 0 || to < from) return page
  return `${page.slice(0, from + BEGIN.length)}\n\n${summary}\n\n${page.slice(to)}`
}
