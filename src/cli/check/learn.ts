/** What is asked first: how the site refuses, where its app begins, which languages it has. */
import { type Judged, Moved, Unreachable } from './examined.ts'
import type { Answer, Asked, Exchange } from './exchange.ts'
import type { Inquiry } from './inquiry.ts'
import { type Baseline, leadsIn, learnBaseline, locationOf } from './judging/baseline.ts'
import { languagesOf } from './languages.ts'
import { nowhere } from './requests/guessed-paths.ts'
import { asPage, plainly } from './requests/plain-requests.ts'
import type { Site } from './site.ts'
import { isSendable, pathOf } from './target.ts'

/** How the site refuses. @throws {Unreachable} @throws {Moved} */
export async function learn(inquiry: Inquiry): Promise<void> {
  const { map, random, wire } = inquiry
  const { site } = map
  inquiry.step = 'how it refuses'
  const start = await wire.ask(plainly(asPage(site.path), 'page'))
  const { answer } = start
  // What begins as an answer is one: what is wrong with it is for the judge.
  if ('failure' in answer && answer.statusSaid === undefined) {
    throw new Unreachable(answer.failure, answer.code)
  }
  const below = site.path.replace(/\/$/, '')
  const ask = (path: string) => wire.askAll(nowhereBelow(path, random))
  const others = await ask('')
  const inside = below ? await ask(below) : others
  inquiry.baseline = learnBaseline(inside, site)
  if (inquiry.baseline.movedTo) throw new Moved(inquiry.baseline.movedTo)
  // First, for what leads to a page that is none to sign in is not refused.
  await visitSignIn(inquiry)
  inquiry.take([start, ...others])
  if (below) inferBase(inquiry, below, inside)
  if (!site.isSecure || site.port !== 443) return
  await inquiry.ask([{ ...plainly('/', 'plain http'), overHttp: true }], 1)
}

/** Looks whether the page to which all are sent is one to sign in, where it is of this site. */
async function visitSignIn(inquiry: Inquiry): Promise<void> {
  const { baseline } = inquiry
  const { site } = inquiry.map
  const target = targetIn(baseline.signIn, site)
  if (target === undefined) return
  const [visited] = await inquiry.ask([plainly(asPage(target), 'page')], 1)
  const { answer } = visited ?? {}
  if (answer && 'failure' in answer) return
  if (visited && answer && leadsIn(answer, target, site)) {
    const signInText = answer.body.toString('latin1')
    inquiry.baseline = { ...baseline, signInText, ...(await followSignIn(inquiry, target, answer)) }
    return
  }
  inquiry.baseline = { ...baseline, signIn: null }
  // It was judged as if it were one.
  if (visited) inquiry.take(inquiry.judged.splice(inquiry.judged.indexOf(visited), 1))
}

// Libraries for signing in send on from an address of theirs to the app's own page, some by way of
// another.
const MOST_STEPS = 4

/** From the address to which all are sent to the page itself, where it is another one of this site. */
async function followSignIn(
  inquiry: Inquiry,
  from: string,
  sent: Answer,
): Promise<Partial<Baseline>> {
  const { site } = inquiry.map
  let [target, answer] = [from, sent]
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = targetIn(locationOf(answer, target, site)?.page, site)
    if (next === undefined) break
    const [visited] = await inquiry.ask([plainly(asPage(next), 'page')], 1)
    if (!visited || 'failure' in visited.answer) return {}
    ;[target, answer] = [next, visited.answer]
  }
  if (target === from || !leadsIn(answer, target, site)) return {}
  return { signInPath: pathOf(target), signInText: answer.body.toString('latin1') }
}

/** A page's path, where it is one of the site. */
function targetIn(page: string | null | undefined, { origin }: Site): string | undefined {
  const path = page?.startsWith(`${origin}/`) ? page.slice(origin.length) : ''
  return isSendable(path) ? path : undefined
}

/** What pages say of the languages that the site has. */
export function learnLanguages(inquiry: Inquiry): void {
  inquiry.baseline = { ...inquiry.baseline, languages: languagesOf(inquiry.judged) }
}

function nowhereBelow(path: string, random: string): Asked[] {
  return nowhere(random).map((name) => plainly(asPage(path + name), 'nowhere'))
}

/**
 * Where nothing is refused but below the path that was given, that is the base path: outside of it
 * Next.js asks no middleware.
 */
function inferBase(inquiry: Inquiry, below: string, exchanges: Exchange[]): void {
  const outside = inquiry.judged.filter(({ asked }) => asked.kind === 'nowhere')
  const inside = inquiry.take(exchanges)
  const isRefused = ({ verdict }: Judged) => verdict === 'refused'
  if (inside.every(isRefused) && !outside.some(isRefused)) inquiry.map.basePath = below
}
