/** Whether Next.js calls the gate, and what it calls beside it. */
import { digestOf } from '../project/drop-in.ts'
import { handlersOf } from '../project/middleware-shape.ts'
import { ownChallengeLine } from '../project/own-challenge.ts'
import { passedGate } from '../project/passed-gate.ts'
import { lineAt } from '../project/source-text.ts'
import { readGateCall } from '../project/store-steps.ts'
import { isWiringText } from '../project/store-wiring.ts'
import { matcherStepOf } from '../project/wiring.ts'
import { advise } from '../talk.ts'
import { droppedAnswers, droppedCalls } from './dropped-answers.ts'
import type { Facts, Main } from './facts.ts'
import type { Finding } from './finding.ts'
import { copyFindings } from './gate-copy.ts'
import { openBut } from './presence.ts'
import { unusedGates } from './unused-gate.ts'

export function wiringFindings(facts: Facts): Finding[] {
  const { main, gate } = facts
  if (!main || !gate || gate.file === null) return []
  const unused = unusedGates(facts)
  return [
    ...calls(facts, main),
    ...(hasOwnMiddleware(facts) ? [...droppedAnswers(main), ...ownChallenge(facts, main)] : []),
    ...unused,
    // What nothing imports lets nobody through.
    ...copyFindings(facts).filter(
      ({ seen }) => !unused.some((one) => one.seen?.file === seen?.file),
    ),
  ]
}

/** Whether the middleware that Next.js reads is not all ours. */
export function hasOwnMiddleware({ main }: Facts): boolean {
  return main !== null && digestOf(main.text) === undefined && !isWiringText(main.text)
}

export function hasMatcher({ main }: Facts): boolean {
  return main !== null && matcherStepOf(main) !== null
}

/** What Next.js calls instead of the gate, and a gate that nothing calls. */
function calls(facts: Facts, main: Main): Finding[] {
  const { gate, options } = facts
  const file = main.name
  const show = `edit ${file} as ${advise(options, 'init --dry-run')} shows`
  // Of a static export `static-export` says it, and no edit of this file would help.
  if (!gate?.called && facts.config?.isExport === true) return []
  if (!gate?.called) {
    return [
      {
        id: 'gate-not-called',
        level: 'error',
        what: `${file} does not call the gate`,
        seen: { file },
        why: openBut(main.name),
        mend: show,
      },
    ]
  }
  if (passedGate(main)) return []
  const handlers = handlersOf(main, true)
  const isOwn = hasOwnMiddleware(facts)
  const passed = handlers.map(
    ({ step }): Finding => ({
      id: 'gate-passed-by',
      level: 'error',
      what: `${file} exports another function that Next.js calls in place of the gate`,
      seen: { file, ...(step.line !== undefined && { line: step.line }) },
      why: 'the gate is never asked',
      mend: isOwn ? show : 'take that export out',
    }),
  )
  if (passed.length > 0 || !isOwn || readGateCall(main) !== null) return passed
  // Called, but not as what the file exports: it may be right, and cannot be told.
  if (droppedCalls(main).length > 0) return []
  return [
    {
      id: 'gate-passed-by',
      level: 'warning',
      what: `${file} calls the gate somewhere inside, and may not for every request`,
      seen: { file, line: lineAt(main.text, main.code.search(/\bcreateGate\s*\(/)) },
      why: 'a request for which it is not called, or whose answer is not returned, is open',
      mend: show,
    },
  ]
}

/** A gate within the gate: it is asked second, and gets no password. */
function ownChallenge({ gate }: Facts, main: Main): Finding[] {
  const line = gate?.called ? ownChallengeLine(main) : null
  if (line === null) return []
  const file = main.name
  return [
    {
      id: 'challenge-own',
      level: 'warning',
      what: `${file} asks for a password of its own, after the gate`,
      seen: { file, line },
      why: 'the gate keeps the password of its users from the app, so this refuses all whom the gate lets in',
      mend: 'take that part out; where it guards a path that a rule opens, leave it',
    },
  ]
}
