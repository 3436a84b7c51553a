/** Whether what is private goes over the network as plain text. */
import type { Examined } from '../examined.ts'
import { type Answered, isAnswered } from '../exchange.ts'
import { firstOf } from '../fields.ts'
import type { Finding } from '../finding.ts'
import { isLoopback } from '../site.ts'
import { found } from './make-finding.ts'

export function judgeTransport({ url, exchanges }: Examined): Finding[] {
  const { protocol, hostname } = new URL(url)
  if (isLoopback({ hostname })) return []
  if (protocol === 'http:') return [found('plain-http', 'the site answers over http')]
  return [...asksInPlain(exchanges.filter(isAnswered)), ...unstrict(exchanges.filter(isAnswered))]
}

/** A site of https whose http asks as well: a browser that comes by it sends the password at once. */
function asksInPlain(answered: Answered[]): Finding[] {
  const by = answered.filter(({ asked, answer }) => {
    return asked.overHttp && firstOf(answer.fields, 'WWW-Authenticate') !== undefined
  })
  if (by.length === 0) return []
  return [
    found('plain-http', 'http asks for the password too, where it should lead to https', { by }),
  ]
}

/** What is said over http does not count (RFC 6797 §8.1). */
function unstrict(all: Answered[]): Finding[] {
  const answered = all.filter(({ asked }) => !asked.overHttp)
  const isStrict = answered.some(({ answer }) => isHsts(answer))
  if (answered.length === 0 || isStrict) return []
  return [found('hsts-missing', 'no answer has Strict-Transport-Security')]
}

/** RFC 6797 §6.1.1: `max-age=0` is to forget it. */
function isHsts({ fields }: Answered['answer']): boolean {
  const value = firstOf(fields, 'Strict-Transport-Security') ?? ''
  return /\bmax-age="?0*[1-9]/i.test(value)
}
