/** The small app, built: once with a `proxy`, which Node.js runs, once with an edge `middleware`. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { DROP_IN } from '../lib/bundle.mjs'
import { BENCH, REPOSITORY, WORK } from '../lib/paths.mjs'

const run = promisify(execFile)
const NEXT = path.join(REPOSITORY, 'node_modules/next')
export const NEXT_PROGRAM = path.join(NEXT, 'dist/bin/next')

/** The two kinds of file that Next.js 16 takes a gate from. */
export const KINDS = ['proxy', 'middleware']

/** Builds it, unless what is there is made of the same files. @returns its folder */
export async function buildSite(kind, gate = DROP_IN) {
  const folder = path.join(WORK, `site-${kind}`)
  const stamp = path.join(folder, '.digest')
  const digest = digestSources(gate)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return folder
  rmSync(folder, { recursive: true, force: true })
  cpSync(path.join(BENCH, 'app'), folder, { recursive: true })
  cpSync(path.join(BENCH, 'subjects'), path.join(folder, 'subjects'), { recursive: true })
  cpSync(path.join(folder, 'gated.mjs'), path.join(folder, `${kind}.js`))
  cpSync(gate, path.join(folder, 'gate.ts'))
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(PACKAGE))
  await run(process.execPath, [NEXT_PROGRAM, 'build'], {
    cwd: folder,
    env: siteEnvironment(),
    timeout: 280_000,
  }).catch(({ stdout, stderr }) => {
    throw new Error(`the app does not build as ${kind}: ${stdout}\n${stderr}`)
  })
  writeFileSync(stamp, digest)
  return folder
}

const PACKAGE = {
  private: true,
  type: 'module',
  imports: { '#gate': './gate.ts' },
}

/** What a process of the app gets; nothing of the machine's own settings. */
export function siteEnvironment(more = {}) {
  const { PATH, HOME } = process.env
  return { PATH, HOME, CI: '1', NEXT_TELEMETRY_DISABLED: '1', BENCH_ROOT: REPOSITORY, ...more }
}

function digestSources(gate) {
  const folders = ['app', 'subjects'].map((name) => path.join(BENCH, name))
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort(),
  )
  const hash = createHash('sha256')
  const others = [gate, path.join(BENCH, 'package.json'), path.join(NEXT, 'package.json')]
  for (const file of [...files, ...others]) hash.update(`\0${file}\0`).update(readFileSync(file))
  return hash.digest('hex')
}
