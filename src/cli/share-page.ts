/** The page that a share link opens: where it is, and the rule that covers it. */
import { CliError, EXIT } from './errors.ts'
import { isPass } from './passes.ts'
import { checkRule } from './rule-faults.ts'
import { printable } from './talk.ts'

/** A page to share. */
export interface Page {
  /** Path of the page, as a URL has it. */
  path: string
  /** With its `?`, or empty. */
  query: string
  /** With its `#`, or empty. */
  fragment: string
  /** Path of the page, and with `/**` what is below. */
  pattern: string
  /** What covers it, for looking: a `POST` to a page runs its server actions. */
  rule: string
}

/** Name of the parameter that the gate takes out. */
const PARAMETER = 'stagedoor'

/**
 * Reads the page: a path, percent-encoded or not, with a query perhaps; or `/pricing/**`.
 *
 * @throws {CliError} for a path that no rule would cover
 */
export function readPage(text: string): Page {
  const [, given = '', query = '', fragment = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(text) ?? []
  if (
    isPass(text) ||
    query
      .slice(1)
      .split('&')
      .some((pair) => pair.startsWith(`${PARAMETER}=`))
  ) {
    throw notPage('that page has a pass in it already', 'name it without the stagedoor parameter')
  }
  const fault = urlFault(text)
  if (fault) throw fault
  const below = given.endsWith('/**')
  const path = decodePath(below ? given.slice(0, -3) || '/' : given)
  const page = checkRule(path)
  if (!path.startsWith('/')) {
    throw notPage(
      `'${printable(text)}' is no page: a method stands in a rule`,
      'write its path alone',
    )
  }
  const whole = below ? `${page.replace(/\/$/, '')}/**` : page
  // Without its slash at the end, which means nothing in a rule.
  const pattern = whole === '/' ? whole : whole.replace(/\/$/, '')
  const { search, hash } = new URL(`http://host/${query}${fragment}`)
  const rule = `GET,HEAD ${pattern}`
  return { path: encodeURI(path), query: search, fragment: hash, pattern, rule }
}

/** `https://staging.example.com/pricing?plan=pro&stagedoor=…#faq` */
export function linkTo(page: Page, origin: string, token: string): string {
  const query = page.query ? `${page.query}&` : '?'
  return `${origin}${page.path}${query}${PARAMETER}=${token}${page.fragment}`
}

/**
 * Reads `--url`: where the site is, with its base path.
 *
 * @returns the same without a slash at its end; `''` where it is not known
 * @throws {CliError} for anything else, without saying what may be secret in it
 */
export function readOrigin(text: string | undefined): string {
  if (text === undefined) return ''
  const url = parseUrl(text)
  if (text.includes('@')) throw notOrigin('the URL of --url has credentials in it, or an @')
  if (/[?#]/.test(text)) throw notOrigin('the URL of --url has more than a path in it')
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw notOrigin(`'${printable(text)}' is no http or https URL`)
  }
  return url.origin + url.pathname.replace(/\/+$/, '')
}

/** What to warn of: by plain http the link is there to read on its way. */
export function originCautions(origin: string): string[] {
  if (!origin.startsWith('http:')) return []
  const { hostname } = new URL(origin)
  if (/^(localhost|127\..*|\[::1\]|.*\.localhost)$/.test(hostname)) return []
  return [`${origin} has no TLS: whoever is on the way can read the link, and use it`]
}

function urlFault(text: string): CliError | undefined {
  const url = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? parseUrl(text) : undefined
  if (!url || url.username || url.password) return undefined
  return notPage(
    'that is a whole URL, and a page is named by its path',
    `write '${printable(url.pathname)}', and the rest as \`--url ${url.origin}\``,
  )
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

/** Decoded once, segment by segment, as the gate does with the path of a request. */
function decodePath(path: string): string {
  const decoded = path.split('/').map(decodeSegment).join('/')
  const [odd] = /[*%?#\\\uFFFD]/.exec(decoded) ?? []
  if (odd === '*') {
    throw notPage(
      `'${printable(path)}' is no page: only /** may stand at its end`,
      "name the page to open, and then what else it opens: '/pricing' '/images/*'",
    )
  }
  if (odd) throw notPage(`no rule covers a path with '${odd}' in it`, 'share another page')
  return decoded
}

function decodeSegment(segment: string): string {
  try {
    const decoded = decodeURIComponent(segment)
    if (!decoded.includes('/')) return decoded
  } catch {}
  throw notPage(
    `no rule covers a path with '${printable(segment)}' in it`,
    'write it decoded, or share another page',
  )
}

function notPage(message: string, hint: string): CliError {
  return new CliError(message, { hint, exitCode: EXIT.misused })
}

function notOrigin(message: string): CliError {
  return new CliError(message, {
    hint: 'write --url https://staging.example.com, with the base path if there is one',
    exitCode: EXIT.misused,
  })
}
