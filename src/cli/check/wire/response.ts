/**
 * Reading a response of HTTP/1.1 (RFC 9112), octet by octet, from a server that may be hostile:
 * whatever it sends, no more is kept than the limits say, and no work is more than linear.
 */
import { BODY_LIMIT, type Fields, type Method } from '../exchange.ts'
import { KeptOctets } from './kept-octets.ts'
import { framingOf } from './response-framing.ts'
import {
  HEAD_LIMIT,
  type Head,
  isFinal,
  LINE_LIMIT,
  NotHttp,
  readHead,
  statusIn,
} from './response-head.ts'

/** In chunks. One octet each would take long to read, and be of no use to anybody. */
const CHUNKS_LIMIT = 10_000
/** Interim responses (RFC 9110 §15.2) before the final one. */
const INTERIM_LIMIT = 10
// chunk-size [ chunk-ext ] (RFC 9112 §7.1). 7: more than any body that is read whole.
const CHUNK_SIZE = /^0*([0-9A-Fa-f]{1,7})(?:[\t ]*;[\t\x20-\x7E\x80-\xFF]*)?$/

type State = 'head' | 'sized' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer' | 'rest' | 'done'

/** Takes what comes from a connection, until the answer is there. */
export class ResponseReader {
  readonly #method: Method
  #state: State = 'head'
  #unread: Buffer = Buffer.alloc(0)
  #left = 0
  readonly #body = new KeptOctets(BODY_LIMIT)
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
  get #hasHead(): boolean {
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
    return this.#hasHead || isFinal(this.#status) ? this.#status : statusIn(this.#unread)
  }

  get answer() {
    const body = this.#body.octets
    return { status: this.#status, fields: this.#fields, body, isCut: this.#isCut }
  }

  /** @throws {NotHttp} */
  push(octets: Buffer): void {
    this.#unread = this.#unread.length === 0 ? octets : Buffer.concat([this.#unread, octets])
    while (!this.isDone && this.#step()) {}
  }

  /** The connection has ended, or there is no more time. @throws {NotHttp} where no answer has come */
  end(): void {
    if (!this.#hasHead) throw new NotHttp(this.#unread.length ? 'it ended within its fields' : '')
    if (this.isDone) return
    // Without a length the end of the connection is the end of the body (RFC 9112 §6.3).
    if (this.#state !== 'rest') this.#isCut = true
    this.#state = 'done'
  }

  /** As {@link end}, where something else than the server has ended it. @throws {NotHttp} */
  cut(): void {
    if (!this.#hasHead) throw new NotHttp('')
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
    const head = readHead(this.#unread)
    if (!head) return false
    this.#fields = head.fields
    this.#status = head.status
    this.#unread = this.#unread.subarray(head.length)
    if (isFinal(head.status)) this.#frame(head)
    else if (++this.#interim > INTERIM_LIMIT) throw new NotHttp('it sends no final answer')
    return true
  }

  #frame(head: Head): void {
    const { body, length, persists } = framingOf(head, this.#method)
    this.#persists = persists
    this.#left = length
    this.#state = body === 'none' ? 'done' : body === 'chunked' ? 'chunk-size' : body
  }

  #readBody(): boolean {
    const wanted = this.#state === 'rest' ? this.#unread.length : this.#left
    const taken = this.#unread.subarray(0, wanted)
    if (taken.length === 0) return false
    this.#unread = this.#unread.subarray(taken.length)
    this.#left -= taken.length
    if (!this.#body.add(taken)) return this.#stop()
    if (this.#left > 0 || this.#state === 'rest') return false
    this.#state = this.#state === 'chunk' ? 'chunk-end' : 'done'
    return true
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
