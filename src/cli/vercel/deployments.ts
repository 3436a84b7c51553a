/** Deployments of a project on Vercel, as they are listed. */
import type { Api } from './api.ts'
import { unknownForm } from './errors.ts'
import type { LinkedProject } from './linked-project.ts'

/** When previews were made. */
export interface Previews {
  /** Milliseconds, newest first. */
  made: number[]
  /** Whether there are more than were looked at. */
  more: boolean
}

const PAGE = 100
// More would only make a large number larger.
const PAGES = 3

/** Previews that are ready, and older than a moment in milliseconds; not of custom environments. */
export async function listPreviews(
  api: Api,
  { projectId }: LinkedProject,
  before: number,
): Promise<Previews> {
  const made: number[] = []
  let until = before
  for (let i = 0; i < PAGES; i++) {
    const page = await readPage(api, projectId, until)
    // What the query asked for is looked at once more: not all of it is documented.
    made.push(...page.previews.filter((time) => time < before))
    if (page.next === undefined || page.next >= until) return { made, more: false }
    until = page.next
  }
  return { made, more: true }
}

async function readPage(api: Api, projectId: string, until: number) {
  const doing = 'list the deployments of the project'
  const asked = { projectId, target: 'preview', state: 'READY', limit: String(PAGE) }
  const answer = await api.get(doing, '/v6/deployments', { ...asked, until: String(until) })
  const { deployments, pagination } = Object(answer) as Record<string, unknown>
  if (!Array.isArray(deployments)) throw unknownForm(doing)
  const { next } = Object(pagination) as { next?: unknown }
  const previews = deployments.filter(isReadyPreview).map(timeOf)
  return { previews, next: typeof next === 'number' ? next : undefined }
}

function isReadyPreview(item: unknown): boolean {
  const { state, readyState, target, customEnvironment } = Object(item) as Record<string, unknown>
  // Vercel lists a preview with `null` for a target.
  const isPreview = (target ?? 'preview') === 'preview' && !customEnvironment
  return isPreview && (readyState ?? state) === 'READY'
}

function timeOf(item: unknown): number {
  const { createdAt, created } = Object(item) as Record<string, unknown>
  return Number(createdAt ?? created ?? Number.POSITIVE_INFINITY)
}
