/** `stagedoor pass revoke` and `list`: the end of a pass, a link or a session, by its id. */
import type { PolicyDocument } from '../../gate/policy.ts'
import { changePolicy, documentOf, tell } from '../change.ts'
import { CliError, EXIT } from '../errors.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { isPass } from '../passes.ts'
import { openPlace } from '../places/open.ts'
import { advise, did, print, printable, printJson, say } from '../talk.ts'
import { keyOf } from '../users.ts'

export interface PassRevokeOptions extends PlaceOptions {
  /** Takes the id out again. */
  undo?: boolean
  /** Takes an id of any form. */
  force?: boolean
}

// What we give: 12 bytes; of a session the user and its minute.
const ID = /^[\w-]{16}$/
const SESSION_ID = /^(.+)\.[\da-z]{5,8}$/s
const LONGEST_ID = 500

/** Adds an id to those that count no more, or takes one out. */
export async function passRevoke(id: string, options: PassRevokeOptions, io: Io): Promise<void> {
  checkId(id, options)
  const place = await openPlace(options, io)
  const written = await changePolicy(place, options, (document) => {
    const { revoked = [], ...rest } = document
    const isThere = revoked.includes(id)
    if (options.undo) {
      if (!isThere) throw notRevoked(id, options, place.name)
      const left = revoked.filter((other) => other !== id)
      return left.length > 0 ? { ...rest, revoked: left } : rest
    }
    if (isThere) return null
    if (!options.force && !isKnownForm(id, document)) throw noId(id, options)
    return { ...document, revoked: [...revoked, id] }
  })
  const revoked = written.after.document?.revoked ?? []
  const lines = [lineOf(id, options, written.changed, place.name)]
  await tell(io, options, place, { written, lines, json: { id, revoked } })
}

/** Prints the ids, one a line, as `pass revoke --undo` takes them. */
export async function passList(options: PlaceOptions, io: Io): Promise<void> {
  const place = await openPlace(options, io)
  const { revoked = [] } = documentOf(options, place, await place.read())
  if (options.json) return printJson(io, { ...place.id, revoked })
  const there = revoked.length > 0 ? 'these ids are revoked' : 'no ids are revoked'
  say(io, options, `${there} in ${place.name}; of other passes and links nothing is stored`)
  await print(io, revoked.map((id) => `${printable(id)}\n`).join(''))
}

function lineOf(id: string, options: PassRevokeOptions, changed: boolean, place: string): string {
  const shown = printable(id)
  if (options.undo) {
    const done = did(options, 'take', 'took')
    return `${done} ${shown} out of what is revoked in ${place}: it counts again, to its end`
  }
  return changed
    ? `${did(options, 'revoke', 'revoked')} ${shown} in ${place}`
    : `${shown} is revoked in ${place} already`
}

/** Whether an id is as ours are, or as that of a session of one of the users. */
function isKnownForm(id: string, document: PolicyDocument): boolean {
  const [, user] = SESSION_ID.exec(id) ?? []
  return ID.test(id) || (user !== undefined && keyOf(document, user) !== undefined)
}

function checkId(id: string, options: PlaceOptions): void {
  if (isPass(id)) {
    throw misused(
      "that is a whole pass, and what is an argument stands in the shell's history",
      `give its id, which ${advise(options, 'pass show')} tells: it reads the pass from stdin`,
    )
  }
  const isId = id.trim() === id && id !== '' && id.length <= LONGEST_ID && !id.includes('\uFFFD')
  if (isId) return
  throw misused('that cannot be the id of a pass', `see ${advise(options, 'pass show')}`)
}

function noId(id: string, options: PlaceOptions): CliError {
  return misused(
    `'${printable(id)}' is no id of a pass or a link, nor of a session of a user`,
    `${advise(options, 'pass show')} reads a pass or link from stdin and tells its id; \`--force\` writes it all the same`,
  )
}

function notRevoked(id: string, options: PlaceOptions, place: string): CliError {
  return new CliError(`'${printable(id)}' is not revoked in ${place}`, {
    hint: `see which are: ${advise(options, 'pass list')}`,
  })
}

function misused(message: string, hint: string): CliError {
  return new CliError(message, { hint, exitCode: EXIT.misused })
}
