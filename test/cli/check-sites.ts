/** Small sites for `check` to ask: an app as far as it shows from outside, behind a gate with a hole. */
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { afterEach } from 'vitest'
import { run } from './run.ts'

export const PASSWORD = 'mended-velvet-curtain'
export const RIGHT = `Basic ${Buffer.from(`alice:${PASSWORD}`).toString('base64')}`
export const INSIDE = ['--user', 'alice', '--password-stdin']

type Closing = () => Promise<unknown>
const started: Closing[] = []
afterEach(async () => {
  for (const close of started.splice(0)) await close()
})

/** Starts a server of any kind on loopback. @returns its origin */
export async function listen(server: net.Server): Promise<string> {
  const sockets = new Set<net.Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  started.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A server that answers every request with these octets, however malformed. */
export function raw(answer: (request: string, socket: net.Socket) => void): Promise<string> {
  return listen(
    net.createServer((socket) => {
      let read = ''
      socket.on('data', (data) => {
        read += data.toString('latin1')
        for (let end = read.indexOf('\r\n\r\n'); end >= 0; end = read.indexOf('\r\n\r\n')) {
          const request = read.slice(0, end)
          read = read.slice(end + 4)
          answer(request, socket)
        }
      })
    }),
  )
}

/** Whether a request may pass. */
export type Gate = (request: IncomingMessage) => boolean
export type App = (request: IncomingMessage, response: ServerResponse, path: string) => void

export interface SiteOptions {
  /** A hole: who may pass beside those with the right credential. */
  hole?: Gate
  refuse?: (request: IncomingMessage, response: ServerResponse) => void
  app?: App
  /** Sees every request first. */
  front?: (request: IncomingMessage, response: ServerResponse, next: () => void) => void
}

/** The app behind a gate. @returns its origin */
export function startSite({ hole, refuse = refuse401, app = shop, front }: SiteOptions = {}) {
  const server = http.createServer((request, response) => {
    const next = () => {
      const passes = request.headers.authorization === RIGHT || hole?.(request)
      if (passes) app(request, response, pathOf(request))
      else refuse(request, response)
    }
    if (front) front(request, response, next)
    else next()
  })
  server.on('clientError', (_, socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  return listen(server)
}

export function refuse401(_: IncomingMessage, response: ServerResponse): void {
  response.writeHead(401, {
    'WWW-Authenticate': 'Basic realm="Staging", charset="UTF-8"',
    'Cache-Control': 'no-store',
    'X-Robots-Tag': 'noindex',
  })
  response.end('Unauthorized')
}

/** Decoded and tidied as careless servers do, to the path of one of the pages. */
function pathOf(request: IncomingMessage): string {
  try {
    const { pathname } = new URL((request.url ?? '/').replace(/^\/+/, '/'), 'http://site')
    return new URL(decodeURIComponent(pathname), 'http://site').pathname
  } catch {
    return '/bad'
  }
}

const CHUNK = '/_next/static/chunks/main-0123456789abcdef.js'
const BUILD = 'build-0123456789'
const page = (title: string, text: string) => `<!doctype html><title>${title}</title>
<script src="${CHUNK}"></script><a href="/members">Members</a><a href="/shows/hamlet">Hamlet</a>
<p>${text}</p><script id="__NEXT_DATA__" type="application/json">{"buildId":"${BUILD}"}</script>`

const PAGES: Record<string, string> = {
  '/': page('Stage Left', 'Tickets for the opening night are sold here'),
  '/members': page('Members', 'Members meet behind the stage on Mondays'),
  '/shows/hamlet': page('Hamlet', 'The prince will be played by a newcomer'),
  '/shows/open': page('Open', 'An open rehearsal for all of the town'),
}

const FILES: Record<string, [type: string, text: string]> = {
  [CHUNK]: ['text/javascript', `fetch("/api/seats")\n//# sourceMappingURL=${CHUNK}.map`],
  [`${CHUNK}.map`]: ['application/json', '{"version":3}'],
  [`/_next/data/${BUILD}/index.json`]: ['application/json', '{"pageProps":{"price":12}}'],
  [`/_next/data/${BUILD}/members.json`]: ['application/json', '{"pageProps":{"price":10}}'],
  '/api/seats': ['application/json', '{"free":12}'],
  '/sitemap.xml': ['application/xml', '<urlset></urlset>'],
  '/robots.txt': ['text/plain', 'User-agent: *\nDisallow: /\n'],
}

/** An app that looks like one of Next.js. */
export function shop(request: IncomingMessage, response: ServerResponse, path: string): void {
  const html = PAGES[path.length > 1 ? path.replace(/\/$/, '') : path]
  const [type, text] = html ? ['text/html', html] : (FILES[path] ?? ['text/html', ''])
  if (request.method === 'OPTIONS') response.writeHead(204).end()
  else if (text === '') {
    response.writeHead(404, { 'Content-Type': 'text/html' }).end(page('404', 'None'))
  } else if (request.headers['if-none-match']) response.writeHead(304).end()
  else if (request.headers.range) {
    response.writeHead(206, { 'Content-Type': type, 'Content-Range': `bytes 0-9/${text.length}` })
    response.end(text.slice(0, 10))
  } else response.writeHead(200, { 'Content-Type': type }).end(text)
}

interface Found {
  rule: string
  level: string
  kind?: string
  what: string
}

export interface Report {
  code: number | null
  leaks: string[]
  warnings: string[]
  notes: string[]
  /** All that is printed as data. */
  stdout: string
  stderr: string
}

// What the answers' judges say of small servers such as these is no concern of the engine's tests.
const ENGINE = [
  ...['reaches-app', 'breaks-on-odd-credential', 'not-answered', 'refuses-with-200'],
  ...[
    'websocket-upgrade',
    'public-by-custom',
    'open-sign-in',
    'program-refused',
    'refusal-differs',
  ],
]

/** Checks a site. Findings of one kind are told in short: `served-without-credential page`. */
export async function check(url: string, ...args: string[]): Promise<Report> {
  const given = args.includes('--user') ? { stdin: PASSWORD } : {}
  const { code, stdout, stderr } = await run('/', ['check', url, '--json', ...args], given)
  const findings: Found[] = stdout === '' ? [] : JSON.parse(stdout).findings
  const of = (level: string) =>
    findings
      .filter((found) => found.level === level && (level === 'leak' || ENGINE.includes(found.rule)))
      .map(({ rule, kind }) => [rule, kind].filter(Boolean).join(' '))
      .sort()
  return { code, leaks: of('leak'), warnings: of('warning'), notes: of('note'), stdout, stderr }
}
