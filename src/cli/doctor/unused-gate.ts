/** A gate, or what makes one, in a `stagedoor.ts` that nothing imports: its settings and options do nothing. */
import path from 'node:path'
import { digestOf } from '../project/drop-in.ts'
import { codeOnly, lineAt } from '../project/source-text.ts'
import { relativePath } from '../relative-path.ts'
import { advise, shellWord } from '../talk.ts'
import type { Facts, Main } from './facts.ts'
import type { Finding } from './finding.ts'
import { mayBeImported } from './importers.ts'
import { entriesOf, textOf } from './read-safely.ts'

/** Those where Next.js looks for a middleware: elsewhere the name is another thing's. */
export function unusedGates(facts: Facts): Finding[] {
  const { dir, main, gate } = facts
  // What nothing gates is said elsewhere, and how to mend that.
  if (!main || !gate?.called) return []
  return ['', 'src']
    .flatMap((folder) => entriesOf(path.join(dir, folder)).map((entry) => ({ folder, entry })))
    .filter(({ entry }) => entry.isFile() && /^stagedoor\.[cm]?[jt]sx?$/.test(entry.name))
    .map(({ folder, entry }) => path.posix.join(folder, entry.name))
    .flatMap((name) => {
      const text = textOf(path.join(dir, name))
      const call = codeOnly(text).search(/\bcreateGate\s*\(/)
      if (call < 0 || mayBeImported(facts, name)) return []
      return [
        digestOf(text) ? unusedCopy(facts, main, name) : unusedOptions(main, name, text, call),
      ]
    })
}

/** The gate itself. */
function unusedCopy({ options }: Facts, main: Main, name: string): Finding {
  const isItself = digestOf(main.text) !== undefined
  const call = `\`import { createGate } from '${wayTo(main, name)}'\``
  return {
    id: 'gate-unused',
    level: 'warning',
    what: isItself
      ? `nothing imports the gate in ${name}: ${main.name} is one of its own`
      : `nothing imports the gate in ${name}: ${main.name} calls another`,
    seen: { file: name },
    why: isItself
      ? 'its settings do nothing, and a store, limiter, verify or onDecision that it was once handed is not asked'
      : 'its settings do nothing, and it may be taken for the gate that is called',
    mend: isItself
      ? `delete it: \`rm ${shellWord(name)}\`; or have ${main.name} hand it its options, as docs/policy.md shows (a store: ${advise(options, 'init --store')})`
      : `delete it: \`rm ${shellWord(name)}\`; or have ${main.name} call it: ${call}`,
  }
}

/** A call of the gate with options. */
function unusedOptions(main: Main, name: string, text: string, call: number): Finding {
  const isItself = digestOf(main.text) !== undefined
  return {
    id: 'gate-unused',
    level: 'warning',
    what: `nothing imports ${name}, which makes a gate of its own: ${main.name} is asked, and not that`,
    seen: { file: name, line: lineAt(text, call) },
    why: 'the options there (store, policy, limiter, verify, onDecision) are not in force',
    mend: isItself
      ? `put what ${name} says into ${main.name}, and the gate that is there now into a file that it imports; or delete ${name}`
      : `hand these options to \`createGate\` in ${main.name}, then delete ${name}`,
  }
}

/** What the middleware would import it as. */
function wayTo(main: Main, name: string): string {
  const way = relativePath(path.posix.dirname(main.name), name.replace(/\.\w+$/, ''))
  return way.startsWith('.') ? way : `./${way}`
}
