/** Opening the place that a command line names. */
import path from 'node:path'
import { CliError, EXIT } from '../errors.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { appAround, appsNear, isOutsideApps } from '../project/next-app.ts'
import { shellWord } from '../talk.ts'
import type { Place } from './place.ts'

/**
 * Opens the place that `--to` names: `file` (`.env.local`), or `file:PATH`.
 *
 * @throws {CliError} for anything else, and for the `.env.local` of a folder inside an app, which
 * was hardly meant
 */
export async function openPlace(options: PlaceOptions, io: Io): Promise<Place> {
  const to = options.to ?? 'file'
  const [, file] = /^file(?::(.+))?$/.exec(to) ?? []
  if (to !== 'file' && file === undefined) {
    throw new CliError(`no place is called '${to}'`, {
      hint: 'the places are `--to file` (.env.local) and `--to file:PATH`',
      exitCode: EXIT.misused,
    })
  }
  const app = file === undefined ? appAround(io.cwd) : undefined
  if (app !== undefined) throw insideApp(app, options, io)
  const { openFile } = await import('./file.ts')
  return openFile(file ?? '.env.local', io)
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
