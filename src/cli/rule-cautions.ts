/** Rules that open more than their author may think. They are written all the same: it is their site. */
import { covers, parsePath, parseRule } from '../gate/rules.ts'
import { printable } from './talk.ts'

/** Methods that Next.js answers with a page, a route handler or a server action. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

const WHOLE_SITE = ['/', '/a', '/a/b/c']
const INTERNALS = ['/_next/static/chunks/main.js', '/_next/data/build/page.json', '/_next/image']
const DRAFT = ['/api/draft', '/api/preview', '/api/draft/enable', '/api/preview/enable']

/** What to warn of, each in a sentence. @param text a rule that the gate takes */
export function ruleCautions(text: string): string[] {
  const rule = parseRule(text)
  const opens = (path: string) =>
    rule !== null && METHODS.some((method) => covers([rule], method, parsePath(path)))
  const said = (means: string) => `'${printable(text)}' ${means}`
  if (WHOLE_SITE.every(opens)) return [said('opens the whole site to everybody')]
  const cautions: string[] = []
  if (INTERNALS.some(opens))
    cautions.push(said('opens source chunks and data of pages that stay private'))
  if (/(^| )\/\.stagedoor(\/|$)/.test(text))
    cautions.push(said("has no effect: paths under /.stagedoor are the gate's own"))
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
