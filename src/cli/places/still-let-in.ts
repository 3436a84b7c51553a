/** Who is out of a store, and would still be let in by a variable where the store is not read. */
import type { PolicyDocument } from '../../gate/policy.ts'
import { CliError } from '../errors.ts'
import type { Io } from '../io.ts'
import { advise, printable, shellWord } from '../talk.ts'
import type { Api } from '../vercel/api.ts'
import type { LinkedProject } from '../vercel/linked-project.ts'
import { listVariables, readValue } from '../vercel/variables.ts'
import { localSettings } from './connections.ts'
import type { LocatedStore } from './locate-store.ts'
import { SHELL } from './next-env.ts'
import { readPolicyText, type Snapshot } from './place.ts'

const POLICY = 'STAGEDOOR_POLICY'

/** A policy beside that of the store, and the options that lead to it. */
export interface Beside {
  document: PolicyDocument
  to: string
  gitBranch?: string
}

/** What a change took from somebody, and the command that takes it elsewhere too. */
interface Taken {
  what: string
  command: string
  /** Whether a policy still gives it. */
  isIn(document: PolicyDocument): boolean
}

/** Whether a change to a store takes something from somebody, or is the first that comes before others. */
export function takesFrom({ document: before }: Snapshot, after: PolicyDocument): boolean {
  return !before || takenBy(before, after).length > 0
}

/** Policies that count where the store does not. Of those that cannot be read nothing is known. */
export async function policiesBeside({ api, project }: LocatedStore, io: Io): Promise<Beside[]> {
  return [...localPolicy(io), ...(project ? await projectPolicies(api, project) : [])]
}

/** Warnings, one a place and thing. */
export function stillLetIn(before: Snapshot, after: Snapshot, others: Beside[]): string[] {
  const isFirst = !before.document && after.document !== undefined
  const taken = takenBy(before.document ?? { version: 1 }, after.document ?? { version: 1 })
  const revived = isFirst ? others.flatMap((beside) => revivedBy(after, beside)) : []
  const left = others.flatMap((beside) => {
    return taken
      .filter(({ isIn }) => isIn(beside.document))
      .map(({ what, command }) => warningOf(what, command, beside))
  })
  return [...new Set([...revived, ...left])]
}

/** The first policy of a store comes before those of deployments, and what is revoked there. */
function revivedBy({ document }: Snapshot, { document: other, to }: Beside): string[] {
  const ids = (other.revoked ?? []).filter((id) => !document?.revoked?.includes(id))
  return ids.map((id) => {
    const command = `\`npx stagedoor pass revoke ${shellWord(id)} --to store\``
    return `the pass ${printable(id)}, revoked in ${nameOf(to)}, counts again where the store is read: ${command}`
  })
}

function nameOf(to: string): string {
  return to === 'file' ? '.env.local' : to.replace(/^file:/, '')
}

function takenBy(before: PolicyDocument, after: PolicyDocument): Taken[] {
  const [old, now] = [verifiersOf(before), verifiersOf(after)]
  const users = [...old].filter(([name, verifier]) => now.get(name) !== verifier)
  const revoked = (after.revoked ?? []).filter((id) => !before.revoked?.includes(id))
  return [
    ...users.map(([name, verifier]) => ({
      what: `${printable(name)} may still sign in`,
      command: `user ${now.has(name) ? 'rotate' : 'remove'} ${shellWord(name)}`,
      isIn: (document: PolicyDocument) => verifiersOf(document).get(name) === verifier,
    })),
    ...revoked.map((id) => ({
      what: `the pass ${printable(id)} still counts`,
      command: `pass revoke ${shellWord(id)}`,
      isIn: (document: PolicyDocument) => !document.revoked?.includes(id),
    })),
  ]
}

function verifiersOf({ users = {} }: PolicyDocument): Map<string, string> {
  return new Map(Object.entries(users).map(([name, { verifier }]) => [name, verifier]))
}

function warningOf(what: string, command: string, { to, gitBranch }: Beside): string {
  const options = { json: false, dryRun: false, yes: false, quiet: false, to }
  const there = advise({ ...options, ...(gitBranch !== undefined && { gitBranch }) }, command)
  return `${what} by the policy of ${nameOf(to)}, where the store is not read or has long been away: ${there}`
}

function localPolicy(io: Io): Beside[] {
  const { value, source } = localSettings(io).get(POLICY) ?? {}
  const { document } = readPolicyText(value)
  // One of the shell is of this machine alone, and no file to be changed.
  if (!document || source === undefined || source === SHELL) return []
  return [{ document, to: source === '.env.local' ? 'file' : `file:${source}` }]
}

async function projectPolicies(api: Api, project: LinkedProject): Promise<Beside[]> {
  try {
    const { list } = await listVariables(api, project)
    const readable = list.filter(({ name, isSecret }) => name === POLICY && !isSecret)
    const all = readable.map(async (variable) => {
      const { document } = readPolicyText(await readValue(api, project, variable))
      const [environment = ''] = [...variable.targets, ...variable.customIds]
      const branch = variable.branch === undefined ? {} : { gitBranch: variable.branch }
      return document ? [{ document, to: `vercel:${environment}`, ...branch }] : []
    })
    return (await Promise.all(all)).flat()
  } catch (error) {
    // A look around that fails is no reason to leave a change.
    if (error instanceof CliError) return []
    throw error
  }
}
