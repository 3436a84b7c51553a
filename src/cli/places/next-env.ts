/**
 * Which `.env` files Next.js reads, in which order, and what the gate makes of them: the
 * environment of `next dev` and of `next start`, without starting either.
 */
import fs from 'node:fs'
import path from 'node:path'
import type { PolicyDocument } from '../../gate/policy.ts'
import { readSwitch } from '../../gate/switch.ts'
import { isExpired } from '../expiry.ts'
import { areEverybody } from '../networks.ts'
import { publicBy } from '../rule-cautions.ts'
import { expandEnv, hasReference, readEnv } from './env-file.ts'
import { type Run, type RunSecret, readPolicyText } from './place.ts'

/** The two ways to run an app, and what each calls its files by. */
const RUNS = [
  { run: 'next dev', mode: 'development' },
  { run: 'next start', mode: 'production' },
] as const

/** A value and what it came from. */
export interface Setting {
  value: string
  /** A file's name, or `the environment of this shell`. */
  source: string
  /** Whether some of it is another variable's, of the shell maybe: then it is not shown. */
  refers?: boolean
}

/** The environment of a run. */
export interface RunEnvironment {
  run: string
  /** Files that it reads, those that win first. */
  reads: string[]
  settings: Map<string, Setting>
}

export const SHELL = 'the environment of this shell'

/** Names of files that Next.js reads by itself, those that win first. */
function filesOf(mode: string): string[] {
  return [`.env.${mode}.local`, '.env.local', `.env.${mode}`, '.env']
}

/** All that either run reads, each once, those that win first. */
export const NEXT_FILES = [
  ...new Set([0, 1, 2, 3].flatMap((i) => RUNS.map(({ mode }) => filesOf(mode)[i] as string))),
]

export function isNextFile(name: string): boolean {
  return NEXT_FILES.includes(name)
}

/**
 * What the runs will see.
 *
 * @param texts contents by file name: as they are, or as they are about to be
 * @param named a file of the user's choice; one that Next.js does not read by itself is taken
 * as loaded into the environment by other means
 */
export function runEnvironments(
  texts: Map<string, string>,
  env: Record<string, string | undefined>,
  named?: string,
): RunEnvironment[] {
  const loaded = named === undefined || isNextFile(named) ? [] : [named]
  return RUNS.map(({ run, mode }) => {
    const settings = new Map<string, Setting>()
    for (const [name, value] of Object.entries(env)) {
      if (value !== undefined) settings.set(name, { value, source: SHELL })
    }
    const reads = [...loaded, ...filesOf(mode)]
    for (const file of reads) addFile(settings, file, texts.get(file) ?? '')
    settings.set('NODE_ENV', { value: mode, source: run })
    return { run, reads, settings }
  })
}

/** What was there first wins; an empty value counts as there. */
function addFile(settings: Map<string, Setting>, file: string, text: string): void {
  const env = Object.fromEntries([...settings].map(([name, { value }]) => [name, value]))
  const raw = readEnv(text)
  for (const [name, value] of expandEnv(raw, env)) {
    const refers = hasReference(raw.get(name) ?? '')
    if (!settings.has(name)) settings.set(name, { value, source: file, ...(refers && { refers }) })
  }
}

/**
 * Contents of the files of a folder that Next.js reads, and of one more by name. A file that
 * is not there, or cannot be read, is left out.
 */
export function readTexts(folder: string, named: string): Map<string, string> {
  const texts = new Map<string, string>()
  for (const name of new Set([...NEXT_FILES, named])) {
    try {
      const file = path.join(folder, name)
      // Never a device or a pipe: reading those may take for ever.
      if (fs.statSync(file).isFile()) texts.set(name, fs.readFileSync(file, 'utf8'))
    } catch {}
  }
  return texts
}

/** What a run signs passes with. */
export function secretOf({ run, settings }: RunEnvironment): RunSecret {
  const { value = '', source } = settings.get('STAGEDOOR_SECRET') ?? {}
  return { run, value, source }
}

/** After a value of `STAGEDOOR` that is none. */
export const BAD_SWITCH = ' (that is neither on nor off, which counts as on)'

/** Whether a run is gated, by the gate's own rule, and what visitors meet. */
export function describeRun({ run, settings }: RunEnvironment): Run {
  const get = (name: string) => settings.get(name)?.value
  const told = settings.get('STAGEDOOR')
  const environment = environmentName(get)
  const { gated, fault } = readSwitch(told?.value, environment)
  const because = becauseOf(settings)
  const bad = fault === undefined ? '' : BAD_SWITCH
  const state = gated ? `gated${meetsOf(get)}` : 'not gated'
  return { run, gated, environment, state, ...(because && { because: because + bad }) }
}

/** As `environment.name` of the gate, which reads its own process only. */
export function environmentName(get: (name: string) => string | undefined): string {
  return (
    get('VERCEL_TARGET_ENV') ||
    get('VERCEL_ENV') ||
    (get('NODE_ENV') === 'development' ? 'development' : 'self-hosted')
  )
}

/** The variable that decided, if one did. */
function becauseOf(settings: Map<string, Setting>): string | undefined {
  const name = ['STAGEDOOR', 'VERCEL_TARGET_ENV', 'VERCEL_ENV'].find(
    (key) => settings.get(key)?.value,
  )
  const setting = name && settings.get(name)
  if (!setting) return undefined
  return `${name}${setting.refers ? '' : `=${setting.value}`} in ${setting.source}`
}

/** What a gate makes of its policy, where that is not to ask and to let in who may. */
export function meetsOf(get: (name: string) => string | undefined): string {
  const { document, fault } = readPolicyText(get('STAGEDOOR_POLICY'))
  if (fault) return ', and shut for everybody: the policy is not valid'
  if (document?.open) return ', but open for everybody'
  const shown = publicBy(document?.allow ?? [])
  if (shown !== null) return `, but ${shown} is public`
  // Whether the address of a client can be told is not known of every run.
  if (areEverybody(document?.ips ?? [])) return ', but every address is let in'
  if (document) return nobody(document)
  // Empty counts as unset, and an empty password as none (docs/policy.md).
  if (!(get('AUTH_USER') && get('AUTH_PASSWORD'))) return ', and shut for everybody: no policy'
  return ''
}

function nobody({ users = {} }: PolicyDocument): string {
  const all = Object.values(users)
  if (all.length === 0) return ', but nobody can sign in: no users'
  const expired = all.every(({ expires }) => isExpired(expires, Date.now()))
  return expired ? ', but nobody can sign in: every user is expired' : ''
}
