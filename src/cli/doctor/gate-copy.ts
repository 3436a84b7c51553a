/** The copy of the gate that the app has: whether it is whole, and of this version. */
import path from 'node:path'
import { digestOf, isWhole, kindOf, readDropIn } from '../project/drop-in.ts'
import { lineAt } from '../project/source-text.ts'
import { relativePath } from '../relative-path.ts'
import { advise } from '../talk.ts'
import type { Facts } from './facts.ts'
import type { Finding, Seen } from './finding.ts'
import { textOf } from './read-safely.ts'

/** The copy of the gate itself, wherever it is. */
export function copyFindings(facts: Facts): Finding[] {
  const { gate, dir, main, routers, options } = facts
  const beside = routers ? path.join(routers.folder, 'stagedoor.ts') : ''
  const isMain = main !== null && digestOf(main.text) !== undefined
  const file = isMain ? main.file : beside
  const text = isMain ? main.text : textOf(file)
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
