/**
 * Secrets out of reports. A site may send back what it was sent, in a field, a redirect, or in words
 * that are no HTTP; and what it gave somebody to come in with is theirs too.
 */
import type { Exchange, Fields } from '../exchange.ts'
import type { Finding } from '../finding.ts'
import { shownFields } from './evidence.ts'
import { LONG_ENOUGH, MATCHED, type Secrets } from './secrets.ts'
import { beginning, SHORT, seek, withoutSecrets } from './without-secrets.ts'

/** Characters of cookies that are looked for. A site may set many, and others with each answer. */
const ALL_MATCHED = 128 * 1024
/** Characters of a sentence, a target or a name that are shown; targets of a site have 2,000. */
const LONGEST = 4096

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
  const sought = seek([
    ...long.map((secret) => beginning(secret, MATCHED)),
    ...cookies.map((secret) => beginning(secret, share)),
  ])
  const hidden = (text: string) =>
    short.reduce((rest, secret) => rest.replace(secret, '…'), withoutSecrets(text, sought))
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
