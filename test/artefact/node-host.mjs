/**
 * Does what the platform does for a function with `useWebApi`: calls what the handler exports with
 * a `Request`, within a context that has `waitUntil`.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { createRequire } from 'node:module'

const [, , file] = process.argv
const storage = new AsyncLocalStorage()
globalThis[Symbol.for('@vercel/request-context')] = { get: () => storage.getStore() }

const serve = createRequire(file)(file)

async function answer({ url, method, headers, body }) {
  const work = []
  const waitUntil = (promise) => void work.push(promise)
  const request = new Request(url, { method, headers, body })
  const response = await storage.run({ waitUntil }, () => serve(request))
  const text = await response.text()
  await Promise.all(work)
  const others = [...response.headers].filter(([name]) => name !== 'set-cookie')
  const cookies = response.headers.getSetCookie().map((value) => ['set-cookie', value])
  return { status: response.status, headers: [...others, ...cookies], body: text }
}

process.on('message', (asked) => {
  answer(asked).then(
    (answered) => process.send({ answered }),
    (error) => process.send({ error: error.stack }),
  )
})
