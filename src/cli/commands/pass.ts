/** `stagedoor pass create` and `revoke`: what machines come in with, and its end. */
import { changePolicy, tell } from '../change.ts'
import { CliError, EXIT } from '../errors.ts'
import { parsePassExpires, showExpires } from '../expiry.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { checkPassName, isPass, makePass } from '../passes.ts'
import { openToWrite } from '../places/open.ts'
import { checkRoles } from '../roles.ts'
import { checkRule } from '../rule-faults.ts'
import { advise, did, print, printable, say, shellWord, warn } from '../talk.ts'

export interface PassCreateOptions extends PlaceOptions {
  expires?: string
  paths?: string[]
  roles?: string[]
}

/** Prints a pass for a machine, once. */
export async function passCreate(text: string, options: PassCreateOptions, io: Io): Promise<void> {
  const now = Date.now()
  const name = checkPassName(text)
  const paths = options.paths && [...new Set(options.paths.map(checkRule))]
  const roles = checkRoles(options.roles ?? [])
  const expires = parsePassExpires(options.expires ?? '90d', now)
  const place = await openToWrite(options, io)
  const order = { use: 'automation' as const, name, expires, ...(paths && { paths }), roles }
  const { token, id, written, lines } = await makePass(order, place, options, now)
  const what = paths ? paths.map(printable).join(' and ') : 'everything'
  const opens = `opens ${what}, until ${showExpires(expires, now)}`
  await tell(io, options, place, {
    written,
    lines: [
      ...lines,
      ...(id === null
        ? [`would make a pass for ${name} that ${opens}`]
        : [
            `pass ${id} for ${name} ${opens}`,
            `to end it sooner: ${advise(options, `pass revoke ${shellWord(id)}`)}`,
          ]),
      'to send with each request, as `x-stagedoor-pass: PASS` or `Authorization: Bearer PASS`',
    ],
    json: { pass: token, id, name, expires, paths: paths ?? null, roles },
  })
  if (options.dryRun) say(io, options, 'would show the pass, this once')
  if (token === null || options.json) return
  say(io, options, 'pass, shown this once:')
  await print(io, `${token}\n`)
}

// What we give: 12 bytes; of a session the user and its minute.
const ID = /^[\w-]{16}$|^.+\.[\da-z]{5,8}$/s
const LONGEST_ID = 500

/** Adds an id to those that count no more. */
export async function passRevoke(id: string, options: PlaceOptions, io: Io): Promise<void> {
  checkId(id, options)
  const place = await openToWrite(options, io)
  const written = await changePolicy(place, options, (document) => {
    const { revoked = [] } = document
    return revoked.includes(id) ? null : { ...document, revoked: [...revoked, id] }
  })
  if (!ID.test(id)) {
    warn(
      io,
      `'${printable(id)}' has not the form of an id: ${advise(options, 'pass show')} tells that of a pass`,
    )
  }
  const line = written.changed
    ? `${did(options, 'revoke', 'revoked')} ${printable(id)} in ${place.name}`
    : `${printable(id)} is revoked in ${place.name} already`
  const revoked = written.after.document?.revoked ?? []
  await tell(io, options, place, { written, lines: [line], json: { id, revoked } })
}

function checkId(id: string, options: PlaceOptions): void {
  const misused = (message: string, hint: string) => {
    return new CliError(message, { hint, exitCode: EXIT.misused })
  }
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
