/** Which paths the API has, and with which versions. */
import type { Scope } from './account.ts'
import type { Answer } from './answer.ts'
import { badRequest } from './refusal.ts'

/** What an endpoint gets. */
export interface Call {
  /** What stands in the path for `:project` and the like. */
  names: { [name: string]: string }
  query: URLSearchParams
  body: unknown
  scope: Scope
  path: string
}

/** What runs, by `METHOD /path`. */
export interface Endpoints {
  [route: string]: (call: Call) => Answer
}

export interface Route {
  method: string
  pattern: RegExp
  run: Endpoints[string]
}

export function routesOf(endpoints: Endpoints): Route[] {
  return Object.entries(endpoints).map(([route, run]) => {
    const [method = '', path = ''] = route.split(' ')
    return { method, pattern: pathPattern(path), run }
  })
}

/**
 * A path such as `/v9/projects/:project`. `v9|v10` stands for any of them; a `?` behind it says
 * that the path goes without a version too, as the program asks for some.
 */
function pathPattern(path: string): RegExp {
  const source = path
    .replace(/^\/(v[\dv|]+)(\??)\//, (_, versions: string, optional: string) =>
      optional ? `(?:/(?:${versions}))?/` : `/(?:${versions})/`,
    )
    .replace(/\/:(\w+)/g, '/(?<$1>[^/]+)')
  return new RegExp(`^${source}$`)
}

/** What a path names. @throws {Refusal} where it is malformed */
export function namesIn(path: string, { pattern }: Pick<Route, 'pattern'>): Call['names'] {
  const groups = Object.entries(pattern.exec(path)?.groups ?? {})
  return Object.fromEntries(groups.map(([name, value]) => [name, decoded(value)]))
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw badRequest('Invalid request: malformed path')
  }
}
