/** What a request brings that decides: of its URL, its headers and the environment. */
import { type Address, parseAddress } from './address.ts'
import { isNavigation } from './answer.ts'
import { sameText } from './bytes.ts'
import { readCookie } from './cookies.ts'
import type { Credentials } from './credentials.ts'
import { environment } from './environment.ts'
import type { Keys } from './holder.ts'
import { isSecret } from './pass.ts'
import type { Policy, Verdict } from './policy.ts'
import { readTarget, type Target, takeParameters } from './target.ts'

/** Texts are empty where there are none. */
export interface Facts extends Target {
  method: string
  /** Whether a browser is to show the answer as a page. */
  navigates: boolean
  authorization: string
  /** Passes as they came: in the URL, in a header of their own, in the cookie. */
  link: string
  pass: string
  cookie: string
  /** Whether the platform's secret for automation came along. */
  bypasses: boolean
  address: Address | null
  keys: Keys
  now: number
  check(credentials: Credentials | null): Promise<Verdict>
}

/** Name of the parameter of a share link. */
export const LINK = 'stagedoor'
/** The platform's way in for automation, in the header or the query; and how to keep it. */
export const BYPASS = 'x-vercel-protection-bypass'
export const BYPASS_COOKIE = 'x-vercel-set-bypass-cookie'

// token (RFC 9110 §5.6.2): of another name `Headers` would throw.
const FIELD_NAME = /^[!#$%&'*+.^`|~\w-]+$/

export function readFacts(request: Request, keys: Keys, now: number, check: Facts['check']): Facts {
  const { method, headers, url } = request
  const [link = '', bypass = ''] = url.includes('?') ? takeParameters(url, LINK, BYPASS).found : []
  return {
    ...readTarget(request),
    method,
    navigates: isNavigation(headers),
    authorization: headers.get('Authorization') ?? '',
    link,
    pass: headers.get('x-stagedoor-pass') ?? '',
    cookie: readCookie(request),
    bypasses: keys.bypass !== '' && sameText(headers.get(BYPASS) ?? bypass, keys.bypass),
    address: readAddress(headers),
    keys,
    now,
    check,
  }
}

/** Whether a browser may be sent on to the same URL: a path such as `//host` would lead away. */
export function isRedirectable({ method, path }: Facts): boolean {
  return path !== null && (method === 'GET' || method === 'HEAD')
}

/** Secrets that passes hang on, as far as the environment has good ones. */
export function readKeys(verifies: boolean): Keys {
  const secret = environment.secret()
  return { secret: isSecret(secret) ? secret : '', bypass: environment.bypassSecret(), verifies }
}

/** What is set and has no effect, for the log: a name, and why. */
export function findFaults({ secret }: Keys, policy: Policy | null): [string, string][] {
  const signIn = environment.signIn() || 'basic'
  const isKnown = signIn === 'basic' || signIn === 'page'
  const ignoresIps =
    policy && policy.ips.length > 0 && !FIELD_NAME.test(environment.addressHeader())
  return [
    environment.secret() && !secret && ['no passes', 'STAGEDOOR_SECRET is too short'],
    signIn === 'page' && !secret && ['no sign-in page', 'no STAGEDOOR_SECRET'],
    !isKnown && ['no sign-in page', 'STAGEDOOR_SIGN_IN is neither basic nor page'],
    ignoresIps && ['ips ignored', 'no header tells the address: see STAGEDOOR_IP_HEADER'],
  ].filter(Boolean) as [string, string][]
}

/** The client's, from the one header that no client can set; `null` where there is none such. */
function readAddress(headers: Headers): Address | null {
  const name = environment.addressHeader()
  return FIELD_NAME.test(name) ? parseAddress(headers.get(name) ?? '') : null
}
