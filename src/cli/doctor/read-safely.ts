/**
 * Reading somebody's project, which may be broken or hostile: no device or pipe is ever opened, no
 * file read that is larger than such files are, no link followed into a circle.
 */
import fs from 'node:fs'
import path from 'node:path'

/** Bytes: no source, configuration or environment file that people write is as large. */
const LARGEST = 1_000_000

/** A file's text, or why it was not read; `null` where there is none. */
export type Reading = { text: string } | { fault: string } | null

/** Reads a file, a link to one too. Never throws. */
export function readSafely(file: string, largest = LARGEST): Reading {
  const fault = faultOf(file, largest)
  if (fault !== undefined) return fault === null ? null : { fault }
  try {
    return { text: fs.readFileSync(file, 'utf8') }
  } catch (error) {
    return { fault: `the system says ${(error as NodeJS.ErrnoException).code}` }
  }
}

/** The text of a file; empty where there is none, or none that is read. */
export function textOf(file: string, largest = LARGEST): string {
  const reading = readSafely(file, largest)
  return reading && 'text' in reading ? reading.text : ''
}

/** Why a file is not to be opened; `null` where there is none, `undefined` where it may be. */
export function faultOf(file: string, largest = LARGEST): string | null | undefined {
  try {
    const stat = fs.statSync(file, { throwIfNoEntry: false })
    if (!stat) return null
    if (!stat.isFile()) return stat.isDirectory() ? 'it is a folder' : 'it is no regular file'
    if (stat.size > largest) return `it has ${stat.size} bytes, and at most ${largest} are read`
    fs.accessSync(file, fs.constants.R_OK)
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // A part of its path is no folder: then the file is not there.
    return code === 'ENOTDIR' ? null : `the system says ${code}`
  }
}

/**
 * Whether a file is outside of the repository that a folder is in, or outside of the folder where it
 * is in none: by a link to what is not the project's.
 */
export function leadsOut(dir: string, file: string): boolean {
  try {
    const real = fs.realpathSync(dir)
    const root = above(real).find((folder) => fs.existsSync(path.join(folder, '.git'))) ?? real
    return !isInside(root, fs.realpathSync(file))
  } catch {
    return false
  }
}

/** Whether a path is below a folder, as the two are written. */
export function isInside(folder: string, file: string): boolean {
  const way = path.relative(folder, file)
  return way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way)
}

/** A folder, and all around it. */
export function above(folder: string): string[] {
  const parent = path.dirname(folder)
  return parent === folder ? [folder] : [folder, ...above(parent)]
}

/** What a folder has, in the order of the names; nothing where it cannot be read. */
export function entriesOf(folder: string): fs.Dirent[] {
  try {
    return fs
      .readdirSync(folder, { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch {
    return []
  }
}

// More than any app has; a folder that is made to be walked for ever has more.
const MOST_FILES = 20_000
const DEEPEST = 30

/**
 * All files below a folder. Links are not followed, and `node_modules`, folders of builds and those
 * with a dot in front are left out.
 */
export function filesBelow(folder: string): string[] {
  const files: string[] = []
  const walk = (at: string, depth: number) => {
    for (const entry of entriesOf(at)) {
      if (files.length >= MOST_FILES) return
      const file = path.join(at, entry.name)
      if (entry.isFile()) files.push(file)
      else if (entry.isDirectory() && depth < DEEPEST && !LEFT_OUT.test(entry.name)) {
        walk(file, depth + 1)
      }
    }
  }
  walk(folder, 0)
  return files
}

const LEFT_OUT = /^(?:\.(?!well-known$).*|node_modules|out|build|dist|coverage)$/
