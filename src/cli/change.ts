/** Changing a policy, the same way for every command: read, change, write, tell. */
import { type PolicyDocument, parsePolicy } from '../gate/policy.ts'
import { CliError } from './errors.ts'
import type { Io, PlaceOptions } from './io.ts'
import { noAppWarnings } from './places/open.ts'
import type { Place, Run, Snapshot, Written } from './places/place.ts'
import { gatedRuns, gateState, gateWarnings, OPEN } from './project/gate-state.ts'
import { advise, type Piece, printJson, say, warn } from './talk.ts'

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
    const document = change(documentOf(options, place, now))
    if (document === null) return null
    // What we write must be what the gate takes; a mistake of ours ends here.
    parsePolicy(document)
    return { document }
  }, options.dryRun)
}

/** The document of a place, an empty one where there is none. */
export function documentOf(options: PlaceOptions, place: Place, now: Snapshot): PolicyDocument {
  if (now.fault) throw invalidPolicy(options, place.name, now.fault.at)
  return now.document ?? { version: 1 }
}

/** @param at JSON path of the fault */
export function invalidPolicy(options: PlaceOptions, name: string, at: string): CliError {
  return new CliError(`the policy in ${name} is not valid at ${at}, so it admits nobody`, {
    hint: `mend STAGEDOOR_POLICY there by hand, or take it out and start anew with ${advise(options, 'user add NAME')}`,
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
  const gate = gateState(io.cwd)
  const warnings = [
    ...written.warnings,
    ...noAppWarnings(options, io),
    ...gateWarnings(gate, options),
  ]
  for (const warning of warnings) warn(io, warning)
  const runs = gatedRuns(written.runs, gate, place, io)
  say(io, options, runsLine(options, place, { ...written, runs }))
  if (!options.json) return
  const { changed } = written
  await printJson(io, { ...json, ...place.id, changed, dryRun: options.dryRun, runs, warnings })
}

/** `next dev: not gated (run … to gate it too) · next start: gated · on Vercel: …` */
export function runsLine(options: PlaceOptions, place: Place, written: Written): Piece[] {
  const alike = new Map<string, Run[]>()
  for (const run of written.runs) {
    const key = JSON.stringify([run.state, run.because])
    alike.set(key, [...(alike.get(key) ?? []), run])
  }
  const parts = [...alike.values()].flatMap((runs) => [...runsText(options, runs), ' · '])
  // A run has the variables that it was started with.
  const restart = written.changed && !options.dryRun ? ` · ${place.toApply}` : ''
  return [...parts, place.silentOn + restart]
}

function runsText(options: PlaceOptions, runs: Run[]): Piece[] {
  const { gated, state, because } = runs[0] as Run
  const names = runs.map(({ run }) => run).join(' and ')
  // It says why by itself.
  if (state === OPEN) return [`${names}: ${state}`]
  const how = gated || because ? because : `run ${advise(options, 'on')} to gate it too`
  return [`${names}: `, painted(gated, state), how === undefined ? '' : ` (${how})`]
}

/** Green for a gate that asks, and lets in who may; yellow for one that does otherwise. */
export function painted(gated: boolean, state: string): Piece {
  return gated ? { text: state, colour: state === 'gated' ? 'green' : 'yellow' } : state
}
