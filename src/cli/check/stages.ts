/** What is asked then, one after another. Each takes a part of the limit; the rest is for tricks. */
import type { Judged } from './examined.ts'
import { type Asked, type Exchange, isPlain } from './exchange.ts'
import type { Inquiry } from './inquiry.ts'
import { learnLanguages } from './learn.ts'
import { asPage, plainly } from './requests/plain-requests.ts'
import { asStranger, oddStrangers, usualStrangers } from './requests/strangers.ts'
import { trickRequests } from './requests/tricks.ts'
import { byKind, inTurn, KINDS, oneOfEach } from './url-kinds.ts'

const SHARES = { inside: 0.12, plain: 0.35, entered: 0.12, strangers: 0.14 }
/** Pages that are looked at from inside at first; half of them lead to the other half. */
const MOST_PAGES = 12

/** Looks at pages with the credential, and at what they lead to. @returns whether it is right */
export async function enter(inquiry: Inquiry): Promise<boolean> {
  const { map, plan } = inquiry
  if (!plan.credential) return false
  inquiry.step = 'with your credential'
  let room = inquiry.share(SHARES.inside)
  const look = async (requests: Asked[], most = room) => {
    const judged = await inquiry.ask(requests.map(asSomebody), Math.min(most, room))
    room -= judged.length
    return judged
  }
  const pages = () => map.of('page').map((path) => plainly(asPage(path), 'page'))
  let [first] = await look([plainly(asPage(map.site.path), 'page')])
  if (first?.verdict === 'failed') {
    inquiry.judged.splice(inquiry.judged.indexOf(first), 1)
    ;[first] = await inquiry.askAnyway([first.asked])
  }
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
  const { judged } = inquiry
  const cut = judged
    .filter(({ verdict }) => verdict === 'failed')
    .filter(({ asked }) => isPlain(asked) && !asked.overHttp)
  if (cut.length > MOST_ACCIDENTS) return
  try {
    await inquiry.askAnyway(cut.map(({ asked }) => asked))
  } finally {
    const isOver = (one: Judged) => {
      return judged.some((other) => other !== one && other.asked === one.asked)
    }
    for (const one of cut.filter(isOver)) judged.splice(judged.indexOf(one), 1)
  }
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
  await inquiry.askAnyway(again)
}

export async function tryTricks(inquiry: Inquiry): Promise<void> {
  inquiry.step = 'by tricks'
  learnLanguages(inquiry)
  await inquiry.learnSecrets()
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
