/** What visitors send, and what the gate knows of its users. */
import { createHash, pbkdf2Sync } from 'node:crypto'
import { PASSWORD, USER_ID } from '../subjects/credentials.mjs'

const SITE = 'https://staging.example'
const SALT = Buffer.alloc(16, 7)

/** The field value that lets `USER_ID` in; with another password nobody. */
export function basic(password = PASSWORD) {
  return `Basic ${Buffer.from(`${USER_ID}:${password}`).toString('base64')}`
}

// As curl sends them, Host with them.
const FEW = {
  host: 'staging.example',
  'user-agent': 'curl/8.14.1',
  accept: '*/*',
  'accept-encoding': 'gzip',
}

// As a browser behind a proxy sends them.
const MANY = {
  host: 'staging.example',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:152.0) Gecko/20100101 Firefox/152.0',
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'accept-language': 'en-GB,en;q=0.7,de;q=0.3',
  'accept-encoding': 'gzip, deflate, br, zstd',
  connection: 'keep-alive',
  'cache-control': 'max-age=0',
  dnt: '1',
  'if-none-match': '"8c1a4f0e2b7d93655f0e"',
  priority: 'u=0, i',
  referer: 'https://staging.example/pricing',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-site': 'same-origin',
  'sec-fetch-user': '?1',
  'sec-gpc': '1',
  'upgrade-insecure-requests': '1',
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-host': 'staging.example',
  'x-forwarded-proto': 'https',
}

/** Headers that the app is interested in, by how many there are. */
export const HEADERS = { 1: { host: 'staging.example' }, 4: FEW, 20: MANY }

/** A request as data, with the credentials or with none. */
export function visit(headers, more = {}, path = '/products/stage-weight') {
  return { url: SITE + path, headers: { ...headers, ...more } }
}

/** What is stored of the password: of a chosen one, or for no iterations of a made one. */
function verifierOf(iterations, password = PASSWORD) {
  const key = iterations
    ? pbkdf2Sync(password, SALT, iterations, 32, 'sha256')
    : createHash('sha256').update(SALT).update(password).digest()
  const start = iterations ? `pbkdf2-sha256:${iterations}` : 'sha256'
  return `${start}:${SALT.toString('base64url')}:${key.toString('base64url')}`
}

/** Names of users beside the one who asks. */
export const others = (count) => Array.from({ length: count - 1 }, (_, i) => `user-${i}`)

/** The environment of a gate with a policy. */
export function policyOf(fields, iterations = 0, count = 1) {
  const verifier = verifierOf(iterations)
  const users = Object.fromEntries([...others(count), USER_ID].map((name) => [name, { verifier }]))
  return {
    STAGEDOOR: 'on',
    STAGEDOOR_POLICY: JSON.stringify({ version: 1, users, ...fields }),
    STAGEDOOR_SECRET: 'of-no-use-anywhere-but-in-this-benchmark',
  }
}
