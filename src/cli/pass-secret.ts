/** The secret that signs passes: which one counts, and making one where there is none. */
import { randomBytes } from 'node:crypto'
import { isSecret } from '../gate/pass.ts'
import { CliError } from './errors.ts'
import type { PlaceOptions } from './io.ts'
import type { Place, RunSecret, Snapshot, Written } from './places/place.ts'
import { advise, did } from './talk.ts'

// 32: length of the key that HS256 asks for (RFC 7518 §3.2).
const SECRET_BYTES = 32

/** What to sign with, and what to say of it. */
export interface Signing {
  secret: string
  written: Written
  /** Talk, for people. */
  lines: string[]
}

export function makeSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

/**
 * The secret of a place's runs; a new one, written there, where they have none.
 *
 * @throws {CliError} for one that signs nothing
 */
export async function openSigning(place: Place, options: PlaceOptions): Promise<Signing> {
  if (isVercel(place)) throw sealedSecret(place, await place.read(), options)
  const now = await place.look()
  const there = chooseSecret(now.after, options)
  if (!there && place.id.place === 'store') throw noLocalSecret()
  const written = there
    ? now
    : await place.write(
        // Somebody may have been faster.
        (current) => (chooseSecret(current, options) ? null : { secret: makeSecret() }),
        options.dryRun,
      )
  const chosen = there ?? chooseSecret(written.after, options)
  if (!chosen) throw hiddenSecret(place, written.after)
  if (!isSecret(chosen.value)) throw shortSecret(chosen)
  const warnings = [...written.warnings, ...differences(place, written.after, chosen)]
  return {
    secret: chosen.value,
    written: { ...written, warnings },
    lines: linesOf(place, options, written, chosen),
  }
}

/** Whether the secret of a place is only to be written. */
export function isVercel({ id }: Place): boolean {
  return id.place === 'vercel'
}

/** What Vercel keeps as a Secret signs there, and nowhere else. */
export function sealedSecret(place: Place, { sealed }: Snapshot, options: PlaceOptions): CliError {
  const { to: _to, gitBranch: _branch, ...rest } = options
  const name = 'STAGEDOOR_SECRET'
  if (sealed.includes(name)) {
    return new CliError(
      `${name} of ${place.name} cannot be read back, so nothing is signed with it`,
      {
        hint: 'leave --to out: the secret of .env.local signs, and counts there where `move` has copied it',
      },
    )
  }
  return new CliError(`${place.name} has no ${name}`, {
    hint: `bring that of a file there with ${advise({ ...rest, to: options.to ?? '' }, 'move --from file')}, and leave --to out to sign with it`,
  })
}

function noLocalSecret(): CliError {
  return new CliError('there is no STAGEDOOR_SECRET on this machine, and a store keeps none', {
    hint: 'leave --to out: then it is made in .env.local, and signs',
  })
}

/** Of runs that differ: that of the place which was named, else that of `next start`. */
function chooseSecret({ secret, secrets }: Snapshot, { to }: PlaceOptions): RunSecret | undefined {
  const there = secrets.filter(({ value }) => value !== '')
  const named = to === undefined ? undefined : there.find(({ value }) => value === secret)
  return named ?? there.at(-1)
}

function linesOf(
  place: Place,
  options: PlaceOptions,
  { changed }: Written,
  { source }: RunSecret,
): string[] {
  if (changed) {
    return [
      `${did(options, 'make', 'made')} STAGEDOOR_SECRET in ${place.name}: servers and deployments need the same one, and a restart or a new deployment`,
    ]
  }
  return [`signed with STAGEDOOR_SECRET of ${source}, which servers and deployments need too`]
}

/** Runs that do not take what is signed. */
function differences(place: Place, now: Snapshot, chosen: RunSecret): string[] {
  const hidden = now.secret && now.secrets.every(({ value }) => value !== now.secret)
  return [
    ...now.secrets
      .filter(({ value }) => value !== chosen.value)
      .map(({ run, value, source }) => {
        return value === ''
          ? `${run} has no STAGEDOOR_SECRET, and takes no passes`
          : `${run} does not take it: its STAGEDOOR_SECRET is another, of ${source}`
      }),
    ...(hidden
      ? [`STAGEDOOR_SECRET of ${chosen.source} wins over another one in ${place.name}`]
      : []),
  ]
}

/** Next.js takes an empty variable for one that is set. */
function hiddenSecret(place: Place, { secrets }: Snapshot): CliError {
  const source = secrets.find((secret) => secret.source !== undefined)?.source
  return new CliError(`STAGEDOOR_SECRET is empty in ${source}, which wins over ${place.name}`, {
    hint: 'take it out there, and run the command again',
  })
}

function shortSecret({ source }: RunSecret): CliError {
  return new CliError(
    `STAGEDOOR_SECRET in ${source} has fewer than ${SECRET_BYTES} bytes, so it signs nothing`,
    { hint: 'take it out there, and run the command again: it makes a good one' },
  )
}
