/** Variables that the `.env` files and the runs of an app have, and where a file sets them. */
import { type Assignment, expandEnv, hasReference, parseEnv, readEnv } from '../places/env-file.ts'
import { lineAt } from '../project/source-text.ts'
import type { Facts } from './facts.ts'
import type { Seen } from './finding.ts'

/** Variables that nobody but the server may know. */
export const SECRETS = [
  'STAGEDOOR_SECRET',
  'STAGEDOOR_POLICY',
  'AUTH_PASSWORD',
  'VERCEL_AUTOMATION_BYPASS_SECRET',
  'GLOBAL_CONFIG',
  'EDGE_CONFIG',
]

/** What each file sets, with references put in. */
export function valuesOf(texts: Facts['texts']): Map<string, Map<string, string>> {
  return new Map([...texts].map(([name, text]) => [name, expandEnv(readEnv(text), {})]))
}

/** Each value of a variable that a run has, once, with what sets it. */
export function settingsOf({ runs }: Facts, name: string): { value: string; source: string }[] {
  const found = runs.flatMap(({ settings }) => settings.get(name) ?? [])
  return found.filter(
    ({ value, source }, i) =>
      value !== '' && found.findIndex((one) => one.value === value && one.source === source) === i,
  )
}

/**
 * A value as a file has it; `null` where it is the shell's, or refers to other variables: those may
 * be secrets of the shell, or of whoever runs this.
 */
export function rawValue(texts: Facts['texts'], source: string, name: string): string | null {
  const { value } = assignmentIn(texts.get(source) ?? '', name) ?? {}
  return value === undefined || hasReference(value) ? null : value
}

/** Where a variable stands that a file sets; nothing for one of the shell, which is no file. */
export function seenVariable({ texts }: Facts, source: string, name: string): { seen?: Seen } {
  const text = texts.get(source)
  if (text === undefined) return {}
  const assignment = assignmentIn(text, name)
  return { seen: { file: source, ...(assignment && { line: lineAt(text, assignment.start) }) } }
}

/** The last one counts. */
function assignmentIn(text: string, name: string): Assignment | undefined {
  return parseEnv(text)
    .filter((assignment) => assignment.name === name)
    .at(-1)
}
