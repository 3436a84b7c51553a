/** Files of an app that have a path of their own: those of `public`, and the icons of `app`. */
import fs from 'node:fs'
import path from 'node:path'
import { errorCode, systemError } from '../errors.ts'

/** Paths as their segments. */
export interface ServedFiles {
  /** All of `public`. */
  files: string[][]
  /** Links in `public` that lead out of it, nowhere or in a circle. They are not followed. */
  links: string[][]
  /** Icons at the root of `app`, as Next.js serves them. */
  icons: string[][]
  routes: Routes
}

/** What routes of the app may be below. */
export interface Routes {
  /** First segments. */
  names: Set<string>
  /** Whether any other first segment may be one too, as with `app/[locale]`. */
  dynamic: boolean
}

/** @throws {CliError} for a folder that cannot be read */
export function readServedFiles(dir: string): ServedFiles {
  const found = readPublic(dir)
  const icons = foldersAt(dir, 'app')
    .slice(0, 1)
    .flatMap((app) => readFolder(dir, app))
    .flatMap((entry) => iconOf(entry.name) ?? [])
  return { ...found, icons: icons.sort().map((name) => [name]), routes: readRoutes(dir) }
}

type PublicFiles = Pick<ServedFiles, 'files' | 'links'>

function readPublic(dir: string): PublicFiles {
  const found: PublicFiles = { files: [], links: [] }
  const folder = path.join(dir, 'public')
  if (!isFolder(dir, folder)) return found
  walk({ dir, folder, at: [], trail: [fs.realpathSync(folder)] }, found)
  return found
}

/** A folder on the way, and where it is. */
interface Step {
  dir: string
  folder: string
  at: string[]
  /** Where the folders around it are in truth, `public` first. */
  trail: string[]
}

function walk({ dir, folder, at, trail }: Step, found: PublicFiles): void {
  for (const entry of readFolder(dir, folder)) {
    const [file, segments] = [path.join(folder, entry.name), [...at, entry.name]]
    const real = path.join(trail.at(-1) as string, entry.name)
    const target = entry.isSymbolicLink() ? followInside(dir, file, trail) : real
    if (target === null) found.links.push(segments)
    else if (isFolder(dir, file)) {
      walk({ dir, folder: file, at: segments, trail: [...trail, target] }, found)
    } else found.files.push(segments)
  }
}

/** Where a link leads; `null` where that is not in `public`, or a folder that it stands in. */
function followInside(dir: string, file: string, trail: string[]): string | null {
  const target = reading(dir, file, () => realPath(file))
  const isInside = target?.startsWith((trail[0] as string) + path.sep)
  return target !== null && isInside && !trail.includes(target) ? target : null
}

function realPath(file: string): string | null {
  try {
    return fs.realpathSync(file)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
}

// `isMetadataRouteFile` of Next.js 13 to 16.
const ICON = /^(?:favicon\.ico|icon\d?\.(?:ico|jpe?g|png|svg)|apple-icon\d?\.(?:jpe?g|png))$/
const DRAWN_ICON = /^((?:apple-)?icon\d?)\.[jt]sx?$/

/** Its path: one that code draws has no extension there. */
function iconOf(name: string): string | undefined {
  return ICON.test(name) ? name : DRAWN_ICON.exec(name)?.[1]
}

function readRoutes(dir: string): Routes {
  const routes: Routes = { names: new Set(), dynamic: false }
  for (const folder of foldersAt(dir, 'app')) addRoutes(dir, folder, routes)
  for (const folder of foldersAt(dir, 'pages')) addRoutes(dir, folder, routes)
  return routes
}

function addRoutes(dir: string, folder: string, routes: Routes): void {
  for (const { name } of readFolder(dir, folder)) {
    const file = path.join(folder, name)
    if (!isFolder(dir, file)) {
      // Of the files of `pages`, no other has anything below it.
      if (/^\[\[?\.\.\./.test(name)) routes.dynamic = true
    } else if (/^[(@]/.test(name)) {
      // Groups and slots are in no path.
      addRoutes(dir, file, routes)
    } else if (name.startsWith('[')) routes.dynamic = true
    else routes.names.add(name)
  }
}

/** The app's folders of this name, that which Next.js takes first. */
function foldersAt(dir: string, name: 'app' | 'pages'): string[] {
  return [path.join(dir, name), path.join(dir, 'src', name)].filter((file) => isFolder(dir, file))
}

function readFolder(dir: string, folder: string): fs.Dirent[] {
  return reading(dir, folder, () => fs.readdirSync(folder, { withFileTypes: true }))
}

function isFolder(dir: string, file: string): boolean {
  return (
    reading(dir, file, () => fs.statSync(file, { throwIfNoEntry: false }))?.isDirectory() ?? false
  )
}

function reading<T>(dir: string, file: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    const hint = 'mend that, or leave the files of public out with `--no-files`'
    throw systemError(error, `read ${path.relative(dir, file)}`, hint)
  }
}
