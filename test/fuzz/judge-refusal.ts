/** What every refusal, and every page of the gate's own, must have. */
import type { Fault, Seen } from './judge.ts'
import { type Expected, navigates } from './oracle/decide.ts'
import type { World } from './vector.ts'

const FIXED: [name: string, value: string][] = [
  ['cache-control', 'no-store'],
  ['x-robots-tag', 'noindex, nofollow'],
  ['vary', 'Authorization, Cookie'],
  ['x-content-type-options', 'nosniff'],
]

/** By world: answers of one kind, which must all be alike. */
const alike = new WeakMap<World, Map<string, string>>()

/** Judges an answer to who was not let in. */
export function judgeRefusal(
  seen: Seen,
  expected: Exclude<Expected, { kind: 'through' | 'untouched' }>,
): Fault {
  const { asked, body, headers, status, world } = seen
  for (const [name, value] of FIXED) {
    if (headers.get(name) !== value) return `${name}: ${headers.get(name)}, refusing`
  }
  if (!headers.get('content-security-policy')?.startsWith("default-src 'none'")) {
    return `no content-security-policy, refusing`
  }
  const challenge = headers.get('www-authenticate')
  if (status === 401) {
    const realm = world.isFaulty ? 'Staging' : world.realm
    const quoted = `realm="${realm.replace(/(["\\])/g, '\\$1')}"`
    const [scheme] = challenge?.split(' ') ?? []
    const whole = scheme === 'Basic' ? `Basic ${quoted}, charset="UTF-8"` : `Bearer ${quoted}`
    if (challenge !== whole) return `challenged with ${challenge}`
  } else if (challenge !== null) return `challenged with ${challenge} for ${status}`
  if (status === 429 && !headers.has('retry-after')) return 'no retry-after'
  if (asked.method === 'HEAD' ? body !== '' : body === '')
    return `a body of ${body.length} for ${asked.method}`
  const cookies = headers.getSetCookie()
  if (expected.kind === 'signed out') {
    const isCleared =
      cookies.length > 0 && cookies.every((one) => /^(__Host-)?stagedoor=; .*Max-Age=0;/.test(one))
    return isCleared ? undefined : `signed out with ${cookies.length} cookies`
  }
  if (cookies.length > 0) return 'set a cookie, refusing'
  return judgeAlike(seen, expected)
}

/** All refusals of one status and challenge are alike, for those who ask for the same form of it. */
function judgeAlike(seen: Seen, expected: Expected): Fault {
  const { asked, body, headers, status, world } = seen
  // The sign-in page has the path that was asked for, and the user name that was typed.
  if (expected.kind !== 'refused' || headers.has('referrer-policy')) return
  const accept = asked.headers.get('accept') ?? ''
  const base = asked.nextUrl?.basePath ?? ''
  const form =
    navigates(asked.headers) || accept.includes('text/html') ? 'html' : /[/+]json\b/.test(accept)
  const kind = [status, expected.challenge, form, asked.method === 'HEAD', base].join()
  const answers = alike.get(world) ?? new Map<string, string>()
  alike.set(world, answers)
  const answer = JSON.stringify([...headers, body])
  const before = answers.get(kind)
  answers.set(kind, before ?? answer)
  if (before !== undefined && before !== answer) return `two refusals ${status} are not alike`
}
