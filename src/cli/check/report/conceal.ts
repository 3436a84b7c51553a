/**
 * Secrets out of reports. A site may send back what it was sent, in a field, a redirect, or in words
 * that are no HTTP; and what it gave somebody to come in with is theirs too.
 */
import type { Exchange, Fields } from '../exchange.ts'
import { valuesOf } from '../fields.ts'
import type { Finding } from '../finding.ts'
import { unescaped } from '../target.ts'
import type { Credential } from '../wire/request.ts'
import { MOST_FIELDS } from './evidence.ts'

/** In characters, of a cookie's value: a shorter one is a word such as `en-GB`, and lets nobody in. */
const LONG_ENOUGH = 8
/** Of cookies. A site that sets another each time has as many as there are requests. */
const MOST = 10_000
/** In characters, of a password: a shorter one would be found within words. */
const SHORT = 4

export interface Secrets {
  /** A password in the forms in which a site may give it back. */
  password: string[]
  /** Values of cookies that were set for somebody. */
  cookies: string[]
}

/** What no report on this site may have. */
export function secretsOf(credential: Credential | null, exchanges: Exchange[]): Secrets {
  const cookies = exchanges
    .filter(({ asked }) => asked.visitor === 'somebody')
    .flatMap(({ answer }) => ('failure' in answer ? [] : valuesOf(answer.fields, 'set-cookie')))
    .flatMap(cookieForms)
    .filter((value) => value.length >= LONG_ENOUGH)
  return {
    password: credential ? passwordForms(credential) : [],
    cookies: longestFirst(cookies).slice(0, MOST),
  }
}

function cookieForms(setCookie: string): string[] {
  const [pair = ''] = setCookie.split(';', 1)
  // Without a name the whole of it is the value (RFC 6265 §5.2, as browsers read it).
  const value = pair.slice(pair.indexOf('=') + 1).trim()
  return [value, value.replace(/^"|"$/g, ''), unescaped(value)]
}

function passwordForms({ userId, password }: Credential): string[] {
  const spellings = [password, password.normalize('NFC'), password.normalize('NFD')]
  const plain = spellings.flatMap((one) => [
    one,
    // As fields are read: an octet a character.
    Buffer.from(one).toString('latin1'),
    JSON.stringify(one).slice(1, -1),
    one.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    one.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
  ])
  const coded = spellings.flatMap((one) =>
    [`${userId}:${one}`.normalize('NFC'), `${userId}:${one}`, one].flatMap((text) => {
      const octets = Buffer.from(text)
      const base64 = octets.toString('base64')
      return [base64, base64.replace(/=+$/, ''), octets.toString('base64url')]
    }),
  )
  const whole = [...plain, ...coded]
  const escaped = whole.flatMap((one) => [
    encodeURI(one),
    encodeURIComponent(one),
    new URLSearchParams([['', one]]).toString().slice(1),
  ])
  return longestFirst([...whole, ...escaped])
}

function longestFirst(texts: string[]): string[] {
  return [...new Set(texts)].filter(Boolean).sort((a, b) => b.length - a.length)
}

/** Findings as they may be shown: with `…` for every secret, whoever's words it stands in. */
export function concealed(findings: Finding[], secrets: Secrets): Finding[] {
  const conceal = concealer(secrets)
  return findings.map((finding) => ({
    ...finding,
    what: conceal(finding.what),
    why: conceal(finding.why),
    mend: conceal(finding.mend),
    ...(finding.evidence && { evidence: concealedExchange(finding.evidence, conceal) }),
  }))
}

type Conceal = (text: string) => string

function concealedExchange({ asked, answer }: Exchange, conceal: Conceal): Exchange {
  const of = (fields: Fields): Fields =>
    fields.slice(0, MOST_FIELDS).map(([name, value]) => [conceal(name), conceal(value)])
  return {
    asked: { ...asked, target: conceal(asked.target), fields: of(asked.fields) },
    answer:
      'failure' in answer
        ? { ...answer, failure: conceal(answer.failure) }
        : { ...answer, fields: of(answer.fields) },
  }
}

function concealer({ password, cookies }: Secrets): Conceal {
  const all = longestFirst([...password, ...cookies].map((secret) => secret.toLowerCase()))
  return (text) => {
    const lower = text.toLowerCase()
    const isCut = text.includes('…')
    const shown = all
      .filter((secret) => isCut || lower.includes(secret))
      .reduce((rest, secret) => withoutBeginning(without(rest, secret), secret), text)
    if (!shown.includes('%')) return shown
    // Escaped in a way that no list has: then nothing of it is shown.
    const bare = unescaped(shown)
    return password.some((secret) => without(bare, secret) !== bare) ? '…' : shown
  }
}

/** In whatever case. */
function without(text: string, secret: string): string {
  return text.replace(new RegExp(pattern(secret), 'gi'), '…')
}

/** A very short one counts as a word alone: `a` is in every sentence. */
function pattern(secret: string): string {
  const literal = secret.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
  if (secret.length >= SHORT) return literal
  const before = /^\w/.test(secret) ? '(?<!\\w)' : ''
  return before + literal + (/\w$/.test(secret) ? '(?!\\w)' : '')
}

/** Texts of a site are cut at some length: what a secret begins with goes as well. */
function withoutBeginning(text: string, secret: string): string {
  const parts = text.split('…')
  const last = parts.pop() ?? ''
  return [...parts.map((part) => part.slice(0, part.length - overlap(part, secret))), last].join(
    '…',
  )
}

/** How much of a secret a text ends with. */
function overlap(text: string, secret: string): number {
  const lower = text.toLowerCase()
  for (let length = Math.min(secret.length - 1, text.length); length >= SHORT; length--) {
    if (lower.endsWith(secret.slice(0, length).toLowerCase())) return length
  }
  return 0
}
