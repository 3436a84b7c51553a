/**
 * `npm run demo`: the example shop behind the gate, on this machine.
 *
 * Copies the drop-ins into the shop, starts a store on this machine, makes a user and a share
 * link, opens one webhook, builds, serves, and tries the requests that it then prints, so that
 * what it says is what happens. Everything that a person would type is done by the real command
 * line and the real Next.js; nothing here knows how a policy is stored.
 *
 * The password and the link go to stdout once, at the end. They are never an argument of a
 * process and reach no log: the command line hands them over on a pipe.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import http from 'node:http'
import { createServer } from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import util from 'node:util'
import { copyWithStore, makeSecret, setVariable } from './drop-ins.mjs'

const ROOT = path.resolve(fileURLToPath(new URL('..', import.meta.url)))
const SHOP = path.join(ROOT, 'examples', 'shop')
const NEXT = path.join(ROOT, 'node_modules', 'next', 'dist', 'bin', 'next')
const STAGEDOOR = path.join(ROOT, 'bin', 'stagedoor.js')

const HOST = '127.0.0.1'
const USER = 'alice'
/** Opens the shop’s order desk. */
const ROLE = 'admin'
const WEBHOOK = '/api/webhooks/stripe'
/** What the share link opens, and what it does not. */
const SHARED = '/pricing'
const NOT_SHARED = '/cart'
/** Where the policy is kept: the store that the shop reads, which ends with the demo. */
const PLACE = ['--to', 'store', '--cwd', SHOP, '--json']

const HELP = `Usage: npm run demo [-- options]

Builds the example shop, puts the gate in front of it and serves it on ${HOST}.
Prints the URL, a user-id, a password, a share link and lines to try. Ctrl-C stops it.

Options:
  --port N          the port to serve on; without it 3000, or a free one if that is taken
  --sign-in basic   visitors sign in by the browser’s own box, as without this
  --sign-in page    visitors sign in by a page
  -h, --help        this text

Exit codes: 0 stopped by you, 1 failed, 2 misused.

Examples:
  npm run demo
  npm run demo -- --port 4000 --sign-in page
`

/** Something that a person can put right. `log` is what a failed program had printed. */
class DemoError extends Error {
  constructor(message, { hint, log, exitCode = 1, cause } = {}) {
    super(message, { cause })
    this.hint = hint
    this.log = log
    this.exitCode = exitCode
  }
}

// --- Children -------------------------------------------------------------------------

// A child leads a group of its own, so a signal reaches the workers that `next build`
// starts as well, and Ctrl-C reaches the children through us only, once.
const GROUPS = process.platform !== 'win32'
const running = new Set()

function signalChild(child, signal) {
  try {
    if (GROUPS) process.kill(-child.pid, signal)
    else child.kill(signal)
  } catch {
    // It has gone by itself, which is what was wanted.
  }
}

/**
 * The environment of every child: ours without what would decide for the gate. With
 * STAGEDOOR unset and no platform named, `next start` is "self-hosted", which is gated; a
 * policy from this shell would be taken before the shop’s .env.local.
 */
function childEnvironment() {
  const decides =
    /^(STAGEDOOR(_.*)?|AUTH_(USER|PASSWORD)|VERCEL(_.*)?|(EDGE|GLOBAL)_CONFIG|SHOP_OUTPUT|NODE_ENV|PORT)$/
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !decides.test(name)),
  )
  // A folder of its own: a `next dev` in the shop keeps its build.
  const options = `${env.NODE_OPTIONS ?? ''} --dns-result-order=ipv4first`.trim()
  return { ...env, SHOP_DIST: '.next-demo', NEXT_TELEMETRY_DISABLED: '1', NODE_OPTIONS: options }
}

/** Starts a Node.js program. `done` resolves when it has gone and its output was read. */
function start(program, args, cwd, env = {}) {
  if (stopping) throw new DemoError('stopped')
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: { ...childEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: GROUPS,
  })
  running.add(child)
  const output = { stdout: '', stderr: '', all: '' }
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      output[name] += text
      output.all += text
    })
  }
  const done = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal }))
  }).finally(() => running.delete(child))
  return { child, output, done }
}

/** Runs a program to its end and returns its stdout; a failure shows why. */
async function run(what, program, args, cwd) {
  const { output, done } = start(program, args, cwd)
  const { code, signal } = await done
  if (code === 0) return output.stdout
  throw new DemoError(`${what} failed (${signal ?? `exit code ${code}`})`, {
    // Not stdout of the command line: it is where a password would be.
    log: program === STAGEDOOR ? output.stderr : output.all,
  })
}

// --- Steps ----------------------------------------------------------------------------

function readArguments() {
  let parsed
  try {
    parsed = util.parseArgs({
      options: {
        port: { type: 'string' },
        'sign-in': { type: 'string', default: 'basic' },
        help: { type: 'boolean', short: 'h' },
      },
      allowPositionals: true,
    })
  } catch (cause) {
    throw new DemoError(cause.message, { hint: 'run `npm run demo -- --help`', exitCode: 2, cause })
  }
  const { values, positionals } = parsed
  if (positionals.length > 0) {
    // npm keeps an option that does not stand after `--`, and passes its value on.
    const [value] = positionals
    const isSignIn = ['basic', 'page'].includes(value)
    const meant = `${isSignIn ? '--sign-in' : '--port'} ${/^\d+$/.test(value) || isSignIn ? value : 4000}`
    throw new DemoError(`unexpected argument '${value}'`, {
      hint: `write \`npm run demo -- ${meant}\``,
      exitCode: 2,
    })
  }
  if (!['basic', 'page'].includes(values['sign-in'])) {
    throw new DemoError(`--sign-in "${values['sign-in']}" is neither basic nor page`, {
      hint: 'say `--sign-in page`, or leave it out',
      exitCode: 2,
    })
  }
  if (values.port === undefined) return values
  const port = Number(values.port)
  if (!/^\d+$/.test(values.port) || port < 1 || port > 65535) {
    throw new DemoError(`--port "${values.port}" is not a port`, {
      hint: 'give a number from 1 to 65535',
      exitCode: 2,
    })
  }
  return { ...values, port }
}

function checkPrepared() {
  for (const file of [NEXT, path.join(ROOT, 'dist', 'cli', 'main.js')]) {
    if (existsSync(file)) continue
    throw new DemoError(`${path.relative(ROOT, file)} is missing`, {
      hint: `run \`npm ci\` in ${ROOT}: it installs, and builds dist`,
    })
  }
}

/** A port that is free now: `wanted`, or any for 0; null when it is taken or not ours. */
function freePort(wanted) {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(null))
    server.listen(wanted, HOST, () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

async function choosePort(given) {
  const port = await freePort(given ?? 3000)
  if (port !== null) return port
  if (given !== undefined) {
    throw new DemoError(`port ${given} cannot be used: it is taken, or not for you`, {
      hint: 'give another one, or leave --port out and a free one is taken',
    })
  }
  const other = await freePort(0)
  if (other === null) throw new DemoError(`no port is free on ${HOST}`)
  say(`Port 3000 is taken; using ${other}.`)
  return other
}

/** Runs the command line and reads the one JSON document that it prints. */
async function stagedoor(...args) {
  const what = `stagedoor ${args.slice(0, 2).join(' ')}`
  const text = await run(what, STAGEDOOR, [...args, ...PLACE], ROOT)
  try {
    return JSON.parse(text)
  } catch {
    // Without the cause: a parser’s message quotes the text, and the password with it.
    throw new DemoError(`${what} did not print a JSON document`)
  }
}

/** The store's server, once there is one. */
let vercel

/** Starts the store, and tells the shop and the command line where it is. */
async function startStore() {
  const { LocalVercel } = await import('../dist/local/vercel.js')
  vercel = await new LocalVercel().start()
  const { connection } = vercel.addStore({ writable: true })
  await setVariable(SHOP, 'EDGE_CONFIG', () => connection)
}

/** Leaves no address behind, which another program may listen at some day. */
async function stopStore() {
  if (!vercel) return
  await vercel.stop()
  await setVariable(SHOP, 'EDGE_CONFIG', () => '')
}

async function makeCredentials() {
  const { user, password } = await stagedoor('user', 'add', USER, '--roles', ROLE)
  if (!user || !password) throw new DemoError('stagedoor printed no user-id or no password')
  return { user, password }
}

async function makeLink(origin) {
  const { link } = await stagedoor('share', SHARED, '--expires', '1h', '--url', origin)
  if (!link) throw new DemoError('stagedoor printed no link')
  return link
}

async function build() {
  const began = Date.now()
  say('Building the shop; this takes a minute …')
  await run('next build', NEXT, ['build'], SHOP)
  say(`Built in ${Math.round((Date.now() - began) / 1000)} s.`)
}

/** Starts the server and waits until it answers. */
async function serve(port, signIn) {
  // Not `-H 127.0.0.1`: there Next.js takes the gate's rewrite of an image for one to another
  // host. `localhost` is that address because IPv4 comes first, see childEnvironment().
  const args = ['start', '-H', 'localhost', '-p', String(port)]
  const server = start(NEXT, args, SHOP, { STAGEDOOR_SIGN_IN: signIn })
  let gone
  server.done.then(
    (end) => (gone = end),
    (cause) => (gone = { cause }),
  )
  // 60 s: a cold start takes one or two, a machine at its limits a few times that.
  for (const until = Date.now() + 60_000; Date.now() < until && !gone; ) {
    if (await fetch(`http://${HOST}:${port}/`, { redirect: 'manual' }).catch(() => null)) {
      return server
    }
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
  throw new DemoError(gone ? 'next start ended before it answered' : 'next start does not answer', {
    log: server.output.all,
    cause: gone?.cause,
  })
}

/** The requests worth trying. `init` is what `curl` stands for, as {@link ask} takes it. */
function requests(origin, { user, password }) {
  // The user-pass is ASCII: a fixed name, and a password that the command line made.
  const authorization = `Basic ${btoa(`${user}:${password}`)}`
  return [
    {
      says: 'nobody gets a page without a credential',
      curl: `curl -i ${origin}/pricing`,
      path: '/pricing',
      status: 401,
      answer: ({ headers }) => headers['www-authenticate'],
    },
    {
      says: `${user} does, and the order desk too, by her role`,
      curl: `curl -i -u '${user}:${password}' ${origin}/admin`,
      path: '/admin',
      init: { headers: { authorization } },
      status: 200,
      answer: ({ body }) => /<h1>[^<]*/.exec(body)?.[0].slice(4),
    },
    {
      says: 'the webhook is on the allow list',
      curl: `curl -i -X POST ${origin}${WEBHOOK}`,
      path: WEBHOOK,
      init: { method: 'POST' },
      status: 200,
      answer: ({ body }) => body,
    },
  ]
}

/** Tries each request, and returns what to print. */
async function tryRequests(origin, credentials) {
  const tried = []
  for (const { says, curl, path, init, status, answer } of requests(origin, credentials)) {
    tried.push({ says, curl, status, answer: answer(await ask(origin + path, status, init)) })
  }
  return tried
}

/** Follows the link as a browser would: it gives a cookie, which opens one page and no other. */
async function tryLink(origin, link) {
  const { headers } = await ask(link, 303)
  const [cookie] = headers['set-cookie']?.[0].split(';', 1) ?? []
  if (!cookie) throw new DemoError('the share link gave no cookie')
  await ask(origin + SHARED, 200, { headers: { cookie } })
  await ask(origin + NOT_SHARED, 401, { headers: { cookie, accept: 'text/html' } })
}

/** Asks, and reads the answer; a wrong status is an error. */
async function ask(url, status, init = {}) {
  // Not `fetch`, which says of itself that it is a script: the gate answers a person otherwise.
  const response = await new Promise((resolve, reject) => {
    http
      .request(url, { agent: false, ...init }, resolve)
      .on('error', reject)
      .end()
  })
  const body = (await response.setEncoding('utf8').toArray()).join('')
  if (response.statusCode === status) return { headers: response.headers, body }
  // Of a link the path alone: what opens the page is in its query.
  const request = `${init.method ?? 'GET'} ${new URL(url).pathname}`
  throw new DemoError(`${request} answered ${response.statusCode}, not ${status}`, {
    hint: 'delete examples/shop/.env.local, which holds settings of before, and run this again',
  })
}

// --- Talk -----------------------------------------------------------------------------

// Colour only for a person who looks at it. styleText is younger (20.12) than the oldest
// Node.js that we run on (20.9).
const paint = (stream) => (style, text) =>
  stream.isTTY && !process.env.NO_COLOR && util.styleText ? util.styleText(style, text) : text

/** Progress and errors; stdout is for what was asked for. */
function say(text) {
  process.stderr.write(`${text}\n`)
}

function report(origin, { user, password }, link, tried) {
  const style = paint(process.stdout)
  const lines = tried.flatMap(({ says, curl, status, answer }) => [
    `  ${style('dim', `# ${status}: ${says}`)}`,
    `  ${style('bold', curl)}`,
    `  ${style('dim', `# ${answer}`)}`,
    '',
  ])
  process.stdout.write(
    [
      '',
      `Stage Left is behind the gate: ${style('bold', origin)}`,
      '',
      `  user-id   ${style('bold', user)}`,
      `  password  ${style('bold', password)}`,
      `  sign out  ${origin}/.stagedoor/sign-out`,
      '',
      `A link that opens ${SHARED} for an hour, and no other page:`,
      '',
      `  ${style('bold', link)}`,
      '',
      'Tried just now, and yours to paste:',
      '',
      ...lines,
      'The policy is in a store, so others come and go while this runs. In a second terminal:',
      '',
      `  ${style('dim', '# shows a password, and lets bob in with it within 10 seconds')}`,
      `  ${style('bold', secondTerminal('add'))}`,
      `  ${style('dim', '# shuts him out again, within 10 seconds')}`,
      `  ${style('bold', secondTerminal('remove'))}`,
      '',
      'Ctrl-C stops it.',
      '',
    ].join('\n'),
  )
}

/** From wherever that terminal is: the whole path, where this was not started at the top. */
function secondTerminal(verb) {
  const isTop = process.cwd() === ROOT
  const [program, shop] = isTop ? ['npx stagedoor', 'examples/shop'] : [`node ${STAGEDOOR}`, SHOP]
  return `${program} user ${verb} bob --to store --cwd ${shop}`
}

function reportError(error) {
  const style = paint(process.stderr)
  if (error.log?.trim()) say(`${error.log.trimEnd()}\n`)
  say(`${style('red', 'demo: error:')} ${error instanceof DemoError ? error.message : error.stack}`)
  if (error.cause && !error.hint) say(`demo: cause: ${error.cause.message}`)
  if (error.hint) say(`demo: hint: ${error.hint}`)
}

// --- Start and stop -------------------------------------------------------------------

let serving = false
/** Set once we began to stop. */
let stopping

function killChildren() {
  for (const child of running) signalChild(child, 'SIGKILL')
}

/** Asks every child to go; a second time, or after 5 s, they are made to. */
function stop(exitCode) {
  if (stopping) {
    // One Ctrl-C arrives twice under npm: from the terminal, and passed on by npm.
    if (Date.now() - stopping.since > 500) killChildren()
    return
  }
  stopping = { since: Date.now() }
  process.exitCode = exitCode
  for (const child of running) signalChild(child, 'SIGTERM')
  stopStore()
  setTimeout(killChildren, 5000).unref()
}

function stopOnSignals() {
  for (const [signal, number] of Object.entries({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 })) {
    // Stopping what runs is the way to end a demo: no failure once it was up.
    process.on(signal, () => stop(serving ? 0 : 128 + number))
  }
  // npm passes SIGTERM on to the shell that it started us with, and no further: that shell
  // goes, and all we see is another parent.
  const parent = process.ppid
  if (process.env.npm_lifecycle_event) {
    setInterval(() => process.ppid !== parent && stop(0), 500).unref()
  }
  // A reader that has gone (`| head`) must not leave a server behind.
  process.stdout.on('error', () => stop(0))
  // The last resort, for what was thrown past everything else.
  process.on('exit', killChildren)
}

async function main() {
  const { help, port: given, 'sign-in': signIn } = readArguments()
  if (help) return process.stdout.write(HELP)
  checkPrepared()
  stopOnSignals()
  const port = await choosePort(given)
  const origin = `http://${HOST}:${port}`
  await copyWithStore(SHOP)
  await makeSecret(SHOP)
  await startStore()
  const credentials = await makeCredentials()
  await stagedoor('allow', 'add', 'POST /api/webhooks/**')
  const link = await makeLink(origin)
  await build()
  const server = await serve(port, signIn)
  await tryLink(origin, link)
  const tried = await tryRequests(origin, credentials)
  report(origin, credentials, link, tried)
  serving = true
  // From here on what the gate logs is worth seeing: one line for every refusal.
  for (const stream of [server.child.stdout, server.child.stderr]) {
    stream.removeAllListeners('data').pipe(process.stderr, { end: false })
  }
  const { code, signal } = await server.done
  if (!stopping) {
    throw new DemoError(`the server stopped by itself (${signal ?? `exit code ${code}`})`)
  }
}

main().catch((error) => {
  // What fails because we are stopping it is no news.
  if (stopping) return
  reportError(error)
  stop(error.exitCode ?? 1)
})
