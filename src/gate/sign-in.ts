/** Signing in by a page of the gate's own; and signing out. */
import {
  answerPage,
  escapeHtml,
  isNavigation,
  refuse,
  SIGN_IN,
  SIGN_OUT,
  type Site,
  writeChallenge,
} from './answer.ts'
import { setCookies, writeCookie } from './cookies.ts'
import { type Credentials, toCredentials } from './credentials.ts'
import { admitted, type Outcome, type Refusal, refused } from './decide.ts'
import type { Facts } from './facts.ts'

/** A form that was posted. */
export interface Form {
  /** `null` where nobody could have such. */
  credentials: Credentials | null
  /** Whether it came from a page of this site. */
  isOurs: boolean
  userId: string
  /** Where to go afterwards: a path of this site, or nothing. */
  to: string
}

// Bytes: many times what a user-id, a password and a path need.
const LONGEST_FORM = 16_384

const STYLE = `form, [role] { box-sizing: border-box; width: min(20rem, 80vw); margin-inline: auto; text-align: start }
form { display: grid; gap: .3rem }
input, button { padding: .6rem; border: 1px solid GrayText; border-radius: .4rem; font: inherit }
input { margin-bottom: .7rem; background: Canvas; color: CanvasText }
button { margin-top: .3rem; background: CanvasText; color: Canvas; font-weight: 600; cursor: pointer }
[role] { border-inline-start: .3rem solid GrayText; padding-inline-start: .7rem }
[role=alert] { border-color: #d33 }
`

const MESSAGES: { [status: number]: string } = {
  401: 'The user name or the password is wrong.',
  403: 'That form came from another site. Sign in here.',
  429: 'Too many attempts at once. Wait a few seconds, then try again.',
  503: 'Signing in does not work at the moment. Try again in a minute.',
}

const GONE = 'The link does not open this page, or not any more. Sign in, or ask for another.'

/** What an address of the gate's own answers, or the form that was posted there; else `null`. */
export async function visitDesk(
  request: Request,
  { path }: Facts,
  site: Site,
): Promise<Response | Form | null> {
  const address = path && `/${path.join('/')}`
  if (address === SIGN_OUT && isMeant(request)) return signOut(request, site)
  if (address !== SIGN_IN || !site.hasPage) return null
  if (request.method === 'POST') return readForm(request)
  return signInPage(request, 200, site, { userId: '', to: '' })
}

/** Judges a form. Which paths the user may see is judged afterwards. */
export async function judgeForm(form: Form, check: Facts['check']): Promise<Outcome> {
  if (!form.isOurs) return refused('cross-site post')
  const verdict = await check(form.credentials)
  return typeof verdict === 'object'
    ? admitted('credentials', verdict, { begins: true })
    : refused(verdict)
}

/** Refuses a request, by the page where a person can sign in with it. */
export function refuseOrAsk(
  request: Request,
  refusal: Refusal,
  site: Site,
  form: Form | null,
): Response {
  const { status, reason } = refusal
  const { headers } = request
  if (form) return signInPage(request, status, site, form, MESSAGES[status])
  // Credentials that are wrong are the browser's own: it drops them where its box comes up.
  const isNobody = reason === 'no credentials' || reason === 'pass not valid'
  if (!site.hasPage || !isNobody) return refuse(request, refusal, site)
  if (isNavigation(headers)) {
    const to = request.method === 'GET' ? localPath(request.url, request.url) : ''
    const message = reason === 'pass not valid' ? GONE : ''
    return signInPage(request, status, site, { userId: '', to }, message)
  }
  // No box may come up over a page whose session has ended while its scripts go on asking.
  const isScript = headers.has('Sec-Fetch-Mode')
  return refuse(request, isScript ? { status, challenge: 'Bearer' } : refusal, site)
}

/** The page. Its 401 carries a challenge (RFC 9110 §15.5.2), one for which no browser asks. */
function signInPage(
  request: Request,
  status: number,
  site: Site,
  { userId, to }: Pick<Form, 'userId' | 'to'>,
  message = '',
): Response {
  const { realm, basePath } = site
  const name = escapeHtml(realm)
  const wrong = userId ? 'aria-invalid="true" aria-describedby="message"' : ''
  const [first, second] = userId ? ['', 'autofocus'] : ['autofocus', '']
  const main = `<h1>Sign in</h1>
<p>${name} is private.</p>
${message && `<p role="${userId ? 'alert' : 'status'}" id="message">${message}</p>`}
<form method="post" action="${escapeHtml(basePath + SIGN_IN)}">
<input type="hidden" name="to" value="${escapeHtml(to)}">
<label for="user">User name</label>
<input id="user" name="user" value="${escapeHtml(userId)}" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" required ${first} ${wrong}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required ${second} ${wrong}>
<button>Sign in</button>
</form>`
  const response = answerPage(request, site, status, `Sign in: ${name}`, main, STYLE)
  if (status === 401) response.headers.set('WWW-Authenticate', writeChallenge('Bearer', realm))
  // With none, a browser would post the form without its origin.
  response.headers.set('Referrer-Policy', 'same-origin')
  return response
}

/** Reads a form, of any site. */
async function readForm(request: Request): Promise<Form> {
  const fields = new URLSearchParams(await readBody(request))
  const [user = '', password = '', to = ''] = ['user', 'password', 'to'].map(
    (name) => fields.get(name) ?? '',
  )
  // U+FFFD stands for bytes that are no UTF-8, which is nobody's password.
  const isOdd = /\uFFFD/.test(user + password)
  const isOurs = isSameSite(request.headers)
  return {
    credentials: isOdd ? null : toCredentials(user, password),
    userId: isOurs ? user : '',
    to: to && localPath(to, request.url),
    isOurs,
  }
}

/** Whether a form came from this site. Another's might sign a visitor in as somebody else. */
function isSameSite(headers: Headers): boolean {
  const site = headers.get('Sec-Fetch-Site')
  if (site) return site === 'same-origin'
  // Older browsers, and plain http.
  const [, host = ''] = /^https?:\/\/([^/]+)$/.exec(headers.get('Origin') ?? '') ?? []
  return host !== '' && [headers.get('Host'), headers.get('X-Forwarded-Host')].includes(host)
}

/** Path and query of a URL of this site; nothing for any other. */
function localPath(url: string, base: string): string {
  try {
    const { origin, pathname, search } = new URL(url, base)
    // Alone, a path that starts with two slashes names a host. The gate's own lead nowhere.
    const isOdd = pathname.startsWith('//') || pathname.includes('/.stagedoor/')
    return origin === new URL(base).origin && !isOdd ? pathname + search : ''
  } catch {
    return ''
  }
}

async function readBody(request: Request): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  try {
    const reader = request.body?.getReader()
    while (reader && length <= LONGEST_FORM) {
      const { done, value } = await reader.read()
      if (done) return text + decoder.decode()
      length += value.length
      text += decoder.decode(value, { stream: true })
    }
    await reader?.cancel()
  } catch {
    // Whoever sent it has gone.
  }
  return ''
}

/** Whether a request to sign out is meant so, and is no script's fetching of links in advance. */
function isMeant({ method, headers }: Request): boolean {
  const mode = headers.get('Sec-Fetch-Mode') ?? 'navigate'
  return method === 'POST' || (mode === 'navigate' && !headers.has('Sec-Purpose'))
}

/**
 * Takes the pass away. The browser forgets credentials that are refused, for the realm under
 * which it holds them.
 */
function signOut(request: Request, site: Site): Response {
  const { basePath, hasPage, realm } = site
  const asks = !hasPage || request.headers.has('Authorization')
  const again = `<a href="${escapeHtml(basePath)}/">Sign in again</a>`
  const response = asks
    ? answerPage(request, site, 401, 'Signed out', `<h1>Signed out</h1>\n<p>${again}</p>`)
    : signInPage(request, 401, site, { userId: '', to: '' }, 'You are signed out.')
  if (asks) response.headers.set('WWW-Authenticate', writeChallenge('Basic', realm))
  return setCookies(response, writeCookie(request, '', 0, 'lax'))
}
