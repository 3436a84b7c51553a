/** Rules of the policies that open more than they say, and what of the app they open. */
import { covers, parsePath, readRules } from '../../gate/rules.ts'
import { areEverybody } from '../networks.ts'
import { lineAt } from '../project/source-text.ts'
import { publicBy, ruleCautions } from '../rule-cautions.ts'
import { advise, shellWord } from '../talk.ts'
import type { Facts } from './facts.ts'
import type { Finding } from './finding.ts'
import { type Held, placeOf, seenPolicy, told } from './held-policies.ts'
import { requestsFor } from './request-paths.ts'
import { type Route, routesOf } from './routes.ts'
import { seenIn } from './sources.ts'

export function ruleFindings(facts: Facts): Finding[] {
  return facts.policies.flatMap((held) =>
    told(held, [
      ...wide(facts, held),
      ...drafts(facts, held),
      ...actions(facts, held),
      ...networks(facts, held),
    ]),
  )
}

/** `npx stagedoor allow remove RULE`, for the file that has it. */
function removal(facts: Facts, { source }: Held, rule: string): string {
  return advise(placeOf(facts, source), `allow remove ${shellWord(rule)}`)
}

function wide(facts: Facts, held: Held): Finding[] {
  const { allow = [] } = held.document ?? {}
  const shown = publicBy(allow)
  const seen = seenPolicy(facts, held)
  if (shown !== null) {
    return [
      {
        id: 'rules-everything',
        level: 'error',
        what: `by the rules of ${held.source} ${shown} is public`,
        ...seen,
        why: 'nobody is asked for a password',
        mend: `take out what opens it: ${removal(facts, held, allow.find((rule) => publicBy([rule])) ?? allow[0] ?? '')}`,
      },
    ]
  }
  return allow.flatMap((rule) =>
    ruleCautions(rule)
      // Draft mode is spoken of where the app has it.
      .filter((caution) => !/draft-mode/.test(caution))
      .map((caution) => ({
        id: 'rule-wide' as const,
        level: 'warning' as const,
        what: `the rule ${caution}`,
        ...seen,
        why: 'everybody may ask for what it opens, without a password',
        mend: `take it out, and name what you mean: ${removal(facts, held, rule)}`,
      })),
  )
}

const DRAFT = /\bdraftMode\s*\(\s*\)|\.\s*setPreviewData\s*\(|\.\s*setDraftMode\s*\(/
const TURNS_ON = /\.\s*enable\s*\(|\.\s*setPreviewData\s*\(|\.\s*setDraftMode\s*\(/

/** Who may switch on draft mode is given the id that makes Next.js skip the gate everywhere. */
function drafts(facts: Facts, held: Held): Finding[] {
  const { allow = [] } = held.document ?? {}
  if (allow.length === 0) return []
  const files = facts.sources().filter(({ code }) => DRAFT.test(code) && TURNS_ON.test(code))
  return seenIn(files, DRAFT).flatMap((seen) => {
    const route = routeOfFile(facts, seen.file)
    const rule = route && allow.find((one) => opens(facts, one, route, ['GET', 'POST', 'PUT']))
    if (!route || rule === undefined) return []
    return [
      {
        id: 'draft-mode-public' as const,
        level: 'error' as const,
        what: `the rule '${rule}' opens ${route.name}, which switches on draft mode`,
        seen,
        why: 'the cookie it sets holds the id by which Next.js skips every gate, on every path (x-prerender-revalidate)',
        mend: removal(facts, held, rule),
      },
    ]
  })
}

function actions(facts: Facts, held: Held): Finding[] {
  const { allow = [] } = held.document ?? {}
  if (allow.length === 0) return []
  const pages = routesOf(facts).filter(({ kind, router }) => kind === 'page' && router === 'app')
  const open = allow.flatMap((rule) => {
    const page = pages.find((route) => opens(facts, rule, route, ['POST']))
    return page ? [{ rule, page }] : []
  })
  if (open.length === 0) return []
  const [seen] = facts.sources().flatMap(({ name, text }) => {
    const match = /^\s*(['"])use server\1/m.exec(text)
    return match ? [{ file: name, line: lineAt(text, match.index + match[0].length) }] : []
  })
  if (!seen) return []
  return open.map(({ rule, page }) => ({
    id: 'actions-public' as const,
    level: 'warning' as const,
    what: `the rule '${rule}' opens ${page.name} for POST, and the app has server actions`,
    seen,
    why: 'everybody may call the actions of that page, whatever its form shows',
    mend: `open it for reading alone: ${removal(facts, held, rule)}, then ${advise(placeOf(facts, held.source), `allow add ${shellWord(`GET,HEAD ${rule.replace(/^\S+ /, '')}`)}`)}`,
  }))
}

/** Whether a rule covers a route for one of these methods. */
function opens({ app }: Facts, rule: string, route: Route, methods: string[]): boolean {
  const rules = rulesOf(rule)
  if (!rules || !app) return false
  const site = { basePath: '', trailingSlash: false }
  const paths = requestsFor(route, app, site, []).map(({ path }) => parsePath(path))
  return methods.some((method) => paths.some((path) => covers(rules, method, path)))
}

let last: { rule: string; rules: ReturnType<typeof readRules> } | undefined

/** Read once, and asked of all routes. */
function rulesOf(rule: string): ReturnType<typeof readRules> {
  if (last?.rule !== rule) last = { rule, rules: readRules([rule]) }
  return last.rules
}

function routeOfFile(facts: Facts, file: string): Route | undefined {
  const match = /^(?:src\/)?(app|pages)\/(.*)\.\w+$/.exec(file)
  if (!match) return undefined
  const [, router, inside = ''] = match
  const segments = inside
    .split('/')
    .filter((segment) => router === 'pages' || !/^[(@]/.test(segment))
  const last = segments.at(-1)
  if (router === 'app' || last === 'index') segments.pop()
  return routesOf(facts).find(({ name }) => name === `/${segments.join('/')}`)
}

function networks(facts: Facts, held: Held): Finding[] {
  const { ips = [] } = held.document ?? {}
  const seen = seenPolicy(facts, held)
  const wide = ips.filter((network) => areEverybody([network]))
  if (!areEverybody(ips)) return []
  const [first = ips[0] ?? ''] = wide
  return [
    {
      id: 'ips-everybody',
      level: 'error',
      what: `the networks of ${held.source} have every address${wide.length ? ` (${first})` : ''}`,
      ...seen,
      why: 'where the address of a client can be told, nobody is asked for a password',
      mend: advise(placeOf(facts, held.source), `ip remove ${shellWord(first)}`),
    },
  ]
}
