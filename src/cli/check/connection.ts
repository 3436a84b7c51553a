/** One connection to the site, over TCP or TLS: a request as octets, and the answer to it. */
import net from 'node:net'
import tls from 'node:tls'
import { errorCode } from '../errors.ts'
import type { Answer, Method } from './exchange.ts'
import { ResponseReader } from './response.ts'
import { NotHttp } from './response-head.ts'
import { isLoopbackAddress, type Site } from './site.ts'

/** No answer: why, in words for people, and the system's code where it has one. */
export class NoAnswerError extends Error {
  readonly code: string | undefined
  /** Of an answer that began, and is none. */
  statusSaid: number | undefined

  constructor(message: string, code?: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

export class Connection {
  /** What it took to be there. */
  readonly milliseconds: number
  readonly #socket: net.Socket
  #isUsed = false

  private constructor(socket: net.Socket, milliseconds: number) {
    this.#socket = socket
    this.milliseconds = milliseconds
    // What comes unasked ends it: an answer that nobody asked for must not become that to the next.
    socket.on('error', () => {}).on('data', () => this.#isBusy || socket.destroy())
  }

  #isBusy = false

  /** @throws {NoAnswerError} */
  static async open(site: Pick<Site, 'hostname' | 'port' | 'isSecure'>, patience: number) {
    const began = performance.now()
    const socket = connect(site)
    await within(patience, socket, (resolve, reject) => {
      socket.once(site.isSecure ? 'secureConnect' : 'connect', resolve)
      socket.once('error', (error) => reject(explain(error)))
      socket.once('close', () => reject(new NoAnswerError('the connection was closed')))
    })
    socket.setNoDelay(true)
    return new Connection(socket, performance.now() - began)
  }

  /** Whether what is sent stays on this machine, whatever the name of the host says. */
  get isLocal(): boolean {
    return isLoopbackAddress(this.#socket.remoteAddress ?? '')
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.readable && this.#socket.writable
  }

  close(): void {
    this.#socket.destroy()
  }

  /**
   * Sends a request, and reads what comes. An answer that has begun counts, even where it does not
   * end: what it shows, it shows.
   *
   * @throws {NoAnswerError}
   */
  async ask(octets: Buffer, method: Method, patience: number): Promise<Answer> {
    const reader = new ResponseReader(method)
    const connect = this.#isUsed ? 0 : this.milliseconds
    this.#isUsed = true
    this.#isBusy = true
    let firstByte = 0
    try {
      const sent = performance.now()
      await this.#read(reader, octets, patience, () => {
        firstByte ||= performance.now() - sent
      })
    } finally {
      this.#isBusy = false
      if (!reader.isReusable) this.close()
    }
    return { ...reader.answer, milliseconds: { connect, firstByte } }
  }

  #read(reader: ResponseReader, octets: Buffer, patience: number, begin: () => void) {
    const socket = this.#socket
    return new Promise<void>((resolve, reject) => {
      const settle = (work: () => void, failure: () => NoAnswerError) => {
        try {
          work()
        } catch (error) {
          if (error instanceof NotHttp && error.message) finish(new NoAnswerError(error.message))
          else finish(failure())
          return
        }
        if (reader.isDone) finish()
      }
      const onData = (data: Buffer) => {
        begin()
        settle(() => reader.push(data), closed)
      }
      const onEnd = () => settle(() => reader.end(), closed)
      const onError = (error: Error) =>
        settle(
          () => reader.cut(),
          () => explain(error),
        )
      const timer = setTimeout(
        () =>
          settle(
            () => reader.cut(),
            () => new NoAnswerError(`no answer in ${patience / 1000} seconds`, 'ETIMEDOUT'),
          ),
        patience,
      )
      const finish = (failure?: NoAnswerError) => {
        clearTimeout(timer)
        socket.off('data', onData).off('end', onEnd).off('error', onError).off('close', onEnd)
        if (!failure) return resolve()
        failure.statusSaid = reader.status
        reject(failure)
      }
      socket.on('data', onData).on('end', onEnd).on('error', onError).on('close', onEnd)
      socket.write(octets)
    })
  }
}

function closed(): NoAnswerError {
  return new NoAnswerError('the connection was closed without an answer')
}

function connect({ hostname, port, isSecure }: Pick<Site, 'hostname' | 'port' | 'isSecure'>) {
  if (!isSecure) return net.connect({ host: hostname, port })
  return tls.connect({
    host: hostname,
    port,
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says: a password may be sent there.
    rejectUnauthorized: true,
    // No name for an address (RFC 6066 §3).
    ...(net.isIP(hostname) ? {} : { servername: hostname }),
    ALPNProtocols: ['http/1.1'],
  })
}

/** Waits for a socket, and lets go of it where that takes too long. */
function within(
  patience: number,
  socket: net.Socket,
  work: (resolve: () => void, reject: (error: Error) => void) => void,
): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new NoAnswerError(`no connection in ${patience / 1000} seconds`, 'ETIMEDOUT'))
    }, patience)
    const clear = () => clearTimeout(timer)
    work(
      () => {
        clear()
        resolve()
      },
      (error) => {
        clear()
        reject(error)
      },
    )
  }).catch((error) => {
    socket.destroy()
    throw error
  })
}

/** What the system and OpenSSL say, for someone who reads neither's manual. */
const WORDS: Record<string, string> = {
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed without an answer',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no way to its network',
  ETIMEDOUT: 'no connection in time',
  EPROTO: 'it does not speak TLS there',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS there',
  // The same of Node.js 24.
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS there',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by nobody that is trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by nobody that is trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by nobody that is trusted here',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
}

/** Codes of certificates that are not trusted: another hint helps there. */
export const CERTIFICATE = /CERT|LEAF_SIGNATURE|ISSUER/

function explain(error: unknown): NoAnswerError {
  if (error instanceof NoAnswerError) return error
  // Of several addresses that were tried, the first.
  const inner = error instanceof AggregateError ? error.errors[0] : error
  const code = errorCode(inner) ?? 'unknown'
  return new NoAnswerError(WORDS[code] ?? `the system says ${code}`, code, error)
}
