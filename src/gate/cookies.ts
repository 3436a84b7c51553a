/** The cookie that carries a pass (RFC 6265bis). */

// `__Host-`: only this very host can have set it, over TLS (RFC 6265bis §4.1.3.2). Browsers refuse
// that name on plain http.
const NAMES = { secure: '__Host-stagedoor', plain: 'stagedoor' }

/** Where it goes: `lax`, or `none` for pages that another site shows in a frame. */
export type SameSite = 'lax' | 'none'

/** Value of our cookie; empty without. Of two by one name one was planted, so neither counts. */
export function readCookie(request: Request): string {
  const values = pairs(request.headers)
    .filter(([name]) => name === nameFor(request))
    .map(([, value]) => value)
  return values.length === 1 ? (values[0] as string) : ''
}

/** What is left of a `Cookie` field without ours: the app has no use for it. */
export function withoutCookie(headers: Headers): string {
  const field = headers.get('Cookie') ?? ''
  const others = pairs(headers).filter(([name]) => !Object.values(NAMES).includes(name))
  return field.includes('stagedoor=') ? others.map(([, , text]) => text).join('; ') : field
}

/** Value of `Set-Cookie`. @param seconds until it goes; 0 takes it away */
export function writeCookie(
  request: Request,
  token: string,
  seconds: number,
  sameSite: SameSite,
): string {
  const attributes = `Path=/; Max-Age=${Math.max(0, Math.floor(seconds))}; HttpOnly`
  const cookie = `${nameFor(request)}=${token}; ${attributes}`
  if (nameFor(request) === NAMES.plain) return `${cookie}; SameSite=Lax`
  // Without `Partitioned`, browsers that block cookies in frames would block this one.
  return `${cookie}; Secure; SameSite=${sameSite === 'none' ? 'None; Partitioned' : 'Lax'}`
}

function nameFor(request: Request): string {
  return request.url.startsWith('https:') ? NAMES.secure : NAMES.plain
}

function pairs(headers: Headers): [name: string, value: string, text: string][] {
  return (headers.get('Cookie') ?? '').split(';').map((pair) => {
    const text = pair.trim()
    const [name = ''] = text.split('=', 1)
    return [name, text.slice(name.length + 1), text]
  })
}
