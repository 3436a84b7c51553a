/** What no report may show: the password in every form in which it may come back, and cookies of who was in. */
import type { Exchange } from '../exchange.ts'
import { valuesOf } from '../fields.ts'
import { unescaped } from '../target.ts'
import type { Credential } from '../wire/request.ts'
import { cookieValues } from './evidence.ts'

/** In characters, of a cookie's value: a shorter one is a word such as `en-GB`, and lets nobody in. */
export const LONG_ENOUGH = 8
/** Characters of a secret that are looked for; of a longer one, all that follows them is concealed. */
export const MATCHED = 256

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

/** What is escaped otherwise is found when it is read; see conceal.ts. */
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
