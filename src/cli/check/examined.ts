/** All that was asked of a site, what came back, and what that says: what reports are made of. */
import type { Exchange } from './exchange.ts'
import type { Finding } from './finding.ts'

/**
 * What an answer means to the visitor who got it.
 *
 * - `refused`: a 401, 403, 407, 429, 503 or a redirect to a sign-in, with nothing of the site
 * - `open`: what the site serves, although nobody let the visitor in: a leak
 * - `told`: the same, where a rule of `--allow` says that it is open
 * - `public`: openly answered, and no harm: `robots.txt`, `favicon.ico`, `.well-known`
 * - `elsewhere`: a redirect that leads to no sign-in; it is asked again there, and refused or not
 * - `reached`: the app answered (404, 405, 500, …), but nothing of it is shown
 * - `malformed`: refused as HTTP that is not well-formed (400, 414, 417, 431, …), with nothing of the site
 * - `entered`: what somebody with the right credential got
 * - `failed`: no answer, or one that says nothing of what the visitor would get: a 429, a proxy's 502,
 *   a firewall that holds up programs
 */
export type Verdict =
  | 'refused'
  | 'open'
  | 'told'
  | 'public'
  | 'elsewhere'
  | 'reached'
  | 'malformed'
  | 'entered'
  | 'failed'

/** An exchange, judged. */
export interface Judged extends Exchange {
  verdict: Verdict
}

/** How many of what was asked were answered how. A verdict that is not there has been given to none. */
export type Tally = { asked: number } & Partial<Record<Verdict, number>>

/** A line of the table. */
export interface KindResult {
  /** `page`, `data`, `chunk`, … */
  kind: string
  /** Different targets of it that were asked plainly. */
  targets: number
  /** Without credential, plainly. */
  nobody: Tally
  /** With a wrong credential. */
  stranger: Tally
  /** Without a right credential, by a trick. */
  tricks: Tally
  /** With the credential that was given; nothing is asked without one. */
  somebody: Tally
}

export interface Examined {
  /** As it was given, tidied: origin and path. */
  url: string
  exchanges: Judged[]
  /** In the order of the table. */
  kinds: KindResult[]
  /** Sent, all of them: the latency probe too. */
  requests: number
  /** `--max-requests`. */
  limit: number
  /** Thought of, and left out for the limit. */
  unasked: number
  /** Kinds of which nobody has asked for anything, for the limit. */
  unaskedKinds: string[]
  /** What only the inside knows: the build's id, names of chunks, texts of pages. */
  names: string[]
  /** Whether the credential that was given is right; `null` where none was given, or tried. */
  entered: boolean | null
  /** What leaked, and what else the engine has to say. The judges of answers add theirs. */
  findings: Finding[]
  /** The same refused GET again and again on one kept connection; empty where nothing is refused. */
  latencyProbe: Exchange[]
  started: Date
  seconds: number
  /** Why there was nothing to examine, or no more of it, where there was not. */
  hindrance: Unreachable | Moved | null
}

/** A site that gave no answer at all. */
export class Unreachable extends Error {
  readonly code: string | undefined

  constructor(message: string, code?: string) {
    super(message)
    this.code = code
  }
}

/** A site that answered, and answers no more. What it said before that stands. */
export class Silent extends Unreachable {
  /** @param last how many requests had no answer, one after another, of how many that were sent */
  constructor(last: number, sent: number) {
    super(
      `the site fell silent: of ${sent} requests the last ${last} had no answer, and no more were sent`,
    )
  }
}

/** The whole site is at another origin, which is the message. */
export class Moved extends Error {}
