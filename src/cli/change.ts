/** Changing a policy, the same way for every command: read, change, write, tell. */
import { type PolicyDocument, parsePolicy } from '../gate/policy.ts'
import { CliError } from './errors.ts'
import type { Io, PlaceOptions } from './io.ts'
import type { Place, Run, Snapshot, Written } from './places/place.ts'
import { advise, paint, printJson, say, warn } from './talk.ts'

/**
 * Changes the policy of a place.
 *
 * @param change gives the new document, or `null` where nothing is to do
 * @throws {CliError} where the policy that is there is not valid: it is left alone
 */
export function changePolicy(
  place: Place,
  options: PlaceOptions,
  change: (document: PolicyDocument) => PolicyDocument | null,
): Promise<Written> {
  return place.write((now) => {
    const document = change(documentOf(place, now))
    if (document === null) return null
    // What we write must be what the gate takes; a mistake of ours ends here.
    parsePolicy(document)
    return { document }
  }, options.dryRun)
}

/** The document of a place, an empty one where there is none. */
export function documentOf(place: Place, now: Snapshot): PolicyDocument {
  if (now.fault) throw invalidPolicy(place.name, now.fault.at)
  return now.document ?? { version: 1 }
}

/** @param at JSON path of the fault */
export function invalidPolicy(name: string, at: string): CliError {
  return new CliError(`the policy in ${name} is not valid at ${at}, so it admits nobody`, {
    hint: `mend STAGEDOOR_POLICY there by hand, or take it out and start anew with \`stagedoor user add NAME\``,
  })
}

/** Says what a change means for the runs, and prints the JSON document if that was asked for. */
export async function tell(
  io: Io,
  options: PlaceOptions,
  place: Place,
  { written, lines, json }: { written: Written; lines: string[]; json: Record<string, unknown> },
): Promise<void> {
  for (const line of lines) say(io, options, line)
  for (const warning of written.warnings) warn(io, warning)
  say(io, options, runsLine(io, options, place, written.runs))
  if (!options.json) return
  const { changed, runs, warnings } = written
  await printJson(io, { ...json, ...place.id, changed, dryRun: options.dryRun, runs, warnings })
}

/** `next dev: not gated (run … to gate it too) · next start: gated · on Vercel: …` */
export function runsLine(io: Io, options: PlaceOptions, place: Place, runs: Run[]): string {
  const names = new Map<string, string[]>()
  for (const { run, gated, state, because } of runs) {
    const how = gated || because ? because : `run ${advise(options, 'on')} to gate it too`
    const shown = gated ? paint(io, io.stderr, 'green', state) : state
    const text = how === undefined ? shown : `${shown} (${how})`
    names.set(text, [...(names.get(text) ?? []), run])
  }
  const parts = [...names].map(([text, same]) => `${same.join(' and ')}: ${text}`)
  return [...parts, place.silentOn].join(' · ')
}
