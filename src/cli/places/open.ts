/** Opening the place that a command line names. */
import path from 'node:path'
import { CliError, EXIT } from '../errors.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { appAround } from '../project/next-app.ts'
import { shellWord } from '../talk.ts'
import type { Place } from './place.ts'

/**
 * Opens the place that `--to` names: `file` (`.env.local`), or `file:PATH`.
 *
 * @throws {CliError} for anything else
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
  const { openFile } = await import('./file.ts')
  return openFile(file ?? '.env.local', io)
}

/**
 * As {@link openPlace}, to write there.
 *
 * @throws {CliError} for the `.env.local` of a folder inside an app, which was hardly meant
 */
export async function openToWrite(options: PlaceOptions, io: Io): Promise<Place> {
  const app = (options.to ?? 'file') === 'file' ? appAround(io.cwd) : undefined
  if (app === undefined) return openPlace(options, io)
  const cwd = path.join(options.cwd ?? '.', path.relative(io.cwd, app))
  throw new CliError(`no Next.js reads the .env.local of this folder: the app is in ${app}`, {
    hint: `run the command again with \`--cwd ${shellWord(cwd)}\``,
    exitCode: EXIT.misused,
  })
}
