/** The version of Next.js that a lock file names, where nothing is installed. */
import path from 'node:path'
import { relativePath } from '../relative-path.ts'
import { textOf } from './read-safely.ts'

// Bytes: that of a large monorepo has a few million.
const LARGEST_LOCK = 30_000_000

/** By the nearest folder that has one. @returns the version, and the file it is from */
export function lockedNext(dir: string): { version: string; file: string } | undefined {
  let folder = dir
  for (;;) {
    for (const [file, read] of READERS) {
      const text = textOf(path.join(folder, file), LARGEST_LOCK)
      const version = text && read(text, relativePath(folder, dir))
      if (version) return { version, file: path.relative(dir, path.join(folder, file)) }
    }
    const parent = path.dirname(folder)
    if (parent === folder) return undefined
    folder = parent
  }
}

/** @param where the app, from the folder of the lock file; empty where that is the app's own */
type Reader = (text: string, where: string) => string | undefined

const READERS: [file: string, read: Reader][] = [
  ['package-lock.json', ofNpm],
  ['pnpm-lock.yaml', ofPnpm],
  ['yarn.lock', ofYarn],
  ['bun.lock', ofBun],
]

function ofNpm(text: string, where: string): string | undefined {
  try {
    const { packages = {} } = JSON.parse(text) as {
      packages?: Record<string, { version?: string }>
    }
    const own = where === '' ? undefined : packages[`${where}/node_modules/next`]
    return (own ?? packages['node_modules/next'])?.version
  } catch {
    return undefined
  }
}

/** An importer's `next:`, with its version in the line after the specifier. */
function ofPnpm(text: string, where: string): string | undefined {
  const importer = where === '' ? '.' : where
  const lines = text.split('\n')
  const begin = lines.findIndex((line) => line.trim() === `${importer}:`)
  for (const [i, line] of lines.slice(Math.max(0, begin)).entries()) {
    // The next importer, or the end of them all.
    if (i > 0 && begin >= 0 && /^(?: {2})?\S/.test(line) && line.trim() !== '') return undefined
    if (!/^ +next:\s*$/.test(line)) continue
    const version = lines[Math.max(0, begin) + i + 2]
    return /version:\s*['"]?(\d+\.\d+\.\d+[\w.-]*)/.exec(version ?? '')?.[1]
  }
  return undefined
}

/** Of Yarn 1: `next@^15.0.0:`, `version "15.5.2"`; later: `"next@npm:^15.0.0":`, `version: 15.5.2`. */
function ofYarn(text: string): string | undefined {
  return /^"?next@[^\n]*:\n\s+version:? "?(\d+\.\d+\.\d+[\w.-]*)/m.exec(
    text.replace(/\r\n/g, '\n'),
  )?.[1]
}

function ofBun(text: string): string | undefined {
  return /"next": \["next@(\d+\.\d+\.\d+[\w.-]*)"/.exec(text)?.[1]
}
