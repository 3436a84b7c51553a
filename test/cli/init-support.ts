/** Apps in folders of their own, and the real program run in them. */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const BIN =
  process.env.STAGEDOOR_BIN ?? fileURLToPath(new URL('../../bin/stagedoor.js', import.meta.url))

/** The gate as this package has it. */
export const GATE = fs.readFileSync(new URL('../../middleware.ts', import.meta.url), 'utf8')

/** Contents by path; `null` for an empty folder. */
export type Tree = Record<string, string | null>

const made: string[] = []

export function removeApps(): void {
  for (const dir of made.splice(0)) fs.rmSync(dir, { recursive: true, force: true })
}

/** Makes a folder with these files. */
export function makeTree(tree: Tree): string {
  const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'stagedoor-init-')))
  made.push(dir)
  for (const [name, text] of Object.entries(tree)) {
    const file = path.join(dir, name)
    fs.mkdirSync(text === null ? file : path.dirname(file), { recursive: true })
    if (text !== null) fs.writeFileSync(file, text)
  }
  return dir
}

/** Files of an app with an installed Next.js of this version. */
export function appOf(version: string, tree: Tree = {}): Tree {
  return {
    'package.json': JSON.stringify({ dependencies: { next: version } }),
    'node_modules/next/package.json': JSON.stringify({ name: 'next', version }),
    'tsconfig.json': '{}',
    ...('src/app/page.tsx' in tree ? {} : { 'app/page.tsx': '' }),
    ...tree,
  }
}

export function makeApp(version: string, tree: Tree = {}): string {
  return makeTree(appOf(version, tree))
}

/** All files of a folder but those of `node_modules` and git. */
export function readTree(dir: string): Record<string, string> {
  const files = fs.readdirSync(dir, { recursive: true, encoding: 'utf8' })
  return Object.fromEntries(
    files
      .filter((name) => !/(^|\/)(node_modules|\.git)(\/|$)/.test(name))
      .filter((name) => fs.statSync(path.join(dir, name)).isFile())
      .sort()
      .map((name) => [name, fs.readFileSync(path.join(dir, name), 'utf8')]),
  )
}

export interface Outcome {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs `stagedoor init` as a user does. */
export function runInit(dir: string, ...args: string[]): Promise<Outcome> {
  const { HOME, PATH } = process.env
  const child = spawn(process.execPath, [BIN, 'init', ...args], { cwd: dir, env: { HOME, PATH } })
  const outcome: Outcome = { code: null, stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => {
    outcome.stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    outcome.stderr += chunk
  })
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ ...outcome, code }))
  })
}
