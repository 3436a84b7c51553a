/** Whether Next.js calls the gate, takes its answer, and which gate that is. */
import fs from 'node:fs'
import path from 'node:path'
import { digestOf, isWhole, kindOf, readDropIn } from '../project/drop-in.ts'
import { handlersOf, type Source } from '../project/middleware-shape.ts'
import { ownChallengeLine } from '../project/own-challenge.ts'
import { closingBracket, codeOnly, lineAt, withoutComments } from '../project/source-text.ts'
import { readGateCall } from '../project/store-steps.ts'
import { isWiringText } from '../project/store-wiring.ts'
import { matcherStepOf } from '../project/wiring.ts'
import { relativePath } from '../relative-path.ts'
import { advise } from '../talk.ts'
import type { Facts } from './facts.ts'
import type { Finding, Seen } from './finding.ts'
import { textOf } from './read.ts'

export function wiringFindings(facts: Facts): Finding[] {
  const { main, gate } = facts
  if (!main || !gate || gate.file === null) return []
  return [...calls(facts), ...dropped(facts), ...ownChallenge(facts), ...copies(facts)]
}

/** Whether the middleware that Next.js reads is not all ours. */
export function hasOwnMiddleware({ main }: Facts): boolean {
  return main !== null && digestOf(main.text) === undefined && !isWiringText(main.text)
}

export function hasMatcher(facts: Facts): boolean {
  const source = sourceOf(facts)
  return source !== null && matcherStepOf(source) !== null
}

function sourceOf({ main }: Facts): Source | null {
  if (!main) return null
  const { text } = main
  return { text, plain: withoutComments(text), code: codeOnly(text), typed: true }
}

function nameOf({ main, dir }: Facts): string {
  return relativePath(dir, main?.file ?? dir)
}

/** What Next.js calls instead of the gate, and a gate that nothing calls. */
function calls(facts: Facts): Finding[] {
  const { gate, options } = facts
  const source = sourceOf(facts)
  if (!source || !gate) return []
  const file = nameOf(facts)
  const show = `edit ${file} as ${advise(options, 'init --dry-run')} shows`
  // Of a static export `static-export` says it, and no edit of this file would help.
  if (!gate.called && facts.config?.isExport === true) return []
  if (!gate.called) {
    return [
      {
        id: 'gate-not-called',
        level: 'error',
        what: `${file} does not call the gate`,
        seen: { file },
        why: 'every URL is open, whatever is set',
        mend: show,
      },
    ]
  }
  const handlers = handlersOf(source, true)
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
  if (passed.length > 0 || !isOwn || readGateCall(source) !== null) return passed
  // Called, but not as what the file exports: it may be right, and cannot be told.
  if (droppedCalls(source).length > 0) return []
  return [
    {
      id: 'gate-passed-by',
      level: 'warning',
      what: `${file} calls the gate somewhere inside, and may not for every request`,
      seen: { file, line: lineAt(source.text, source.code.search(/\bcreateGate\s*\(/)) },
      why: 'a request for which it is not called, or whose answer is not returned, is open',
      mend: show,
    },
  ]
}

/** A call whose answer goes nowhere: a refusal is then no refusal. */
function dropped(facts: Facts): Finding[] {
  const source = sourceOf(facts)
  if (!source || !hasOwnMiddleware(facts)) return []
  const file = nameOf(facts)
  return droppedCalls(source).map(
    (at): Finding => ({
      id: 'gate-answer-dropped',
      level: 'error',
      what: `${file} calls the gate and does not return what it answers`,
      seen: { file, line: lineAt(source.text, at) },
      why: 'its refusals are thrown away: everybody gets through',
      mend: 'return the answer, or hand your function to the gate: `export default createGate({ next: yourFunction })`',
    }),
  )
}

/** A gate within the gate: it is asked second, and gets no password. */
function ownChallenge(facts: Facts): Finding[] {
  const source = sourceOf(facts)
  const line = source && facts.gate?.called ? ownChallengeLine(source) : null
  if (line === null || !hasOwnMiddleware(facts)) return []
  const file = nameOf(facts)
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

// More gates, calls and characters than a middleware has: a file made to be slow has more.
const MOST_NAMES = 10
const MOST_CALLS = 10
const NEAR = 200
const FAR = 10_000

function droppedCalls({ code }: Source): number[] {
  const made = code.matchAll(/\b(?:const|let|var)\s+([\w$]+)[^=;\n]{0,200}=\s*createGate\s*\(/g)
  const names = [...new Set([...made].map(([, name = '']) => name))].slice(0, MOST_NAMES)
  return names.flatMap((name) => {
    const call = new RegExp(`(?<![\\w$.])${quotePattern(name)}\\s*\\(`, 'g')
    return [...code.matchAll(call)]
      .map(({ index }) => index)
      .slice(0, MOST_CALLS)
      .filter((index) => isDropped(code, index))
  })
}

/** A statement of its own, or kept in a name that nothing returns. */
function isDropped(code: string, index: number): boolean {
  const before = code.slice(Math.max(0, index - NEAR), index)
  if (/(?:^|[;{}\n])\s*(?:await\s+|void\s+)?$/.test(before)) return !isLastValue(before)
  const [, kept] = /\b(?:const|let|var)\s+([\w$]+)[^=;\n]*=\s*(?:await\s+)?$/.exec(before) ?? []
  if (kept === undefined) return false
  const end = closingBracket(code.slice(index, index + FAR), code.indexOf('(', index) - index)
  const after = code.slice(index + end, index + end + FAR)
  const used = new RegExp(
    `(?:\\breturn\\b|=>|[?:(,=])[^;\\n]{0,200}(?<![\\w$])${quotePattern(kept)}(?![\\w$])`,
  )
  return !used.test(after)
}

/** After `=>` or `return` on the line before, as a formatter breaks it. */
function isLastValue(before: string): boolean {
  return /(?:=>|\breturn|[?:(,=&|])\s*(?:await\s+)?$/.test(before)
}

function quotePattern(text: string): string {
  return text.replace(/[$]/g, '\\$&')
}

/** The copy of the gate itself, wherever it is. */
function copies(facts: Facts): Finding[] {
  const { gate, dir, main, routers, options } = facts
  const beside = routers ? path.join(routers.folder, 'stagedoor.ts') : ''
  const isMain = main !== null && digestOf(main.text) !== undefined
  const file = isMain ? main.file : beside
  const text = isMain ? main.text : fs.existsSync(file) ? textOf(file) : ''
  const digest = digestOf(text)
  if (!gate?.called || digest === undefined) return []
  const name = relativePath(dir, file)
  const own = readDropIn()
  const seen: Seen = { file: name, line: lineAt(text, text.indexOf(digest)) }
  const replace = `see ${advise(options, 'init --diff')}, then run ${advise(options, 'init --force')}`
  if (!isWhole(text)) {
    return [
      {
        id: 'gate-edited',
        level: 'warning',
        what: `${name} is not what its digest (sha256 ${digest}) was made of: edited or formatted below its settings`,
        seen,
        why: 'what it lets through is no longer what was tested',
        mend: replace,
      },
    ]
  }
  if (kindOf(text, own) !== 'other') return []
  return [
    {
      id: 'gate-outdated',
      level: 'warning',
      what: `${name} is the gate of another version (sha256 ${digest}, and this one is ${digestOf(own)})`,
      seen,
      why: 'a copied file gets no update by itself: it may lack a fix',
      mend: replace,
    },
  ]
}
