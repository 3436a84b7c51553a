/** A request and its answer as they are shown: as a line for curl, without what is secret. */
import { shellWord } from '../../talk.ts'
import type { Exchange, Fields } from '../exchange.ts'

// Characters of a value that are shown.
const LONGEST = 200
/** Of a message, in reports. */
export const MOST_FIELDS = 60
/** Whose values let somebody in. A stranger's are made up; the names are kept all the same. */
const SECRET = /^(?:set-cookie|cookie|authorization|proxy-authorization|x-stagedoor-user)$/i

/** Fields of an answer, or of a request of somebody, without their secrets. */
export function shownFields(fields: Fields, keepsSecrets = false): Fields {
  return fields.slice(0, MOST_FIELDS).map(([name, value]) => {
    return [name, SECRET.test(name) && !keepsSecrets ? concealed(name, value) : cut(value)]
  })
}

/** What is left of a cookie: its name and its attributes. */
function concealed(name: string, value: string): string {
  if (!/^set-cookie$/i.test(name)) return '…'
  const [pair = '', ...attributes] = value.split(';')
  const equals = pair.indexOf('=')
  const cookie = equals < 0 ? '…' : `${pair.slice(0, equals + 1)}…`
  return cut([cookie, ...attributes].join(';'))
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text
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
