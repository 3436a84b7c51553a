/** Whether search engines may list what is open. */
import type { Examined } from '../examined.ts'
import { type Answered, isAnswered } from '../exchange.ts'
import { firstOf, valuesOf } from '../fields.ts'
import type { Finding } from '../finding.ts'
import { found } from './make-finding.ts'

/** Pages that are open on purpose: of others there is more to be said, and refusals are not listed. */
export function judgeIndexing({ exchanges }: Examined): Finding[] {
  const by = exchanges
    .filter(({ verdict, asked }) => {
      return (verdict === 'told' || verdict === 'public') && asked.trick === undefined
    })
    .filter(isAnswered)
    .filter(isListed)
  if (by.length === 0) return []
  const targets = new Set(by.map(({ asked }) => asked.target)).size
  const what = `${targets === 1 ? 'an open page says' : `${targets} open pages say`} nothing against it`
  return [found('indexable', what, { by })]
}

function isListed({ asked, answer }: Answered): boolean {
  const { status, fields } = answer
  const isPage = /^text\/html\b/i.test(firstOf(fields, 'Content-Type') ?? '')
  if (asked.method !== 'GET' || status !== 200 || !isPage) return false
  return !valuesOf(fields, 'X-Robots-Tag').some(forbids) && !forbidsInPage(answer.body)
}

/** `noindex` for everybody: a rule that begins with the name of a robot is for that one alone. */
function forbids(value: string): boolean {
  const [, robot, rules = value] = /^\s*([\w-]+):(.*)$/.exec(value) ?? []
  return robot === undefined && /(?:^|[\s,])(?:noindex|none)(?:$|[\s,])/i.test(rules)
}

// Characters. What is further down is in no head.
const LOOKED_AT = 128 * 1024
const META = /<meta\b[^>]{0,400}>/gi

/** `<meta name="robots" content="noindex">` */
function forbidsInPage(body: Buffer): boolean {
  const text = body.toString('latin1', 0, LOOKED_AT)
  return [...text.matchAll(META)].some(([meta]) => {
    return /\bname=["']?robots\b/i.test(meta) && /\b(?:noindex|none)\b/i.test(meta)
  })
}
