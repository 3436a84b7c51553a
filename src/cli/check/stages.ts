/** What is asked, one after another. Each takes a part of the limit; the rest is for tricks. */
import { leadsIn, learnBaseline } from './baseline.ts'
import { type Judged, Moved, Unreachable } from './examined.ts'
import type { Asked, Exchange } from './exchange.ts'
import { nowhere } from './guessed-paths.ts'
import type { Inquiry } from './inquiry.ts'
import { languagesOf } from './languages.ts'
import { asPage, plainly } from './plain-requests.ts'
import { asStranger, oddStrangers, usualStrangers } from './strangers.ts'
import { trickRequests } from './tricks.ts'
import { byKind, inTurn, KINDS, oneOfEach } from './url-kinds.ts'

const SHARES = { inside: 0.12, plain: 0.35, entered: 0.12, strangers: 0.14 }
/** Pages that are looked at from inside at first; half of them lead to the other half. */
const MOST_PAGES = 12

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
  inquiry.take([start, ...others])
  if (below) inferBase(inquiry, below, inside)
  await visitSignIn(inquiry)
  if (!site.isSecure || site.port !== 443) return
  await inquiry.ask([{ ...plainly('/', 'plain http'), plain: true }], 1)
}

/** Looks whether the page to which all are sent is one to sign in, where it is of this site. */
async function visitSignIn(inquiry: Inquiry): Promise<void> {
  const { baseline } = inquiry
  const { site } = inquiry.map
  const target = baseline.signIn?.slice(site.origin.length) ?? ''
  if (!baseline.signIn?.startsWith(`${site.origin}/`)) return
  const [visited] = await inquiry.ask([plainly(asPage(target), 'page')], 1)
  const { answer } = visited ?? {}
  if (answer && 'failure' in answer) return
  const isOne = answer !== undefined && leadsIn(answer, target, site)
  inquiry.baseline = isOne
    ? { ...baseline, signInText: answer.body.toString('latin1') }
    : { ...baseline, signIn: null }
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

/** Looks at pages with the credential, and at what they lead to. @returns whether it is right */
export async function enter(inquiry: Inquiry): Promise<boolean | null> {
  const { map, plan } = inquiry
  if (!plan.credential) return null
  inquiry.step = 'with your credential'
  let room = inquiry.share(SHARES.inside)
  const look = async (requests: Asked[], most = room) => {
    const judged = await inquiry.ask(requests.map(asSomebody), Math.min(most, room))
    room -= judged.length
    return judged
  }
  const pages = () => map.of('page').map((path) => plainly(asPage(path), 'page'))
  const [first] = await look([plainly(asPage(map.site.path), 'page')])
  if (first?.verdict !== 'entered') return false
  await look(
    ['/', '/robots.txt', '/sitemap.xml'].map((path) => plainly(map.base + path, 'metadata')),
  )
  await look(pages(), MOST_PAGES / 2)
  await look(pages(), MOST_PAGES / 2)
  const files = (['chunk', 'style', 'file'] as const).flatMap((kind) =>
    map
      .of(kind)
      .filter((path) => /\.(m?js|css|json|webmanifest|xml)$/.test(path))
      .map((path) => plainly(path, kind)),
  )
  await look(files.sort((a, b) => promise(b) - promise(a)))
  await look(pages())
  return true
}

/** How much a file may lead to: a manifest names pages of the Pages Router. */
function promise({ target }: Asked): number {
  if (/_buildManifest\.js$/.test(target)) return 2
  return /\/(pages|app)\//.test(target) ? 1 : 0
}

/**
 * Every kind of URL, of nobody: one of each kind, however small the limit, then another of each.
 */
export async function askPlainly(inquiry: Inquiry, given?: number) {
  inquiry.step = 'without a credential'
  const kinds = new Set(inquiry.plainly().map(({ kind }) => kind)).size
  const room = given ?? Math.min(Math.max(kinds, inquiry.share(SHARES.plain)), inquiry.wire.left)
  // Again where the answers have shown more, and where they lead on to.
  for (let round = 0, left = room; round < 3; round++) {
    learnLanguages(inquiry)
    const judged = await inquiry.ask(inquiry.plainly(), left)
    left -= judged.length
  }
}

/** More than these are no accident. */
const MOST_ACCIDENTS = 8

/** What nobody got no answer to, once more: a connection may be cut by accident. */
export async function askOnceMore(inquiry: Inquiry): Promise<void> {
  const { judged, wire } = inquiry
  const cut = judged
    .filter(({ asked, verdict }) => verdict === 'failed' && asked.visitor === 'nobody')
    .filter(({ asked }) => !asked.trick && !asked.plain)
  if (cut.length > MOST_ACCIDENTS) return
  const again = await wire.askAll(cut.map(({ asked }) => asked))
  for (const { asked } of again)
    judged.splice(
      judged.findIndex((one) => one.asked === asked),
      1,
    )
  inquiry.take(again)
}

/** What is there, of what nobody got: with the credential. */
export async function askInside(inquiry: Inquiry): Promise<void> {
  inquiry.step = 'with your credential'
  const refused = inquiry.refused.filter(({ kind }) => kind !== 'hidden file')
  const requests = inTurn(byKind(refused)).map(asSomebody)
  await inquiry.ask(requests, inquiry.share(SHARES.entered))
}

/** Wrong credentials, one at a time: a site may count them. */
export async function sendStrangers(inquiry: Inquiry): Promise<void> {
  inquiry.step = 'with wrong credentials'
  const { victims, random, plan } = inquiry
  const [first] = victims
  if (!first) return
  const usual = usualStrangers(random).flatMap((one) =>
    oneOfEach(victims, KINDS).map((plain) => asStranger(plain, one)),
  )
  const odd = oddStrangers(random, plan.credential?.userId).map((one) => asStranger(first, one))
  // The usual at the first, then all that is odd, then the usual everywhere.
  const isFirst = ({ target }: Asked) => target === first.target
  const requests = [...usual.filter(isFirst), ...odd, ...usual.filter((asked) => !isFirst(asked))]
  await inquiry.askOrTell(requests, inquiry.share(SHARES.strangers), 1)
}

/** What somebody has got, nobody asks for again: a cache may have kept it. */
export async function askAgain(inquiry: Inquiry): Promise<void> {
  inquiry.step = 'whether a cache keeps it'
  const got = new Set(inquiry.served.map(({ asked }) => asked.target))
  const refused = inquiry.victims.filter(({ target }) => got.has(target))
  const kinds = ['page', 'data', 'payload', 'chunk', 'image', 'file', 'api'] as const
  const trick = 'asking again after somebody had it'
  const again = oneOfEach(refused, kinds).map((asked): Asked => {
    return { ...asked, trick, rule: 'cache-serves-strangers' }
  })
  // Not by `ask`: it was asked before.
  inquiry.take(await inquiry.wire.askAll(again))
}

export async function tryTricks(inquiry: Inquiry): Promise<void> {
  inquiry.step = 'by tricks'
  learnLanguages(inquiry)
  inquiry.learnSecrets()
  const { victims, open, map, random, wire } = inquiry
  const requests = trickRequests({ victims, open }, map, random)
  await inquiry.askOrTell(requests, wire.left - inquiry.probes)
}

/** The same refused request on one connection: how long a refusal takes. */
export async function probe(inquiry: Inquiry): Promise<Exchange[]> {
  inquiry.step = 'how fast it refuses'
  const [victim] = inquiry.victims
  return victim ? inquiry.wire.askAll(Array(inquiry.probes).fill(victim), 1) : []
}

function asSomebody(asked: Asked): Asked {
  return { ...asked, visitor: 'somebody' }
}
