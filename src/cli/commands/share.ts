/** `stagedoor share`: a link that opens one page, and what it needs, for a while. */
import { tell } from '../change.ts'
import { parsePassExpires, showExpires } from '../expiry.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { checkPassName, makePass } from '../passes.ts'
import { openPlace } from '../places/open.ts'
import { lacksPage } from '../project/pages.ts'
import { ruleCautions } from '../rule-cautions.ts'
import { checkRule } from '../rule-faults.ts'
import { type ShareFiles, shareFiles, showFileRule } from '../share-files.ts'
import { linkTo, originCautions, type Page, readOrigin, readPage } from '../share-page.ts'
import { advise, print, printable, shellWord, warn } from '../talk.ts'

export interface ShareOptions extends PlaceOptions {
  expires?: string
  url?: string
  name?: string
  /** `false` for none of those that pages show. */
  files?: boolean
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
  const named = [...new Set([page.rule, ...rules.map(checkRule)])]
  const name = checkPassName(options.name ?? [...page.pattern].slice(0, 100).join(''))
  const expires = parsePassExpires(options.expires ?? '7d', now)
  const served = options.files === false ? NO_FILES : shareFiles(io.cwd)
  const files = served?.rules.filter((rule) => !named.includes(rule)) ?? []
  const paths = [...named, ...files]
  const place = await openPlace(options, io)
  const shorten = files.length > 0 ? SHORTEN : undefined
  const made = await makePass({ use: 'share', name, expires, paths }, place, options, now, shorten)
  const { token, id, written } = made
  const link = token === null ? null : linkTo(page, origin, token)

  const cautions = [
    ...pageCautions(page, io),
    ...namedCautions(page, named),
    ...(served?.warnings ?? []),
  ]
  for (const caution of [...cautions, ...originCautions(origin)]) warn(io, caution)
  const shown = [page.pattern, ...named.slice(1)].map(printable).join(' and ')
  const opens = `opens ${shown}, until ${showExpires(expires, now)}`
  const lines = [
    ...made.lines,
    id === null ? `would make a link that ${opens}` : `link ${id} ${opens}`,
    ...fileLines(served, files),
    ...dataLines(page, named),
    ...(id === null
      ? []
      : [`to end it sooner: ${advise(options, `pass revoke ${shellWord(id)}`)}`]),
    ...(origin === '' ? ['put the site before it, or give --url https://staging.example.com'] : []),
  ]
  const json = { link, id, name, expires, paths, files }
  await tell(io, options, place, { written, lines, json })
  if (link !== null && !options.json) await print(io, `${link}\n`)
}

const NO_FILES: ShareFiles = { rules: [], warnings: [] }

const SHORTEN =
  'leave the files of public out with `--no-files`, and name those that the page shows as rules'

const NO_APP =
  "no Next.js app in this folder, so no files of its public: name those that pages show, such as 'GET,HEAD /images/**'"

function pageCautions({ pattern }: Page, io: Io): string[] {
  const path = pattern.replace(/\/\*\*$/, '') || '/'
  return lacksPage(io.cwd, path) ? [`no page of this app is at ${path}`] : []
}

/** What is named by hand may be a slip. */
function namedCautions(page: Page, rules: string[]): string[] {
  const broad = rules.filter((rule) => rule !== page.rule || rule.endsWith('**'))
  return broad.flatMap((rule) => ruleCautions(rule, 'whoever has the link'))
}

/** Where no other rule was given. */
function dataLines(page: Page, rules: string[]): string[] {
  if (rules.length > 1 || page.pattern === '/**') return []
  return [
    "data that the page fetches by itself stays shut: name it as a rule, such as 'GET /api/plans/**'",
  ]
}

function fileLines(served: ShareFiles | null, files: string[]): string[] {
  if (served === null) {
    return [NO_APP]
  }
  if (files.length === 0) return []
  return [`with the files of public that pages show: ${files.map(showFileRule).join(', ')}`]
}
