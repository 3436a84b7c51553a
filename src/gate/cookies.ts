/** The cookie that carries a pass (RFC 6265bis). */
import type { Fields } from './fields.ts'

// `__Host-`: only this very host can have set it, over TLS (RFC 6265bis §4.1.3.2). Browsers refuse
// that name on plain http.
const NAMES = { secure: '__Host-stagedoor', plain: 'stagedoor' }

/** Where it goes: `none` also into frames that another site shows. */
export type SameSite = 'lax' | 'none'
// Without `Partitioned`, browsers that keep cookies out of frames would keep this one out.
const KINDS = { lax: 'SameSite=Lax', none: 'SameSite=None; Partitioned' }

/** Value of our cookie; empty without. Of two by one name one was planted, so neither counts. */
export function readCookie(fields: Fields, url: string): string {
  const field = fields.get('cookie')
  if (!field?.includes(`${NAMES.plain}=`)) return ''
  const own = nameFor(url)
  const values = pairs(field)
    .filter(([name]) => name === own)
    .map(([, value]) => value)
  return values.length === 1 ? (values[0] as string) : ''
}

/** Makes Next.js forget those of our cookies that it has read and that the field has no more. */
export function forgetCookies(request: Request): void {
  const { cookies } = request as {
    cookies?: { getAll(): { name: string }[]; delete(name: string): unknown }
  }
  const field = request.headers.get('Cookie')
  const left = pairs(field).map(([name]) => name)
  for (const { name } of cookies?.getAll() ?? []) {
    if (isOwnName(name) && !left.includes(name)) cookies?.delete(name)
  }
  // `delete` has written the field anew, and other cookies in it another way.
  if (field === null) request.headers.delete('Cookie')
  else request.headers.set('Cookie', field)
}

/** What is left of a `Cookie` field without ours: the app has no use for it. */
export function withoutCookie(field: string): string {
  if (!field.includes(NAMES.plain)) return field
  const all = pairs(field)
  const others = all.filter(([name]) => !isOwnName(name))
  return others.length === all.length ? field : others.map(([, , text]) => text).join('; ')
}

/**
 * Values of `Set-Cookie`: the cookie for so many seconds, or none any more for 0. Browsers keep a
 * cookie for frames apart from one of that name that is not: what they sent may be of either
 * kind, so both are taken away.
 */
export function writeCookie(
  request: Request,
  token: string,
  seconds: number,
  sameSite: SameSite,
): string[] {
  const name = nameFor(request.url)
  const cookie = (value: string, age: number, kind: SameSite) => {
    const start = `${name}=${value}; Path=/; Max-Age=${Math.floor(age)}; HttpOnly`
    return name === NAMES.plain ? `${start}; SameSite=Lax` : `${start}; Secure; ${KINDS[kind]}`
  }
  const written = cookie(token, seconds, sameSite)
  const isFirst = token !== '' && !(request.headers.get('Cookie') ?? '').includes(`${name}=`)
  if (isFirst || name === NAMES.plain) return [written]
  return [cookie('', 0, sameSite === 'none' ? 'lax' : 'none'), written]
}

/** Puts values of `Set-Cookie` on a response, and returns it. */
export function setCookies(response: Response, cookies: string[]): Response {
  for (const cookie of cookies) response.headers.append('Set-Cookie', cookie)
  return response
}

/** Also where white space is cut off, as parsers do, and HTTP at the ends of a field (RFC 9110 §5.5). */
function isOwnName(name: string): boolean {
  return Object.values(NAMES).includes(name.trim())
}

function nameFor(url: string): string {
  return url.startsWith('https:') ? NAMES.secure : NAMES.plain
}

function pairs(field: string | null | undefined): [name: string, value: string, text: string][] {
  return (field ?? '').split(';').map((pair) => {
    // SP alone (RFC 6265bis §4.2.1): `trim` takes U+00A0 too, and browsers let anybody set a cookie
    // of a name that starts with that and goes on with `__Host-`.
    const text = pair.replace(/^ +/, '')
    const [name = ''] = text.split('=', 1)
    return [name, text.slice(name.length + 1), text]
  })
}
