/** Command lines run in this process, or as the real program; and folders to run them in. */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Io } from '../../src/cli/io.ts'
import { main } from '../../src/cli/main.ts'
import type { PolicyDocument, UserDocument } from '../../src/gate/policy.ts'

export const BIN = fileURLToPath(new URL('../../bin/stagedoor.js', import.meta.url))

/** How the line on the runs ends after a change. */
export const RESTART = ' · restart a running next start; next dev follows by itself'

export interface Outcome {
  code: number | null
  stdout: string
  stderr: string
}

export interface Given {
  stdin?: string | Uint8Array
  env?: Record<string, string>
  /** Whether stdout is as a full disk. */
  fullStdout?: boolean
  /** Instead of waiting; the real program waits as it always does. */
  pause?: Io['pause']
}

const made: string[] = []

export function removeFolders(): void {
  for (const folder of made.splice(0)) fs.rmSync(folder, { recursive: true, force: true })
}

/**
 * A new folder with these files. It is in one that looks like an app of which no more is known, so
 * that neither a missing app nor a missing gate is spoken of.
 */
export function makeFolder(files: Record<string, string> = {}): string {
  const inside = Object.entries(files).map(([name, text]) => [path.join('in', name), text])
  const around = makeBare({ 'next.config.js': '', ...Object.fromEntries(inside) })
  const folder = path.join(around, 'in')
  fs.mkdirSync(folder, { recursive: true })
  return folder
}

/** A new folder with these files, and nothing around it. */
export function makeBare(files: Record<string, string> = {}): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'stagedoor-cli-')))
  made.push(folder)
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    // As the program makes them: of one that others can read it would warn.
    fs.writeFileSync(file, text, { mode: 0o600 })
  }
  return folder
}

/** Runs a command line in this process, which is as the program does it but for the launcher. */
export async function run(cwd: string, args: string[], given: Given = {}): Promise<Outcome> {
  const [stdout, stderr] = [collector(given.fullStdout), collector()]
  const stdin = Readable.from([Buffer.from(given.stdin ?? '')])
  const io = {
    cwd,
    env: given.env ?? {},
    stdin,
    stdout: stdout.stream,
    stderr: stderr.stream,
    pause: given.pause ?? hurry,
  }
  const code = await main(args, io)
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}

/** Runs the real program. */
export function start(cwd: string, args: string[], given: Given = {}) {
  const { HOME, PATH } = process.env
  const child = spawn(process.execPath, [BIN, ...args], { cwd, env: { HOME, PATH, ...given.env } })
  const outcome: Outcome = { code: null, stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => {
    outcome.stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    outcome.stderr += chunk
  })
  child.stdin.on('error', () => {})
  child.stdin.end(given.stdin ?? '')
  const ended = new Promise<Outcome>((resolve) => {
    child.on('close', (code) => resolve({ ...outcome, code }))
  })
  return { child, ended }
}

/** Waits in the same order, and not as long: nothing here takes its time but this machine. */
function hurry(milliseconds: number): Promise<unknown> {
  return sleep(milliseconds / 20)
}

export function readEnvLocal(folder: string): string {
  return fs.readFileSync(path.join(folder, '.env.local'), 'utf8')
}

/** The policy that a folder's `.env.local` holds. */
export function policyOf(folder: string): PolicyDocument & { users: Record<string, UserDocument> } {
  const text = /^STAGEDOOR_POLICY='(.*)'$/m.exec(readEnvLocal(folder))?.[1]
  return JSON.parse(text ?? 'null')
}

function collector(full = false) {
  let text = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      if (full) return done(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }))
      text += chunk
      done()
    },
  })
  return { stream, text: () => text }
}
