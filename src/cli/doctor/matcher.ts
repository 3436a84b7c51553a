/** What the matcher of the app's middleware leaves out, which is then never asked for a password. */
import { type Literal, readLiteral } from '../project/literal.ts'
import { readMatcher } from '../project/middleware-shape.ts'
import type { NextApp } from '../project/next-app.ts'
import { matcherStepOf } from '../project/wiring.ts'
import { literalOf } from './config-values.ts'
import type { Facts } from './facts.ts'
import type { Finding, Seen } from './finding.ts'
import { evaluateMatcher } from './matcher-program.ts'
import { type RequestPath, requestsFor, type Site, wordsOf } from './request-paths.ts'
import { type Route, routesOf } from './routes.ts'

const TAKE_OUT = 'the gate decides inside which paths are public (`npx stagedoor allow add`)'

export async function matcherFindings(facts: Facts): Promise<Finding[]> {
  const { app, main, gate } = facts
  // What nothing gates is said elsewhere.
  if (!app || !main || !gate?.called) return []
  const matcher = readMatcher(main)
  const step = matcherStepOf(main)
  if (!step) return []
  const seen: Seen = { file: main.name, ...(step.line !== undefined && { line: step.line }) }
  const literal = matcher && readLiteral(matcher.value)
  const matchers = literal && matchersOf(literal.value)
  if (!matchers) return [unevaluated(seen, 'it is no list of plain texts')]
  return [...conditions(matchers, seen), ...(await gaps(facts, app, matchers, seen))]
}

/** A matcher as Next.js takes it. */
interface Matcher {
  source: string
  has?: Literal
  missing?: Literal
  locale?: Literal
}

function matchersOf(value: Literal): Matcher[] | null {
  const list = (Array.isArray(value) ? value : [value]).map((item) =>
    typeof item === 'string' ? { source: item } : item,
  )
  return list.every((item) => typeof (item as Matcher | null)?.source === 'string')
    ? (list as unknown as Matcher[])
    : null
}

/** `has` and `missing` look at headers, cookies, the query and the host: all of them the client's. */
function conditions(matchers: Matcher[], seen: Seen): Finding[] {
  const conditional = matchers.filter(
    ({ has, missing }) => has !== undefined || missing !== undefined,
  )
  if (conditional.length === 0) return []
  const sources = conditional.map(({ source }) => `'${source}'`).join(', ')
  return [
    {
      id: 'matcher-condition',
      level: 'error',
      what: `the matcher ${sources} has conditions (\`has\`, \`missing\`) on what the client sends`,
      seen,
      why: 'who sends, or leaves out, that header, cookie or parameter is never asked for a password',
      mend: `take the conditions out, and the whole matcher best: ${TAKE_OUT}`,
    },
  ]
}

/** So many routes are named. */
const MOST_NAMED = 12

async function gaps(
  facts: Facts,
  app: NextApp,
  matchers: Matcher[],
  seen: Seen,
): Promise<Finding[]> {
  const site = siteOf(facts)
  if (site === null) return [unevaluated(seen, 'basePath or i18n in next.config is not plain')]
  if (app.versionFrom !== 'installed') {
    const install = `${app.packageManager} install`
    return [
      unevaluated(
        seen,
        `this Next.js is not installed here, and only itself knows: run \`${install}\``,
      ),
    ]
  }
  const words = wordsOf(matchers.map(({ source }) => source))
  const asked = routesOf(facts).flatMap((route) =>
    requestsFor(route, app, site, words).map((request) => ({ route, ...request })),
  )
  // Conditions are looked at apart: here they are taken for met.
  const bare = matchers.map(({ source, locale }) => ({
    source,
    ...(locale !== undefined && { locale }),
  }))
  const paths = [...new Set(asked.map(({ path }) => path))]
  const { i18n, basePath } = site
  const evaluation = await evaluateMatcher(
    facts.dir,
    bare,
    { basePath, ...(i18n && { i18n }) },
    paths,
  )
  if ('fault' in evaluation) return [unevaluated(seen, evaluation.fault)]
  const unseen = new Set(paths.filter((_, i) => !evaluation.seen[i]))
  const left = asked.filter(({ path }) => unseen.has(path))
  return [left.length > 0 ? gap(left, seen) : present(seen)]
}

function gap(left: ({ route: Route } & RequestPath)[], seen: Seen): Finding {
  const urls = new Map<string, string>()
  for (const { route, url } of left) if (!urls.has(route.name)) urls.set(route.name, url)
  const named = [...urls].map(([name, url]) => (name === url ? name : `${name} (${url})`))
  const more = named.length > MOST_NAMED ? ` and ${named.length - MOST_NAMED} more` : ''
  return {
    id: 'matcher-gap',
    level: 'error',
    what: `the matcher leaves out ${named.slice(0, MOST_NAMED).join(', ')}${more}`,
    seen,
    why: 'Next.js never calls the gate there: everybody gets these without a password',
    mend: `take the matcher out: ${TAKE_OUT}`,
  }
}

function present(seen: Seen): Finding {
  return {
    id: 'matcher-present',
    level: 'warning',
    what: 'there is a matcher; it has all routes that the files of the app tell',
    seen,
    why: 'the next route, or the next fault of Next.js in matchers, may be outside of it',
    mend: `take the matcher out: ${TAKE_OUT}`,
  }
}

function unevaluated(seen: Seen, why: string): Finding {
  return {
    id: 'matcher-unevaluated',
    level: 'error',
    what: `there is a matcher, and what it leaves out is not known: ${why}`,
    seen,
    why: 'what a matcher leaves out is never asked for a password',
    mend: `take the matcher out: ${TAKE_OUT}`,
  }
}

/** `null` where next.config does not say plainly. */
function siteOf({ config }: Facts): Site | null {
  if (!config) return { basePath: '', trailingSlash: false }
  const [basePath = '', i18n, trailingSlash = false] = ['basePath', 'i18n', 'trailingSlash'].map(
    (name) => literalOf(config, name),
  )
  if (typeof basePath !== 'string' || basePath === 'unknown') return null
  if (i18n === 'unknown') return null
  const locales = readLocales(i18n)
  if (i18n !== undefined && i18n !== null && !locales) return null
  return { basePath, trailingSlash: trailingSlash === true, ...(locales && { i18n: locales }) }
}

function readLocales(value: Literal): Site['i18n'] | undefined {
  const { locales, defaultLocale } = Object(value) as { locales?: unknown; defaultLocale?: unknown }
  const isList = Array.isArray(locales) && locales.every((one) => typeof one === 'string')
  return isList && typeof defaultLocale === 'string'
    ? { locales: locales as string[], defaultLocale }
    : undefined
}
