/** Holds an answer of the gate against what must have come of the request. */
import { judgeAdmission } from './judge-admission.ts'
import { judgeRefusal } from './judge-refusal.ts'
import { type Asked, parameterOf, targetOf } from './oracle/asked.ts'
import type { Expected } from './oracle/decide.ts'
import { secretsOf } from './secrets.ts'
import type { World } from './vector.ts'

/** All that was seen of one request. */
export interface Seen {
  world: World
  /** As it was sent. */
  asked: Asked
  /** When, in milliseconds. */
  now: number
  expected: Expected
  /** What the gate has thrown. */
  thrown?: unknown
  /** Undefined where it answered nothing, which lets through untouched. */
  status: number | undefined
  headers: Headers
  body: string
  /** What the app's own middleware got, where it was called. */
  handed: Headers | undefined
  decision: { admit: boolean; reason: string; user?: string } | undefined
}

/** What is wrong with an answer; undefined where nothing is. */
export type Fault = string | undefined

/** Judges an answer. */
export function judge(seen: Seen): Fault {
  const { expected, thrown } = seen
  if (thrown !== undefined) {
    return `threw ${thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : thrown}`
  }
  const told = tell(seen)
  const wanted = want(expected, seen)
  if (!wanted.includes(told)) return `${told}, where it must be ${wanted.join(' or ')}`
  const fault = judgeDecision(seen) ?? judgeSecrets(seen)
  if (fault || expected.kind === 'untouched') return fault
  return expected.kind === 'through' ? judgeAdmission(seen, expected) : judgeRefusal(seen, expected)
}

/** An answer in words. */
function tell({ status, headers, handed }: Seen): string {
  if (handed) return status === undefined ? 'untouched, by the app' : 'through, by the app'
  if (status === undefined) return 'untouched'
  if (headers.has('x-middleware-next') || headers.has('x-middleware-rewrite')) return 'through'
  if (status === 303) return 'sent on'
  if (status === 200) return 'sign-in page'
  const [scheme] = headers.get('www-authenticate')?.split(' ') ?? []
  return [status, scheme].filter(Boolean).join(' ')
}

/** What an answer must be: one of these. */
function want(expected: Expected, { world, asked }: Seen): string[] {
  const isApp = world.app !== 'none'
  if (expected.kind === 'untouched') {
    const byApp = world.app === 'nothing' ? 'untouched, by the app' : 'through, by the app'
    return [isApp ? byApp : 'untouched']
  }
  if (expected.kind === 'sign-in page') return [expected.kind]
  if (expected.kind !== 'through') {
    const status = expected.kind === 'refused' ? expected.status : 401
    return [[status, expected.challenge].filter(Boolean).join(' ')]
  }
  if (expected.isForm) return ['sent on']
  const through = isApp ? 'through, by the app' : 'through'
  return { yes: ['sent on'], no: [through], maybe: ['sent on', through] }[isSentOn(expected, asked)]
}

/** docs/passes.md: what opened a page is taken out of its address, where a browser can be sent on. */
function isSentOn(expected: Expected & { kind: 'through' }, asked: Asked): 'yes' | 'no' | 'maybe' {
  const { method, url, headers } = asked
  if (targetOf(asked).path === null || (method !== 'GET' && method !== 'HEAD')) return 'no'
  if (/^[\w-]+\.[\w-]+\.[\w-]+$/.test(parameterOf(url, 'stagedoor') ?? '')) return 'yes'
  const name = 'x-vercel-protection-bypass'
  if (!expected.isKept || !url.includes(name)) return 'no'
  return parameterOf(url, name) !== null && !headers.has(name) ? 'yes' : 'maybe'
}

/** What the app's `onDecision` was told. */
function judgeDecision({ expected, decision }: Seen): Fault {
  if (expected.kind !== 'through' && expected.kind !== 'refused') {
    const isOpen = decision?.admit && decision.reason === 'open'
    return decision && !isOpen ? `decided ${decision.reason}` : undefined
  }
  if (decision?.reason !== expected.reason) {
    return `decided ${decision?.reason}, where it must be ${expected.reason}`
  }
  if (decision.admit !== (expected.kind === 'through')) return 'decided one thing and did another'
  if (expected.kind === 'through' && decision.user !== expected.person?.userId) {
    return `took ${expected.person?.userId} for ${decision.user}`
  }
}

/** Nobody's secret stands in an answer, unless the request itself has it where it shows. */
function judgeSecrets({ world, asked, headers, body }: Seen): Fault {
  let text = body
  for (const [name, value] of headers) {
    if (name !== 'set-cookie' && !name.startsWith('x-middleware-request-')) text += `\n${value}`
  }
  if (text === '') return
  const shown = secretsOf(world).filter((secret) => text.includes(secret))
  if (shown.length === 0) return
  // The user name that was typed stands in the page again, whatever it is.
  const typed = new URLSearchParams(Buffer.from(asked.body, 'latin1').toString('utf8')).get('user')
  const sent = `${asked.url}\n${typed ?? ''}`
  if (shown.some((secret) => !sent.includes(secret))) return 'answered a secret'
}
