/** Files that everything else is read from, looked at before anything opens them. */
import path from 'node:path'
import { NEXT_FILES } from '../places/next-env.ts'
import { relativePath } from '../relative-path.ts'
import { above, entriesOf, faultOf, leadsOut } from './read-safely.ts'

/** A file that is not read. */
export interface Unreadable {
  /** From the app's folder. */
  file: string
  why: string
  /** Whether nothing can be said of the app without it. */
  stops: boolean
}

const MIDDLEWARE = /^(?:middleware|proxy|stagedoor)(?:\.[\w-]+)*\.(?:[cm]?[jt]s|[jt]sx)$/
const CONFIG = /^next\.config\.[cm]?[jt]s$/

export function unreadableFiles(dir: string): Unreadable[] {
  const look = (file: string, stops: boolean) => {
    const why = faultOf(file)
    const name = relativePath(dir, file)
    return why ? [{ file: name, why, stops }] : []
  }
  return [
    // A workspace's Next.js may be installed above.
    ...above(dir).flatMap((folder) => appOwn(folder).flatMap((file) => look(file, true))),
    ...sourcesOf(path.join(dir, 'src')).flatMap((file) => look(file, true)),
    ...NEXT_FILES.flatMap((name) => lookAtEnv(dir, name)),
  ]
}

function lookAtEnv(dir: string, name: string): Unreadable[] {
  const file = path.join(dir, name)
  const why =
    faultOf(file) ?? (leadsOut(dir, file) ? 'it is a link that leads out of the project' : null)
  return why ? [{ file: name, why, stops: false }] : []
}

function appOwn(folder: string): string[] {
  const names = ['package.json', 'node_modules/next/package.json', '.vercel/project.json']
  return [
    ...[...names, '.vercel/repo.json'].map((name) => path.join(folder, name)),
    ...sourcesOf(folder),
  ]
}

/** A folder of such a name is none of these files. */
function sourcesOf(folder: string): string[] {
  return entriesOf(folder)
    .filter(
      (entry) => !entry.isDirectory() && (MIDDLEWARE.test(entry.name) || CONFIG.test(entry.name)),
    )
    .map(({ name }) => path.join(folder, name))
}
