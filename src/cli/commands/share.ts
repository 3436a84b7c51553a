/** `stagedoor share`: a link that opens one page, and what it needs, for a while. */
import { tell } from '../change.ts'
import { parsePassExpires, showExpires } from '../expiry.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { checkPassName, makePass } from '../passes.ts'
import { openToWrite } from '../places/open.ts'
import { ruleCautions } from '../rule-cautions.ts'
import { checkRule } from '../rule-faults.ts'
import { linkTo, originCautions, readOrigin, readPage } from '../share-page.ts'
import { advise, print, printable, shellWord, warn } from '../talk.ts'

export interface ShareOptions extends PlaceOptions {
  expires?: string
  url?: string
  name?: string
}

/** Prints the link. */
export async function share(
  text: string,
  rules: string[],
  options: ShareOptions,
  io: Io,
): Promise<void> {
  const now = Date.now()
  const page = readPage(text)
  const origin = readOrigin(options.url)
  const paths = [...new Set([page.rule, ...rules.map(checkRule)])]
  const name = checkPassName(options.name ?? [...page.pattern].slice(0, 100).join(''))
  const expires = parsePassExpires(options.expires ?? '7d', now)
  const place = await openToWrite(options, io)
  const made = await makePass({ use: 'share', name, expires, paths }, place, options, now)
  const { token, id, written } = made
  const link = token === null ? null : linkTo(page, origin, token)

  const broad = paths.filter((rule) => rule !== page.rule || rule.endsWith('**'))
  const cautions = broad.flatMap((rule) => ruleCautions(rule, 'whoever has the link'))
  for (const caution of [...cautions, ...originCautions(origin)]) warn(io, caution)
  const shown = [page.pattern, ...paths.slice(1)].map(printable).join(' and ')
  const opens = `opens ${shown}, until ${showExpires(expires, now)}`
  const lines = [
    ...made.lines,
    ...(id === null
      ? [`would make a link that ${opens}`]
      : [
          `link ${id} ${opens}`,
          `to end it sooner: ${advise(options, `pass revoke ${shellWord(id)}`)}`,
        ]),
    ...(origin === '' ? ['put the site before it, or give --url https://staging.example.com'] : []),
  ]
  await tell(io, options, place, { written, lines, json: { link, id, name, expires, paths } })
  if (link !== null && !options.json) await print(io, `${link}\n`)
}
