/** A middleware that exports the gate of another file as it is, for the sake of its own `config`. */
import { handlersOf, type Source } from './middleware-shape.ts'

// Characters of a module's name: more of them are none.
const MODULE = `(?<quote>['"])(?:[^'"\\n]{0,300}\\/)?stagedoor(?:\\.[cm]?[jt]s)?\\k<quote>`
const IMPORT = new RegExp(`\\bimport\\s+(?<name>\\w+)\\s+from\\s*${MODULE}`)
const EXPORT = new RegExp(
  `\\bexport\\s*\\{\\s*default(?:\\s+as\\s+(?:default|proxy|middleware))?\\s*,?\\s*\\}\\s*from\\s*${MODULE}`,
)

/** Whether all that Next.js could call there is the default export of a `stagedoor.ts`. */
export function passesGateOn(source: Source): boolean {
  const [handler, ...others] = handlersOf(source, false)
  if (!handler || others.length > 0) return false
  const name = IMPORT.exec(source.plain)?.groups?.name
  return handler.name === name || EXPORT.test(source.plain)
}
