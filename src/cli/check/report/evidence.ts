/** A request and its answer as they are shown: as a line for curl, without what is secret. */
import { shellWord } from '../../talk.ts'
import type { Exchange, Fields } from '../exchange.ts'

// Characters of a value that are shown.
const LONGEST = 200
/** Of a message, in reports. */
const MOST_FIELDS = 60
/** Whose values let somebody in. A stranger's are made up; the names are kept all the same. */
const SECRET = /^(?:set-cookie|cookie|authorization|proxy-authorization|x-stagedoor-user)$/i

/** Fields of an answer, or of a request of somebody, without their secrets. Twice is as once. */
export function shownFields(fields: Fields, keepsSecrets = false): Fields {
  return fields.slice(0, MOST_FIELDS).map(([name, value]) => {
    return [name, SECRET.test(name) && !keepsSecrets ? concealed(name, value) : cut(value)]
  })
}

/** What is left of a cookie: its name and its attributes. */
function concealed(name: string, value: string): string {
  if (!/^set-cookie$/i.test(name)) return '…'
  if (isCutAlready(value)) return value
  const [pair = '', ...attributes] = value.split(';')
  const equals = pair.indexOf('=')
  const cookie = equals < 0 ? '…' : `${pair.slice(0, equals + 1)}…`
  return cut([cookie, ...attributes.map(shownAttribute)].join(';'))
}

/** Of RFC 6265 §4.1.1, and what browsers know beside; whatever else stands there may be a secret. */
const FLAG = /^(?:httponly|secure|partitioned)$/i
const PAIR = /^(?:path|domain|max-age|samesite|priority)$/i
const DATE = /^ *(?:[a-z]{3,9}, *)?\d\d?[ -][a-z]{3}[ -]\d{2,4} \d\d?:\d\d:\d\d(?: (?:GMT|UTC))?/i

/** Without what a server has folded into it: another cookie may follow a comma (RFC 9110 §5.3). */
function shownAttribute(attribute: string): string {
  const shown = attribute.slice(0, attributeEnd(attribute))
  const rest = attribute.slice(shown.length)
  if (rest.trim() === '') return shown
  const [before = ''] = /^,? ?/.exec(rest) ?? []
  return `${shown}${before}…`
}

/** Where a known attribute ends; 0 for another one. */
function attributeEnd(attribute: string): number {
  const comma = attribute.indexOf(',')
  const end = comma < 0 ? attribute.length : comma
  const equals = attribute.slice(0, end).indexOf('=')
  const name = attribute.slice(0, equals < 0 ? end : equals)
  if (FLAG.test(name.trim())) return name.length
  if (equals < 0) return 0
  if (PAIR.test(name.trim())) return end
  if (!/^expires$/i.test(name.trim())) return 0
  const [date = ''] = DATE.exec(attribute.slice(equals + 1)) ?? []
  return equals + 1 + date.length
}

/** What somebody may come in with: every value of a `Set-Cookie` that is no attribute's. */
export function cookieValues(setCookie: string): string[] {
  const [pair = '', ...attributes] = setCookie.split(';')
  return [pair, ...attributes.map(withoutAttributes)]
    .flatMap((text) => [text, ...text.split(',').map(withoutAttributes)])
    .map((text) => text.slice(text.indexOf('=') + 1).trim())
    .filter(Boolean)
}

/** Without known attributes at its beginning, and the commas behind them. */
function withoutAttributes(text: string): string {
  let rest = text.slice(attributeEnd(text))
  while (rest.startsWith(',')) rest = rest.slice(1 + attributeEnd(rest.slice(1)))
  return rest
}

function cut(text: string): string {
  if (text.length <= LONGEST || isCutAlready(text)) return text
  return `${text.slice(0, LONGEST)}… (${text.length} characters)`
}

/** By us: a field is read as latin1, which has no `…`. */
function isCutAlready(text: string): boolean {
  return text.length < LONGEST + 40 && /… \(\d+ characters\)$/.test(text)
}

/** What the command line cannot say, and what curl sends by itself. */
const UNSAID = /^(?:user-agent|accept-encoding|connection)$/i

/** A line that asks the same. curl asks for the password of whom `-u` names. */
export function curlLine(url: string, { asked }: Exchange): string {
  const { method, target, fields, visitor, version, host, overHttp } = asked
  const { origin, hostname } = new URL(url)
  const site = overHttp ? `http://${hostname}` : origin
  const isPath = target.startsWith('/')
  const words = ['curl', method === 'HEAD' ? '-I' : '-i']
  if (method === 'OPTIONS') words.push('-X', 'OPTIONS')
  // Without it curl tidies `/a/../b`.
  if (/\/\.{1,2}(?:[/?]|$)/.test(target)) words.push('--path-as-is')
  if (/[[\]{}]/.test(target)) words.push('--globoff')
  if (!isPath) words.push('--request-target', shellWord(target))
  if (version === '1.0') words.push('--http1.0')
  // A name and a colon alone: curl leaves the field out.
  if (host !== undefined) words.push('-H', shellWord(host === null ? 'Host:' : `Host: ${host}`))
  if (visitor === 'somebody') words.push('-u', 'NAME')
  for (const [name, value] of fields) {
    if (UNSAID.test(name)) continue
    // A browser's is long, and its first member is what sites look at.
    const said = /^accept$/i.test(name) ? (value.split(',', 1)[0] ?? '') : cut(value)
    words.push('-H', shellWord(said === '' ? `${name};` : `${name}: ${said}`))
  }
  return [...words, shellWord(isPath ? site + target : site)].join(' ')
}
