/**
 * Asking the site: requests as octets, so that nothing tidies a path or joins fields; a few at
 * once, no more than were allowed, and never anywhere but to the host that was given.
 */
import { CliError, EXIT } from '../errors.ts'
import { Connection, NoAnswerError } from './connection.ts'
import type { Answer, Asked, Exchange, Fields, NoAnswer } from './exchange.ts'
import { valuesOf } from './fields.ts'
import { NOT_HTTP } from './response-head.ts'
import type { Site } from './site.ts'

/** At once. */
const MANY = 4
// Milliseconds, for a connection and for an answer each.
const PATIENCE = 10_000
const LONGEST_PAUSE = 10_000

export interface Credential {
  userId: string
  password: string
}

export interface WireOptions {
  limit: number
  credential: Credential | null
  userAgent: string
  pause: (milliseconds: number) => Promise<unknown>
  /** In place of 10 s, for tests. */
  patience?: number
  /** Told after each. */
  onExchange?: (exchange: Exchange, sent: number) => void
}

export class Wire {
  readonly #site: Site
  readonly #options: WireOptions
  readonly #patience: number
  #idle: Connection[] = []
  #sent = 0
  #hasPaused = false
  #hasSentPassword = false
  #pausing: Promise<unknown> = Promise.resolve()

  constructor(site: Site, options: WireOptions) {
    this.#site = site
    this.#options = options
    this.#patience = options.patience ?? PATIENCE
  }

  /** Requests that were sent. */
  get sent(): number {
    return this.#sent
  }

  /** How many more there may be. */
  get left(): number {
    return Math.max(0, this.#options.limit - this.#sent)
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
    return exchange
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
    const isOdd = !isPlain(asked)
    const kept = isOdd ? undefined : this.#takeIdle()
    const octets = this.#write(asked, isOdd)
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
    const to = asked.plain ? { ...this.#site, port: 80, isSecure: false } : this.#site
    const connection = await Connection.open(to, this.#patience)
    return this.#on(connection, octets, asked)
  }

  async #on(connection: Connection, octets: Buffer, asked: Asked): Promise<Answer> {
    const { method } = asked
    if (this.#credentialOf(asked).length > 0) this.#allowPassword(connection)
    const answer = await connection.ask(octets, method, this.#patience)
    if (connection.isOpen) this.#idle.push(connection)
    return answer
  }

  /** @throws {CliError} where others could read it: a name such as `a.localhost` may lead anywhere */
  #allowPassword(connection: Connection): void {
    this.#hasSentPassword = true
    if (this.#site.isSecure || connection.isLocal) return
    connection.close()
    throw new CliError(
      `${this.#site.hostname} is another machine, and over http everybody on the way would read the password`,
      {
        hint: `run \`npx stagedoor check ${this.#site.origin}\` without --user, or give its address of https://`,
        exitCode: EXIT.misused,
      },
    )
  }

  #takeIdle(): Connection | undefined {
    for (let found = this.#idle.pop(); found; found = this.#idle.pop()) {
      if (found.isOpen) return found
    }
    return undefined
  }

  /** An odd request has a connection of its own: how it ends may be read in two ways. */
  #write(asked: Asked, isOdd: boolean): Buffer {
    const { method, target, version = '1.1', host = this.#site.host } = asked
    const fields = asked.fields.filter(([name]) => name.toLowerCase() !== 'user-agent')
    // Whatever it says to be, it says what it is too.
    const agents = [...valuesOf(asked.fields, 'user-agent'), this.#options.userAgent]
    const lines = [
      `${method} ${target} HTTP/${version}`,
      ...(host === null ? [] : [`Host: ${host}`]),
      `User-Agent: ${agents.join(' ')}`,
      // Nothing is unpacked here: a small answer could become a large one.
      'Accept-Encoding: identity',
      ...(isOdd && !hasField(fields, 'connection') ? ['Connection: close'] : []),
      ...(hasField(fields, 'accept') ? [] : ['Accept: */*']),
      ...[...fields, ...this.#credentialOf(asked)].map(([name, value]) => `${name}: ${value}`),
    ]
    // latin1: an octet a character, so that any octet can be sent.
    return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  }

  // Only here, so that no report can show it; and never over the plain http of a site with TLS.
  #credentialOf({ visitor, plain }: Asked): Fields {
    const { credential } = this.#options
    if (visitor !== 'somebody' || plain || !credential) return []
    const userPass = `${credential.userId}:${credential.password}`.normalize('NFC')
    return [['Authorization', `Basic ${Buffer.from(userPass).toString('base64')}`]]
  }
}

// What every server reads as the same request: no dots, slashes or control characters in disguise.
const ODD = /\/\/|\/\.\.?(?:\/|$)|%(?:[01][0-9a-f]|25|2[ef]|5c|7f)/i

function isPlain({ target, fields, host, version, plain }: Asked): boolean {
  if (host !== undefined || version || plain || hasField(fields, 'connection')) return false
  const path = target.replace(/\?.*/s, '')
  return /^\/[\w./~!$&'()*+,:=@%[\]-]*$/.test(path) && !ODD.test(path)
}

function hasField(fields: Fields, name: string): boolean {
  return fields.some(([given]) => given.toLowerCase() === name)
}

/** In milliseconds; 0 where it does not say, or too long to wait for. */
function retryAfter({ status, fields }: Answer): number {
  const [seconds = ''] = valuesOf(fields, 'retry-after')
  if (status !== 429 || !/^\d{1,6}$/.test(seconds)) return 0
  const wait = Math.max(1, Number(seconds)) * 1000
  return wait <= LONGEST_PAUSE ? wait : 0
}
