/** What an answer means to who got it: the one place where it is decided. */
import type { Judged, Verdict } from '../examined.ts'
import type { Answer, Asked, Exchange, NoAnswer } from '../exchange.ts'
import { valuesOf } from '../fields.ts'
import { isCustom } from '../requests/guessed-paths.ts'
import type { Site } from '../site.ts'
import { isBelow, pathOf } from '../target.ts'
import { NOT_HTTP } from '../wire/response-head.ts'
import { type Allow, isAllowed } from './allowed.ts'
import { type Baseline, isInPlace, isSignIn, locationOf, REFUSALS } from './baseline.ts'
import { mitigationOf } from './mitigation.ts'

/** What answers are held against. */
export interface Ground {
  site: Site
  base: string
  baseline: Baseline
  /** Of `--allow`. */
  allow: Allow
  /** What only the inside knows. */
  namesIn(text: string): string[]
  /** Texts of pages that are shut, and of no page that is open. */
  secrets: string[]
}

/** Of HTTP that a server would rather not read; of tricks alone. */
const MALFORMED = [400, 405, 411, 413, 414, 415, 417, 421, 426, 431, 501, 505]
/** Of a proxy that got no answer itself; 520 to 530 are Cloudflare's. */
const isUpstream = (status: number) =>
  [502, 504].includes(status) || (status >= 520 && status <= 530)

export function judge(exchange: Exchange, ground: Ground): Judged {
  return { ...exchange, verdict: verdictOf(exchange, ground) }
}

function verdictOf({ asked, answer }: Exchange, ground: Ground): Verdict {
  if ('failure' in answer) return unread(answer, asked, ground)
  if (isNoAnswer(answer, asked)) {
    const isShown = asked.visitor !== 'somebody' && showsSite(answer, asked, ground, true)
    return isShown ? 'open' : 'failed'
  }
  const refused = isRefusal(answer, asked, ground)
  if (asked.visitor === 'somebody') return refused ? 'refused' : 'entered'
  if (refused) return showsSite(answer, asked, ground, true) ? 'open' : 'refused'
  if (isAllowedHere(asked, ground)) return told(answer, asked, ground)
  return outcome(answer, asked, ground)
}

/**
 * Whether it says nothing of what the visitor would get. To wrong credentials a 429 is what a gate
 * says that counts them; to nobody it is of too many requests, and another day may be another.
 */
function isNoAnswer(answer: Answer, { visitor }: Asked): boolean {
  if (isUpstream(answer.status) || mitigationOf(answer) !== null) return true
  return answer.status === 429 && visitor !== 'stranger'
}

export function isUpgrade({ rule }: Asked): boolean {
  return rule === 'websocket-upgrade'
}

/** What begins as an answer that serves something serves it, whatever is wrong with the rest. */
function unread({ failure, statusSaid = 0 }: NoAnswer, asked: Asked, ground: Ground): Verdict {
  if (isUpgrade(asked)) return upgraded(failure)
  if (asked.visitor === 'somebody' || statusSaid < 200 || statusSaid > 299) return 'failed'
  if (isAllowedHere(asked, ground)) return 'told'
  if (isCustom(pathOf(asked.target), ground.base)) return 'public'
  return asked.isLoose ? 'malformed' : 'open'
}

function isAllowedHere(asked: Asked, { allow, base, baseline }: Ground): boolean {
  return isAllowed(asked, allow, base, baseline.languages ?? new Set())
}

/**
 * To an upgrade that is not taken silence is the usual answer. One of words without HTTP comes from
 * a Next.js that tried to fetch what the upgrade names, and failed (CVE-2026-44578).
 */
function upgraded(failure: string): Verdict {
  return failure.startsWith(NOT_HTTP) ? 'reached' : 'malformed'
}

/** Whether it says no. A page to sign in, drawn by the app itself, is none of its content. */
function isRefusal(answer: Answer, asked: Asked, { site, baseline }: Ground): boolean {
  const { status } = answer
  if (isSignIn(answer, asked.target, site, baseline) || isInPlace(answer, asked.method, baseline))
    return true
  return REFUSALS.includes(status)
}

/** What is open on purpose, unless a trick makes it show what is not. */
function told(answer: Answer, asked: Asked, { secrets }: Ground): Verdict {
  const text = answer.body.toString('latin1')
  return asked.trick && secrets.some((secret) => text.includes(secret)) ? 'open' : 'told'
}

function outcome(answer: Answer, asked: Asked, ground: Ground): Verdict {
  const { status, body, fields } = answer
  // Said by the platform, of a request that never came to the app.
  if (status >= 400 && valuesOf(fields, 'x-vercel-error').length > 0) return 'malformed'
  if (status >= 300 && status < 400 && status !== 304) return redirected(answer, asked, ground)
  if (asked.isLoose) return showsSite(answer, asked, ground) ? 'open' : 'malformed'
  // Beside the page to sign in nothing may stand there that only the inside shows.
  if (isOwnSignIn(asked, ground)) return showsSite(answer, asked, ground, true) ? 'open' : 'public'
  const isServed = (status >= 200 && status < 300) || status === 304
  if (isServed) {
    if (isCustom(pathOf(asked.target), ground.base)) return 'public'
    // What OPTIONS says has nothing of the page, and a 204 has nothing at all.
    const isEmpty = body.length === 0 && asked.method !== 'HEAD' && status !== 304
    return isEmpty ? 'reached' : 'open'
  }
  // An error page beside the app's own paths: there Next.js asks no gate.
  if (ground.base && !isBelow(pathOf(asked.target), ground.base)) return 'reached'
  if (showsSite(answer, asked, ground)) return 'open'
  return asked.trick && MALFORMED.includes(status) ? 'malformed' : 'reached'
}

/** A redirect has a body too; one that leads nowhere is shown by browsers as any page is. */
function redirected(answer: Answer, asked: Asked, ground: Ground): Verdict {
  if (showsSite(answer, asked, ground)) return 'open'
  if (locationOf(answer, asked.target, ground.site)) return 'elsewhere'
  if (asked.isLoose) return 'malformed'
  return answer.body.length > 0 ? 'open' : 'reached'
}

/** The page to which everybody is sent to sign in. */
export function isOwnSignIn(asked: Asked, { site, baseline }: Ground): boolean {
  const path = pathOf(asked.target)
  return baseline.signIn === site.origin + path || baseline.signInPath === path
}

/** Names that Next.js puts into every page that an app draws. */
const DRAWN = ['/_next/static/', 'self.__next_f', '__NEXT_DATA__']

/**
 * Whether an answer has something of the site that its request has not.
 *
 * @param isRefusal then what every refusal shows is none: that is said once, of all of them
 */
function showsSite({ body }: Answer, asked: Asked, ground: Ground, isRefusal = false): boolean {
  if (body.length === 0) return false
  const text = withoutEcho(body.toString('latin1'), asked)
  const { refusal, signInText = '' } = ground.baseline
  const usual = isRefusal ? [refusal, signInText] : []
  const shows = (name: string, known: string[]) => {
    return text.includes(name) && !known.some((one) => one.includes(name))
  }
  if (DRAWN.some((name) => shows(name, usual))) return true
  // What the page to sign in says is open to all, wherever else it stands.
  const known = [...usual, signInText, asked.target]
  return ground.namesIn(text).some((name) => !isWord(name) && shows(name, known))
}

/** A build may be called `development`: that is in many a text. */
function isWord(name: string): boolean {
  return /^[A-Za-z]+$/.test(name)
}

/** Whether every refusal shows that the app has drawn it. */
export function isDrawn({ refusal }: Baseline): boolean {
  return DRAWN.some((name) => refusal.includes(name))
}

/**
 * An error page may repeat what was asked for, escaped or not; and a redirect to its one spelling,
 * which Next.js answers before its middleware, has that for a body.
 */
export function withoutEcho(text: string, { target, fields }: Asked): string {
  const asked = [target, pathOf(target)]
  const tidy = asked.map((one) => one.replace(/[\\/]{2,}/g, '/'))
  const echoes = [
    ...[...asked, ...tidy].flatMap((one) => [
      one,
      escapeHtml(one),
      encodeURIComponent(one),
      decode(one),
    ]),
    ...fields.map(([, value]) => value),
  ]
  return [...new Set(echoes)]
    .filter((echo) => echo.length > 3)
    .sort((a, b) => b.length - a.length)
    .reduce((rest, echo) => rest.replaceAll(echo, ''), text)
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
