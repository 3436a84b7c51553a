/** An app that is linked to a project of a local Vercel, and `status` of it. */
import { storeClient, wiringText } from '../../src/cli/project/store-wiring.ts'
import type { PolicyDocument } from '../../src/gate/policy.ts'
import type { Project } from '../../src/local/project.ts'
import type { Variable } from '../../src/local/variable.ts'
import { LocalVercel } from '../../src/local/vercel.ts'
import { GATE, makeApp, type Tree } from './init-support.ts'
import { type Outcome, run } from './run.ts'
import { policyWith } from './vercel-support.ts'

export const DAY = 86_400_000

/** Secrets and verifiers that no output may have. */
export const SECRETS = {
  secret: `signing-${'s'.repeat(40)}`,
  password: 'hand-made-password',
  bypass: `bypass-${'b'.repeat(30)}`,
}

const LETTERS = { a: 'A', b: 'Q', c: 'g', d: 'w' }

/** A verifier; each letter is another password. */
export function verifier(letter: keyof typeof LETTERS = 'a'): string {
  const character = LETTERS[letter]
  return `sha256:${character.repeat(22)}:${character.repeat(43)}`
}

/** A policy with these users, each with the same password. */
export function policy(users: string[], rest: Partial<PolicyDocument> = {}): PolicyDocument {
  return { ...policyWith(...users), ...rest }
}

/** `STAGEDOOR_POLICY` in a file. */
export function line(document: unknown): string {
  return `STAGEDOOR_POLICY='${JSON.stringify(document)}'\n`
}

/** A gate, and with `store` one that is handed Vercel's store. */
export function gateTree(store: boolean): Tree {
  return store
    ? { 'proxy.ts': wiringText(storeClient('global-config')), 'stagedoor.ts': GATE }
    : { 'proxy.ts': GATE }
}

export interface Shop {
  vercel: LocalVercel
  project: Project
  folder: string
  env: Record<string, string>
  /** Sets a variable of the project, of preview where nothing else is said. */
  set(key: string, value: string, given?: Partial<Variable>): Variable
  /** Connects preview to a store with these items. @returns its id */
  connect(items: Record<string, unknown>, given?: Partial<Variable>): string
  status(...args: string[]): Promise<Outcome>
  /** Of `status --json`. */
  // biome-ignore lint/suspicious/noExplicitAny: it is compared, whatever it is
  report(...args: string[]): Promise<any>
}

const running: LocalVercel[] = []

/** After each test. */
export async function closeShops(): Promise<void> {
  for (const vercel of running.splice(0)) await vercel.stop()
}

export async function openShop(tree: Tree = {}, given: Partial<Project> = {}): Promise<Shop> {
  const vercel = await new LocalVercel().start()
  running.push(vercel)
  const project = vercel.addProject({ protectionBypass: { [SECRETS.bypass]: {} }, ...given })
  const link = JSON.stringify({ projectId: project.id, orgId: project.accountId })
  const folder = makeApp('16.4.6', {
    ...gateTree(true),
    '.vercel/project.json': link,
    ...tree,
  })
  const env = { STAGEDOOR_API: vercel.url, VERCEL_TOKEN: vercel.token }
  const set: Shop['set'] = (key, value, more = {}) => {
    return vercel.addVariable(project, { key, value, ...more })
  }
  const status: Shop['status'] = (...args) => run(folder, ['status', ...args], { env })
  return {
    vercel,
    project,
    folder,
    env,
    set,
    status,
    connect: (items, more = {}) => {
      const store = vercel.addStore({ items, writable: true })
      const comment = `Reads the store ${store.id} (set by stagedoor)`
      set('GLOBAL_CONFIG', store.connection, { type: 'sensitive', comment, ...more })
      return store.id
    },
    report: async (...args) => JSON.parse((await status('--json', ...args)).stdout),
  }
}

/** Lines of the table: the first cell, and the second. */
export function gates(stdout: string): Record<string, string> {
  const [head = '', ...rows] =
    stdout.slice(stdout.indexOf('RUN ')).split('\n\n')[0]?.split('\n') ?? []
  const [start, end] = [head.indexOf('GATE'), head.indexOf('POLICY')]
  return Object.fromEntries(
    rows.filter(Boolean).map((row) => [row.slice(0, start).trim(), row.slice(start, end).trim()]),
  )
}
