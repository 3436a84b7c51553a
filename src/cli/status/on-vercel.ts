/** A project on Vercel: its environments, as its variables say, and what stands in front of them. */
import type { Io } from '../io.ts'
import type { HandedStore } from '../project/handed-store.ts'
import type { Api } from '../vercel/api.ts'
import { listPreviews } from '../vercel/deployments.ts'
import { type Environment, listEnvironments } from '../vercel/environments.ts'
import type { LinkedProject } from '../vercel/linked-project.ts'
import {
  type ProjectSettings,
  readProjectSettings,
  standsBefore,
} from '../vercel/project-settings.ts'
import { listVariables, type Variables, variableOf } from '../vercel/variables.ts'
import type { Subject } from './subject.ts'
import { NOTHING_OLD, type OldPreviews, type ShownProtection } from './vercel-protection.ts'
import { vercelSubject } from './vercel-subject.ts'
import { openReader, ownVariables, withBranches } from './vercel-values.ts'
import { isNoAnswer, orNoAnswer } from './way.ts'

/** What a project on Vercel says. */
export interface OnVercel {
  name: string
  subjects: Subject[]
  protection: ShownProtection
  /** Old previews, where nothing of Vercel's own stands in front of them. */
  deployments: OldPreviews | null
  /** Whether deployments are told which environment they are in. */
  exposesSystem: boolean
}

/** What to ask, and of which project. */
interface Question {
  api: Api
  project: LinkedProject
  handed: HandedStore | null
  /** The one environment that is wanted. */
  only: Environment | undefined
}

/** Asks for all of it. @throws {CliError} where Vercel gives no answer */
export async function askVercel(question: Question, io: Io): Promise<OnVercel> {
  const { api, project, handed, only } = question
  // Alone: where Vercel lets nobody in, that is said once, and a login is renewed once.
  const settings = await readProjectSettings(api, project)
  const [variables, listed] = await Promise.all([
    listVariables(api, project),
    listEnvironments(api, project.projectId),
  ])
  const shown = chosenOf(listed, variables, only)
  const reader = openReader(api, project, variables)
  const asksOld = isPreviewBare(settings) && shown.some(({ name }) => name === 'preview')
  const [subjects, deployments] = await Promise.all([
    Promise.all(shown.map((one) => vercelSubject(one, reader, handed, settings.exposesSystem))),
    asksOld ? oldPreviews(question, variables, io) : null,
  ])
  const { name, sso, password, exposesSystem } = settings
  const environments = [...new Set(shown.map((one) => one.name))]
  return { name, subjects, protection: { sso, password, environments }, deployments, exposesSystem }
}

function chosenOf(
  listed: Environment[],
  variables: Variables,
  only: Environment | undefined,
): Environment[] {
  const all = listed.flatMap((one) => withBranches(one, variables))
  if (!only) {
    // Nothing is deployed to it: without variables of the gate it is no place at all.
    return all.filter(
      (one) => one.name !== 'development' || ownVariables(one, variables).length > 0,
    )
  }
  // A branch without variables of its own has those of all previews.
  return [all.find(({ name, branch }) => name === only.name && branch === only.branch) ?? only]
}

function isPreviewBare({ sso, password }: ProjectSettings): boolean {
  return [sso, password].every((protection) => standsBefore(protection, 'preview') === 'none')
}

/** Previews from before the gate was set up there, or from before its policy was last changed. */
async function oldPreviews(
  { api, project }: Question,
  variables: Variables,
  io: Io,
): Promise<OldPreviews> {
  const preview = { name: 'preview' }
  const times = ownVariables(preview, variables).map(({ createdAt }) => createdAt)
  const since = Math.min(...times.filter((time) => time > 0))
  if (!Number.isFinite(since)) return NOTHING_OLD
  const policy = variableOf(variables, 'STAGEDOOR_POLICY', preview)
  const changed = Math.max(since, policy?.updatedAt ?? 0)
  // The rest is worth saying without it.
  const listing = await orNoAnswer(io, () => listPreviews(api, project, changed))
  if (isNoAnswer(listing)) return { ...NOTHING_OLD, fault: listing.error.message }
  const { made, more } = listing
  const before = made.filter((time) => time < since).length
  return {
    since,
    before,
    changed: policy ? changed : null,
    beforeChange: made.length,
    more,
    fault: null,
  }
}
