/** What a request brings that decides, out of its URL, its headers and the environment. */
import { type Address, parseAddress } from './address.ts'
import { isNavigation } from './answer.ts'
import { readCookie } from './cookies.ts'
import type { Facts } from './decide.ts'
import { environment } from './environment.ts'
import type { Keys } from './issue.ts'
import { isSecret } from './pass.ts'
import type { Policy } from './policy.ts'
import { type Target, takeParameters } from './target.ts'

/** Name of the parameter of a share link. */
export const LINK = 'stagedoor'
/** The platform's way in for automation, in the header or the query; and how to keep it. */
export const BYPASS = 'x-vercel-protection-bypass'
export const BYPASS_COOKIE = 'x-vercel-set-bypass-cookie'

// token (RFC 9110 §5.6.2): of another name `Headers` would throw.
const FIELD_NAME = /^[!#$%&'*+.^`|~\w-]+$/

export function readFacts(
  request: Request,
  { path }: Target,
  keys: Keys,
  now: number,
): Omit<Facts, 'check'> {
  const { method, headers, url } = request
  const [link = '', bypass = ''] = url.includes('?') ? takeParameters(url, LINK, BYPASS).found : []
  return {
    method,
    path,
    navigates: isNavigation(headers),
    authorization: headers.get('Authorization') ?? '',
    link,
    pass: headers.get('x-stagedoor-pass') ?? '',
    cookie: readCookie(request),
    bypass: headers.get(BYPASS) ?? bypass,
    address: readAddress(headers),
    keys,
    now,
  }
}

/** Secrets that passes hang on, as far as the environment has good ones. */
export function readKeys(verifies: boolean): Keys {
  const secret = environment.secret()
  return { secret: isSecret(secret) ? secret : '', bypass: environment.bypassSecret(), verifies }
}

/** What is set and has no effect, for the log: a name, and why. */
export function findFaults(
  { secret }: Keys,
  policy: Policy | null,
): [event: string, reason: string][] {
  const faults: [string, string][] = []
  if (environment.secret() && !secret) faults.push(['no passes', 'STAGEDOOR_SECRET is too short'])
  const signIn = environment.signIn() ?? ''
  if (signIn === 'page' && !secret) faults.push(['no sign-in page', 'no STAGEDOOR_SECRET'])
  if (!['', 'basic', 'page'].includes(signIn))
    faults.push(['no sign-in page', 'STAGEDOOR_SIGN_IN is neither basic nor page'])
  if (policy && policy.ips.length > 0 && !FIELD_NAME.test(environment.addressHeader())) {
    faults.push(['ips ignored', 'no header tells the address: see STAGEDOOR_IP_HEADER'])
  }
  return faults
}

/** The client's, from the one header that no client can set; `null` where there is none such. */
function readAddress(headers: Headers): Address | null {
  const name = environment.addressHeader()
  return FIELD_NAME.test(name) ? parseAddress(headers.get(name) ?? '') : null
}
