/** The order in which the platform looks at a request, as `config.json` of an artefact says. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Built } from './apps.ts'

/** A route (Build Output API, version 3). */
export interface Route {
  src?: string
  handle?: string
  dest?: string
  status?: number
  continue?: boolean
  methods?: string[]
  has?: Condition[]
  missing?: Condition[]
  middlewarePath?: string
  middlewareRawSrc?: string[]
}

interface Condition {
  type: string
  key: string
  value?: string
}

export async function readRoutes({ output }: Built): Promise<Route[]> {
  const { routes } = JSON.parse(await readFile(path.join(output, 'config.json'), 'utf8'))
  return routes
}

/**
 * What comes first for a request without headers: the gate, or what answers or looks for a file
 * before it.
 */
export function firstFor(routes: Route[], target: string): string {
  for (const route of routes) {
    if (route.handle) return `${route.handle} before the gate`
    // As the platform does, from its beginning to its end, and in any case.
    if (!new RegExp(`^(?:${route.src})$`, 'i').test(target)) continue
    if (route.has?.some(({ type }) => type === 'header')) continue
    if (route.middlewarePath) return 'the gate'
    if (!route.continue) return `${JSON.stringify(route)} before the gate`
  }
  return 'nothing'
}
