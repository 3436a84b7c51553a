/** `stagedoor pass create`: what machines come in with. */
import { tell } from '../change.ts'
import { parsePassExpires, showExpires } from '../expiry.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { checkPassName, makePass } from '../passes.ts'
import { openPlace } from '../places/open.ts'
import { checkRoles } from '../roles.ts'
import { checkRule } from '../rule-faults.ts'
import { advise, print, printable, say, shellWord } from '../talk.ts'

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
  const place = await openPlace(options, io)
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
