/** The policies that the runs of an app have, each once, and how they are spoken of. */
import type { PolicyDocument } from '../../gate/policy.ts'
import { type RunEnvironment, SHELL } from '../places/next-env.ts'
import { readPolicyText } from '../places/place.ts'
import type { Facts } from './facts.ts'
import type { Finding, Seen } from './finding.ts'
import { MEANINGS } from './finding-ids.ts'
import { plainPath } from './plain-path.ts'
import { rawValue, seenVariable } from './variables.ts'

/** A policy of a file, or of the shell. */
export interface Held {
  /** A file's name, or the shell. */
  source: string
  text: string
  /** `undefined` where it is not valid. */
  document: PolicyDocument | undefined
  /** JSON path of what is wrong with it, without names that might be anything. */
  fault: string | undefined
  /** Whether all of it stands in that file: else it may have what is secret, and is not quoted. */
  isOwn: boolean
  /** Where it stands, of one that is handed to the gate in code. */
  isCode?: Seen
  /** Runs that have it. */
  runs: string[]
}

export function heldPolicies(runs: RunEnvironment[], texts: Map<string, string>): Held[] {
  const found = new Map<string, Held>()
  for (const { run, settings } of runs) {
    const { value = '', source = '' } = settings.get('STAGEDOOR_POLICY') ?? {}
    if (value === '') continue
    const known = found.get(source)
    if (known) known.runs.push(run)
    else {
      const isOwn = rawValue(texts, source, 'STAGEDOOR_POLICY') !== null
      found.set(source, { source, text: value, ...judgePolicy(value), isOwn, runs: [run] })
    }
  }
  return [...found.values()]
}

/** Reads a policy. What it says of a fault can be shown to anybody. */
export function judgePolicy(text: string): Pick<Held, 'document' | 'fault'> {
  const { document, fault } = readPolicyText(text)
  return { document, fault: fault && plainPath(fault.at) }
}

/** Findings about a policy. Of one that is not all its file's own they name nothing that is in it. */
export function told(held: Held, findings: Finding[]): Finding[] {
  if (held.isCode) {
    const mend = `mend it in ${held.source}, which hands the gate a policy of its own`
    return findings.map((finding) => ({ ...finding, mend }))
  }
  if (held.isOwn) return findings
  return findings.map((finding) => ({
    ...finding,
    what: `STAGEDOOR_POLICY of ${held.source}: ${MEANINGS[finding.id]}`,
    mend: 'look into it there: it is not quoted, because some of it comes from elsewhere',
  }))
}

export function seenPolicy(facts: Facts, { source, isCode }: Held): { seen?: Seen } {
  return isCode ? { seen: isCode } : seenVariable(facts, source, 'STAGEDOOR_POLICY')
}

/** `--to` of commands that change the policy of a file. */
export function placeOf({ options }: Facts, source: string) {
  const isDefault = source === '.env.local' || source === SHELL
  return isDefault ? options : { ...options, to: `file:${source}` }
}
