/** One connection to the site, over TCP or TLS: a request as octets, and the answer to it. */
import net from 'node:net'
import tls from 'node:tls'
import type { Answer, Method } from '../exchange.ts'
import { isLoopbackAddress, type Site } from '../site.ts'
import { explain, NoAnswerError } from './no-answer.ts'
import { ResponseReader } from './response.ts'
import { NotHttp } from './response-head.ts'

export class Connection {
  /** What it took to be there. */
  readonly milliseconds: number
  readonly #socket: net.Socket
  #isUsed = false
  #isBusy = false

  private constructor(socket: net.Socket, milliseconds: number) {
    this.#socket = socket
    this.milliseconds = milliseconds
    // What comes unasked ends it: an answer that nobody asked for must not become that to the next.
    socket.on('error', () => {}).on('data', () => this.#isBusy || socket.destroy())
  }

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
