/** How the site refuses, learnt from paths that cannot be there. */
import type { Answer, Exchange, Method } from './exchange.ts'
import { valuesOf } from './response.ts'
import type { Site } from './site.ts'

export interface Baseline {
  /** Where it sends visitors to sign in, without the query; `null` where it does not. */
  signIn: string | null
  /** Length of the page to sign in that it answers with status 200 in place; `null` where it does not. */
  inPlace: number | null
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
    inPlace: isInPlace ? (answers[0]?.answer.body.length ?? 0) : null,
    movedTo: answers.length > 0 && moved && first ? first.origin : null,
  }
}

/** Whether an answer sends its visitor to sign in. */
export function isSignIn(
  answer: Answer,
  target: string,
  site: Site,
  { signIn }: Baseline,
): boolean {
  const way = locationOf(answer, target, site)
  if (!way) return false
  return way.page === signIn || SIGN_INS.some((known) => known.test(way.href))
}

/** Whether an answer is the page to sign in, in place of what was asked for. */
export function isInPlace(answer: Answer, method: Method, { inPlace }: Baseline): boolean {
  if (inPlace === null) return false
  // Of an answer to HEAD nothing more is to be seen.
  if (method === 'HEAD') return answer.status === 200
  if (!isSignInPage(answer)) return false
  // The path that was asked for may stand in it, and a token of a few dozen characters.
  return Math.abs(answer.body.length - inPlace) <= 512
}

function isSignInPage({ status, body }: Answer): boolean {
  return status === 200 && PASSWORD_FIELD.test(body.toString('latin1', 0, 128 * 1024))
}

/** Where a redirect leads. */
export function locationOf({ status, fields }: Answer, target: string, { origin }: Site) {
  const [location] = valuesOf(fields, 'location')
  if (status < 300 || status > 399 || status === 304 || !location) return undefined
  const from = /^https?:\/\//.test(target) ? target : origin + target
  if (!URL.canParse(location, from)) return undefined
  const { href, origin: to, pathname } = new URL(location, from)
  return { href, origin: to, page: to + pathname }
}
