import path from 'node:path'

/** The way from a folder to a file, with `/` between its parts on every system. */
export function relativePath(from: string, to: string): string {
  return path.relative(from, to).split(path.sep).join('/')
}
