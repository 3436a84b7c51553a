/**
 * A middleware that exports the gate of the file beside it as it is, for the sake of its own `config`.
 *
 * Next.js takes a `proxy` or `middleware` before a default export, however it is written. So the file
 * is read from its beginning to its end, and may have nothing in it but what is known here.
 */
import type { CutText } from './source-text.ts'

/** Where the gate comes from. */
export interface PassedGate {
  module: string
  index: number
}

const FROM = `from\\s*(?<quote>['"])(?<module>[^'"\\n]{1,300})\\k<quote>`
const END = '[ \\t]*(?:;|(?=\\r?\\n|$))'
const HANDLER = '(?:default|proxy|middleware)'
/** Each from where it stands: what follows is the next one, or nothing. */
const STATEMENTS = {
  space: /\s+/y,
  import: new RegExp(`import\\s+(?<name>\\w+)\\s+${FROM}${END}`, 'y'),
  type: new RegExp(`import\\s+type\\s*\\{[^{}]*\\}\\s*${FROM}${END}`, 'y'),
  config: new RegExp(
    `export\\s+const\\s+config(?:\\s*:\\s*\\w+)?\\s*=\\s*\\{[^{}]*\\}(?:\\s+(?:as\\s+const|satisfies\\s+\\w+))?${END}`,
    'y',
  ),
  default: new RegExp(`export\\s+default\\s+(?<name>\\w+)${END}`, 'y'),
  constant: new RegExp(`export\\s+const\\s+(?:proxy|middleware)\\s*=\\s*(?<name>\\w+)${END}`, 'y'),
  listed: new RegExp(
    `export\\s*\\{\\s*(?<name>\\w+)\\s+as\\s+${HANDLER}\\s*(?:,\\s*)?\\}${END}`,
    'y',
  ),
  // Elsewhere that is the gate, and what makes one.
  reexport: new RegExp(
    `export\\s*\\{\\s*default(?:\\s+as\\s+${HANDLER})?\\s*(?:,\\s*(?:createGate\\s*(?:,\\s*)?)?)?\\}\\s*${FROM}${END}`,
    'y',
  ),
}

/** The file beside it, under the name that `init` gives it. */
const BESIDE = /^(?:\.|[@~#])\/stagedoor(?:\.[cm]?[jt]s)?$/

/** @returns `null` where Next.js may call anything else */
export function passedGate({ plain }: CutText): PassedGate | null {
  const imports = new Map<string, PassedGate>()
  const exported: PassedGate[] = []
  for (let index = 0; index < plain.length; ) {
    const [kind, match] = statementAt(plain, index)
    if (!match) return null
    const { name = '', module = '' } = match.groups ?? {}
    if (kind === 'import') imports.set(name, { module, index })
    if (kind === 'reexport') exported.push({ module, index })
    if (kind === 'default' || kind === 'constant' || kind === 'listed') {
      exported.push(imports.get(name) ?? { module: '', index })
    }
    index += match[0].length
  }
  const [only, ...others] = exported
  return only && others.length === 0 && BESIDE.test(only.module) ? only : null
}

function statementAt(plain: string, index: number): [kind: string, match: RegExpExecArray | null] {
  for (const [kind, pattern] of Object.entries(STATEMENTS)) {
    pattern.lastIndex = index
    const match = pattern.exec(plain)
    if (match) return [kind, match]
  }
  return ['', null]
}
