/** Where a server of a test listens. */
import net from 'node:net'

/**
 * A port that is free now, and stays free until somebody listens: one below those that systems
 * give to clients (32768 of Linux's `ip_local_port_range`, 49152 of RFC 6335 §6), of which the
 * tests are thousands. Port 0 would give one of these.
 */
export async function findFreePort(host = 'localhost'): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 17_000)
    if (await isFree(port, host)) return port
  }
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false)
      else reject(error)
    })
    server.listen(port, host, () => server.close(() => resolve(true)))
  })
}
