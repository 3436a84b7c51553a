/** Which paths the API has, and with which versions. */

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

export interface Route<Handler> {
  method: string
  pattern: RegExp
  run: Handler
}

/** @param table `METHOD /path`: what runs */
export function routesOf<Handler>(table: { [route: string]: Handler }): Route<Handler>[] {
  return Object.entries(table).map(([route, run]) => {
    const [method = '', path = ''] = route.split(' ')
    return { method, pattern: pathPattern(path), run }
  })
}
