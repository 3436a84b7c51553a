/** What a request brings that decides: of its URL, its headers and the environment. */
import { type Address, parseAddress } from './address.ts'
import { isNavigation } from './answer.ts'
import { sameText } from './bytes.ts'
import type { Circumstances, Environment } from './circumstances.ts'
import { readCookie } from './cookies.ts'
import type { Credentials } from './credentials.ts'
import { FIELD_NAME, type Fields, readFields } from './fields.ts'
import type { Verdict } from './policy.ts'
import { readTarget, type Target, takeParameters } from './target.ts'

/** Texts are empty where there are none. */
export interface Facts extends Target, Circumstances {
  method: string
  fields: Fields
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
  now: number
  check(credentials: Credentials | null): Promise<Verdict>
}

/** Name of the parameter of a share link. */
export const LINK = 'stagedoor'
/** The platform's way in for automation, in the header or the query; and how to keep it. */
export const BYPASS = 'x-vercel-protection-bypass'
export const BYPASS_COOKIE = 'x-vercel-set-bypass-cookie'

export function readFacts(
  request: Request,
  { environment, keys }: Circumstances,
  now: number,
  check: Facts['check'],
): Facts {
  const { method, url } = request
  const fields = readFields(request.headers)
  const [link = '', bypass = ''] = mayHave(url) ? takeParameters(url, LINK, BYPASS).found : []
  // Spelled out: spreading the target would cost as much as reading all of the request.
  const { pathname, path, image, basePath } = readTarget(request)
  return {
    pathname,
    path,
    image,
    basePath,
    method,
    fields,
    navigates: isNavigation(fields),
    authorization: fields.get('authorization') ?? '',
    link,
    pass: fields.get('x-stagedoor-pass') ?? '',
    cookie: readCookie(fields, url),
    bypasses: keys.bypass !== '' && sameText(fields.get(BYPASS) ?? bypass, keys.bypass),
    address: readAddress(fields, environment),
    environment,
    keys,
    now,
    check,
  }
}

/** Whether there is a parameter to look for: few URLs have one, and taking one apart takes time. */
function mayHave(url: string): boolean {
  return url.includes(`${LINK}=`) || url.includes(`${BYPASS}=`)
}

/** Whether a browser may be sent on to the same URL: a path such as `//host` would lead away. */
export function isRedirectable({ method, path }: Facts): boolean {
  return path !== null && (method === 'GET' || method === 'HEAD')
}

/** The client's, from the one header that no client can set; `null` where there is none such. */
function readAddress(fields: Fields, { addressHeader }: Environment): Address | null {
  const name = addressHeader.toLowerCase() as Lowercase<string>
  return FIELD_NAME.test(name) ? parseAddress(fields.get(name) ?? '') : null
}
