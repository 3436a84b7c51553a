/** Refusals held against each other: one that is much longer than the rest may hold what it refuses. */
import type { Judged } from '../examined.ts'
import type { Answer } from '../exchange.ts'
import { firstOf } from '../fields.ts'
import { withoutEcho } from './judge.ts'

// Characters that differ from answer to answer: a token, a time, the number of the request.
const TOKENS = 48
// Of "a short hypertext note with a hyperlink", which a redirect may hold (RFC 9110 §15.4.3).
const NOTE = 512
const NOTE_TYPES = ['', 'text/html', 'text/plain']

interface Measured {
  one: Judged
  isRedirect: boolean
  type: string
  /** What is to be held against it. */
  group: string
  length: number
}

/**
 * Those that are half as long again as is usual for their status and type. A redirect needs no body:
 * what one holds that is no note is also held against redirects of every type (CWE-698).
 */
export function differing(plain: Judged[]): Judged[] {
  const all = plain.flatMap(measure)
  const redirects = all.filter(({ isRedirect }) => isRedirect)
  const usualRedirect = usual(redirects)
  const groups = new Map<string, Measured[]>()
  for (const one of all) {
    const group = groups.get(one.group)
    if (group) group.push(one)
    else groups.set(one.group, [one])
  }
  return [...groups.values()].flatMap((group) => {
    const usualHere = usual(group)
    const isLonger = ({ isRedirect, type, length }: Measured) => {
      if (length > usualHere * 1.5 + TOKENS) return true
      const leeway = NOTE_TYPES.includes(type) ? NOTE : TOKENS
      return isRedirect && length > usualRedirect * 1.5 + leeway
    }
    return group.filter(isLonger).map(({ one }) => one)
  })
}

function measure(one: Judged): Measured[] {
  const { answer, asked, verdict } = one
  if ('failure' in answer || (verdict !== 'refused' && verdict !== 'elsewhere')) return []
  const type = typeOf(answer)
  const location = firstOf(answer.fields, 'location') ?? ''
  const text = withoutEcho(answer.body.toString('latin1'), asked)
  const links = [location, location.replaceAll('&', '&amp;')].filter(Boolean)
  return [
    {
      one,
      isRedirect: answer.status >= 300 && answer.status < 400,
      type,
      group: `${answer.status} ${type}`,
      length: links.reduce((rest, link) => rest.replaceAll(link, ''), text).length,
    },
  ]
}

function typeOf({ fields }: Answer): string {
  const [type = ''] = (firstOf(fields, 'content-type') ?? '').split(';')
  return type.trim().toLowerCase()
}

function usual(group: Measured[]): number {
  const lengths = group.map(({ length }) => length).sort((a, b) => a - b)
  return lengths[Math.floor(lengths.length / 2)] ?? 0
}
