/** Cookies that stand for a credential, and how they are kept (RFC 6265 §4.1.2, RFC 6265bis §4.1.3). */
import type { Examined } from '../examined.ts'
import { type Answered, isAnswered } from '../exchange.ts'
import { valuesOf } from '../fields.ts'
import type { Finding } from '../finding.ts'
import { isLoopback } from '../site.ts'
import { found, grouped, quoted } from './make-finding.ts'

export interface SetCookie {
  name: string
  value: string
  /** By name, in lower case. */
  attributes: Map<string, string>
}

/** Reads a `Set-Cookie` as a browser does (RFC 6265 §5.2); `null` where it sets none. */
export function parseSetCookie(text: string): SetCookie | null {
  const [pair = '', ...rest] = text.split(';')
  const equals = pair.indexOf('=')
  if (equals < 1) return null
  const attributes = new Map<string, string>()
  for (const part of rest) {
    const [name = '', value = ''] = part.split('=', 2)
    // The last one counts (RFC 6265 §5.3).
    attributes.set(name.trim().toLowerCase(), value.trim())
  }
  return { name: pair.slice(0, equals).trim(), value: pair.slice(equals + 1).trim(), attributes }
}

interface Given {
  by: Answered
  cookie: SetCookie
}

/** Those that come with the right credential, and with nothing else. */
export function credentialCookies({ exchanges }: Examined): Given[] {
  const set = exchanges.filter(isAnswered).flatMap((by) => {
    return cookiesOf(by).map((cookie) => ({ by, cookie, isInside: by.verdict === 'entered' }))
  })
  const common = set.filter(({ isInside }) => !isInside).map(({ cookie }) => cookie.name)
  return set.filter(({ cookie, isInside }) => {
    return isInside && isCredential(cookie) && !common.includes(cookie.name)
  })
}

export function judgeCookies(examined: Examined): Finding[] {
  const set = credentialCookies(examined)
  const groups = grouped(set, ({ cookie }) => {
    const lacks = lacking(cookie, examined.url)
    return lacks.length > 0 ? `${cookie.name}\n${lacks.join(', ')}` : null
  })
  return [...groups].map(([key, all]) => {
    const [name = '', lacks = ''] = key.split('\n')
    const isGrave = /HttpOnly|Secure/.test(lacks)
    return found(
      'cookie-attributes',
      `${quoted(name)}, set for who has the credential, lacks ${lacks}`,
      {
        by: all.map(({ by }) => by),
        ...(!isGrave && { level: 'note' as const, why: MILD }),
      },
    )
  })
}

const MILD = 'another site, or a subdomain, can make requests with it, or set one of its own'

function cookiesOf({ answer }: Answered): SetCookie[] {
  return valuesOf(answer.fields, 'Set-Cookie')
    .map(parseSetCookie)
    .filter((cookie) => cookie !== null)
}

// Characters. A session's secret is longer; a locale or a theme is shorter.
const SECRET_FROM = 16
/** Read by scripts on purpose, and worth nothing without another cookie; counting visitors. */
const NO_CREDENTIAL = /csrf|xsrf|^_ga|^_gid|^__vercel_|^__cf_bm$|^_cfuvid$|^AWSALB/i

function isCredential({ name, value, attributes }: SetCookie): boolean {
  const isTakenBack = attributes.get('max-age') === '0'
  return value.length >= SECRET_FROM && !NO_CREDENTIAL.test(name) && !isTakenBack
}

function lacking({ name, attributes }: SetCookie, url: string): string[] {
  const { protocol, hostname } = new URL(url)
  const isPlain = protocol === 'http:' || isLoopback({ hostname })
  const lacks: string[] = []
  if (!attributes.has('httponly')) lacks.push('HttpOnly')
  if (!attributes.has('secure') && !isPlain) lacks.push('Secure')
  if (!attributes.has('samesite')) lacks.push('SameSite')
  // Only with a Domain do other hosts get it; that is what the prefix forbids (RFC 6265bis §4.1.3.2).
  if (attributes.get('domain') && !name.startsWith('__Host-'))
    lacks.push('a host of its own (it has Domain)')
  return lacks
}
