/** Changing a policy, the same way for every command: read, change, write, tell. */
import path from 'node:path'
import { type PolicyDocument, parsePolicy } from '../gate/policy.ts'
import { CliError, EXIT } from './errors.ts'
import type { Io, PlaceOptions } from './io.ts'
import { localConnection } from './places/connections.ts'
import { noAppWarnings } from './places/open.ts'
import type { Place, Run, Snapshot, Written } from './places/place.ts'
import { gatedRuns, gateState, gateWarnings, isOpenRun } from './project/gate-state.ts'
import { handedStore } from './project/handed-store.ts'
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
  if (now.sealed.includes('STAGEDOOR_POLICY')) {
    throw now.hidden ? hiddenPolicy(place.name) : sealedPolicy(options, place.name)
  }
  if (now.fault) throw invalidPolicy(options, place.name, now.fault.at)
  return now.document ?? { version: 1 }
}

function sealedPolicy(options: PlaceOptions, name: string): CliError {
  const { to: _to, ...rest } = options
  return new CliError(`the policy in ${name} is a Secret, which cannot be read back`, {
    hint: `change the one of a file and replace the whole with ${advise({ ...rest, to: options.to ?? 'file' }, 'move --from file')}, or keep it in a store`,
  })
}

function hiddenPolicy(name: string): CliError {
  return new CliError(
    `this token may not see all variables of production, and so not change the policy in ${name}`,
    {
      hint: 'ask an owner of the project for a role that may, and make the token anew',
      exitCode: EXIT.unauthorised,
    },
  )
}

/** @param at JSON path of the fault */
export function invalidPolicy(options: PlaceOptions, name: string, at: string): CliError {
  const isStore = /^store(:|$)/.test(options.to ?? '')
  const hint = isStore
    ? `mend the item there by hand, or replace it with ${advise(options, 'move --from file')}`
    : `mend STAGEDOOR_POLICY there by hand, or take it out and start anew with ${advise(options, 'user add NAME')}`
  return new CliError(`the policy in ${name} is not valid at ${at}, so it admits nobody`, { hint })
}

/**
 * Says what a change means for the runs, and prints the JSON document if that was asked for.
 *
 * @throws {CliError} where nobody knows whether it was made
 */
export async function tell(
  io: Io,
  options: PlaceOptions,
  place: Place,
  { written, lines, json }: { written: Written; lines: string[]; json: Record<string, unknown> },
): Promise<void> {
  if (written.doubt) throw written.doubt
  for (const line of [...(written.notes ?? []), ...lines]) say(io, options, line)
  const gate = gateState(io.cwd)
  const warnings = [
    ...written.warnings,
    ...noAppWarnings(options, io),
    ...gateWarnings(gate, options),
    ...storeWarnings(place, written, io),
  ]
  for (const warning of warnings) warn(io, warning)
  const runs = gatedRuns(written.runs, gate, place, io)
  const line = runsLine(options, place, { ...written, runs })
  if (line.length > 0) say(io, options, line)
  if (!options.json) return
  const { changed, notes = [] } = written
  const done = {
    changed,
    dryRun: options.dryRun,
    runs,
    warnings,
    ...(notes.length > 0 && { notes }),
  }
  await printJson(io, { ...json, ...place.id, ...done })
}

/** Of a policy in a file that counts only where the store has none. */
function storeWarnings({ id }: Place, { before, after }: Written, io: Io): string[] {
  const isHere = id.place === 'file' && path.dirname(id.file ?? '') === io.cwd
  if (!isHere || before.text === after.text || !readsStore(io)) return []
  return [
    'the gate reads a store, whose policy comes first: `npx stagedoor … --to store` changes that one',
  ]
}

function readsStore(io: Io): boolean {
  try {
    return handedStore(io.cwd)?.hands === true && localConnection(io) !== undefined
  } catch {
    // No store of Vercel's, or two of them: `--to store` says which.
    return false
  }
}

/** `next dev: not gated (run … to gate it too) · next start: gated · on Vercel: …` */
export function runsLine(options: PlaceOptions, place: Place, written: Written): Piece[] {
  const alike = new Map<string, Run[]>()
  for (const run of written.runs) {
    const key = JSON.stringify([run.state, run.because])
    alike.set(key, [...(alike.get(key) ?? []), run])
  }
  // A run has the variables that it was started with.
  const toApply = written.changed && !options.dryRun ? place.toApply : ''
  const parts = [...alike.values()].map((runs) => runsText(options, runs))
  const all = [...parts, ...[place.reach, toApply].filter(Boolean).map((text) => [text])]
  return all.flatMap((part, i) => (i === 0 ? part : [' · ', ...part]))
}

function runsText(options: PlaceOptions, runs: Run[]): Piece[] {
  const { gated, state, because } = runs[0] as Run
  const names = runs.map(({ run }) => run).join(' and ')
  // It says why by itself.
  if (isOpenRun(state)) return [`${names}: ${state}`]
  const how = gated || because ? because : `run ${advise(options, 'on')} to gate it too`
  return [`${names}: `, painted(gated, state), how === undefined ? '' : ` (${how})`]
}

/** Green for a gate that asks, and lets in who may; yellow for one that does otherwise. */
export function painted(gated: boolean, state: string): Piece {
  return gated ? { text: state, colour: state === 'gated' ? 'green' : 'yellow' } : state
}
