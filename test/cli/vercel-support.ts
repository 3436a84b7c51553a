/** Folders that are linked to a project at the local API, and command lines run in them. */
import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { PolicyDocument } from '../../src/gate/policy.ts'
import type { Project } from '../../src/local/project.ts'
import type { Variable } from '../../src/local/variable.ts'
import { LocalVercel } from '../../src/local/vercel.ts'
import { type Given, makeFolder, type Outcome, run, start } from './run.ts'

/** What a policy stores of a password that nobody knows. */
export const VERIFIER = `sha256:${'A'.repeat(22)}:${'A'.repeat(43)}`
/** What signs passes, and must never be seen. */
export const SECRET = 'a-secret-of-43-characters-that-nobody-may-see'

/** A policy with these users. */
export function policyWith(...names: string[]): PolicyDocument {
  const users = Object.fromEntries(names.map((name) => [name, { verifier: VERIFIER }]))
  return { version: 1, users }
}

/** A request that changes something, without what is the same in each. */
export interface Change {
  method: string
  path: string
  body: unknown
}

/** A local API with one project, and a folder that is linked to it; all of it new for each test. */
export class Linked {
  vercel!: LocalVercel
  project!: Project
  folder!: string

  /** To be called at the top of a file. */
  static forEach(): Linked {
    const linked = new Linked()
    beforeAll(async () => {
      linked.vercel = await new LocalVercel().start()
    })
    beforeEach(() => {
      const { vercel } = linked
      vercel.forget()
      Object.assign(vercel, { stores: [], projects: [], limit: null, tokenTeam: null })
      vercel.teams.splice(1)
      Object.assign(vercel.teams[0] ?? {}, {
        plan: 'pro',
        sensitiveEnvironmentVariablePolicy: null,
        disjunctiveProductionSecretPolicy: null,
      })
      linked.project = vercel.addProject()
      linked.folder = linked.makeFolder()
    })
    afterAll(() => linked.vercel.stop())
    return linked
  }

  /** Another folder of the same project, with these files. */
  makeFolder(files: Record<string, string> = {}): string {
    const { id, accountId } = this.project
    const link = JSON.stringify({ projectId: id, orgId: accountId })
    return makeFolder({ '.vercel/project.json': link, ...files })
  }

  get env(): Record<string, string> {
    return { STAGEDOOR_API: this.vercel.url, VERCEL_TOKEN: this.vercel.token }
  }

  /** Runs a command line in this process. */
  run(args: string[], given: Given & { cwd?: string } = {}): Promise<Outcome> {
    return run(given.cwd ?? this.folder, args, { ...given, env: { ...this.env, ...given.env } })
  }

  /** Runs the real program. */
  start(args: string[], given: Given & { cwd?: string } = {}) {
    return start(given.cwd ?? this.folder, args, { ...given, env: { ...this.env, ...given.env } })
  }

  /** Requests that were to change something. */
  get changes(): Change[] {
    return this.vercel.asked
      .filter(({ method }) => method !== 'GET')
      .map(({ method, path, body }) => ({ method, path, body }))
  }

  /** A variable of the project. */
  add(key: string, value: string, more: Partial<Variable> = {}): Variable {
    return this.vercel.addVariable(this.project, { key, value, ...more })
  }

  /** A policy as variable of preview. */
  addPolicy(policy: PolicyDocument, more: Partial<Variable> = {}): Variable {
    return this.add('STAGEDOOR_POLICY', JSON.stringify(policy), more)
  }

  /** Variables of a name: what a deployment would be given, whatever the API tells of it. */
  variables(key: string): Variable[] {
    return this.project.variables.filter((variable) => variable.key === key)
  }

  /** Users of the policy that the one variable has. */
  usersThere(): string[] {
    const [variable] = this.variables('STAGEDOOR_POLICY')
    return usersOf(JSON.parse(variable?.value ?? '{}'))
  }

  /** Path of the project's variables, with what goes to it. */
  get envPath(): string {
    return `/v10/projects/${this.project.id}/env?upsert=true&teamId=team_local`
  }
}

export function usersOf(policy: unknown): string[] {
  return Object.keys((policy as PolicyDocument | undefined)?.users ?? {}).sort()
}

/** Hint and message of an error, and how it ended. */
export function failure({ code, stderr }: Outcome): {
  code: number | null
  error: string | undefined
  hint: string | undefined
} {
  const part = (name: string) => new RegExp(`^stagedoor: ${name}: (.*)$`, 'm').exec(stderr)?.[1]
  return { code, error: part('error'), hint: part('hint') }
}
