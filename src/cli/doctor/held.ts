/** The policies that the runs of an app have, each once, and where in a file a variable stands. */
import type { PolicyDocument } from '../../gate/policy.ts'
import { parseEnv } from '../places/env-file.ts'
import { type RunEnvironment, SHELL } from '../places/next-env.ts'
import { readPolicyText } from '../places/place.ts'
import { lineAt } from '../project/source-text.ts'
import type { Facts } from './facts.ts'
import type { Seen } from './finding.ts'

/** A policy of a file, or of the shell. */
export interface Held {
  /** A file's name, or the shell. */
  source: string
  text: string
  /** `undefined` where it is not valid. */
  document: PolicyDocument | undefined
  /** JSON path of what is wrong with it. */
  fault: string | undefined
  /** Runs that have it. */
  runs: string[]
}

export function heldPolicies(runs: RunEnvironment[]): Held[] {
  const found = new Map<string, Held>()
  for (const { run, settings } of runs) {
    const { value = '', source = '' } = settings.get('STAGEDOOR_POLICY') ?? {}
    if (value === '') continue
    const known = found.get(source)
    if (known) known.runs.push(run)
    else {
      const { document, fault } = readPolicyText(value)
      found.set(source, { source, text: value, document, fault: fault?.at, runs: [run] })
    }
  }
  return [...found.values()]
}

/** Where a variable stands that a file sets; nothing for one of the shell. */
export function seenVariable({ texts }: Facts, source: string, name: string): { seen?: Seen } {
  const text = texts.get(source)
  if (source === SHELL || text === undefined) return {}
  // The last one counts.
  const last = parseEnv(text)
    .filter((assignment) => assignment.name === name)
    .at(-1)
  return { seen: { file: source, ...(last && { line: lineAt(text, last.start) }) } }
}

/** `--to` of commands that change the policy of a file. */
export function placeOf({ options }: Facts, source: string) {
  const isDefault = source === '.env.local' || source === SHELL
  return isDefault ? options : { ...options, to: `file:${source}` }
}
