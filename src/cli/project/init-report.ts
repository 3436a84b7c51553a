/** What `init` says of what it did, or would do. */
import path from 'node:path'
import { runsLine } from '../change.ts'
import { CliError } from '../errors.ts'
import type { Io } from '../io.ts'
import { advise, did, print, printable, printJson, say, shellWord, table, warn } from '../talk.ts'
import { linkOf } from './advisories.ts'
import { unifiedDiff } from './diff.ts'
import { ENV_FILE } from './first-credentials.ts'
import { relative } from './gate-file.ts'
import type { FirstUser, InitOptions, InitPlan } from './init-plan.ts'
import { isWired, type Write, wiringLines, writesOf } from './init-writes.ts'
import { runScript } from './next-app.ts'
import { writeVersion } from './version.ts'

/** For the environments of Vercel; writing there is for a later release. */
const ON_VERCEL = `put the value of STAGEDOOR_POLICY (and STAGEDOOR_SECRET) from ${ENV_FILE} into the project's variables, environment Preview`

export async function reportInit(
  plan: InitPlan,
  first: FirstUser | null,
  options: InitOptions,
  io: Io,
): Promise<void> {
  const written = first?.written ?? plan.now
  const warnings = [...plan.warnings, ...written.warnings]
  for (const line of linesOf(plan, first, options)) say(io, options, line)
  for (const warning of warnings) warn(io, printable(warning))
  if (plan.gate.wiring) for (const line of wiringLines(plan.gate.wiring)) say(io, options, line)
  for (const line of nextLines(plan, options)) say(io, options, line)
  const runs = runsLine(io, options, plan.place, written.runs)
  say(io, options, isWired(plan) ? runs : `once that is done: ${runs}`)
  if (options.json)
    await show(
      io,
      plan,
      first,
      options,
      `${JSON.stringify(documentOf(plan, first, options, warnings))}\n`,
    )
  else if (first?.written.changed && first.made.shown !== null) {
    say(io, options, `user-id ${printable(plan.user ?? '')}, password, shown this once:`)
    await show(io, plan, first, options, `${first.made.shown}\n`)
  }
}

/** Prints what holds the password. */
async function show(
  io: Io,
  plan: InitPlan,
  first: FirstUser | null,
  options: InitOptions,
  text: string,
) {
  try {
    await print(io, text)
  } catch (error) {
    if (!first?.made.shown) throw error
    throw new CliError('the password could not be shown, and is lost: stdout takes no more', {
      hint: `make another: ${advise(options, `user rotate ${plan.user}`)}`,
      cause: error,
    })
  }
}

function linesOf(plan: InitPlan, first: FirstUser | null, options: InitOptions): string[] {
  const { app, routers } = plan.project
  const where = relative(app, routers.folder)
  const found = `Next.js ${writeVersion(app.version)}, ${routers.names.join(' and ')} ${where ? `in ${where}/` : 'at the root'}`
  const rows = writesOf(plan, first).map(({ file, action, what }) => {
    return [`  ${tense(options, action)}`, file, what]
  })
  return [found, ...table(rows).trimEnd().split('\n')]
}

function tense(options: InitOptions, action: Write['action']): string {
  if (action === 'kept') return 'kept'
  const verb = { wrote: 'write', replaced: 'replace', 'added to': 'add to' }[action]
  return did(options, verb, action)
}

function nextLines({ project, gate }: InitPlan, options: InitOptions): string[] {
  const { packageManager, version } = project.app
  const run = (script: 'build' | 'start') => runScript(packageManager, script)
  const seen =
    version.major >= 16 && !path.basename(gate.file).startsWith('middleware')
      ? 'Proxy'
      : 'Middleware'
  const cd = options.cwd === undefined ? '' : `cd ${shellWord(options.cwd)} && `
  return [
    'next:',
    `  ${cd}${run('build')} && ${run('start')}   the build must list "${seen}"`,
    `  ${advise(options, 'status').replace(/`/g, '')}   who may enter, and what is gated`,
    `  on Vercel: ${ON_VERCEL}`,
  ]
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
    files: writesOf(plan, first),
    wiring,
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
    unifiedDiff(relative(project.app, gate.file), gate.before, gate.after),
  ].join('')
  for (const warning of plan.warnings) warn(io, printable(warning))
  if (gate.wiring) for (const line of wiringLines(gate.wiring)) say(io, options, line)
  if (names.length > 0)
    say(io, options, `${ENV_FILE}, which is not shown, would get ${names.join(' and ')}`)
  if (options.json)
    await printJson(io, { diff, secrets: { file: ENV_FILE, names }, warnings: plan.warnings })
  else await print(io, diff)
}
