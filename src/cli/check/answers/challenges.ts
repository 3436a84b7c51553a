/** Whether a 401 tells a browser how to get in (RFC 9110 §15.5.2, RFC 7617 §2). */
import type { Answered } from '../exchange.ts'
import { firstOf, valuesOf } from '../fields.ts'
import type { Finding } from '../finding.ts'
import { type Challenge, isScheme, parameterOf, parseChallenges } from './challenge-grammar.ts'
import { found, grouped, quoted } from './make-finding.ts'

/** @param refusals answers to those who have no right credential, and none of the platform's own */
export function judgeChallenges(refusals: Answered[]): Finding[] {
  const asking = refusals.filter(({ answer }) => answer.status === 401).map(read)
  return [
    ...missing(asking),
    ...malformed(asking),
    ...basic(asking),
    ...otherScheme(asking),
    ...schemes(asking),
    ...realms(asking),
  ]
}

/** A 401, and what it asks for. */
interface Asking extends Answered {
  text: string
  challenges: Challenge[]
  faults: string[]
}

function read(refusal: Answered): Asking {
  const values = valuesOf(refusal.answer.fields, 'WWW-Authenticate')
  return { ...refusal, text: values.join(', '), ...parseChallenges(values) }
}

function missing(asking: Asking[]): Finding[] {
  const by = asking.filter(({ text }) => text.trim() === '')
  if (by.length === 0) return []
  const which = by.length === asking.length ? 'a 401' : 'some answers of 401'
  return [found('challenge-missing', `${which} without WWW-Authenticate`, { by })]
}

function malformed(asking: Asking[]): Finding[] {
  const broken = asking.filter(({ text }) => text.trim() !== '')
  const faults = grouped(broken, (one) => one.faults.join('; ') || null)
  return [...faults].map(([fault, by]) => {
    return found('challenge-malformed', `${fault}: ${quoted(by[0]?.text ?? '')}`, { by })
  })
}

function basic(asking: Asking[]): Finding[] {
  const faults = grouped(asking, ({ challenges }) => {
    const all = challenges.filter((one) => isScheme(one, 'basic')).flatMap(basicFaults)
    return [...new Set(all)].join('; ') || null
  })
  return [...faults].map(([fault, by]) => {
    return found('challenge-basic', `${fault}: ${quoted(by[0]?.text ?? '')}`, { by })
  })
}

function basicFaults(challenge: Challenge): string[] {
  const [realm, charset] = [parameterOf(challenge, 'realm'), parameterOf(challenge, 'charset')]
  const faults: string[] = []
  // RFC 7617 §2: "The authentication parameter 'realm' is REQUIRED".
  if (!realm) faults.push('Basic without a realm')
  // RFC 9110 §11.5: a sender must write the realm as a quoted-string.
  else if (!realm.isQuoted) faults.push('a realm that is not in quotes')
  // What octets beyond ASCII mean there is not defined (RFC 7617 §2).
  if (realm && /[^\x20-\x7E]/.test(realm.value)) faults.push('a realm with more than plain ASCII')
  // RFC 7617 §2.1: "The only allowed value is 'UTF-8'", in any case.
  if (charset && charset.value.toUpperCase() !== 'UTF-8') faults.push('a charset that is not UTF-8')
  return faults
}

/** Of a script's own scheme: a box comes up, and Cancel drops the password the browser holds. */
function otherScheme(asking: Asking[]): Finding[] {
  const by = asking.filter(({ asked, challenges }) => {
    const scheme = /^[^\s,]+/.exec(firstOf(asked.fields, 'Authorization') ?? '')?.[0].toLowerCase()
    const isOther = scheme !== undefined && scheme === 'bearer'
    return isOther && challenges.some((one) => isScheme(one, 'basic'))
  })
  if (by.length === 0) return []
  return [found('challenge-other-scheme', 'a request with Bearer is answered with Basic', { by })]
}

// Schemes that browsers ask a person for.
const ASKED_FOR = ['basic', 'digest', 'ntlm', 'negotiate']

function schemes(asking: Asking[]): Finding[] {
  const groups = grouped(asking, (one) => {
    const remarks = one.challenges.map(schemeRemark).filter((remark) => remark !== null)
    const names = [...new Set(one.challenges.map(({ scheme }) => scheme))]
    if (names.length > 0 && leavesPeopleOut(one))
      remarks.push(`no browser asks for ${names.join(' or ')}, and the page has no form`)
    return [...new Set(remarks)].join('; ') || null
  })
  return [...groups].map(([remark, by]) => found('challenge-scheme', remark, { by }))
}

/** A page for people that gives them no way in. Who comes with a token is a program. */
function leavesPeopleOut({ asked, answer, challenges }: Asking): boolean {
  const isAsked = challenges.some(({ scheme }) => ASKED_FOR.includes(scheme.toLowerCase()))
  const isProgram = firstOf(asked.fields, 'Authorization') !== undefined
  const isPage = /^text\/html\b/i.test(firstOf(answer.fields, 'Content-Type') ?? '')
  if (isAsked || isProgram || !isPage || answer.body.length === 0) return false
  return !/<form\b/i.test(answer.body.toString('latin1'))
}

/** What is to be known of schemes that are not plain Basic. */
function schemeRemark(challenge: Challenge): string | null {
  const scheme = challenge.scheme.toLowerCase()
  if (scheme === 'ntlm' || scheme === 'negotiate')
    // RFC 4559 §6: such a proof is of the connection.
    return `${challenge.scheme} signs in a connection: a proxy that shares connections shares who is in`
  if (scheme === 'digest') {
    // RFC 7616 §3.3: MD5, where nothing else is said.
    const algorithm = parameterOf(challenge, 'algorithm')?.value ?? 'MD5'
    return /^md5\b/i.test(algorithm) ? 'Digest with MD5, which is broken' : null
  }
  return null
}

/** Of those that came plainly: a trick may change the path, and the realm with it. */
function realms(asking: Asking[]): Finding[] {
  const plain = asking.filter(({ asked }) => asked.trick === undefined)
  const realmed = new Map<string, Asking[]>()
  for (const one of plain) {
    const challenge = one.challenges.find((challenge) => isScheme(challenge, 'basic'))
    const realm = challenge && parameterOf(challenge, 'realm')?.value
    if (realm !== undefined) realmed.set(realm, [...(realmed.get(realm) ?? []), one])
  }
  if (realmed.size < 2) return []
  const names = [...realmed.keys()].slice(0, 3).map(quoted).join(', ')
  return [
    found('challenge-realms', `${realmed.size} realms: ${names}`, {
      by: [...realmed.values()].flat(),
    }),
  ]
}
