/** What an answer is: a refusal, an exception with a name, or a fault. */
import { exceptions } from './exceptions.ts'
import type { Inventory } from './inventory.ts'
import type { Server } from './server.ts'
import { type Answer, type Ask, askAll, show } from './wire.ts'

export const REFUSED = {
  status: 401,
  challenge: 'Basic realm="Staging", charset="UTF-8"',
  cacheControl: 'no-store',
  robots: 'noindex, nofollow',
  sniff: 'nosniff',
}

/** What makes an answer a refusal of the gate. */
export function refusal({ status, headers }: Answer) {
  return {
    status,
    challenge: headers['www-authenticate'],
    cacheControl: headers['cache-control'],
    robots: headers['x-robots-tag'],
    sniff: headers['x-content-type-options'],
  }
}

/** Texts of the site that an answer has and its request has not. */
export function textsIn({ headers, body }: Answer, request: Ask): string[] {
  const own = [request.target, ...(request.headers ?? []).flat()].join(' ')
  const texts = `${JSON.stringify(headers)}${body.toString('latin1')}`.match(
    /(BACKSTAGE|FOYER)-[a-z-]+/g,
  )
  return [...new Set(texts)].filter((text) => !own.includes(text)).sort()
}

/** What stands on every page of the App Router, a public one too. */
export const FRAME = ['BACKSTAGE-not-found', 'BACKSTAGE-root-layout']

export interface Verdict {
  name: string
  fault: boolean
}

/**
 * Judges an answer.
 *
 * @param open whether the request is on its way to something public: then it may also be
 * answered with that, or with a page that says there is none
 */
export function judge(request: Ask, answer: Answer, inventory: Inventory, open = false): Verdict {
  const texts = textsIn(answer, request)
  const faults = (shows: string[]) => texts.filter((text) => !shows.includes(text))
  const verdict = (name: string, shows: string[] = []): Verdict => {
    const more = faults(shows)
    return { name: more.length ? `${name}, with ${more}` : name, fault: more.length > 0 }
  }

  const method = request.method ?? 'GET'
  // No body for HEAD (RFC 9110 §9.3.2).
  const tooMuch = method === 'HEAD' && answer.body.length > 0
  if (JSON.stringify(refusal(answer)) === JSON.stringify(REFUSED)) {
    return tooMuch ? { name: 'a body for HEAD', fault: true } : verdict('refused')
  }
  const exception = exceptions.find((e) => e.covers({ ...request, method }, answer, inventory))
  if (exception) return verdict(exception.name, exception.shows)
  if (open) {
    const foyer = texts.filter((text) => text.startsWith('FOYER-'))
    if (foyer.length > 0) return verdict('the public page', [...FRAME, ...foyer])
    // `{}`: what a prefetch gets of a page that is drawn at request.
    if (answer.body.length <= 2 && [200, 404].includes(answer.status)) return verdict('nothing')
    if ([206, 304, 307, 400, 404, 405, 412].includes(answer.status))
      return verdict(`${answer.status}`, FRAME)
  }
  const { location, 'www-authenticate': challenge } = answer.headers
  return { name: [answer.status, challenge, location, texts].join(' '), fault: true }
}

/** Asks all of a server, and says which answers are faults, and which exceptions there were. */
export async function judgeAll(
  server: Server,
  inventory: Inventory,
  requests: (string | Ask)[],
  open = false,
) {
  const asks = requests.flatMap((request) => {
    const { target, ...rest } = typeof request === 'string' ? { target: request } : request
    return spellings(server, target).map((spelling) => ({ ...rest, target: spelling }))
  })
  const answers = await askAll(server.port, asks)
  const verdicts = asks.map((asked, i) => judge(asked, answers[i] as Answer, inventory, open))
  const counts: { [name: string]: number } = {}
  for (const { name } of verdicts) counts[name] = (counts[name] ?? 0) + 1
  if (process.env.REPORT) console.log(server.site.name, counts)
  return verdicts.flatMap(({ fault, name }, i) =>
    fault ? [`${show(asks[i] as Ask)} → ${name}`] : [],
  )
}

/** A request of the site: base path before it, and a slash after it where Next.js wants one. */
export function complete(server: Server, request: string | Ask): Ask {
  const { target, ...rest } = typeof request === 'string' ? { target: request } : request
  return { ...rest, target: spellings(server, target)[0] as string }
}

/** How a target is written in the site, the right way first. */
function spellings({ site }: Server, target: string): string[] {
  const full = target.startsWith('/') ? site.basePath + target : target
  const page = /^(\/[^?#]*\/[^./?#]+|\/[^./?#]+)(\?.*)?$/.exec(target)
  if (site.variant !== 'trailingSlash' || !page) return [full]
  return [`${page[1]}/${page[2] ?? ''}`, full]
}
