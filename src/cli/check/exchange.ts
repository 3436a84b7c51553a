/** A request as it goes out, and what came back: what the whole of `check` speaks of. */

/** Header fields in their order, names as written. */
export type Fields = [name: string, value: string][]

/** GET, HEAD and OPTIONS alone: nothing that is asked may change the site (RFC 9110 §9.2.1). */
export type Method = 'GET' | 'HEAD' | 'OPTIONS'

/** Whose credential a request carries. */
export type Visitor = 'nobody' | 'stranger' | 'somebody'

export interface Asked {
  method: Method
  /** The request target as it stands in the request line: odd spellings stay as they are. */
  target: string
  /** Beside `Host`, `User-Agent` and what the visitor brings. */
  fields: Fields
  visitor: Visitor
  /** What is asked for: `page`, `data`, `image`, `chunk`, … as the table shows it. */
  kind: string
  /** The trick that is tried, in words; without it the request is a plain one. */
  trick?: string
  /** The rule of the finding, where the trick works. */
  rule?: string
  /** A stranger's: what the credential is, in words. The credential itself stands in `fields`. */
  credential?: string
  /** What `Host` says in place of the site's; `null` for a request without one. */
  host?: string | null
  /** The answer may come from another site on the same server: only its own words prove a leak. */
  isLoose?: true
  /** HTTP/1.1 without. */
  version?: '1.0'
  /** Over plain http to port 80, of a site that is asked by https otherwise. */
  overHttp?: true
}

/** Whether nobody asks, and by no trick. */
export function isPlain({ visitor, trick }: Asked): boolean {
  return visitor === 'nobody' && trick === undefined
}

/** What says that two requests are the same. */
export function keyOf({ method, target, fields, visitor, host, version, overHttp }: Asked): string {
  return JSON.stringify([method, target, fields, visitor, host, version, overHttp])
}

export interface Answer {
  status: number
  fields: Fields
  /** At most {@link BODY_LIMIT} octets of it, as they came: not decoded. */
  body: Buffer
  /** Whether there was more of it. */
  isCut: boolean
  milliseconds: {
    /** Until the connection stood (TLS too); 0 on one that was kept. */
    connect: number
    /** From the last octet of the request to the first of the answer. */
    firstByte: number
  }
}

/** In place of an answer: a time-out, a connection that was closed, what is not HTTP. */
export interface NoAnswer {
  failure: string
  /** The system's, where it has one: `ECONNREFUSED`, `CERT_HAS_EXPIRED`, … */
  code?: string
  /**
   * Where a status line came, and what followed was malformed, endless or cut off. A browser may show
   * all the same what no recipient has to.
   */
  statusSaid?: number
}

export interface Exchange {
  asked: Asked
  answer: Answer | NoAnswer
}

/** An exchange that brought an answer. */
export interface Answered extends Exchange {
  answer: Answer
}

/** Whether there is an answer at all. */
export function isAnswered<T extends Exchange>(exchange: T): exchange is T & Answered {
  return isAnswer(exchange.answer)
}

export function isAnswer(answer: Answer | NoAnswer): answer is Answer {
  return 'status' in answer
}

/** In octets. Enough for a page, little enough for a hostile one. */
export const BODY_LIMIT = 1024 * 1024
