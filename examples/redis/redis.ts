/** Redis as a store of the gate: one connection a process, made when it is first asked. */
import { createClient } from 'redis'

let client: ReturnType<typeof connect> | undefined

function connect() {
  let isDown = false
  const connecting = createClient({
    url: process.env.REDIS_URL,
    // While Redis is away a read fails at once, and the gate goes on with its last good copy.
    disableOfflineQueue: true,
  })
    // Without a listener the first error would end the process. The client connects again by
    // itself, and has an error for each time that it fails: one line is enough.
    .on('error', ({ code, message }) => {
      if (!isDown) console.error(`redis: ${code ?? message}`)
      isDown = true
    })
    .on('ready', () => {
      isDown = false
    })
  // Goes on until it succeeds; how long a request waits for it is up to the gate.
  return connecting.connect()
}

export const redis = {
  async get(key: string) {
    client ??= connect()
    return (await client).get(key)
  },
}
