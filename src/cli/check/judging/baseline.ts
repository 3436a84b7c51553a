/** How the site refuses, learnt from paths that cannot be there. */
import type { Answer, Exchange, Method } from '../exchange.ts'
import { firstOf } from '../fields.ts'
import type { Site } from '../site.ts'
import { pathOf } from '../target.ts'

export interface Baseline {
  /** Where it sends visitors to sign in, without the query; `null` where it does not. */
  signIn: string | null
  /** Length and title of the page to sign in that it answers with status 200 in place of others. */
  inPlace: { length: number; title: string } | null
  /** The page to sign in, where it is of this site: what stands there is open to all anyway. */
  signInText?: string
  /** That page's path; another one than that of `signIn` where one leads to the other. */
  signInPath?: string
  /** That pages say the site has; without them every name of two letters may be one. */
  languages?: ReadonlySet<string>
  /** What its refusals show of themselves, all of them: their text. */
  refusal: string
  /** Another origin to which the whole site has moved, path by path. */
  movedTo: string | null
}

/** 503 is a gate's that cannot let anybody in; 429 says to come back. */
export const REFUSALS = [401, 403, 407, 429, 503]

/** Hosts and paths where platforms let people sign in before a site of theirs. */
const SIGN_INS = [
  /^https:\/\/vercel\.com\/(sso-api|login)\b/,
  /^https:\/\/[\w.-]+\.cloudflareaccess\.com\//,
  /\/cdn-cgi\/access\/login\b/,
  /^https:\/\/accounts\.google\.com\//,
  /^https:\/\/login\.microsoftonline\.com\//,
  /^https:\/\/[\w.-]+\.(okta|auth0)\.com\//,
  /^https:\/\/app\.netlify\.com\//,
]

// Octets: a title and the form to sign in stand early.
const LOOKED_AT = 128 * 1024
const PASSWORD_FIELD = /<input[^>]{0,300}type=["']?password/i

export function learnBaseline(exchanges: Exchange[], site: Site): Baseline {
  const answers = exchanges.flatMap(({ asked, answer }) =>
    'failure' in answer ? [] : [{ answer, target: asked.target }],
  )
  const ways = answers.map(({ answer, target }) => locationOf(answer, target, site))
  const [first] = ways
  const isOneWay =
    first !== undefined && ways.length > 1 && ways.every((way) => way?.page === first?.page)
  const moved = answers.every(({ target }, i) => {
    const way = ways[i]
    return way && way.origin !== site.origin && way.page === way.origin + target
  })
  const isInPlace = answers.length > 1 && answers.every(({ answer }) => isSignInPage(answer))
  return {
    signIn: isOneWay && first ? first.page : null,
    refusal: answers
      .filter(({ answer }) => REFUSALS.includes(answer.status))
      .map(({ answer }) => answer.body.toString('latin1'))
      .join('\n'),
    inPlace: isInPlace && answers[0] ? shapeOf(answers[0].answer) : null,
    movedTo: answers.length > 0 && moved && first ? first.origin : null,
  }
}

/** Whether an answer sends its visitor to sign in. */
export function isSignIn(
  answer: Answer,
  target: string,
  site: Site,
  { signIn, signInPath }: Baseline,
): boolean {
  const way = locationOf(answer, target, site)
  if (!way) return false
  if (signInPath !== undefined && way.page === site.origin + signInPath) return true
  return way.page === signIn || SIGN_INS.some((known) => known.test(way.href))
}

/** Whether an answer is the page to sign in, in place of what was asked for. */
export function isInPlace(answer: Answer, method: Method, { inPlace }: Baseline): boolean {
  if (inPlace === null) return false
  // Of an answer to HEAD nothing more is to be seen.
  if (method === 'HEAD') return answer.status === 200
  if (!isSignInPage(answer)) return false
  // The path that was asked for may stand in it, and a token of a few dozen characters.
  const { length, title } = shapeOf(answer)
  return Math.abs(length - inPlace.length) <= 512 && title === inPlace.title
}

function shapeOf({ body }: Answer): { length: number; title: string } {
  const [, title = ''] = TITLE.exec(body.toString('latin1', 0, LOOKED_AT)) ?? []
  return { length: body.length, title: title.trim() }
}

const TITLE = /<title[^>]{0,200}>([^<]{0,300})/i

/** Names of pages to sign in; what is drawn in the browser has no form yet. */
const SIGN_IN_PATH =
  /(?:^|[/_.-])(?:log|sign)[-_]?(?:in|on)\b|(?:^|\/)(?:oauth2?|auth|sso|saml|password|session|unlock)(?:\/|$)/i

/**
 * Whether the page of this site to which all are sent is one to sign in. A home page to which one
 * is sent from wherever nothing is looks the same from afar.
 */
export function leadsIn(answer: Answer, target: string, site: Site): boolean {
  const way = locationOf(answer, target, site)
  if (way && (way.origin !== site.origin || SIGN_INS.some((known) => known.test(way.href))))
    return true
  if (REFUSALS.includes(answer.status)) return true
  return hasPasswordField(answer) || SIGN_IN_PATH.test(pathOf(target))
}

/** Names of hosts that do nothing else. */
const SIGN_IN_HOST = /^(?:auth|login|log-in|signin|sign-in|sso)\./i
/** What a request to sign in brings with it (RFC 6749 §4.1.1; SAML 2.0 Bindings §3.4.4.1). */
const SIGN_IN_PARAMETERS = ['client_id', 'SAMLRequest']

/** Whether people sign in there, as far as its address says. */
export function looksLikeSignIn(href: string): boolean {
  const { hostname, pathname, searchParams } = new URL(href)
  return (
    SIGN_INS.some((known) => known.test(href)) ||
    SIGN_IN_PATH.test(pathname) ||
    SIGN_IN_HOST.test(hostname) ||
    SIGN_IN_PARAMETERS.some((name) => searchParams.has(name))
  )
}

function isSignInPage(answer: Answer): boolean {
  return answer.status === 200 && hasPasswordField(answer)
}

function hasPasswordField({ body }: Answer): boolean {
  return PASSWORD_FIELD.test(body.toString('latin1', 0, LOOKED_AT))
}

/** Where a redirect leads. */
export function locationOf(
  { status, fields }: Answer,
  target: string,
  { origin }: Pick<Site, 'origin'>,
) {
  const location = firstOf(fields, 'location')
  if (status < 300 || status > 399 || status === 304 || !location) return undefined
  const from = /^https?:\/\//.test(target) ? target : origin + target
  if (!URL.canParse(location, from)) return undefined
  const { href, origin: to, pathname, protocol } = new URL(location, from)
  // Of another scheme nothing leads on: a browser shows what came with it.
  if (!/^https?:$/.test(protocol)) return undefined
  return { href, origin: to, page: to + pathname }
}
