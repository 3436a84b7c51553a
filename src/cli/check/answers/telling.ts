/** What refusals tell beside no. */
import type { Answer, Answered } from '../exchange.ts'
import { firstOf, valuesOf } from '../fields.ts'
import type { Finding } from '../finding.ts'
import { found, quoted } from './make-finding.ts'

/** @param refusals answers to those who have no right credential, and none of the platform's own */
export function judgeTelling(refusals: Answered[]): Finding[] {
  return [...names(refusals), ...unread(refusals), ...untyped(refusals), ...software(refusals)]
}

/** What stands in their fields. Of bodies that show the site it is said with what leaks. */
function names(refusals: Answered[]): Finding[] {
  const told = refusals.flatMap((by) => {
    const { fields } = by.answer
    const rewrite = firstOf(fields, 'X-Middleware-Rewrite')
    if (rewrite) return [{ by, what: `x-middleware-rewrite: ${rewrite}` }]
    const link = valuesOf(fields, 'Link').find((value) => value.includes('/_next/'))
    return link ? [{ by, what: `Link: ${link}` }] : []
  })
  const [first] = told
  if (!first) return []
  const what = `a refusal has the field ${quoted(first.what)}`
  return [found('refusal-tells', what, { by: told.map(({ by }) => by) })]
}

/** Whether such a body shows something of the site nobody has looked at. */
function unread(refusals: Answered[]): Finding[] {
  const seen = refusals.flatMap((by) => {
    const what = by.answer.body.length > 0 ? unreadable(by.answer) : null
    return what ? [{ by, what }] : []
  })
  const [first] = seen
  if (!first) return []
  return [found('refusal-unread', first.what, { by: seen.map(({ by }) => by) })]
}

function unreadable({ fields, isCut }: Answer): string | null {
  const coding = firstOf(fields, 'Content-Encoding') ?? 'identity'
  if (!/^\s*identity\s*$/i.test(coding)) {
    return `a refusal comes with ${quoted(`Content-Encoding: ${coding}`)}, which was not asked for`
  }
  const type = firstOf(fields, 'Content-Type') ?? ''
  if (/charset\s*=\s*"?utf-?(?:16|32)/i.test(type)) {
    return `a refusal comes with ${quoted(`Content-Type: ${type}`)}`
  }
  return isCut ? 'a refusal was not read to its end' : null
}

function untyped(refusals: Answered[]): Finding[] {
  const by = refusals.filter(({ answer }) => {
    return answer.body.length > 0 && !firstOf(answer.fields, 'Content-Type')
  })
  return by.length === 0
    ? []
    : [found('sniffable', 'a refusal with a body, but no Content-Type', { by })]
}

/** A name alone tells little; a version tells which holes are open. */
function software(refusals: Answered[]): Finding[] {
  const fields = refusals.map((by) => {
    const told = ['Server', 'X-Powered-By', 'X-AspNet-Version', 'Via'].flatMap((name) => {
      const value = firstOf(by.answer.fields, name)
      const isVersion = value !== undefined && /[A-Za-z][/ ]v?\d+\.\d/.test(value)
      return isVersion ? [`${name}: ${value}`] : []
    })
    return { by, told }
  })
  const all = [...new Set(fields.flatMap(({ told }) => told))]
  if (all.length === 0) return []
  const by = fields.filter(({ told }) => told.length > 0).map((one) => one.by)
  return [found('software-told', all.slice(0, 3).map(quoted).join(', '), { by })]
}
