/** Policies that the app's middleware hands to the gate in code, in place of the environment's. */
import { type Literal, readLiteral } from '../project/literal.ts'
import { type CutText, closingBracket, lineAt } from '../project/source-text.ts'
import type { Main } from './facts.ts'
import type { Finding, Seen } from './finding.ts'
import { type Held, judgePolicy } from './held-policies.ts'

/** More calls than a middleware has; a file made to be slow has more. */
const MOST_CALLS = 10

/** What stands for `policy` in the options of a call: `undefined` for what is no literal. */
interface Handed {
  at: number
  value: Literal
  isLiteral: boolean
}

/** Those that are literals. */
export function codePolicies({ name: file, ...source }: Main): Held[] {
  return handedIn(source).flatMap(({ at, value, isLiteral }) => {
    if (!isLiteral || value === undefined) return []
    const isCode: Seen = { file, line: lineAt(source.text, at) }
    const written = JSON.stringify(value)
    return [
      { source: file, text: written, ...judgePolicy(written), isOwn: true, isCode, runs: [file] },
    ]
  })
}

/** Those that are not: what they let in is not known. */
export function unreadPolicies({ name: file, ...source }: Main): Finding[] {
  return handedIn(source)
    .filter(({ isLiteral }) => !isLiteral)
    .map(({ at }) => ({
      id: 'policy-in-code',
      level: 'note',
      what: `${file} may hand the gate a policy, which is no literal and was not read`,
      seen: { file, line: lineAt(source.text, at) },
      why: 'it counts in place of the one that is set, and may let everybody in',
      mend: 'take it out, and set STAGEDOOR_POLICY; or write it there as a literal',
    }))
}

function handedIn({ text, code }: CutText): Handed[] {
  return [...code.matchAll(/(?<!function\s+)\bcreateGate\s*\(/g)]
    .slice(0, MOST_CALLS)
    .flatMap(({ index, 0: call }) => {
      const open = index + call.length - 1
      const end = closingBracket(code, open)
      const from = open + 1 + (/^\s*/.exec(code.slice(open + 1, end))?.[0].length ?? 0)
      if (from >= end) return []
      if (code[from] !== '{') return [{ at: from, value: undefined, isLiteral: false }]
      return fieldsOf(code, from).flatMap((at) => policyIn(text, code, at))
    })
}

/** Where the fields of an object begin. */
function fieldsOf(code: string, open: number): number[] {
  const fields = [open + 1]
  for (let i = open + 1; i < code.length && code[i] !== '}'; i++) {
    if ('([{'.includes(code[i] as string)) i = closingBracket(code, i)
    else if (code[i] === ',') fields.push(i + 1)
  }
  return fields
}

const FIELD = /\s*(?:(\.\.\.|\[|['"]|[\w$]*\\)|([\w$]+)\s*(:?))/y

function policyIn(text: string, code: string, from: number): Handed[] {
  // Comments are blank here, and so is what stands in quotes.
  FIELD.lastIndex = from
  const match = FIELD.exec(code)
  if (!match) return []
  const [whole, strange, name, sign] = match
  const unread = { at: from + whole.length - 1, value: undefined, isLiteral: false }
  if (strange !== undefined) {
    const isOther = /^\s*(['"])(?!policy\1)[\w-]+\1\s*:/.test(text.slice(from, from + 500))
    return isOther ? [] : [unread]
  }
  if (name !== 'policy') return []
  const at = from + whole.length
  const literal = sign === ':' ? readLiteral(text, at) : null
  const isWhole =
    literal && /^\s*(?:as\b|satisfies\b|[,}])/.test(code.slice(literal.end, literal.end + 500))
  return [literal && isWhole ? { at: at - 1, value: literal.value, isLiteral: true } : unread]
}
