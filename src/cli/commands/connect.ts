/** `stagedoor connect`: lets environments read the store, and changes no policy. */
import { tell } from '../change.ts'
import { CliError, EXIT } from '../errors.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { openPlace } from '../places/open.ts'

/** @throws {CliError} where there is no such environment, or it reads another store */
export async function connectStore(
  environments: string[],
  given: PlaceOptions,
  io: Io,
): Promise<void> {
  const options = { ...given, to: given.to ?? 'store' }
  if (!/^store(:|$)/.test(options.to)) throw noStore()
  const connect = environments.join(',')
  const place = await openPlace({ ...options, connect }, io)
  const written = await place.write(() => null, options.dryRun)
  await tell(io, options, place, { written, lines: [], json: { connect: environments } })
}

function noStore(): CliError {
  return new CliError('environments read a store, and --to names none', {
    hint: 'leave --to out, or say `--to store:ID`',
    exitCode: EXIT.misused,
  })
}
