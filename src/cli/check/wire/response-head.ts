/** Reading the head of a response: its status line and its fields (RFC 9112 §2 to §5). */
import { FIELD_NAME } from '../../../gate/fields.ts'
import type { Fields } from '../exchange.ts'
import { trimBlanks } from '../fields.ts'

// Octets. Servers send less than 16 KB; Node.js and browsers take a little more than that.
export const HEAD_LIMIT = 64 * 1024
const FIELDS_LIMIT = 300
export const LINE_LIMIT = 4 * 1024

// status-line (RFC 9112 §4). `\x80-\xFF` is obs-text.
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7E\x80-\xFF]*)?$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be in a field value (RFC 9110 §5.5)
const NOT_IN_VALUE = /[\x00-\x08\x0A-\x1F\x7F]/
const LF = 0x0a
const CR = 0x0d

/** What is not HTTP. The message says what, in words for people. */
export class NotHttp extends Error {}

/** Begins the message where a server sends something else altogether. */
export const NOT_HTTP = 'what came is not HTTP/1.1'

export interface Head {
  status: number
  fields: Fields
  isVersion11: boolean
  /** Whether a line ends with a line feed alone: where it ends can be read in two ways. */
  isAmbiguous: boolean
  /** Octets of it, with the empty line. */
  length: number
}

/** Reads it. @returns `undefined` where it has not come whole @throws {NotHttp} */
export function readHead(octets: Buffer): Head | undefined {
  const [end, next] = endOfHead(octets)
  const start = octets.subarray(0, 7).toString('latin1')
  if (!'HTTP/1.'.startsWith(start)) throw new NotHttp(`${NOT_HTTP}: ${quote(octets)}`)
  if ((end < 0 ? octets.length : end) > HEAD_LIMIT)
    throw new NotHttp('its fields are longer than 64 KB')
  if (end < 0) return undefined
  const head = octets.toString('latin1', 0, next)
  const [statusLine = '', ...lines] = head.slice(0, end).split(/\r?\n/)
  const [, minor, status] = STATUS_LINE.exec(statusLine) ?? []
  if (status === undefined) throw new NotHttp('its status line is malformed')
  return {
    status: Number(status),
    fields: readFields(unfolded(lines)),
    isVersion11: minor === '1',
    isAmbiguous: /(?<!\r)\n/.test(head),
    length: next,
  }
}

/** Whether no other response follows it to the same request (RFC 9110 §15.2). */
export function isFinal(status: number): boolean {
  return status >= 200 || status === 101
}

/** The status of a head that has begun, where that is of a final response. */
export function statusIn(octets: Buffer): number | undefined {
  const end = octets.indexOf(LF)
  const line = end < 0 ? '' : octets.toString('latin1', 0, Math.min(end, LINE_LIMIT))
  const status = Number(STATUS_LINE.exec(line.replace(/\r$/, ''))?.[2])
  return isFinal(status) ? status : undefined
}

/**
 * Where the fields end, and where the rest begins; -1 for not yet. A line feed alone ends a line too,
 * as it does for browsers (RFC 9112 §2.2).
 */
function endOfHead(octets: Buffer): [end: number, next: number] {
  for (let at = octets.indexOf(LF); at >= 0; at = octets.indexOf(LF, at + 1)) {
    const end = octets[at - 1] === CR ? at - 1 : at
    if (octets[at + 1] === LF) return [end, at + 2]
    if (octets[at + 1] === CR && octets[at + 2] === LF) return [end, at + 3]
  }
  return [-1, -1]
}

/** Lines that were folded as one, as a user agent has to read them (RFC 9112 §5.2). */
function unfolded(lines: string[]): string[] {
  const whole: string[] = []
  for (const line of lines) {
    const last = whole.at(-1)
    if (last !== undefined && /^[ \t]/.test(line))
      whole[whole.length - 1] = `${last} ${trimBlanks(line)}`
    else whole.push(line)
  }
  return whole
}

/** How it begins, of what can be shown. */
function quote(octets: Buffer): string {
  return `'${octets.toString('latin1', 0, 40).replace(/[^\x20-\x7E]/g, '?')}'`
}

function readFields(lines: string[]): Fields {
  if (lines.length > FIELDS_LIMIT) throw new NotHttp(`it has more than ${FIELDS_LIMIT} fields`)
  return lines.map((line) => {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon)
    const value = trimBlanks(line.slice(colon + 1))
    if (colon < 1 || !FIELD_NAME.test(name) || NOT_IN_VALUE.test(value))
      throw new NotHttp('its fields are malformed')
    return [name, value]
  })
}
