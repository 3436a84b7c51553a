/** What `init` says of what it did, or would do. */
import path from 'node:path'
import { runsLine } from '../change.ts'
import type { Io } from '../io.ts'
import { orLost } from '../new-password.ts'
import { advise, did, print, printable, printJson, say, shellWord, table, warn } from '../talk.ts'
import { linkOf } from './advisories.ts'
import { unifiedDiff } from './diff.ts'
import { ENV_FILE } from './first-credentials.ts'
import { relative } from './gate-file.ts'
import { type FirstUser, type InitOptions, type InitPlan, THERE } from './init-plan.ts'
import { isWired, type Write, wiringLines, writesOf } from './init-writes.ts'
import { runScript } from './next-app.ts'
import { commandText } from './packages.ts'
import { writeVersion } from './version.ts'

export async function reportInit(
  plan: InitPlan,
  first: FirstUser | null,
  options: InitOptions,
  io: Io,
): Promise<void> {
  const written = first?.written ?? plan.now
  const warnings = [...plan.warnings, ...written.warnings]
  for (const line of linesOf(io, plan, first, options)) say(io, options, line)
  // A plan to make one was made before somebody else did.
  if (!first?.written.changed) say(io, options, `no new user: ${first ? THERE : plan.noUser}`)
  for (const warning of warnings) warn(io, warning)
  if (plan.gate.wiring) for (const line of wiringLines(plan.gate.wiring)) say(io, options, line)
  for (const line of nextLines(plan, options)) say(io, options, line)
  const runs = runsLine(options, plan.place, written)
  say(io, options, isWired(plan) ? runs : ['once that is done: ', ...runs])
  const password = first?.written.changed ? first.made.shown : null
  await orLost(password, plan.user ?? '', options, async () => {
    if (options.json) return printJson(io, documentOf(plan, first, options, warnings))
    if (password === null) return
    say(io, options, `user-id ${plan.user ?? ''}, password, shown this once:`)
    await print(io, `${password}\n`)
  })
}

function linesOf(io: Io, plan: InitPlan, first: FirstUser | null, options: InitOptions): string[] {
  const { app, routers } = plan.project
  const where = relative(app, routers.folder)
  const found = `Next.js ${writeVersion(app.version)}, ${routers.names.join(' and ')} ${where ? `in ${where}/` : 'at the root'}`
  const rows = writesOf(plan, first, options).map(({ file, action, what }) => {
    return [`  ${tense(options, action)}`, file, what]
  })
  return [found, ...table(io, rows).trimEnd().split('\n')]
}

function tense(options: InitOptions, action: Write['action']): string {
  if (action === 'kept') return 'kept'
  const verb = { wrote: 'write', replaced: 'replace', 'added to': 'add to' }[action]
  return did(options, verb, action)
}

function nextLines({ project, gate, store }: InitPlan, options: InitOptions): string[] {
  const { packageManager, version } = project.app
  const run = (script: 'build' | 'start') => runScript(packageManager, script)
  const seen =
    version.major >= 16 && !path.basename(entryOf(gate)).startsWith('middleware')
      ? 'Proxy'
      : 'Middleware'
  // In Node.js it is not listed by 15.
  const list = gate.wiring?.runsInNode ? 'every URL then asks' : `the build must list "${seen}"`
  const cd = options.cwd === undefined ? '' : `cd ${shellWord(options.cwd)} && `
  return [
    'next:',
    `  ${cd}${run('build')} && ${run('start')}   ${list}`,
    `  ${advise(options, 'status').replace(/`/g, '')}   who may enter, and what is gated`,
    ...policyLines(store, options),
  ]
}

/** What Next.js calls: the gate, or what stands around it. */
function entryOf({ file, entry, wiring }: InitPlan['gate']): string {
  return entry?.file ?? wiring?.file ?? file
}

/** How the policy gets to deployments. */
function policyLines(store: InitPlan['store'], options: InitOptions): string[] {
  const to = store ? 'store --create' : 'vercel:preview'
  const command = advise(options, `move --from file --to ${to}`).replace(/`/g, '')
  const without = `a run without ${store?.client.variable} has the policy of ${ENV_FILE}`
  return [`  on Vercel: ${command}`, ...(store ? [`  ${without}`] : [])]
}

function documentOf(
  plan: InitPlan,
  first: FirstUser | null,
  options: InitOptions,
  warnings: string[],
) {
  const { app, routers } = plan.project
  const { wiring } = plan.gate
  return {
    next: {
      version: writeVersion(app.version),
      from: app.versionFrom,
      folder: relative(app, routers.folder) || '.',
    },
    gate: { file: relative(app, plan.gate.file), wired: isWired(plan) },
    files: writesOf(plan, first, options),
    wiring,
    store: plan.store && {
      package: plan.store.client.package,
      variable: plan.store.client.variable,
      install: plan.store.install && commandText(plan.store.install),
    },
    advisories: plan.fitness.advisories.map((advisory) => {
      return { id: advisory.id, effect: advisory.effect, link: linkOf(advisory) }
    }),
    user: first?.written.changed ? plan.user : null,
    password: first?.written.changed ? first.made.shown : null,
    ...plan.place.id,
    dryRun: options.dryRun,
    runs: (first?.written ?? plan.now).runs,
    warnings,
  }
}

/** Prints what would change. Of `.env.local` only the names: its lines are secrets. */
export async function showDiff(plan: InitPlan, options: InitOptions, io: Io): Promise<void> {
  const { gate, example, project } = plan
  const names = [
    ...(plan.secret ? ['STAGEDOOR_SECRET'] : []),
    ...(plan.user === null ? [] : ['STAGEDOOR_POLICY']),
  ]
  const diff = [
    unifiedDiff('.env.example', example.before, example.text),
    ...[gate, ...(gate.entry ? [gate.entry] : [])].map(({ file, before, after }) =>
      unifiedDiff(relative(project.app, file), before, after),
    ),
  ].join('')
  const command = options.install === false ? null : plan.store?.install
  const install = command ? commandText(command) : null
  for (const warning of plan.warnings) warn(io, warning)
  if (gate.wiring) for (const line of wiringLines(gate.wiring)) say(io, options, line)
  if (install)
    say(io, options, `package.json, which is not shown, would be changed by \`${install}\``)
  if (names.length > 0)
    say(io, options, `${ENV_FILE}, which is not shown, would get ${names.join(' and ')}`)
  if (options.json)
    await printJson(io, {
      diff,
      install,
      secrets: { file: ENV_FILE, names },
      warnings: plan.warnings,
    })
  else await print(io, io.stdout.isTTY ? forEyes(diff) : diff)
}

/** A patch must stay what it is, but for a terminal. */
function forEyes(diff: string): string {
  return diff
    .split(/([\n\t])/)
    .map((part) => (/^[\n\t]$/.test(part) ? part : printable(part)))
    .join('')
}
