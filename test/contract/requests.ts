/** Requests as two programs make them for the same job, so that they can be compared. */
import type { Asked } from '../../src/local/vercel.ts'

export interface Compared {
  request: string
  query: { [name: string]: string }
  body: unknown
  status: number
}

/** What says who asks, and changes nothing. */
const IRRELEVANT = ['source']

/** Paths that mean the same, to the one that documentation has. */
const SAME: [RegExp, string][] = [
  [/^(?:\/v\d+)?\/projects\/([^/]+)\/custom-environments$/, '/v9/projects/$1/custom-environments'],
  [/^(?:\/v\d+)?\/teams\//, '/v2/teams/'],
  [/^\/v1\/edge-config\b/, '/v1/global-config'],
]

/** The requests that change something, in their order. */
export function writes(asked: Asked[]): Compared[] {
  return asked.filter(({ method }) => method !== 'GET' && method !== 'HEAD').map(compared)
}

/** What was read: each request once, in alphabetical order, because reads may go side by side. */
export function reads(asked: Asked[]): string[] {
  const all = asked.filter(({ method }) => method === 'GET').map(compared)
  const lines = all.map(({ request, query }) => `${request} ${JSON.stringify(query)}`)
  return [...new Set(lines)].sort()
}

function compared({ method, path, body, status }: Asked): Compared {
  const { pathname, searchParams } = new URL(path, 'http://127.0.0.1')
  for (const name of IRRELEVANT) searchParams.delete(name)
  searchParams.sort()
  const same = SAME.reduce((text, [pattern, to]) => text.replace(pattern, to), pathname)
  return {
    request: `${method} ${same}`,
    query: Object.fromEntries(searchParams),
    body,
    status,
  }
}

/** A body without those of its fields that are not compared. */
export function without(compared: Compared, ...names: string[]): Compared {
  const fields = Object.entries(Object(compared.body)).filter(([name]) => !names.includes(name))
  return { ...compared, body: Object.fromEntries(fields) }
}
