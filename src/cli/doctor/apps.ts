/** Apps below a folder that is none itself: the workspaces of a monorepo. */
import fs from 'node:fs'
import path from 'node:path'
import { relativePath } from '../relative-path.ts'
import { entriesOf, textOf } from './read-safely.ts'

/** Levels of folders in which apps are looked for: `packages/web/app`. */
const DEPTH = 3

/** Their folders, from there. */
export function appsBelow(dir: string): string[] {
  return below(dir, DEPTH).map((app) => relativePath(dir, app))
}

function below(dir: string, depth: number): string[] {
  if (depth === 0) return []
  return entriesOf(dir)
    .filter((entry) => entry.isDirectory() && !/^\.|^node_modules$/.test(entry.name))
    .map((entry) => path.join(dir, entry.name))
    .flatMap((folder) => (isApp(folder) ? [folder] : below(folder, depth - 1)))
}

/** A library for Next.js apps lists next as well, but has no pages. */
function isApp(dir: string): boolean {
  const routers = ['app', 'pages', 'src/app', 'src/pages']
  if (!routers.some((name) => fs.existsSync(path.join(dir, name)))) return false
  const { dependencies, devDependencies } = packageOf(textOf(path.join(dir, 'package.json')))
  return dependencies?.next !== undefined || devDependencies?.next !== undefined
}

function packageOf(text: string): Record<string, Record<string, unknown> | undefined> {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}
