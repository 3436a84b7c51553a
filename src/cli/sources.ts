/** What each file, and the shell, say of the gate; and which of it counts. For `status`. */
import { expandEnv, readEnv } from './places/env-file.ts'
import { type RunEnvironment, SHELL } from './places/next-env.ts'
import { readPolicyText } from './places/place.ts'
import { type ListedUser, listUsers } from './users.ts'

/** A policy as it is shown. */
export interface ShownPolicy {
  /** JSON path of what is wrong with it; `null` for a valid one. */
  fault: string | null
  open: boolean
  users: ListedUser[]
  allow: string[]
  ips: string[]
  /** How many passes are ended. */
  revoked: number
  /** Their ids. */
  revokedIds: string[]
}

/** A file, or the shell, and what it sets. */
export interface Source {
  source: string
  switch: string | null
  policy: ShownPolicy | null
  authUser: string | null
}

/** A policy that counts. `from` is `null` where there is none. */
export interface Effective extends ShownPolicy {
  from: string | null
  runs: string[]
}

type Values = (name: string) => string | undefined

/** What the shell and each file set; those that set nothing of ours are left out. */
export function sourcesOf(
  texts: Map<string, string>,
  env: Record<string, string | undefined>,
): Source[] {
  const files = [...texts].map(([name, text]) => {
    const values = expandEnv(readEnv(text), {})
    return sourceOf(name, (key) => values.get(key))
  })
  return [sourceOf(SHELL, (key) => env[key]), ...files].filter(
    ({ switch: value, policy, authUser }) => value !== null || policy !== null || authUser !== null,
  )
}

function sourceOf(source: string, get: Values): Source {
  return {
    source,
    switch: get('STAGEDOOR') || null,
    policy: shownPolicy(get('STAGEDOOR_POLICY')),
    authUser: get('AUTH_USER') || null,
  }
}

/** The policies in force, each once, with the runs in which it is. */
export function effectivePolicies(environments: RunEnvironment[]): Effective[] {
  const found = new Map<string | null, Effective>()
  for (const { run, settings } of environments) {
    const policy = settings.get('STAGEDOOR_POLICY')
    const user = settings.get('AUTH_USER')
    const paired = Boolean(user?.value && settings.get('AUTH_PASSWORD')?.value)
    const from = policy?.value ? policy.source : paired ? `AUTH_USER in ${user?.source}` : null
    const known = found.get(from)
    if (known) known.runs.push(run)
    else found.set(from, { from, runs: [run], ...(shownPolicy(policy?.value) ?? NONE) })
  }
  return [...found.values()]
}

const NONE: ShownPolicy = {
  fault: null,
  open: false,
  users: [],
  allow: [],
  ips: [],
  revoked: 0,
  revokedIds: [],
}

function shownPolicy(text: string | undefined): ShownPolicy | null {
  if (!text) return null
  const { document, fault } = readPolicyText(text)
  return {
    fault: fault?.at ?? null,
    open: document?.open === true,
    users: document ? listUsers(document, Date.now()) : [],
    allow: document?.allow ?? [],
    ips: document?.ips ?? [],
    revoked: document?.revoked?.length ?? 0,
    revokedIds: document?.revoked ?? [],
  }
}
