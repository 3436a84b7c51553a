/**
 * The backend: an API that knows the users, and has nothing to do with Next.js.
 *
 * `POST /login` with `{ "userId", "password" }` answers 200 with the user's roles, or 401. On
 * 127.0.0.1 only: the password comes as it is, so between two machines this wants TLS.
 */
import { scrypt, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { promisify } from 'node:util'

const HOST = '127.0.0.1'
const { PORT = '4000' } = process.env
const users = new Map(
  Object.entries(JSON.parse(await readFile(new URL('users.json', import.meta.url), 'utf8'))),
)

const derive = promisify(scrypt)
// OWASP's least for scrypt: N = 2^17, r = 8, p = 1. It takes 128 · N · r bytes, 128 MiB.
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 }
/** Checked for a user who does not exist, so that the time taken does not tell who does. */
const DECOY = { salt: 'A'.repeat(22), key: 'A'.repeat(43), roles: [] }

/** The user with that password, or nothing. */
async function logIn({ userId, password }) {
  const user = users.get(userId)
  const { salt, key } = user ?? DECOY
  const derived = await derive(password.normalize('NFC'), Buffer.from(salt, 'base64url'), 32, COST)
  const isRight = timingSafeEqual(derived, Buffer.from(key, 'base64url'))
  return isRight ? user : undefined
}

/** What was sent, where it is what `/login` takes. */
async function readLogin(request) {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    // Characters: many times what a user-id and a password need.
    if (text.length > 10_000) return undefined
  }
  try {
    const { userId, password } = JSON.parse(text)
    const isLogin = typeof userId === 'string' && typeof password === 'string'
    return isLogin ? { userId, password } : undefined
  } catch {
    return undefined
  }
}

/** @returns status and body */
async function answer(request) {
  if (request.method !== 'POST' || request.url !== '/login') return [404, { error: 'not found' }]
  // A page of another site can post a form here from its visitor's browser, but no JSON.
  const isJson = request.headers['content-type']?.startsWith('application/json')
  const login = isJson ? await readLogin(request) : undefined
  if (!login) return [400, { error: 'send { "userId", "password" } as JSON' }]
  const user = await logIn(login)
  return user ? [200, { roles: user.roles }] : [401, { error: 'wrong user-id or password' }]
}

const server = createServer(async (request, response) => {
  const [status, body] = await answer(request).catch(() => [500, { error: 'it broke' }])
  // Of each login one line, without who it was: a password typed into the wrong field would be here.
  console.log(`api: ${request.method} ${new URL(request.url, 'http://api').pathname} ${status}`)
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
  response.end(JSON.stringify(body))
})

server.listen(Number(PORT), HOST, () => {
  console.log(`api: listening on http://${HOST}:${server.address().port}, process ${process.pid}`)
})
