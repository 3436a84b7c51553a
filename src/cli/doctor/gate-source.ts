/** Where the app's own middleware takes its gate from: one of ours, or something else. */
import path from 'node:path'
import { digestOf } from '../project/drop-in.ts'
import { listsPackage } from '../project/next-app.ts'
import { passedGate } from '../project/passed-gate.ts'
import { type CutText, cutText, lineAt, withoutComments } from '../project/source-text.ts'
import { readGateCall } from '../project/store-steps.ts'
import { advise } from '../talk.ts'
import type { Facts } from './facts.ts'
import type { Finding } from './finding.ts'
import { isInside, textOf } from './read-safely.ts'

/** Files through which an export is followed. */
const DEEPEST = 3

export function gateSourceFindings(facts: Facts): Finding[] {
  const { main, gate, dir, options } = facts
  if (!main || !gate?.called || digestOf(main.text) !== undefined) return []
  const file = main.name
  const passed = passedGate(main)
  const from = passed ?? importOf(main)
  const what = passed ? 'the gate' : 'createGate'
  const state = from ? stateOf(dir, main.file, from.module, passed !== null) : 'unknown'
  if (state === 'gate') return []
  const isMissing = state === 'missing'
  return [
    {
      id: isMissing ? 'gate-missing' : 'gate-unknown',
      level: isMissing ? 'error' : 'warning',
      what: isMissing
        ? `${file} takes ${what} from a file that is not there, or has no gate of ours in it`
        : `where ${file} takes ${what} from could not be followed to a gate of ours`,
      seen: { file, ...(from && { line: lineAt(main.text, from.index) }) },
      why: 'what is called so may let everybody in',
      mend: `take it from the file that ${advise(options, 'init')} makes, or from the package stagedoor`,
    },
  ]
}

const IMPORTS = [
  /\bimport\s+([^'";]{0,2000}?)\s*\bfrom\s*(['"])([^'"\n]+)\2/g,
  /\b(?:const|let|var)\s*(\{[^{}'"]{0,2000}\})\s*=\s*(?:await\s+)?(?:require|import)\s*\(\s*(['"])([^'"\n]+)\2/g,
]
const EXPORTS = /\bexport\s*(\*|\{[^{}'"]{0,2000}\})\s*from\s*(['"])([^'"\n]+)\2/g

function importOf({ plain }: CutText): { module: string; index: number } | undefined {
  const [first] = IMPORTS.flatMap((pattern) =>
    [...plain.matchAll(pattern)].filter(([, names = '']) => /\bcreateGate\b/.test(names)),
  )
  return first && { module: first[3] ?? '', index: first.index }
}

type State = 'gate' | 'missing' | 'unknown'

function stateOf(dir: string, from: string, module: string, isPassed: boolean): State {
  const state = leadsTo(dir, from, module, DEEPEST)
  if (!isPassed || state !== 'missing') return state
  // A file of the user's that makes a gate, and exports that.
  const makers = basesOf(dir, from, module)
    .flatMap((base) => filesOf(base))
    .map((file) => ({ file, source: cutText(textOf(file)) }))
    .filter(({ source }) => readGateCall(source) !== null)
  return makers
    .map(({ file, source }) => leadsTo(dir, file, importOf(source)?.module ?? '', DEEPEST))
    .includes('gate')
    ? 'gate'
    : 'missing'
}

function leadsTo(dir: string, from: string, module: string, depth: number): State {
  if (module === 'stagedoor' && listsPackage(dir, 'stagedoor')) return 'gate'
  const isRelative = /^\.\.?(?:\/|$)/.test(module)
  const states = basesOf(dir, from, module).map((base) => readFrom(dir, base, depth))
  if (states.includes('gate')) return 'gate'
  return isRelative && !states.includes('unknown') ? 'missing' : 'unknown'
}

/** Of an alias, the two folders that people have it stand for. */
function basesOf(dir: string, from: string, module: string): string[] {
  if (/^\.\.?(?:\/|$)/.test(module)) return [path.resolve(path.dirname(from), module)]
  const inside = module.replace(/^[@~#]\//, '')
  return [path.join(dir, inside), path.join(dir, 'src', inside)]
}

const ENDS = ['ts', 'tsx', 'mts', 'cts', 'js', 'jsx', 'mjs', 'cjs']

function filesOf(base: string): string[] {
  const stem = base.replace(/\.[cm]?jsx?$/, '')
  return [
    base,
    ...[stem, base, path.join(base, 'index')].flatMap((one) => ENDS.map((end) => `${one}.${end}`)),
  ]
}

function readFrom(dir: string, base: string, depth: number): State {
  // A workspace's package may have it: not looked at, and not called a fault either.
  if (!isInside(dir, base)) return 'unknown'
  for (const file of filesOf(base)) {
    const text = textOf(file)
    if (text === '') continue
    if (digestOf(text) !== undefined) return 'gate'
    if (depth === 0) return 'unknown'
    const passed = [...withoutComments(text).matchAll(EXPORTS)]
      .slice(0, 20)
      .filter(([, names = '']) => names === '*' || /\bcreateGate\b/.test(names))
      .map(([, , , module = '']) => leadsTo(dir, file, module, depth - 1))
    if (passed.includes('gate')) return 'gate'
    return passed.includes('unknown') ? 'unknown' : 'missing'
  }
  return 'missing'
}
