/**
 * Asking the site: requests as octets, so that nothing tidies a path or joins fields; a few at
 * once, no more than were allowed, and never anywhere but to the host that was given.
 */
import { misused } from '../../errors.ts'
import type { Answer, Asked, Exchange, NoAnswer } from '../exchange.ts'
import { firstOf } from '../fields.ts'
import type { Site } from '../site.ts'
import { Connection } from './connection.ts'
import { NoAnswerError } from './no-answer.ts'
import { isOdd, isWithCredential, requestOctets, type Sender } from './request.ts'
import { NOT_HTTP } from './response-head.ts'
import { Silence } from './silence.ts'

/** At once. */
const MANY = 4
// Milliseconds, for a connection and for an answer each.
const PATIENCE = 10_000
const LONGEST_PAUSE = 10_000

export interface WireOptions extends Omit<Sender, 'host'> {
  limit: number
  pause: (milliseconds: number) => Promise<unknown>
  /** In place of 10 s, for tests. */
  patience?: number
  /** Told after each. */
  onExchange?: (exchange: Exchange, sent: number) => void
}

export class Wire {
  readonly #site: Site
  readonly #options: WireOptions
  readonly #sender: Sender
  readonly #patience: number
  readonly #silence = new Silence((asked) => this.#askAnew(asked))
  #idle: Connection[] = []
  #sent = 0
  #hasPaused = false
  #hasSentPassword = false
  #pausing: Promise<unknown> = Promise.resolve()

  constructor(site: Site, options: WireOptions) {
    this.#site = site
    this.#options = options
    const { userAgent, credential } = options
    this.#sender = { host: site.host, userAgent, credential }
    this.#patience = options.patience ?? PATIENCE
  }

  /** Requests that were sent. */
  get sent(): number {
    return this.#sent
  }

  /** How many more there may be: of a site that has fallen silent none. */
  get left(): number {
    return this.#silence.isCertain ? 0 : Math.max(0, this.#options.limit - this.#sent)
  }

  /** How many requests in a row had no answer, where the site has fallen silent; else 0. */
  get silent(): number {
    return this.#silence.isCertain ? this.#silence.length : 0
  }

  /** Asks all, a few at once, as long as there may be more. @returns those that were asked, in their order */
  async askAll(requests: Asked[], many = MANY): Promise<Exchange[]> {
    const exchanges: Exchange[] = []
    let next = 0
    const work = async () => {
      while (next < requests.length && this.left > 0) {
        const i = next++
        const exchange = await this.#ask(requests[i] as Asked)
        if (exchange) exchanges[i] = exchange
      }
    }
    await Promise.all(Array.from({ length: many }, work))
    // One that was cut off by the limit left a hole.
    return exchanges.filter(Boolean)
  }

  async ask(asked: Asked): Promise<Exchange> {
    const exchange = this.left > 0 ? await this.#ask(asked) : undefined
    return exchange ?? { asked, answer: { failure: 'there may be no more requests' } }
  }

  close(): void {
    for (const connection of this.#idle.splice(0)) connection.close()
  }

  /**
   * Asks once; once more where the site said to come back in a moment (RFC 6585 §4). It is counted
   * before anything is waited for, so that of two at once neither takes the other's place.
   *
   * @returns `undefined` where it would have to be asked again, and may not
   */
  async #ask(asked: Asked): Promise<Exchange | undefined> {
    this.#sent++
    await this.#pausing
    const answer = await this.#answer(asked)
    if (!answer) return undefined
    const exchange = { asked, answer }
    const wait = 'failure' in exchange.answer ? 0 : retryAfter(exchange.answer)
    if (wait > 0 && !this.#hasPaused && this.left > 0) {
      this.#hasPaused = true
      this.#pausing = this.#options.pause(wait)
      return this.#ask(asked)
    }
    this.#options.onExchange?.(exchange, this.#sent)
    await this.#silence.heed(exchange)
    return exchange
  }

  /** Once, on no connection that was kept: it may be that which is dead. */
  async #askAnew(asked: Asked): Promise<Exchange['answer'] | undefined> {
    if (this.left <= 0) return undefined
    this.close()
    this.#sent++
    return this.#answer(asked)
  }

  async #answer(asked: Asked): Promise<Exchange['answer'] | undefined> {
    try {
      return await this.#exchange(asked)
    } catch (error) {
      if (error instanceof NoAnswerError) return this.#failed(error)
      throw error
    }
  }

  #failed({ message, code, statusSaid }: NoAnswerError): NoAnswer {
    // It quotes what came, of which some may be what was sent.
    const failure = this.#hasSentPassword && message.startsWith(NOT_HTTP) ? NOT_HTTP : message
    return {
      failure,
      ...(code !== undefined && { code }),
      ...(statusSaid !== undefined && { statusSaid }),
    }
  }

  async #exchange(asked: Asked): Promise<Answer | undefined> {
    const kept = isOdd(asked) ? undefined : this.#takeIdle()
    const octets = requestOctets(asked, this.#sender)
    if (kept) {
      try {
        return await this.#on(kept, octets, asked)
      } catch (error) {
        // The site has closed it meanwhile, as it may: such a request was not read (RFC 9112 §9.3.1).
        if (!(error instanceof NoAnswerError) || error.code === 'ETIMEDOUT') throw error
        if (this.left <= 0) return undefined
        this.#sent++
      }
    }
    const to = asked.overHttp ? { ...this.#site, port: 80, isSecure: false } : this.#site
    const connection = await Connection.open(to, this.#patience)
    return this.#on(connection, octets, asked)
  }

  async #on(connection: Connection, octets: Buffer, asked: Asked): Promise<Answer> {
    const { method } = asked
    if (isWithCredential(asked, this.#sender)) this.#allowPassword(connection)
    const answer = await connection.ask(octets, method, this.#patience)
    if (connection.isOpen) this.#idle.push(connection)
    return answer
  }

  /** @throws {CliError} where others could read it: a name such as `a.localhost` may lead anywhere */
  #allowPassword(connection: Connection): void {
    this.#hasSentPassword = true
    if (this.#site.isSecure || connection.isLocal) return
    connection.close()
    throw misused(
      `${this.#site.hostname} is another machine, and over http everybody on the way would read the password`,
      {
        hint: `run \`npx stagedoor check ${this.#site.origin}\` without --user, or give its address of https://`,
      },
    )
  }

  #takeIdle(): Connection | undefined {
    for (let found = this.#idle.pop(); found; found = this.#idle.pop()) {
      if (found.isOpen) return found
    }
    return undefined
  }
}

/** In milliseconds; 0 where it does not say, or too long to wait for. */
function retryAfter({ status, fields }: Answer): number {
  const seconds = firstOf(fields, 'retry-after') ?? ''
  if (status !== 429 || !/^\d{1,6}$/.test(seconds)) return 0
  const wait = Math.max(1, Number(seconds)) * 1000
  return wait <= LONGEST_PAUSE ? wait : 0
}
