/**
 * Requests as bytes on a socket: no client of our own that would tidy a path, join a header
 * or follow a redirect.
 */
import net from 'node:net'

export interface Ask {
  target: string
  method?: string
  /** In this order, and as often as named. */
  headers?: [name: string, value: string][]
  body?: string
  /** `null` sends none. */
  host?: string | null
  version?: '1.0' | '1.1'
}

export interface Answer {
  /** 0 where the connection ended, or stayed silent, without one. */
  status: number
  /** Names in lower case. Fields of one name are joined with a comma. */
  headers: { [name: string]: string }
  body: Buffer
  /** When the pieces of the answer came, in milliseconds since the request. */
  arrivals: number[]
}

/** Milliseconds of silence, after which nothing more is expected: a busy machine may be slow. */
const PATIENCE = 60_000
/** The same where Next.js is known to stay silent: see exceptions.ts. */
const PATIENCE_UPGRADE = 5_000

/** Asks, and reads the answer to its end. */
export async function ask(port: number, request: Ask): Promise<Answer> {
  const arrivals: number[] = []
  const start = Date.now()
  const bytes = writeRequest(port, request)
  const answer = await send(port, bytes, {
    patience: isUpgrade(request) ? PATIENCE_UPGRADE : PATIENCE,
    onData: () => arrivals.push(Date.now() - start),
  })
  return { ...parseAnswer(answer), arrivals }
}

function isUpgrade({ method, headers = [] }: Ask): boolean {
  return method === 'CONNECT' || headers.some(([name]) => name.toLowerCase() === 'upgrade')
}

/** Sends bytes, and returns what comes until the server hangs up, or nothing more comes. */
export function send(
  port: number,
  bytes: Buffer | string,
  { patience = PATIENCE, onData = () => {} } = {},
): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const socket = net.connect({ port, host: 'localhost' })
    const finish = () => {
      socket.destroy()
      resolve(Buffer.concat(chunks))
    }
    socket.setTimeout(patience, finish)
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      onData()
    })
    socket.on('end', finish).on('close', finish).on('error', finish)
    socket.write(bytes)
  })
}

/** Asks many, a few at a time, and returns the answers in the order of the requests. */
export async function askAll(port: number, requests: Ask[]): Promise<Answer[]> {
  const answers: Answer[] = []
  let next = 0
  const work = async () => {
    for (let i = next++; i < requests.length; i = next++) {
      answers[i] = await ask(port, requests[i] as Ask)
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
  return answers
}

/** A request in a line, for messages. */
export function show({ method = 'GET', target, headers = [], host, version }: Ask): string {
  const fields = headers.map(([name, value]) => `${name}: ${value.slice(0, 80)}`)
  if (host !== undefined) fields.unshift(host === null ? 'no Host' : `Host: ${host}`)
  return [method, target, ...(version ? [`HTTP/${version}`] : []), ...fields].join(' | ')
}

// latin1: one byte a character, so that a test can write any byte.
function writeRequest(port: number, request: Ask): Buffer {
  const { method = 'GET', target, headers = [], body = '', version = '1.1' } = request
  const host = request.host === undefined ? `localhost:${port}` : request.host
  const length = Buffer.byteLength(body)
  const lines = [
    `${method} ${target} HTTP/${version}`,
    ...(host === null ? [] : [`Host: ${host}`]),
    'Connection: close',
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(length ? [`Content-Length: ${length}`] : []),
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body)])
}

function parseAnswer(bytes: Buffer): Omit<Answer, 'arrivals'> {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return { status: 0, headers: {}, body: bytes }
  const [statusLine = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const status = Number(statusLine.split(' ')[1])
  const rest = bytes.subarray(end + 4)
  if (status === 100) return parseAnswer(rest)
  const headers: Answer['headers'] = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value
  }
  return { status, headers, body: headers['transfer-encoding'] ? joinChunks(rest) : rest }
}

/** Body of `Transfer-Encoding: chunked` (RFC 9112 §7.1). */
function joinChunks(bytes: Buffer): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf('\r\n', at)
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16)
    if (lineEnd < 0 || !size) break
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 4 + size
  }
  return Buffer.concat(parts)
}
