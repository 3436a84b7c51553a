/** What goes on to the app of who was let in, and what their browser is told. */
import type { Fault, Seen } from './judge.ts'
import { cookiesOf, parameterOf, targetOf, without } from './oracle/asked.ts'
import type { Expected } from './oracle/decide.ts'
import { secretOf } from './oracle/passes.ts'
import { hmac } from './tokens.ts'

type Through = Expected & { kind: 'through' }

const OWN_COOKIES = ['stagedoor', '__Host-stagedoor']
const BYPASS = ['x-vercel-protection-bypass', 'x-vercel-set-bypass-cookie']
// Seconds: what a session lasts.
const SESSION = 43_200

/** Judges the answer to who was let in. */
export function judgeAdmission(seen: Seen, expected: Through): Fault {
  const fault = judgeCookies(seen, expected)
  if (fault) return fault
  if (seen.status === 303) return judgeRedirect(seen, expected)
  return judgeAnswer(seen) ?? judgeRequest(seen, expected)
}

/** A redirect leads to this site, without what opened it. */
function judgeRedirect({ asked, headers }: Seen, expected: Through): Fault {
  const location = new URL(headers.get('location') ?? '')
  if (location.origin !== new URL(asked.url).origin) return `sent on to ${location.origin}`
  if (headers.get('cache-control') !== 'no-store') return 'sent on with what caches keep'
  if (headers.get('referrer-policy') !== 'no-referrer') return 'sent on with a referrer'
  if (expected.isForm) {
    const isOdd = location.pathname.startsWith('//') || location.pathname.includes('/.stagedoor/')
    return isOdd ? `sent on to ${location.pathname}` : undefined
  }
  const isLink = /^[\w-]+\.[\w-]+\.[\w-]+$/.test(parameterOf(asked.url, 'stagedoor') ?? '')
  const names = [...(isLink ? ['stagedoor'] : []), ...(expected.isKept ? BYPASS : [])]
  const wanted = [without(asked.url, names), without(asked.url, isLink ? ['stagedoor'] : [])]
  if (!wanted.includes(location.href)) return `sent on to ${location.href}`
  if (isLink && parameterOf(location.href, 'stagedoor') !== null) return 'sent on with the pass'
}

/** The answer that lets through: what caches and crawlers are told, and where it leads. */
function judgeAnswer({ asked, headers, world }: Seen): Fault {
  if (!/(^|, ?)(private|no-store)(,|$)/.test(headers.get('cache-control') ?? '')) {
    return `cache-control: ${headers.get('cache-control')}, letting through`
  }
  if (headers.get('cdn-cache-control') !== 'no-store') return 'no cdn-cache-control'
  if (headers.get('x-robots-tag') !== 'noindex, nofollow') return 'no x-robots-tag'
  const vary = headers.get('vary') ?? ''
  if (!vary.includes('Authorization, Cookie')) return `vary: ${vary}`
  const { image } = targetOf(asked)
  const rewrite = headers.get('x-middleware-rewrite')
  const goesOn = headers.has('x-middleware-next') || rewrite !== null
  if ((goesOn && image ? image.href : null) !== (rewrite ?? null)) return `rewritten to ${rewrite}`
  if (world.app === 'none' && !goesOn) return 'neither let through nor refused'
}

/** What the app gets of the request. */
function judgeRequest(seen: Seen, expected: Through): Fault {
  const sent = seen.asked.headers
  const got = appGets(seen)
  if (got === null) return
  const isAction = seen.asked.method === 'POST' && sent.has('next-action')
  for (const [name, value] of got) {
    if (name === 'x-stagedoor-user') {
      const fault = judgeIdentity(value, seen, expected)
      if (fault) return fault
    } else if (name.startsWith('x-stagedoor-')) return `the app gets ${name}`
    else if (name !== 'cookie' && sent.get(name)?.trim() !== value.trim()) {
      return `the app gets another ${name}`
    }
  }
  const hasIdentity = expected.person !== null && secretOf(seen.world) !== ''
  if (hasIdentity && !got.has('x-stagedoor-user')) return 'the app is not told who it is'
  if (!isAction) {
    if (expected.took && got.has('authorization')) return 'the app gets the authorization used'
    const others = cookiesOf(sent).filter(({ name }) => !OWN_COOKIES.includes(name.trim()))
    if (written(cookiesOf(got)) !== written(others)) {
      return 'the app gets other cookies, or the gate’s'
    }
  }
  const isBypassed =
    seen.world.environment['VERCEL_AUTOMATION_BYPASS_SECRET'] === sent.get(BYPASS[0] as string)
  const isNarrow = expected.reason === 'allowed' || (expected.person?.paths ?? null) !== null
  for (const name of sent.keys()) {
    const isOurs =
      name.startsWith('x-stagedoor-') ||
      (name === 'authorization' && expected.took) ||
      name === 'cookie' ||
      (name === 'next-url' && isNarrow) ||
      BYPASS.includes(name)
    if (!isOurs && !got.has(name)) return `the app does not get ${name}`
    if (name === 'next-url' && isNarrow && got.has(name)) return 'the app gets next-url'
    if (name === BYPASS[0] && isBypassed && got.has(name)) return 'the app gets the bypass secret'
  }
}

/** As a field has them, which is cut at its ends. */
function written(cookies: { text: string }[]): string {
  return cookies
    .map(({ text }) => text)
    .join('; ')
    .trim()
}

/** Header fields as the app gets them; `null` where the app's own middleware has answered itself. */
function appGets({ asked, handed, headers, world }: Seen): Headers | null {
  if (handed) return handed
  if (world.app !== 'none') return null
  const names = headers.get('x-middleware-override-headers')
  if (names === null) return asked.headers
  const got = new Headers()
  for (const name of names.split(',').filter((one) => one !== '')) {
    const value = headers.get(`x-middleware-request-${name}`)
    if (value !== null) got.set(name, value)
  }
  return got
}

/** Who the app is told sent the request (docs/server.md). */
function judgeIdentity(token: string, { world, now }: Seen, { person }: Through): Fault {
  const claims = readSigned(token, secretOf(world))
  if (claims === null) return 'the app gets an identity that the gate has not signed'
  const { iss, use, sub, roles, iat, exp } = claims
  if (iss !== 'stagedoor' || use !== 'identity') return `the app gets a ${use} for an identity`
  if (sub !== person?.userId) return `the app takes ${person?.userId} for ${sub}`
  if (JSON.stringify(roles) !== JSON.stringify(person?.roles)) return 'the app is told other roles'
  const seconds = now / 1000
  if (!(Number(iat) <= seconds && seconds < Number(exp) && Number(exp) <= seconds + 300)) {
    return 'the app gets an identity of another time'
  }
}

/** Claims of a token that was rightly signed. */
function readSigned(token: string, secret: string): { [name: string]: unknown } | null {
  const [header = '', payload = '', signature] = token.split('.')
  if (secret === '' || signature !== hmac(`${header}.${payload}`, secret)) return null
  return JSON.parse(Buffer.from(payload, 'base64url').toString())
}

/** The cookies that an answer sets: of the pass that begins, and no other. */
function judgeCookies({ asked, headers, now, world }: Seen, expected: Through): Fault {
  const cookies = headers.getSetCookie().filter((one) => !one.startsWith('of-the-app='))
  const { begins, person } = expected
  if (begins === 'nothing') return cookies.length > 0 ? 'set a cookie that none began' : undefined
  const isSecure = asked.url.startsWith('https:')
  const shape = isSecure
    ? /^__Host-stagedoor=([^;]*); Path=\/; Max-Age=(-?\d+); HttpOnly; Secure; SameSite=(Lax|None; Partitioned)$/
    : /^stagedoor=([^;]*); Path=\/; Max-Age=(-?\d+); HttpOnly; SameSite=Lax$/
  const read = cookies.map((one) => shape.exec(one))
  if (read.some((one) => one === null)) return `set a cookie of another shape`
  const set = read.filter((one) => one?.[1] !== '')
  const [, token = '', age = ''] = set[0] ?? []
  if (set.length !== 1) return `set ${set.length} cookies for a ${begins}`
  if (begins === 'link') {
    return token === parameterOf(asked.url, 'stagedoor') ? undefined : 'kept another link'
  }
  const claims = readSigned(token, secretOf(world))
  if (claims?.['use'] !== begins) return `began a ${claims?.['use']}`
  if (Number(age) > SESSION || Number(claims['exp']) > now / 1000 + SESSION)
    return 'began for longer'
  if (begins === 'session' && claims['sub'] !== person?.userId) return `began for ${claims['sub']}`
}
