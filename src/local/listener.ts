/** A server on this machine that keeps its port when it is stopped and started again. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const HOST = '127.0.0.1'

export class Listener {
  #server: Server
  #port: number

  /** @param port 0 for a free one */
  constructor(answer: (request: IncomingMessage, response: ServerResponse) => void, port = 0) {
    this.#server = createServer(answer)
    this.#port = port
  }

  /** To be had once it has been started. */
  get origin(): string {
    return `http://${HOST}:${this.#port}`
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(this.#port, HOST, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
    this.#port = (this.#server.address() as AddressInfo).port
  }

  /** From now on connections are refused. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }
}
