/**
 * Where in an app Next.js looks for the file that runs before requests, and what is there.
 *
 * Follows `findPagesDir` and the build of Next.js 13 to 16: `app` and `pages` at the root come
 * before those in `src`, both must be in one folder, and the file is looked for in that folder
 * only, by a name of `middleware` or `proxy` and one of `pageExtensions`.
 */
import fs from 'node:fs'
import path from 'node:path'
import { CliError } from '../errors.ts'
import { type NextConfig, PAGE_EXTENSIONS } from './next-config.ts'
import { readSource } from './source-text.ts'
import type { Version } from './version.ts'

export interface Routers {
  /** Folder of `app` and `pages`: the app's own or its `src`. Absolute. */
  folder: string
  names: ('app' | 'pages')[]
}

/** A file that is, or looks like, the app's middleware. */
export interface Found {
  /** Absolute. */
  file: string
  text: string
  /** Why Next.js does not read it; `null` where it does. */
  unread: string | null
}

/** @throws {CliError} where there is no router, or where the two are apart */
export function findRouters(dir: string): Routers {
  const found = (['app', 'pages'] as const).flatMap((name) => {
    const at = [path.join(dir, name), path.join(dir, 'src', name)].find((file) =>
      fs.existsSync(file),
    )
    return at === undefined ? [] : [{ name, folder: path.dirname(at) }]
  })
  const [first] = found
  if (!first) {
    throw new CliError(`no app or pages folder in ${dir}, nor in its src`, {
      hint: 'run it in the folder of the Next.js app, or name that with `--cwd DIR`',
    })
  }
  if (found.some(({ folder }) => folder !== first.folder)) {
    throw new CliError('app and pages are in different folders, which Next.js refuses to build', {
      hint: 'move both to the root or both to src, then run `npx stagedoor init` again',
    })
  }
  return { folder: first.folder, names: found.map(({ name }) => name) }
}

/** Name that Next.js has for the file: `proxy` since 16. */
export function conventionName({ major }: Version): 'middleware' | 'proxy' {
  return major >= 16 ? 'proxy' : 'middleware'
}

/** All files called `middleware` or `proxy` at the root and in `src`, those that are read first. */
export function findMiddleware(
  dir: string,
  routers: Routers,
  config: NextConfig,
  version: Version,
): Found[] {
  const extensions = config.pageExtensions === 'unknown' ? null : config.pageExtensions
  const read = (file: string) => whyUnread(file, routers, extensions, version)
  return [dir, path.join(dir, 'src')]
    .flatMap((folder) => namesOf(folder).map((name) => path.join(folder, name)))
    .map((file) => ({ file, text: readSource(file), unread: read(file) }))
    .sort((a, b) => Number(a.unread !== null) - Number(b.unread !== null))
}

// Declarations and tests are nobody's middleware.
const NAME = /^(?:middleware|proxy)((?:\.[\w-]+)*)\.(?:[cm]?[jt]s|[jt]sx)$/
const OTHER = /^\.(?:.*\.)?(?:d|test|spec|stories)$/

function namesOf(folder: string): string[] {
  if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return []
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map(({ name }) => name)
    .filter((name) => NAME.test(name) && !OTHER.test(NAME.exec(name)?.[1] ?? ''))
    .sort()
}

function whyUnread(
  file: string,
  routers: Routers,
  extensions: string[] | null,
  version: Version,
): string | null {
  const [name = '', extension = ''] = splitName(path.basename(file))
  if (path.dirname(file) !== routers.folder)
    return `it is not beside ${routers.names.join(' and ')}`
  if (name === 'proxy' && version.major < 16) return `Next.js ${version.major} knows no proxy file`
  // Unknown extensions: taken for read, so that nothing is written that could clash.
  if (extensions === null || extensions.includes(extension)) return null
  return extensions === PAGE_EXTENSIONS
    ? `Next.js takes no .${extension} here`
    : `.${extension} is not in pageExtensions`
}

/** `middleware.page.ts` gives `middleware` and `page.ts`. */
function splitName(base: string): [name: string, extension: string] {
  const dot = base.indexOf('.')
  return [base.slice(0, dot), base.slice(dot + 1)]
}

/**
 * The extension for a file in TypeScript that Next.js must find.
 *
 * @throws {CliError} where pageExtensions has none: Next.js would not see the file
 */
export function conventionExtension({ pageExtensions, file }: NextConfig): string {
  if (pageExtensions === 'unknown') return 'ts'
  const typed = pageExtensions.filter((extension) => /(^|\.)tsx?$/.test(extension))
  const [best] = typed.sort((a, b) => Number(/tsx$/.test(a)) - Number(/tsx$/.test(b)))
  if (best !== undefined) return best
  throw new CliError('pageExtensions has no TypeScript, so Next.js would not see the gate', {
    hint: `add '${suggested(pageExtensions)}' to pageExtensions in ${path.basename(file ?? '')}`,
  })
}

/** `page.jsx` asks for `page.ts`. */
function suggested([first = 'js']: string[]): string {
  return first.replace(/\w+$/, 'ts')
}
