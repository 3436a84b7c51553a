/** Apps in folders of their own, and `init` run in them. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect } from 'vitest'
import { type Outcome, run } from './run.ts'

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
    // As the program makes it: of one that others can read it would warn.
    if (text !== null) fs.writeFileSync(file, text, name === '.env.local' ? { mode: 0o600 } : {})
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

/** Runs `npx stagedoor init` in this process. */
export function runInit(dir: string, ...args: string[]): Promise<Outcome> {
  return run(dir, ['init', ...args])
}

/** Refused, with every file as it was. */
export async function expectRefused(dir: string, args: string[], message: RegExp, code = 1) {
  const before = readTree(dir)
  const outcome = await runInit(dir, ...args)
  expect({ ...outcome, tree: readTree(dir) }).toEqual({
    code,
    stdout: '',
    stderr: expect.stringMatching(message),
    tree: before,
  })
}
