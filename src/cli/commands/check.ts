/** `stagedoor check`: asks a running deployment for what it must not give, and tells what it gave. */
import { CTL } from '../../gate/credentials.ts'
import { parseRule, type Rule } from '../../gate/rules.ts'
import { judgeAnswers } from '../check/answers/judge-answers.ts'
import { examine } from '../check/examine.ts'
import { type Examined, Moved, Silent, type Unreachable } from '../check/examined.ts'
import { concealed } from '../check/report/conceal.ts'
import { conclude } from '../check/report/conclusion.ts'
import { doubtsOf, isGateSeen } from '../check/report/doubts.ts'
import { reportJson } from '../check/report/json.ts'
import { progress } from '../check/report/progress.ts'
import { reportSarif } from '../check/report/sarif.ts'
import { secretsOf } from '../check/report/secrets.ts'
import { sortFindings } from '../check/report/sort.ts'
import { reportText } from '../check/report/text.ts'
import { isLoopback, readSite, type Site } from '../check/site.ts'
import { CERTIFICATE } from '../check/wire/no-answer.ts'
import type { Credential } from '../check/wire/request.ts'
import { CliError, EXIT, misused } from '../errors.ts'
import type { CommonOptions, Io } from '../io.ts'
import { ownVersion } from '../own-version.ts'
import { askHidden } from '../prompt.ts'
import { checkRule } from '../rule-faults.ts'
import { readPassword } from '../secret.ts'
import { print, printable, printJson, say, shellWord, warn } from '../talk.ts'

export interface CheckOptions extends CommonOptions {
  user?: string
  passwordStdin?: boolean
  allow?: string[]
  maxRequests: number
  sarif?: boolean
}

/**
 * Checks, and reports.
 *
 * @throws {CliError} after that, where something leaked or the credential is wrong
 */
export async function check(url: string, options: CheckOptions, io: Io): Promise<void> {
  checkOptions(options)
  const site = readSite(url)
  const rules = (options.allow ?? []).map((text) => parseRule(checkRule(text)) as Rule)
  checkTransport(site, options)
  if (options.dryRun) return foretell(site, options, io)
  const credential = await takeCredential(site, options, io)
  const line = progress(io, options)
  const examined = await examine({
    site,
    rules,
    credential,
    limit: options.maxRequests,
    userAgent: `stagedoor-check/${ownVersion()} (+https://www.npmjs.com/package/stagedoor)`,
    pause: io.pause,
    onStep: (sent, what) => line.tick(sent, options.maxRequests, what),
  }).finally(() => line.end())
  const findings = sortFindings([...examined.findings, ...judgeAnswers(examined)])
  examined.findings = concealed(findings, secretsOf(credential, examined.exchanges))
  const silence = takeSilence(examined)
  await report(examined, options, io)
  if (silence) warn(io, silence)
  const { hindrance } = examined
  if (hindrance && !isBegun(examined)) throw explain(hindrance, site)
  throwFailure(examined, options)
}

/** What leaked has leaked, whether or not more could be asked. @returns what is to be said of that */
function takeSilence(examined: Examined): string | undefined {
  const { hindrance, findings } = examined
  const isLeak = findings.some(({ level }) => level === 'leak')
  if (!isLeak || !(hindrance instanceof Silent)) return undefined
  examined.hindrance = null
  return hindrance.message
}

async function report(examined: Examined, options: CheckOptions, io: Io): Promise<void> {
  if (options.sarif) await printJson(io, reportSarif(examined, ownVersion()))
  else if (options.json) await printJson(io, reportJson(examined))
  else if (isBegun(examined)) await print(io, reportText(io, examined))
}

/** Whether there is anything to report. */
function isBegun({ hindrance }: Examined): boolean {
  return hindrance === null || hindrance instanceof Silent
}

/** @throws {CliError} for what the exit code is to say */
function throwFailure(examined: Examined, { user = '' }: CheckOptions): void {
  const { findings, entered } = examined
  const leaks = findings.filter(({ level }) => level === 'leak')
  const [first] = leaks
  if (first) {
    throw new CliError(
      `the site leaks: ${[...new Set(leaks.map(({ rule }) => rule))].join(', ')}`,
      {
        hint: `${first.mend}; then check again`,
        exitCode: EXIT.leak,
      },
    )
  }
  const { state, text } = conclude(examined)
  if (state === 'not known') {
    throw new CliError(
      `it is not known whether the site is private: ${text.replace('not known: ', '')}`,
      { hint: hintFor(examined) },
    )
  }
  if (entered === false) {
    throw new CliError(`the site takes no such credential: user '${user}' was refused`, {
      hint: `it was checked from outside alone: find the right password, or run \`npx stagedoor user rotate ${shellWord(user)}\`; \`npx stagedoor doctor\` tells whether a middleware of the app's own refuses it`,
      exitCode: EXIT.unauthorised,
    })
  }
}

/** Where a firewall holds up programs, or there is no gate, no waiting helps. */
function hintFor(examined: Examined): string {
  const { findings, url, hindrance } = examined
  const again = `then run \`npx stagedoor check ${shellWord(url)}\``
  if (hindrance) {
    return `see that the site runs, and that no firewall has shut out this machine for asking so much; wait a few minutes, ${again}`
  }
  if (!isGateSeen(examined) && doubtsOf(examined).length === 0) {
    return 'open the address in a browser, and check the one at which it ends; if there should be a gate, run `npx stagedoor doctor`'
  }
  const firewall = findings.find(({ rule }) => rule === 'program-refused')
  return firewall?.mend ?? `wait a few minutes, ${again}`
}

/** What would be done first, and how much at most. Nothing is sent. */
async function foretell(site: Site, options: CheckOptions, io: Io): Promise<void> {
  const { maxRequests, user } = options
  const first = [site.path, '/stagedoor-check-RANDOM', '/stagedoor-check/RANDOM/page']
  if (options.json || options.sarif) {
    return printJson(io, { url: site.origin + site.path, dryRun: true, first, limit: maxRequests })
  }
  const lines = [
    `would ask ${site.origin}${site.path}: at most ${maxRequests} requests, 4 at once`,
    `would ask first: ${first.map((path) => `GET ${path}`).join(', ')}`,
    user === undefined
      ? 'would ask as nobody, with wrong credentials, and by tricks'
      : `would ask as '${user}' too, then as nobody, with wrong credentials, and by tricks`,
  ]
  await print(io, `${lines.map(printable).join('\n')}\n`)
  say(io, options, 'nothing was sent')
}

async function takeCredential(
  site: Site,
  { user, passwordStdin, json }: CheckOptions,
  io: Io,
): Promise<Credential | null> {
  if (user === undefined) return null
  if (passwordStdin) return { userId: user, password: await readPassword(io) }
  if (json || !io.stdin.isTTY || !io.stderr.isTTY) {
    throw misused('there is nowhere to ask for the password', {
      hint: 'pipe it in with --password-stdin',
    })
  }
  const question = `password of ${printable(user)} at ${site.origin}: `
  const [password = ''] = await askHidden(io, [question])
  if (password === '')
    throw misused('no password was given', { hint: 'type it, or leave --user out' })
  return { userId: user, password }
}

function checkOptions({ json, sarif, user, passwordStdin }: CheckOptions): void {
  if (json && sarif)
    throw misused('--json and --sarif exclude each other', { hint: 'leave one out' })
  if (passwordStdin && user === undefined) {
    throw misused('--password-stdin is the password of a user', { hint: 'say whose with --user' })
  }
  // A colon would end the user-id (RFC 7617 §2), a control character the field.
  if (user !== undefined && (user === '' || user.includes(':') || CTL.test(user))) {
    throw misused('that is no user-id: it is empty, or has a colon or a control character in it', {
      hint: 'see `npx stagedoor user list`',
    })
  }
}

/** A password goes over the network only where nobody can read it on the way. */
function checkTransport(site: Site, { user }: CheckOptions): void {
  if (user === undefined || site.isSecure || isLoopback(site)) return
  throw misused('over http everybody on the way would read the password', {
    hint: `run \`npx stagedoor check ${site.origin.replace(/^http/, 'https')}${site.path} --user ${shellWord(user)}\`, or leave --user out`,
  })
}

/** Why nothing could be checked. */
function explain(error: Unreachable | Moved, { origin, path, hostname, isSecure }: Site): CliError {
  if (error instanceof Moved) {
    return new CliError(`${origin} sends every path on to ${error.message}`, {
      hint: `run \`npx stagedoor check ${shellWord(error.message + path)}\``,
      cause: error,
    })
  }
  const { code = '' } = error
  const certificate = `renew it; of an authority of your own run \`NODE_EXTRA_CA_CERTS=ca.pem npx stagedoor check ${origin}\``
  const connection = `see that ${hostname} is right, that the site runs, and that the address begins with ${isSecure ? 'http:// where it has no TLS' : 'https:// where it has TLS'}; then run \`npx stagedoor check ${origin}\``
  return new CliError(`${origin} cannot be checked: ${error.message}`, {
    hint: CERTIFICATE.test(code) ? certificate : connection,
    cause: error,
  })
}
