/**
 * Whether the app of a folder has a gate, and whether Next.js calls it. For talk only: what
 * cannot be told is `null`, and nothing here fails or is slow.
 */
import fs from 'node:fs'
import path from 'node:path'
import type { Io, PlaceOptions } from '../io.ts'
import type { Place, Run } from '../places/place.ts'
import { advise, printable } from '../talk.ts'
import { type Found, findMiddleware, findRouters, type Routers } from './app-files.ts'
import { digestOf, isWhole } from './drop-in.ts'
import { relative } from './gate-file.ts'
import { lookForNextApp, type NextApp } from './next-app.ts'
import { type NextConfig, readNextConfig } from './next-config.ts'
import { passedGate } from './passed-gate.ts'
import { closingBracket, codeOnly, cutText, readSource, withoutComments } from './source-text.ts'
import { readGateCall } from './store-steps.ts'
import { readWiring } from './wiring.ts'

export interface GateState {
  /** Where the gate is, from the app's folder; `null` where there is none. */
  file: string | null
  /** Whether anything calls it; where nothing does, every run is open. */
  called: boolean
  /** Whether Next.js calls it for every request, without an edit of the user's. */
  wired: boolean
  /** What is wrong, in words; `null` where nothing is. */
  fault: string | null
  /** The command that shows more of it, where `init` would not. */
  see?: string
  /** The user's file that hands the gate a policy in place of the environment's. */
  policyIn?: string
}

const NONE = 'there is no gate in this app yet'

/** @returns `null` where the folder has no Next.js, or where that cannot be told */
export function gateState(dir: string): GateState | null {
  try {
    const app = lookForNextApp(dir)
    return app ? stateOf(app, findRouters(dir)) : null
  } catch {
    return null
  }
}

/** The same as a warning, with the command that mends it. */
export function gateWarnings(state: GateState | null, options: PlaceOptions): string[] {
  if (!state?.fault) return []
  const { to: _to, ...rest } = options
  const command = state.file === null ? 'init' : (state.see ?? 'init --dry-run')
  const end = state.file === null ? '' : ' to see what to edit'
  return [`${printable(state.fault)}: run ${advise(rest, command)}${end}`]
}

/** What the runs of a place are with the gate that is in the app, which may leave them open. */
export function gatedRuns(runs: Run[], gate: GateState | null, place: Place, io: Io): Run[] {
  // A file elsewhere goes with an app elsewhere.
  const isHere = place.id.place === 'vercel' || path.dirname(place.id.file ?? '') === io.cwd
  if (!isHere) return runs
  const open = openRun(gate)
  return runs.map((run) =>
    open ? { ...run, gated: false, ...open } : { ...run, state: stateHere(gate, run) },
  )
}

function stateHere(gate: GateState | null, { gated, state }: Run): string {
  const why = gated ? whyOwnPolicy(gate) : null
  return stateWith(gate, why === null ? state : `gated, by a policy that is not known: ${why}`)
}

/** Why the policy of the environment does not count; `null` where it does. */
export function whyOwnPolicy(gate: GateState | null): string | null {
  return gate?.policyIn === undefined
    ? null
    : `${gate.policyIn} hands the gate one in place of the environment's`
}

const PERHAPS = 'gated, but perhaps not for every request'

/** The state of a run whose gate may not be called for every request. */
export function stateWith(gate: GateState | null, state: string): string {
  return !gate || gate.wired ? state : state.replace(/^gated/, PERHAPS)
}

/** Whether a state is one of {@link stateWith} that a gate without a fault would not have. */
export function isPerhaps(state: string): boolean {
  return state.startsWith(PERHAPS)
}

/** State of every run where nothing calls a gate; `null` where something does, or may. */
export function openRun(gate: GateState | null): { state: string; because: string } | null {
  if (gate === null || gate.called) return null
  return gate.file === null
    ? { state: 'open: no gate in this app yet', because: 'no middleware or proxy has the gate' }
    : { state: 'open: nothing calls the gate yet', because: gate.fault ?? '' }
}

/** Whether a state is one of {@link openRun}. */
export function isOpenRun(state: string): boolean {
  return state.startsWith('open: ')
}

function stateOf(app: NextApp, routers: Routers): GateState {
  const config = readNextConfig(app.dir)
  const found = findMiddleware(app.dir, routers, config, app.version)
  const main = found.find(({ unread }) => unread === null)
  if (!main) return none(unreadFault(app, found))
  if (config.isExport === true) return exported(relative(app, main.file), config)
  if (isGate(main.text)) return ownState(relative(app, main.file), main.text)
  return besideState(app, main, path.join(routers.folder, 'stagedoor.ts'))
}

/** The gate as the middleware itself. */
function ownState(file: string, text: string): GateState {
  // Settings can be anything; what Next.js would take for a middleware or a matcher is none.
  const wired = isWhole(text) && readWiring(file, text, 'stagedoor.ts').steps.length === 0
  return wired ? { file, called: true, wired, fault: null } : edited(file, file)
}

/** A gate in an app that becomes files, which no server of Next.js serves. */
function exported(file: string, config: NextConfig): GateState {
  const fault = `${path.basename(config.file ?? '')} says output: 'export', and a static export has no server that could ask anybody`
  return { file, called: false, wired: false, fault, see: 'doctor' }
}

function edited(file: string, name: string): GateState {
  const fault = `${name} was edited or formatted below its settings, or has a matcher`
  return { file, called: true, wired: false, fault, see: 'init --diff' }
}

/** A middleware of the user's own, and the gate beside it. */
function besideState(app: NextApp, main: Found, gate: string): GateState {
  const name = relative(app, main.file)
  const text = fs.existsSync(gate) ? readSource(gate) : ''
  const there = isGate(text)
  const source = cutText(main.text)
  const isPassed = passedGate(source) !== null
  // Else its default export may be anything.
  const made = isPassed && !there && readGateCall(cutText(text)) !== null
  const called = /\bcreateGate\s*\(/.test(source.code) || (isPassed && there) || made
  if (!called && !there) return none()
  const wired = readWiring(name, main.text, gate).steps.length === 0
  // One that is called may come from anywhere, as the package has it too.
  const file = there ? relative(app, gate) : name
  const [maker, makerText] = made ? [relative(app, gate), text] : [name, main.text]
  const own = called && handsPolicy(makerText) ? { policyIn: maker } : {}
  if (wired && there && !isWhole(text)) return { ...edited(file, file), ...own }
  if (wired) return { file, called, wired, fault: null, ...own }
  const fault = called ? 'may not call the gate for every request' : 'does not call the gate'
  return { file, called, wired, fault: `${name} ${fault}`, ...own }
}

/** By the name of the option: rather once too often, because that policy may be open. */
function handsPolicy(text: string): boolean {
  const code = codeOnly(text)
  const open = code.indexOf('(', code.search(/\bcreateGate\s*\(/))
  const options = code.slice(open + 1, closingBracket(code, open)).trim()
  const isReadable =
    options === '' || (options.startsWith('{') && !/\.\.\.|[{,]\s*\[/.test(options))
  // A name in quotes is blank in code.
  const isQuoted = /(['"])policy\1\s*\]?\s*:/.test(withoutComments(text))
  return isQuoted || (isReadable ? /[{,]\s*policy\s*[,:}]/.test(options) : /\bpolicy\b/.test(code))
}

function none(fault = NONE): GateState {
  return { file: null, called: false, wired: false, fault }
}

function unreadFault(app: NextApp, found: Found[]): string | undefined {
  const unread = found.find(({ text }) => isGate(text))
  return (
    unread &&
    `${NONE}: Next.js does not read ${relative(app, unread.file)}, because ${unread.unread}`
  )
}

/** Edited ones too. */
function isGate(text: string): boolean {
  return digestOf(text) !== undefined
}
