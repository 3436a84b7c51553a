/** Calls of the gate whose answer is thrown away. */
import { type CutText, closingBracket, lineAt } from '../project/source-text.ts'
import type { Main } from './facts.ts'
import type { Finding } from './finding.ts'

/** A call whose answer goes nowhere: a refusal is then no refusal. */
export function droppedAnswers(main: Main): Finding[] {
  const file = main.name
  return droppedCalls(main).map(
    (at): Finding => ({
      id: 'gate-answer-dropped',
      level: 'error',
      what: `${file} calls the gate and does not return what it answers`,
      seen: { file, line: lineAt(main.text, at) },
      why: 'its refusals are thrown away: everybody gets through',
      mend: 'return the answer, or hand your function to the gate: `export default createGate({ next: yourFunction })`',
    }),
  )
}

// More gates, calls and characters than a middleware has: a file made to be slow has more.
const MOST_NAMES = 10
const MOST_CALLS = 10
const NEAR = 200
const FAR = 10_000

/** Where they stand. */
export function droppedCalls({ code }: CutText): number[] {
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
