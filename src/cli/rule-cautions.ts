/** Rules that open more than their author may think. They are written all the same: it is their site. */
import { covers, joinRules, parsePath, parseRule } from '../gate/rules.ts'
import { nearNames } from './near.ts'
import { printable } from './talk.ts'

/** Methods that Next.js answers with a page, a route handler or a server action. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Methods that a route handler can export. */
const ANSWERED = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']

const WHOLE_SITE = ['/', '/a', '/a/b/c']
const INTERNALS = ['/_next/static/chunks/main.js', '/_next/data/build/page.json', '/_next/image']
const DRAFT = ['/api/draft', '/api/preview', '/api/draft/enable', '/api/preview/enable']

// Of any depth that pages have: names that no rule has but by a wildcard.
const BELOW = ['/q1', '/q1/w2', '/q1/w2/e3', '/q1/w2/e3/r4']

/** What everybody may look at by all of these rules together, in words; `null` for less than most. */
export function publicBy(texts: string[]): string | null {
  const rules = joinRules(texts.flatMap((text) => parseRule(text) ?? []))
  const opens = (path: string) => covers(rules, 'GET', parsePath(path))
  if (!BELOW.every(opens)) return null
  return opens('/') ? 'everything' : 'everything but /'
}

/** A method that no route of Next.js is asked with: mostly a slip, which opens nothing. */
function unknownMethods(text: string): string[] {
  const unknown = parseRule(text)?.methods?.filter((method) => !ANSWERED.includes(method)) ?? []
  return unknown.map((method) => {
    const [near] = nearNames(method, ANSWERED)
    const meant = near === undefined ? `those are ${ANSWERED.join(' ')}` : `did you mean ${near}?`
    return `'${text}': ${method} is no method of HTTP that Next.js answers: ${meant}`
  })
}

/**
 * What to warn of, each in a sentence.
 *
 * @param text a rule that the gate takes
 * @param whom the rule lets in
 */
export function ruleCautions(text: string, whom = 'everybody'): string[] {
  const rule = parseRule(text)
  const opens = (path: string) =>
    rule !== null && METHODS.some((method) => covers(joinRules([rule]), method, parsePath(path)))
  const said = (means: string) => `'${printable(text)}' ${means}`
  if (WHOLE_SITE.every(opens)) return [said(`opens the whole site to ${whom}`)]
  const cautions = unknownMethods(text)
  if (INTERNALS.some(opens))
    cautions.push(said('opens source chunks and data of pages that stay private'))
  // docs/nextjs.md: the id in the draft cookie walks past every rule.
  const named =
    /draft|preview/i.test(text) && METHODS.some((method) => rule?.methods?.includes(method) ?? true)
  if (named || DRAFT.some(opens)) {
    cautions.push(
      said(
        'opens a draft-mode endpoint, if there is one: its cookie walks past the gate everywhere',
      ),
    )
  }
  return cautions
}
