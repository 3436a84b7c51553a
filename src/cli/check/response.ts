/**
 * Reading a response of HTTP/1.1 (RFC 9112), octet by octet, from a server that may be hostile:
 * whatever it sends, no more is kept than the limits say, and no work is more than linear.
 */
import { FIELD_NAME } from '../../gate/fields.ts'
import { BODY_LIMIT, type Fields, type Method } from './exchange.ts'
import { valuesOf } from './fields.ts'

// Octets. Servers send less than 16 KB; Node.js and browsers take a little more than that.
const HEAD_LIMIT = 64 * 1024
const FIELDS_LIMIT = 300
const LINE_LIMIT = 4 * 1024
/** In chunks. One octet each would take long to read, and be of no use to anybody. */
const CHUNKS_LIMIT = 10_000
/** Interim responses (RFC 9110 §15.2) before the final one. */
const INTERIM_LIMIT = 10

// status-line (RFC 9112 §4). `\x80-\xFF` is obs-text.
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7E\x80-\xFF]*)?$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be in a field value (RFC 9110 §5.5)
const NOT_IN_VALUE = /[\x00-\x08\x0A-\x1F\x7F]/
// chunk-size [ chunk-ext ] (RFC 9112 §7.1). 7: more than any body that is read whole.
const CHUNK_SIZE = /^0*([0-9A-Fa-f]{1,7})(?:[\t ]*;[\t\x20-\x7E\x80-\xFF]*)?$/

/** What is not HTTP. The message says what, in words for people. */
export class NotHttp extends Error {}

/** Begins the message where a server sends something else altogether. */
export const NOT_HTTP = 'what came is not HTTP/1.1'

type State = 'head' | 'sized' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer' | 'rest' | 'done'

/** Takes what comes from a connection, until the answer is there. */
export class ResponseReader {
  readonly #method: Method
  #state: State = 'head'
  #unread: Buffer = Buffer.alloc(0)
  #left = 0
  #body: Buffer = Buffer.alloc(0)
  #length = 0
  #chunks = 0
  #interim = 0
  #trailer = 0
  #status = 0
  #fields: Fields = []
  #isCut = false
  #persists = false

  constructor(method: Method) {
    this.#method = method
  }

  /** Whether the status and the fields have come. */
  get hasHead(): boolean {
    return this.#state !== 'head'
  }

  get isDone(): boolean {
    return this.#state === 'done'
  }

  /** Whether the connection can carry another request: the answer ended where it said it would. */
  get isReusable(): boolean {
    return this.isDone && this.#persists && !this.#isCut && this.#unread.length === 0
  }

  /** What the status line says, as soon as it has come: of the final answer. */
  get status(): number | undefined {
    if (this.hasHead || this.#isFinal) return this.#status
    const end = this.#unread.indexOf(LF)
    const line = end < 0 ? '' : this.#unread.toString('latin1', 0, Math.min(end, LINE_LIMIT))
    const status = Number(STATUS_LINE.exec(line.replace(/\r$/, ''))?.[2])
    return status >= 200 || status === 101 ? status : undefined
  }

  get #isFinal(): boolean {
    return this.#status >= 200 || this.#status === 101
  }

  get answer() {
    // A copy: a part of it would keep the whole.
    const body = Buffer.from(this.#body.subarray(0, this.#length))
    return { status: this.#status, fields: this.#fields, body, isCut: this.#isCut }
  }

  /** @throws {NotHttp} */
  push(octets: Buffer): void {
    this.#unread = this.#unread.length === 0 ? octets : Buffer.concat([this.#unread, octets])
    while (!this.isDone && this.#step()) {}
  }

  /** The connection has ended, or there is no more time. @throws {NotHttp} where no answer has come */
  end(): void {
    if (!this.hasHead) throw new NotHttp(this.#unread.length ? 'it ended within its fields' : '')
    if (this.isDone) return
    // Without a length the end of the connection is the end of the body (RFC 9112 §6.3).
    if (this.#state !== 'rest') this.#isCut = true
    this.#state = 'done'
  }

  /** As {@link end}, where something else than the server has ended it. @throws {NotHttp} */
  cut(): void {
    if (!this.hasHead) throw new NotHttp('')
    this.end()
    this.#isCut = true
  }

  /** @returns whether more can be read of what is there */
  #step(): boolean {
    switch (this.#state) {
      case 'head':
        return this.#readHead()
      case 'chunk-size':
        return this.#readChunkSize()
      case 'chunk-end':
        return this.#readChunkEnd()
      case 'trailer':
        return this.#readTrailer()
      default:
        return this.#readBody()
    }
  }

  #readHead(): boolean {
    const [end, next] = endOfHead(this.#unread)
    const length = end < 0 ? this.#unread.length : end
    const start = this.#unread.subarray(0, 7).toString('latin1')
    if (!'HTTP/1.'.startsWith(start)) throw new NotHttp(`${NOT_HTTP}: ${quote(this.#unread)}`)
    if (length > HEAD_LIMIT) throw new NotHttp('its fields are longer than 64 KB')
    if (end < 0) return false
    const head = this.#unread.toString('latin1', 0, next)
    const [statusLine = '', ...lines] = head.slice(0, end).split(/\r?\n/)
    const [, minor, status] = STATUS_LINE.exec(statusLine) ?? []
    if (status === undefined) throw new NotHttp('its status line is malformed')
    this.#fields = readFields(unfolded(lines))
    this.#status = Number(status)
    this.#unread = this.#unread.subarray(next)
    if (!this.#isFinal) {
      if (++this.#interim > INTERIM_LIMIT) throw new NotHttp('it sends no final answer')
      return true
    }
    this.#frame(minor === '1')
    // Where it ends can be read in two ways: nothing more on that connection.
    if (/(?<!\r)\n/.test(head)) this.#persists = false
    return true
  }

  /** How the body ends (RFC 9112 §6.3, in its order). */
  #frame(isVersion11: boolean): void {
    const options = list(this.#fields, 'connection')
    this.#persists = isVersion11 ? !options.includes('close') : options.includes('keep-alive')
    const codings = list(this.#fields, 'transfer-encoding')
    const lengths = [...new Set(list(this.#fields, 'content-length'))]
    if (this.#status === 101) this.#persists = false
    if (this.#method === 'HEAD' || [101, 204, 304].includes(this.#status)) this.#state = 'done'
    else if (codings.length > 0) {
      // Both is a sign of an attack: read as chunked, and nothing after it (§6.1).
      if (lengths.length > 0) this.#persists = false
      this.#state = codings.length === 1 && codings[0] === 'chunked' ? 'chunk-size' : 'rest'
    } else if (lengths.length > 0) {
      const [length = ''] = lengths
      if (lengths.length > 1 || !/^\d{1,15}$/.test(length))
        throw new NotHttp('its Content-Length is malformed')
      this.#left = Number(length)
      this.#state = this.#left === 0 ? 'done' : 'sized'
    } else this.#state = 'rest'
    if (this.#state === 'rest') this.#persists = false
  }

  #readBody(): boolean {
    const wanted = this.#state === 'rest' ? this.#unread.length : this.#left
    const taken = this.#unread.subarray(0, wanted)
    if (taken.length === 0) return false
    this.#unread = this.#unread.subarray(taken.length)
    this.#left -= taken.length
    this.#keep(taken)
    if (this.isDone) return false
    if (this.#left > 0 || this.#state === 'rest') return false
    this.#state = this.#state === 'chunk' ? 'chunk-end' : 'done'
    return true
  }

  #keep(octets: Buffer): void {
    const room = BODY_LIMIT - this.#length
    const kept = octets.subarray(0, room)
    const length = this.#length + kept.length
    if (length > this.#body.length) {
      // One that grows: a buffer for each piece takes a hundred octets for one.
      const larger = Buffer.alloc(Math.min(BODY_LIMIT, Math.max(length, 2 * this.#body.length)))
      this.#body.copy(larger, 0, 0, this.#length)
      this.#body = larger
    }
    kept.copy(this.#body, this.#length)
    this.#length = length
    if (octets.length > room) this.#stop()
  }

  /** What has come counts, and is all there is. */
  #stop(): false {
    this.#isCut = true
    this.#state = 'done'
    return false
  }

  #readChunkSize(): boolean {
    const line = this.#takeLine()
    if (line === undefined) return false
    const size = CHUNK_SIZE.exec(line ?? '')?.[1]
    // What came before has been shown already, by browsers too.
    if (size === undefined || ++this.#chunks > CHUNKS_LIMIT) return this.#stop()
    this.#left = Number.parseInt(size, 16)
    this.#state = this.#left === 0 ? 'trailer' : 'chunk'
    return true
  }

  #readChunkEnd(): boolean {
    if (this.#unread.length < 2) return false
    if (this.#takeLine() !== '') return this.#stop()
    this.#state = 'chunk-size'
    return true
  }

  #readTrailer(): boolean {
    const line = this.#takeLine()
    if (line === undefined) return false
    this.#trailer += (line ?? '').length
    if (line === null || this.#trailer > HEAD_LIMIT) return this.#stop()
    if (line === '') this.#state = 'done'
    return true
  }

  /** @returns `undefined` where it has not come yet, `null` where it does not end */
  #takeLine(): string | undefined | null {
    const end = this.#unread.indexOf('\r\n')
    if (end > LINE_LIMIT || (end < 0 && this.#unread.length > LINE_LIMIT)) return null
    if (end < 0) return undefined
    const line = this.#unread.toString('latin1', 0, end)
    this.#unread = this.#unread.subarray(end + 2)
    return line
  }
}

const LF = 0x0a
const CR = 0x0d

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

// By hand: `/[ \t]+$/` takes quadratic time for a long run of blanks in the middle.
function trimBlanks(text: string): string {
  const isBlank = (at: number) => text[at] === ' ' || text[at] === '\t'
  let start = 0
  let end = text.length
  while (start < end && isBlank(start)) start++
  while (end > start && isBlank(end - 1)) end--
  return text.slice(start, end)
}

/** The members of a field's list, of all its lines, in lower case. */
function list(fields: Fields, name: string): string[] {
  return valuesOf(fields, name)
    .flatMap((value) => value.split(','))
    .map((member) => trimBlanks(member).toLowerCase())
    .filter(Boolean)
}
