/** `stagedoor allow`: what everybody may see. */
import { changePolicy, documentOf, tell } from '../change.ts'
import { CliError, EXIT } from '../errors.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { nearNames } from '../near.ts'
import { openPlace } from '../places/open.ts'
import { presetRules } from '../presets.ts'
import { ruleCautions } from '../rule-cautions.ts'
import { checkRule } from '../rule-faults.ts'
import { advise, did, print, printable, printJson, say, warn } from '../talk.ts'

export interface AllowOptions extends PlaceOptions {
  /** Names of presets, each item perhaps several with commas between. */
  preset?: string[]
}

/** Adds rules. One that is there already is left as it is. */
export async function allowAdd(texts: string[], options: AllowOptions, io: Io): Promise<void> {
  const rules = rulesOf(texts, options)
  const place = await openPlace(options, io)
  let added: string[] = []
  const written = await changePolicy(place, options, (document) => {
    const there = document.allow ?? []
    added = rules.filter((rule) => !there.includes(rule))
    return added.length > 0 ? { ...document, allow: [...there, ...added] } : null
  })
  for (const caution of rules.flatMap((rule) => ruleCautions(rule))) warn(io, caution)
  const lines = rules.map((rule) => {
    if (!added.includes(rule)) return `${printable(rule)} is in ${place.name} already`
    return `${did(options, 'add', 'added')} ${printable(rule)} to ${place.name}`
  })
  const already = rules.filter((rule) => !added.includes(rule))
  await tell(io, options, place, {
    written,
    lines,
    json: { added, already, allow: allowOf(written.after) },
  })
}

/** Removes rules, all of them or none. @throws {CliError} for a rule that is not there */
export async function allowRemove(texts: string[], options: AllowOptions, io: Io): Promise<void> {
  const rules = options.preset ? [...texts, ...presetRules(options.preset)] : texts
  if (rules.length === 0) throw nothingNamed('remove')
  const place = await openPlace(options, io)
  const written = await changePolicy(place, options, (document) => {
    const there = document.allow ?? []
    const unknown = rules.find((rule) => !there.includes(rule))
    if (unknown !== undefined) throw unknownRule(unknown, there, options, place.name)
    return { ...document, allow: there.filter((rule) => !rules.includes(rule)) }
  })
  const lines = rules.map(
    (rule) => `${did(options, 'remove', 'removed')} ${printable(rule)} from ${place.name}`,
  )
  await tell(io, options, place, {
    written,
    lines,
    json: { removed: rules, allow: allowOf(written.after) },
  })
}

/** Prints the rules, one a line, as `allow remove` takes them. */
export async function allowList(options: PlaceOptions, io: Io): Promise<void> {
  const place = await openPlace(options, io)
  const { allow = [] } = documentOf(options, place, await place.read())
  if (options.json) return printJson(io, { ...place.id, allow })
  if (allow.length > 0) return print(io, allow.map((rule) => `${printable(rule)}\n`).join(''))
  say(
    io,
    options,
    `no rules in ${place.name}: add one with ${advise(options, "allow add '/robots.txt'")}`,
  )
}

function rulesOf(texts: string[], { preset = [] }: AllowOptions): string[] {
  const rules = [...new Set([...texts.map(checkRule), ...presetRules(preset)])]
  if (rules.length === 0) throw nothingNamed('add')
  return rules
}

function allowOf({ document }: { document: { allow?: string[] } | undefined }): string[] {
  return document?.allow ?? []
}

function nothingNamed(verb: string): CliError {
  return new CliError(`nothing to ${verb}: name a rule, or a preset`, {
    hint: `run \`npx stagedoor allow ${verb} --help\``,
    exitCode: EXIT.misused,
  })
}

function unknownRule(
  rule: string,
  there: string[],
  options: PlaceOptions,
  place: string,
): CliError {
  const near = nearNames(rule, there).map((name) => `'${printable(name)}'`)
  return new CliError(`there is no rule '${printable(rule)}' in ${place}`, {
    hint:
      near.length > 0
        ? `did you mean ${near.join(' or ')}?`
        : `see which there are: ${advise(options, 'allow list')}`,
  })
}
