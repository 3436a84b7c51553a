/**
 * What a user's middleware exports, found by pattern: functions that Next.js would call, and a
 * matcher; with the step that takes each out.
 */
import { type CutText, closingBracket, lineAt } from './source-text.ts'

/** An edit to show. */
export interface Step {
  say: string
  /** From 1: where `remove` begins. */
  line?: number
  remove?: string
  add?: string
}

/** The file. */
export interface Source extends CutText {
  /** Whether it may have types. */
  typed: boolean
}

/** An export that Next.js would call: how to keep it, unexported. */
export interface Handler {
  step: Step
  /** What to call it by, once kept. */
  name: string
  /** Whether Next.js takes it before a default export. */
  named: boolean
  /** Parameters, as far as they can be counted. */
  takes: number
}

const OWN = 'appMiddleware'

// A file made to be slow has more; the first of them is as wrong as all.
const MOST = 20
// Characters that a list of parameters has at most.
const LONGEST = 2_000

/** What Next.js could call, what it takes first in front. */
export function handlersOf(source: Source, wired: boolean): Handler[] {
  const handlers = [...declared(source), ...(wired ? [] : defaulted(source)), ...listed(source)]
  return handlers.sort((a, b) => Number(b.named) - Number(a.named))
}

// Next.js takes an export by name before the default one; left there, it would be called
// instead of the gate.
const NOT_EXPORTED =
  'keep your function, but not exported: Next.js would call it instead of the gate'

/** `export function middleware(`, `export const proxy =` */
function declared(source: Source): Handler[] {
  const pattern = /\bexport\s+((?:async\s+)?function\s*\*?|const|let|var)\s+(middleware|proxy)\b/g
  return [...source.code.matchAll(pattern)].slice(0, MOST).map((match) => {
    const line = lineFrom(source.text, match.index)
    const step = {
      say: NOT_EXPORTED,
      line: lineAt(source.text, match.index),
      remove: line,
      add: line.replace(/^export\s+/, ''),
    }
    return {
      step,
      name: match[2] as string,
      named: true,
      takes: parametersAt(source.code, match.index),
    }
  })
}

/** `function middleware(`, as it stands when it is exported no more. */
export function keptHandler({ code }: Source): Pick<Handler, 'name' | 'takes'> | undefined {
  const match = /^(?:(?:async\s+)?function\s*\*?|const|let|var)\s+(middleware|proxy)\b/m.exec(code)
  return match ? { name: match[1] as string, takes: parametersAt(code, match.index) } : undefined
}

/** `export default …` */
function defaulted(source: Source): Handler[] {
  const pattern = /\bexport\s+default\s+(?:((?:async\s+)?function)\b\s*(\w*)|(\w+)\s*(?:;\s*)?$)?/gm
  return [...source.code.matchAll(pattern)].slice(0, 1).map((match) => {
    const [, keyword, declaredName, referred] = match
    const remove = lineFrom(source.text, match.index)
    const value = remove.replace(/^export\s+default\s+/, '')
    const name = declaredName || referred || OWN
    const kept = declaredName
      ? value
      : value.replace(keyword ?? /^/, `${keyword ?? `const ${OWN} =`} ${keyword ? OWN : ''}`)
    const step = {
      say: referred ? 'take the default export out' : 'keep your function, but not exported',
      line: lineAt(source.text, match.index),
      remove,
      ...(referred ? {} : { add: kept }),
    }
    return { step, name, named: false, takes: parametersAt(source.code, match.index) }
  })
}

/** `export { auth as middleware } from '@/auth'` */
function listed(source: Source): Handler[] {
  const found = lists(source.plain).flatMap((match) => {
    const item = /(?:^|,)\s*(?:(\w+)\s+as\s+)?(middleware|proxy|default)\s*(?=,|$)/.exec(
      match[1] ?? '',
    )
    return item ? [{ match, item }] : []
  })
  // Of each name the first, so that many of one hide none of another.
  const many = new Map<string, number>()
  const first = found.filter(({ item: [, , as = ''] }) => {
    const count = (many.get(as) ?? 0) + 1
    many.set(as, count)
    return count <= MOST
  })
  return first.map(({ match, item }) => {
    const [, from, as = ''] = item
    const [original, module] = [from ?? as, match[2]]
    const kept = original === 'default' ? OWN : `{ ${original} as ${OWN} }`
    const alone = match[1]?.split(',').filter((part) => part.trim()).length === 1
    const step = {
      say: alone
        ? NOT_EXPORTED
        : `take \`${item[0].replace(',', '').trim()}\` out of the export, or Next.js would call it instead of the gate`,
      line: lineAt(source.text, match.index),
      remove: match[0],
      ...(module && { add: `import ${kept} from ${module}` }),
    }
    return { step, name: module ? OWN : original, named: as !== 'default', takes: 2 }
  })
}

/** Export lists: the names, and the module that they come from. */
function lists(plain: string): RegExpExecArray[] {
  const list = /\bexport\s*\{([^}]*)\}(?:\s*from\s*(['"][^'"]*['"]))?/y
  const last = plain.lastIndexOf('}')
  const found: RegExpExecArray[] = []
  for (const { index } of plain.matchAll(/\bexport\s*\{/g)) {
    // One that does not end would be read to the end of the file, and so would each after it.
    if (index > last) break
    if (index < list.lastIndex) continue
    list.lastIndex = index
    const match = list.exec(plain)
    if (match) found.push(match)
  }
  return found
}

/** The config's matcher: its value, and the step that takes it out. */
export function readMatcher(source: Source): { value: string; step: Step } | null {
  const config = /\bexport\s+const\s+config\b/.exec(source.code)
  const equals = config ? source.code.indexOf('=', config.index) : -1
  if (!config || equals < 0) return null
  const open = equals + 1 + source.code.slice(equals + 1).search(/\S|$/)
  const end = closingBracket(source.code, open)
  const found = /\bmatcher\s*:\s*/.exec(source.code.slice(open, end))
  if (!found) return null
  const start = open + found.index + found[0].length
  const stop = valueEnd(source.code, start)
  const others = source.code.slice(open + 1, open + found.index) + source.code.slice(stop, end)
  const alone = /^[\s,]*$/.test(others)
  const [from, to] = alone ? [config.index, end + 1] : [open + found.index, stop]
  return {
    value: source.plain.slice(start, stop),
    step: {
      say: 'take the matcher out: what it leaves out would never be asked for a password',
      line: lineAt(source.text, from),
      remove: source.text.slice(from, to),
    },
  }
}

/**
 * A matcher that {@link readMatcher} did not find. Looked for in the raw text: a quote in a
 * regular expression makes all up to the next one look like a text.
 */
export function unreadMatcher({ text }: Source): Step | null {
  const rows = text.split('\n').map((row) => row.replace(/^\s*(\/\/|\*).*/, ''))
  const exported = rows.some((row) => {
    const at = row.search(/\bexport\b/)
    return at >= 0 && /\bconfig\b/.test(row.slice(at))
  })
  const at = rows.findIndex((row) => /(?:^|[\s{,.'"`[])matcher\b/.test(row))
  if (!exported || at < 0) return null
  return {
    say: 'a matcher seems to stand here, which could not be read: take it out, because what it leaves out would never be asked for a password',
    line: at + 1,
  }
}

/** Commas outside brackets in the first parameter list; 1 where that cannot be told. */
function parametersAt(code: string, index: number): number {
  const open = code.indexOf('(', index)
  if (open < 0) return 1
  const near = code.slice(open, open + LONGEST)
  const list = near.slice(1, closingBracket(near, 0)).replace(/[([{<][^)\]}>]*[)\]}>]/g, '')
  return list.split(',').filter((part) => part.trim() !== '').length
}

function lineFrom(text: string, index: number): string {
  return text.slice(index).split('\n', 1)[0] as string
}

/** The comma or bracket after a value. */
function valueEnd(code: string, start: number): number {
  for (let i = start; i < code.length; i++) {
    if ('([{'.includes(code[i] as string)) i = closingBracket(code, i)
    else if (',}'.includes(code[i] as string)) return i
  }
  return code.length
}
