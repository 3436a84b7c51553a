/** Apps that have nothing wrong with them, and `doctor` run in them. */
import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, existsSync } from 'node:fs'
import path from 'node:path'
import type { FindingId } from '../../src/cli/doctor/finding-ids.ts'
import { madeVerifier } from '../../src/cli/password.ts'
import type { PolicyDocument } from '../../src/gate/policy.ts'
import { appOf, GATE, makeTree, type Tree } from './init-support.ts'
import { type Given, type Outcome, run } from './run.ts'

export interface Found {
  id: FindingId
  level: string
  what: string
  file: string | null
  line: number | null
  why: string
  mend: string
  advisories?: { id: string; link: string }[]
}

export const SECRET = randomBytes(32).toString('base64url')
export const VERIFIER = await madeVerifier('a password that nobody is told')

/** The lines of an `.env` file with a policy, and a secret where none is given. */
export function envOf(policy: Partial<PolicyDocument> = {}, more = ''): string {
  const document = { version: 1, users: { alice: { verifier: VERIFIER } }, ...policy }
  const secret = /^STAGEDOOR_SECRET=/m.test(more) ? '' : `STAGEDOOR_SECRET=${SECRET}\n`
  return `STAGEDOOR_POLICY='${JSON.stringify(document)}'\n${secret}${more}`
}

/** Files of a healthy app, and changes to them; `undefined` takes one out. */
export function treeOf(
  changes: Record<string, string | null | undefined> = {},
  version = '16.4.6',
): Tree {
  const gate = Number(version.split('.')[0]) >= 16 ? 'proxy.ts' : 'middleware.ts'
  const tree = { ...appOf(version), [gate]: GATE, '.env.local': envOf(), ...changes }
  return Object.fromEntries(Object.entries(tree).filter(([, text]) => text !== undefined)) as Tree
}

export function makeProject(
  changes: Record<string, string | null | undefined> = {},
  version?: string,
): string {
  return protect(makeTree(treeOf(changes, version)))
}

/** As the program makes them: of env files that others can read some commands warn. */
function protect(dir: string): string {
  for (const name of ['.env', '.env.production']) {
    if (existsSync(path.join(dir, name))) chmodSync(path.join(dir, name), 0o600)
  }
  return dir
}

export function runDoctor(dir: string, args: string[] = [], given: Given = {}): Promise<Outcome> {
  return run(dir, ['doctor', ...args], given)
}

export async function findings(
  dir: string,
  args: string[] = [],
  given: Given = {},
): Promise<Found[]> {
  const { stdout } = await runDoctor(dir, ['--json', ...args], given)
  return JSON.parse(stdout).findings
}

export async function idsOf(dir: string, ...args: string[]): Promise<FindingId[]> {
  return (await findings(dir, args)).map(({ id }) => id)
}

/** Runs the commands in a line that says how to mend something: ours in this process. */
export async function follow(dir: string, mend: string): Promise<void> {
  for (const [, line = ''] of mend.matchAll(/`([^`]+)`/g)) {
    const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(
      ([, quoted, bare]) => quoted ?? bare ?? '',
    )
    if (line.startsWith('npx stagedoor ')) {
      const { code, stderr } = await run(dir, [...words.slice(2), '--yes', '--quiet'])
      if (code !== 0) throw new Error(`${line}: ${stderr}`)
    } else execFileSync(words[0] ?? '', words.slice(1), { cwd: dir })
  }
}

export function git(dir: string, ...args: string[]): void {
  const name = ['-c', 'user.name=x', '-c', 'user.email=x@example.com']
  execFileSync('git', [...name, ...args], { cwd: dir, stdio: 'ignore' })
}

/** The gate as another version would have it: other code, with the digest of that. */
export function otherGate(): string {
  const changed = GATE.replace(/\n$/, '\n// another version\n')
  const opening = /^(\/\*\*[\s\S]*?\*\/)\n/.exec(changed)?.[1] ?? ''
  const mark = /^\/\/ Made from src\/gate \(sha256 ([0-9a-f]{16})\)\..*$/m.exec(changed)
  const below = changed.slice((mark?.index ?? 0) + (mark?.[0].length ?? 0)).replace(/^\n\n/, '')
  const digest = createHash('sha256').update(opening).update(below).digest('hex').slice(0, 16)
  return changed.replace(mark?.[1] ?? '', digest)
}
