/**
 * Secrets out of reports. A site may send back what it was sent, in a field, a redirect, or in words
 * that are no HTTP; and what it gave somebody to come in with is theirs too.
 */
import type { Exchange, Fields } from '../exchange.ts'
import { valuesOf } from '../fields.ts'
import type { Finding } from '../finding.ts'
import { unescaped } from '../target.ts'
import type { Credential } from '../wire/request.ts'
import { cookieValues, shownFields } from './evidence.ts'

/** In characters, of a cookie's value: a shorter one is a word such as `en-GB`, and lets nobody in. */
const LONG_ENOUGH = 8
/** In characters, of a password: a shorter one would be found within words. */
const SHORT = 4
/** Characters of a secret that are looked for; of a longer one, all that follows them is concealed. */
const MATCHED = 256
/** Characters of cookies that are looked for. A site may set many, and others with each answer. */
const ALL_MATCHED = 128 * 1024
/** Characters of a sentence, a target or a name that are shown; targets of a site have 2,000. */
const LONGEST = 4096

export interface Secrets {
  /** A password in the forms in which a site may give it back. */
  password: string[]
  /** Values of cookies that were set for somebody: of each the beginning, as far as it is looked for. */
  cookies: string[]
}

/** What no report on this site may have. */
export function secretsOf(credential: Credential | null, exchanges: Exchange[]): Secrets {
  const cookies = exchanges
    .filter(({ asked }) => asked.visitor === 'somebody')
    .flatMap(({ answer }) => ('failure' in answer ? [] : valuesOf(answer.fields, 'set-cookie')))
    .flatMap(cookieValues)
    .flatMap(cookieForms)
    .filter((value) => value.length >= LONG_ENOUGH)
    // One more tells that there was more.
    .map((value) => value.slice(0, MATCHED + 1))
  return {
    password: credential ? different(passwordForms(credential)) : [],
    cookies: different(cookies),
  }
}

/** What is escaped otherwise is found when it is read; see {@link concealer}. */
function cookieForms(value: string): string[] {
  const plain = unescaped(value)
  const text = Buffer.from(plain, 'latin1').toString()
  return [value, value.replace(/^"|"$/g, ''), plain, text]
}

function passwordForms({ userId, password }: Credential): string[] {
  const spellings = [password, password.normalize('NFC'), password.normalize('NFD')]
  // As fields are read, too: an octet a character. A server that escapes octets escapes those.
  const texts = spellings.flatMap((one) => [one, Buffer.from(one).toString('latin1')])
  const coded = spellings.flatMap((one) =>
    [`${userId}:${one}`.normalize('NFC'), `${userId}:${one}`, one].flatMap((text) => {
      const octets = Buffer.from(text)
      const base64 = octets.toString('base64')
      return [base64, base64.replace(/=+$/, ''), octets.toString('base64url')]
    }),
  )
  const whole = [...different(texts).flatMap(markupForms), ...coded]
  const escaped = different(whole).flatMap((one) => [
    encodeURI(one),
    encodeURIComponent(one),
    new URLSearchParams([['', one]]).toString().slice(1),
  ])
  return [...whole, ...escaped]
}

/** As it stands in HTML and JSON. */
function markupForms(text: string): string[] {
  const html = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const attribute = html.replaceAll('"', '&quot;').replaceAll("'", '&#39;')
  const quotes = text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')
  const json = JSON.stringify(text).slice(1, -1)
  const slashes = json.replaceAll('/', '\\/')
  const entities = [html, attribute].flatMap((one) => [
    one.replace(NOT_ASCII, (character) => `&#${character.codePointAt(0)};`),
    one.replace(NOT_ASCII, (character) => `&#x${character.codePointAt(0)?.toString(16)};`),
  ])
  const units = [json, slashes].map((one) =>
    one.replace(/[\x80-\uFFFF]/g, (unit) => {
      return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
    }),
  )
  return [text, html, attribute, quotes, json, slashes, ...entities, ...units]
}

const NOT_ASCII = /[\u{80}-\u{10FFFF}]/gu

function different(texts: string[]): string[] {
  return [...new Set(texts)].filter(Boolean)
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
  // Cut first: a site's fields may be long, and what is not shown is not searched.
  const of = (fields: Fields, keepsSecrets: boolean): Fields =>
    shownFields(fields, keepsSecrets).map(([name, value]) => [conceal(name), conceal(value)])
  return {
    asked: {
      ...asked,
      target: conceal(asked.target),
      fields: of(asked.fields, asked.visitor !== 'somebody'),
    },
    answer:
      'failure' in answer
        ? { ...answer, failure: conceal(answer.failure) }
        : { ...answer, fields: of(answer.fields, false) },
  }
}

function concealer({ password, cookies }: Secrets): Conceal {
  // Of many the less of each; of too many to be told apart nothing is shown.
  const share = Math.min(MATCHED, Math.floor(ALL_MATCHED / cookies.length))
  if (share < LONG_ENOUGH) return () => '…'
  const short = password.filter((one) => one.length < SHORT).map(word)
  const long = password.filter((one) => one.length >= SHORT)
  const root = wordTree([
    ...long.map((secret) => beginning(secret, MATCHED)),
    ...cookies.map((secret) => beginning(secret, share)),
  ])
  const hidden = (text: string) =>
    short.reduce((rest, secret) => rest.replace(secret, '…'), withoutSecrets(text, root))
  return (text) => {
    const shown = hidden(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)
    // Escaped, or made UTF-8 of, in a way that no list has: then nothing of it is shown. Thrice: one
    // may stand in another.
    let bare = shown
    for (let times = 0; times < 3 && /[%&\\\x80-\xFF]/.test(bare); times++) {
      bare = unescapedAll(bare)
      if ([bare, asUtf8(bare)].some((one) => hidden(one) !== one)) return '…'
    }
    return shown
  }
}

/** A very short one counts as a word alone: `a` is in every sentence. */
function word(secret: string): RegExp {
  const literal = secret.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
  const before = /^\w/.test(secret) ? '(?<!\\w)' : ''
  return new RegExp(before + literal + (/\w$/.test(secret) ? '(?!\\w)' : ''), 'gi')
}

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const ESCAPE =
  /(?:%|\\x)([\da-f]{2})|\\u([\da-f]{4})|&#x0{0,6}([\da-f]{1,6});?|&#0{0,6}(\d{1,7});?|&(amp|lt|gt|quot|apos);|\\(["'\\/])/gi

/** Without percent-encoding and the escapes of HTML and JSON, and without one that is cut off. */
function unescapedAll(text: string): string {
  return text
    .replace(/(?:%[\da-f]?|&#?\w{0,7}|\\\w{0,4})…/gi, '…')
    .replace(ESCAPE, (_, octet, unit, hex, decimal, name, itself) => {
      if (name !== undefined) return NAMED[name.toLowerCase()] ?? ''
      if (itself !== undefined) return itself
      const code = decimal ? Number(decimal) : Number.parseInt(octet ?? unit ?? hex, 16)
      return code > 0x10ffff ? '\uFFFD' : String.fromCodePoint(code)
    })
}

/** Octets of UTF-8 as characters, where only some are octets. */
function asUtf8(text: string): string {
  return text.replace(/[\xC2-\xF4][\x80-\xBF]{1,3}/g, (octets) =>
    Buffer.from(octets, 'latin1').toString(),
  )
}

/** The beginning that is looked for. */
interface Beginning {
  text: string
  /** Whether the secret is longer. */
  isCut: boolean
}

function beginning(secret: string, length: number): Beginning {
  return { text: folded(secret.slice(0, length)), isCut: secret.length > length }
}

/** In one case, a character for a character. */
function folded(text: string): string {
  if (!/[\x80-\uFFFF]/.test(text)) return text.toUpperCase()
  const upper = (unit: string) => (unit.toUpperCase().length === 1 ? unit.toUpperCase() : unit)
  return text.split('').map(upper).join('')
}

/**
 * What has been read is the beginning of some secret. The texts are the site's, and so are most of
 * the secrets: Aho and Corasick's way takes time that grows with their sum, not their product.
 */
interface Node {
  next: Map<number, Node>
  /** Of the longest other one that what has been read ends with. */
  shorter: Node | null
  depth: number
  /** The length of the longest secret that ends here. */
  found: number
  /** Whether the rest of a secret that ends here follows. */
  isCut: boolean
}

function wordTree(secrets: Beginning[]): Node {
  const node = (depth: number): Node => {
    return { next: new Map(), shorter: null, depth, found: 0, isCut: false }
  }
  const root = node(0)
  for (const { text, isCut } of secrets) {
    let at = root
    for (let i = 0; i < text.length; i++) {
      const next = at.next.get(text.charCodeAt(i)) ?? node(i + 1)
      at.next.set(text.charCodeAt(i), next)
      at = next
    }
    at.found = at.depth
    at.isCut ||= isCut
  }
  // Nearest to the root first: what they end with is shorter.
  const queue = [root]
  for (const at of queue) {
    for (const [unit, next] of at.next) {
      next.shorter = at.shorter ? step(at.shorter, unit) : root
      next.found ||= next.shorter.found
      next.isCut ||= next.shorter.isCut
      queue.push(next)
    }
  }
  return root
}

function step(from: Node, unit: number): Node {
  let at = from
  for (let next = at.next.get(unit); ; next = at.next.get(unit)) {
    if (next) return next
    if (at.shorter === null) return at
    at = at.shorter
  }
}

/** With `…` for each secret, and for what one begins with where a text has been cut. */
function withoutSecrets(text: string, root: Node): string {
  const units = folded(text)
  const hidden: [start: number, end: number][] = []
  const hide = (start: number, end: number) => {
    let from = start
    while ((hidden.at(-1)?.[1] ?? 0) > from) from = Math.min(from, hidden.pop()?.[0] ?? from)
    hidden.push([from, end])
  }
  let node = root
  for (let at = 0; at < units.length; at++) {
    if (text[at] === '…' && node.depth >= SHORT) hide(at - node.depth, at)
    node = step(node, units.charCodeAt(at))
    if (node.found > 0) hide(at + 1 - node.found, node.isCut ? text.length : at + 1)
    if (node.isCut) break
  }
  if (hidden.length === 0) return text
  const parts = hidden.map(([start], i) => text.slice(hidden[i - 1]?.[1] ?? 0, start))
  return [...parts, text.slice(hidden.at(-1)?.[1])].join('…').replace(/…+/g, '…')
}
