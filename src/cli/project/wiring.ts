/**
 * How the gate is put around a middleware that the app has already: steps to show.
 *
 * The file is the user's, so it is read and never written. Where its shape is not one of
 * those that people write, the steps say in words what must come out.
 */
import path from 'node:path'
import { matcherPatterns } from './matcher.ts'
import {
  type Handler,
  handlersOf,
  keptHandler,
  readMatcher,
  type Source,
  type Step,
  unreadMatcher,
} from './middleware-shape.ts'
import { ownChallengeStep } from './own-challenge.ts'
import { passedGate } from './passed-gate.ts'
import { cutText } from './source-text.ts'
import { type GateCall, readGateCall, type StoreWiring, storeWiring } from './store-steps.ts'
import type { StoreClient } from './store-wiring.ts'
import { unreadConfig } from './unread-config.ts'

export type { Step } from './middleware-shape.ts'

export interface Wiring {
  /** The user's file, relative to the app. */
  file: string
  steps: Step[]
  /** Whether the gate stands around it before any step: then they only hand it a store. */
  isGated: boolean
  /** Whether it asks for Node.js in place of the edge. */
  runsInNode: boolean
}

/**
 * What is left to do in a user's file; no steps where the gate stands around it already.
 *
 * @param client of the store that the gate is to be handed, if it is
 */
export function readWiring(file: string, text: string, gate: string, client?: StoreClient): Wiring {
  const source = { ...cutText(text), typed: /tsx?$/.test(file) }
  const call = readGateCall(source)
  const passed = passedGate(source) !== null
  const store = client && !call?.hasStore ? storeWiring(client, source) : null
  // A gate as it is has no options to hand a store in.
  const wired = call !== null || (passed && !store)
  const handlers = passed && !store ? [] : handlersOf(source, wired)
  const matcher = readMatcher(source)
  const matcherStep = matcherStepOf(source)
  const challengeStep = wired ? null : ownChallengeStep(source)
  const around = wired
    ? null
    : passed
      ? { say: 'at the end, export the gate', add: 'export default createGate()' }
      : exportStep(handlers[0] ?? keptHandler(source), matcher?.value, source)
  const gateImports = [
    ...(/\bcreateGate\b/.test(source.code) || (passed && !store)
      ? []
      : [`import { createGate } from './${moduleOf(gate)}'`]),
    ...typeImports(around?.add ?? '', source),
  ]
  const imports = [...gateImports, ...(store?.imports ?? [])]
  const isGated = wired && gateImports.length === 0 && handlers.length === 0 && matcherStep === null
  const steps = [
    ...(challengeStep ? [challengeStep] : []),
    ...(imports.length > 0 ? [{ say: importSay(isGated, store), add: imports.join('\n') }] : []),
    ...handlers.map(({ step }) => step),
    ...(matcherStep ? [matcherStep] : []),
    ...(around ? [store ? { ...around, add: store.around(around.add ?? '') } : around] : []),
    ...(call && store ? [handStep(call, store)] : []),
  ]
  const runsInNode = /\bruntime\s*:\s*(['"])nodejs\1/.test(source.plain)
  return { file, steps, isGated, runsInNode }
}

/** The step that takes out the matcher, or what may be one: `null` where there is plainly none. */
export function matcherStepOf(source: Source): Step | null {
  return readMatcher(source)?.step ?? unreadMatcher(source) ?? unreadConfig(source)
}

function importSay(isGated: boolean, store: StoreWiring | null): string {
  const what = isGated ? "the store's client" : `the gate${store ? " and the store's client" : ''}`
  return `on top, bring in ${what}`
}

function handStep(call: GateCall, store: StoreWiring): Step {
  if (!call.isReadable)
    return {
      say: `hand the gate the store: add \`${store.option}\` to its options`,
      line: call.line,
      add: store.lines,
    }
  return {
    say: 'hand the gate the store',
    line: call.line,
    remove: call.text,
    add: store.around(call.text),
  }
}

function moduleOf(gate: string): string {
  return path.basename(gate).replace(/\.tsx?$/, '')
}

/** Types that the lines to add name, and the file does not yet. */
function typeImports(added: string, source: Source): string[] {
  const types = ['NextFetchEvent', 'NextRequest'].filter((name) => {
    return added.includes(`: ${name}`) && !new RegExp(`\\b${name}\\b`).test(source.code)
  })
  return types.length === 0 ? [] : [`import type { ${types.join(', ')} } from 'next/server'`]
}

function exportStep(
  handler: Pick<Handler, 'name' | 'takes'> | undefined,
  matcher: string | undefined,
  source: Source,
): Step {
  if (!handler) {
    return {
      say: 'at the end, export the gate around your own function (its name stands for yours)',
      add: 'export default createGate({ next: yourFunction })',
    }
  }
  const say = 'at the end, export the gate around it'
  if (matcher === undefined)
    return { say, add: `export default createGate({ next: ${handler.name} })` }
  const patterns = matcherPatterns(matcher)
  return {
    say: patterns
      ? `${say}, which now asks for the paths of your matcher itself`
      : `${say}; put the paths of your matcher into MINE as regular expressions`,
    add: aroundMatcher(handler, patterns ?? ['^…$'], source.typed),
  }
}

function aroundMatcher(
  { name, takes }: Pick<Handler, 'name' | 'takes'>,
  patterns: string[],
  typed: boolean,
): string {
  const [request, event] = typed
    ? ['request: NextRequest', 'event: NextFetchEvent']
    : ['request', 'event']
  const [parameters, values] =
    takes > 1 ? [`${request}, ${event}`, 'request, event'] : [request, 'request']
  return [
    `const MINE = [${patterns.map((pattern) => `/${pattern}/`).join(', ')}]`,
    'export default createGate({',
    `  next: (${parameters}) =>`,
    `    MINE.some((path) => path.test(request.nextUrl.pathname)) ? ${name}(${values}) : undefined,`,
    '})',
  ].join('\n')
}
