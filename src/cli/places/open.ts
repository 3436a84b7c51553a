/** Opening the place that a command line names. */
import path from 'node:path'
import { CliError, EXIT } from '../errors.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { appAround, appsNear, isOutsideApps } from '../project/next-app.ts'
import { shellWord } from '../talk.ts'
import type { Place } from './place.ts'

/**
 * Opens the place that `--to` names: `file` (`.env.local`), `file:PATH`, `vercel:ENVIRONMENT`,
 * `store` or `store:ID`.
 *
 * @throws {CliError} for anything else, and for the `.env.local` of a folder inside an app, which
 * was hardly meant
 */
export async function openPlace(options: PlaceOptions, io: Io): Promise<Place> {
  const to = options.to ?? 'file'
  const [, kind, name] = /^(file|vercel|store)(?::(.+))?$/s.exec(to) ?? []
  if (kind === undefined || (kind === 'vercel' && name === undefined)) throw noPlace(to)
  refuseOptions(kind, name, options)
  if (kind === 'vercel') return (await import('./vercel.ts')).openVercel(name ?? '', options, io)
  if (kind === 'store') return (await import('./store.ts')).openStore(name, options, io)
  const file = name
  const app = file === undefined ? appAround(io.cwd) : undefined
  if (app !== undefined) throw insideApp(app, options, io)
  const { openFile } = await import('./file.ts')
  return openFile(file ?? '.env.local', io)
}

function noPlace(to: string): CliError {
  const what = to === 'vercel' ? 'vercel names no environment' : `no place is called '${to}'`
  return new CliError(what, {
    hint: 'the places are `--to file` (.env.local), `--to file:PATH`, `--to vercel:preview` (or another environment), and `--to store`',
    exitCode: EXIT.misused,
  })
}

/** An option that a place does not know would be passed over in silence. */
function refuseOptions(kind: string, name: string | undefined, options: PlaceOptions): void {
  const { gitBranch, create, sensitive } = options
  if (sensitive && kind === 'vercel' && name === 'development') throw noSecrets()
  const given: [option: string, isGiven: boolean, other: string][] = [
    ['--git-branch', gitBranch !== undefined, 'vercel:preview'],
    ['--sensitive', sensitive === true, 'vercel:preview'],
    ['--create', create === true, 'store'],
  ]
  for (const [option, isGiven, other] of given) {
    if (!isGiven || other.split(':')[0] === kind) continue
    throw new CliError(`${option} goes with --to ${other}`, {
      hint: `leave ${option} out, or say \`--to ${other}\``,
      exitCode: EXIT.misused,
    })
  }
  if (!create || name === undefined) return
  throw new CliError(`--create makes a store, and --to names one: ${name}`, {
    hint: 'leave one of them out: `--to store --create`, or `--to store:ID`',
    exitCode: EXIT.misused,
  })
}

/** What to warn of where the place is the `.env.local` of a folder that has no app. */
export function noAppWarnings({ to = 'file', cwd = '.' }: PlaceOptions, io: Io): string[] {
  if (to !== 'file' || !isOutsideApps(io.cwd)) return []
  const [app] = appsNear(io.cwd)
  const where = app === undefined ? 'DIR' : shellWord(path.join(cwd, app))
  return [
    `no Next.js app in this folder: nothing reads this .env.local; name the folder of the app with \`--cwd ${where}\``,
  ]
}

function insideApp(app: string, options: PlaceOptions, io: Io): CliError {
  const cwd = path.join(options.cwd ?? '.', path.relative(io.cwd, app))
  return new CliError(`no Next.js reads the .env.local of this folder: the app is in ${app}`, {
    hint: `run the command again with \`--cwd ${shellWord(cwd)}\``,
    exitCode: EXIT.misused,
  })
}

function noSecrets(): CliError {
  return new CliError('what is for development is pulled to be read, and is no Secret', {
    hint: 'leave --sensitive out, or name another environment',
    exitCode: EXIT.misused,
  })
}
