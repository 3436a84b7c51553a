/** What the answers of a site say, beside whether they let anybody in. */
import type { Examined, Judged } from '../examined.ts'
import { type Answered, isAnswered } from '../exchange.ts'
import type { Finding } from '../finding.ts'
import { judgeCaching } from './caching.ts'
import { judgeChallenges } from './challenges.ts'
import { judgeCookies } from './cookies.ts'
import { judgeIndexing } from './indexing.ts'
import { judgeLatency } from './latency.ts'
import { few, found } from './make-finding.ts'
import { judgePlatform, platformOf } from './platform.ts'
import { judgeRedirects } from './redirects.ts'
import { judgeTelling } from './telling.ts'
import { judgeTransport } from './transport.ts'

/** Findings on what was answered. A site that is well gets none, and each is there once. */
export function judgeAnswers(examined: Examined): Finding[] {
  const refusals = examined.exchanges.filter(isRefusal)
  // What the platform says is not for the owner of the site to change.
  const own = refusals.filter((refusal) => platformOf(refusal) === null)
  return few([
    ...judgePlatform(refusals),
    ...judgeRedirects(examined),
    // Where nothing is refused, nothing is private that a cache or a cookie could give away.
    ...(refusals.length > 0 ? [...judgeCaching(examined, own), ...judgeCookies(examined)] : []),
    ...judgeTransport(examined),
    ...judgeChallenges(own),
    ...judgeTelling(own),
    ...judgeIndexing(examined),
    ...unavailable(own),
    ...tooMany(examined),
    ...judgeLatency(examined),
  ])
}

function isRefusal(exchange: Judged): exchange is Judged & Answered {
  const { verdict, asked } = exchange
  return verdict === 'refused' && asked.visitor !== 'somebody' && isAnswered(exchange)
}

/** 503 to all that is asked plainly. */
function unavailable(refusals: Answered[]): Finding[] {
  const plain = refusals.filter(({ asked }) => asked.trick === undefined)
  if (plain.length === 0 || plain.some(({ answer }) => answer.status !== 503)) return []
  return [found('shut-for-all', 'all that is asked is answered 503', { by: plain })]
}

function tooMany({ exchanges }: Examined): Finding[] {
  const by = exchanges.filter(isAnswered).filter(({ answer }) => answer.status === 429)
  if (by.length === 0) return []
  return [found('rate-limited', `${by.length} of ${exchanges.length} were answered 429`, { by })]
}
