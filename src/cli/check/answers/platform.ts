/**
 * The protection that a platform puts in front of a site: what it answers is not the site's, and
 * behind it nothing was looked at.
 *
 * Known by what its answers are seen to carry in public reports; docs/check.md says which of these
 * were not confirmed.
 */
import type { Answered } from '../exchange.ts'
import { firstOf, valuesOf } from '../fields.ts'
import type { Finding } from '../finding.ts'
import { found, grouped } from './make-finding.ts'

/** What stands in front, or `null`. */
export function platformOf({ answer }: Answered): string | null {
  const { status, fields } = answer
  const location = hostAndPath(firstOf(fields, 'Location') ?? '')
  const cookies = valuesOf(fields, 'Set-Cookie').map((cookie) => cookie.split('=')[0]?.trim())
  const challenge = valuesOf(fields, 'WWW-Authenticate').join(', ')
  // 401 with a page or JSON, or 302: it depends on what is asked.
  if (/^(?:[\w-]+\.)?vercel\.com\/(?:sso-api|sso|login)\b/.test(location))
    return 'Vercel Authentication'
  if (cookies.includes('_vercel_sso_nonce')) return 'Vercel Authentication'
  if (status === 401 && isInBody(answer.body, 'vercel.com/sso-api')) return 'Vercel Authentication'
  // The name of the field in the form.
  if (isInBody(answer.body, '_vercel_password')) return 'Vercel Password Protection'
  // 302, and with `X-Requested-With` 401.
  if (/^[\w-]+\.cloudflareaccess\.com\//.test(location)) return 'Cloudflare Access'
  if (/(?:^|\/)cdn-cgi\/access\/login\b/.test(location)) return 'Cloudflare Access'
  if (/^cloudflare-access\b/i.test(challenge)) return 'Cloudflare Access'
  if (/resource_metadata="https:\/\/[\w-]+\.cloudflareaccess\.com\//.test(challenge))
    return 'Cloudflare Access'
  if (isNetlify(answer, challenge)) return 'password protection of Netlify'
  return null
}

/** A 401 of Netlify's servers with a page for the password; its Basic protection has a challenge. */
function isNetlify({ status, fields, body }: Answered['answer'], challenge: string): boolean {
  const isServer = /^netlify\b/i.test(firstOf(fields, 'Server') ?? '')
  return status === 401 && isServer && challenge === '' && isInBody(body, 'type="password"')
}

// Octets: such pages are short.
const LOOKED_AT = 64 * 1024

function isInBody(body: Buffer, text: string): boolean {
  return body.subarray(0, LOOKED_AT).includes(text)
}

/** `vercel.com/sso-api`; a path alone where it is of the same site. */
function hostAndPath(location: string): string {
  const [, rest = location] = /^https?:\/\/([^?#]*)/i.exec(location) ?? []
  return (rest.split(/[?#]/, 1)[0] ?? '').toLowerCase()
}

/** @param refusals all answers to those who have no right credential that let nobody in */
export function judgePlatform(refusals: Answered[]): Finding[] {
  const groups = grouped(refusals, platformOf)
  return [...groups].map(([platform, by]) => {
    const isAll = by.length === refusals.length
    const what = isAll
      ? `${platform} refuses everybody before the site is asked`
      : `${platform} refuses ${by.length} of ${refusals.length} before the site is asked`
    return found('platform-first', what, { by })
  })
}
