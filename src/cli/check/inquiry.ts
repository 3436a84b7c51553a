/** What has been asked so far, what came of it, and what there is to know for the next question. */
import { randomBytes } from 'node:crypto'
import { type Rule, readRules } from '../../gate/rules.ts'
import { type Judged, Silent } from './examined.ts'
import { type Asked, type Exchange, isPlain, keyOf } from './exchange.ts'
import { type Allow, isAllowed, literalPaths } from './judging/allowed.ts'
import { type Baseline, locationOf } from './judging/baseline.ts'
import { type Ground, judge } from './judging/judge.ts'
import { KeptBodies } from './kept-bodies.ts'
import { missingIn, NamesIn } from './names-in.ts'
import { plainRequests } from './requests/plain-requests.ts'
import type { Site } from './site.ts'
import { SiteMap } from './site-map.ts'
import { isBelow, isHarmless, isSendable, pathOf } from './target.ts'
import { breath } from './turns.ts'
import { byKind, inTurn, type Kind } from './url-kinds.ts'
import type { Credential } from './wire/request.ts'
import { Wire } from './wire/wire.ts'

export interface Plan {
  site: Site
  /** Of `--allow`. */
  rules: Rule[]
  credential: Credential | null
  limit: number
  userAgent: string
  pause: (milliseconds: number) => Promise<unknown>
  /** In place of 10 s, for tests. */
  patience?: number
  onStep?: (sent: number, what: string) => void
}

/** Requests by which a refusal's time is taken; none where the limit is small. */
const PROBES = 15

/** Requests of which the bodies wait to be judged; a multiple of how many are asked at once. */
const BATCH = 32

/** Kinds on which a trick tells little: what is there is not known, or is no one's. */
const NOT_WORTH: Kind[] = ['nowhere', 'hidden file', 'internal', 'plain http', 'by custom']

export class Inquiry {
  readonly plan: Plan
  readonly map: SiteMap
  readonly wire: Wire
  readonly judged: Judged[] = []
  /** Stands in paths that no site has, and in credentials that nobody has. */
  readonly random = randomBytes(6).toString('hex')
  baseline: Baseline = { signIn: null, inPlace: null, refusal: '', movedTo: null }
  /** What was thought of, and left out for the limit. */
  leftOut = 0
  /** What is being done, in words. */
  step = ''
  readonly #allow: Allow
  readonly #asked = new Set<string>()
  readonly #bodies = new KeptBodies()
  #names: NamesIn
  #secrets: string[] = []

  constructor(plan: Plan) {
    this.plan = plan
    this.map = new SiteMap(plan.site)
    this.#names = new NamesIn(this.map.names)
    this.#allow = readRules(plan.rules.map(({ text }) => text)) as Allow
    this.wire = new Wire(plan.site, {
      ...plan,
      onExchange: (_, sent) => plan.onStep?.(sent, this.step),
    })
  }

  get ground(): Ground {
    const { map, baseline } = this
    const { site, base } = map
    const namesIn = (text: string) => this.#names.in(text)
    return { site, base, baseline, allow: this.#allow, namesIn, secrets: this.#secrets }
  }

  /** That part of the limit, as far as there is so much left. */
  share(part: number): number {
    return Math.max(0, Math.min(Math.floor(this.plan.limit * part), this.wire.left))
  }

  get probes(): number {
    return Math.min(this.plan.limit >= 10 * PROBES ? PROBES : 0, this.wire.left)
  }

  /** Asks what was not asked yet, as far as there is room. @returns what came of it */
  async ask(requests: Asked[], room: number, many?: number): Promise<Judged[]> {
    const wanted = this.#fresh(requests).slice(0, Math.max(0, room))
    for (const asked of wanted) this.#asked.add(keyOf(asked))
    const judged: Judged[] = []
    // Not all at once: until they are judged, their bodies are kept whole.
    for (let at = 0; at < wanted.length; at += BATCH) {
      judged.push(...(await this.askAnyway(wanted.slice(at, at + BATCH), many)))
    }
    return judged
  }

  /** As {@link ask}; what there is no room for is told in the end. */
  async askOrTell(requests: Asked[], room: number, many?: number): Promise<Judged[]> {
    const fresh = this.#fresh(requests)
    this.leftOut += Math.max(0, fresh.length - Math.max(0, room))
    return this.ask(fresh, room, many)
  }

  /** As {@link ask}, also what was asked before. @throws {Silent} where there is no more to come */
  async askAnyway(requests: Asked[], many?: number): Promise<Judged[]> {
    const judged: Judged[] = []
    for (const exchange of await this.wire.askAll(requests, many)) {
      judged.push(...this.take([exchange]))
      await breath()
    }
    const { silent, sent } = this.wire
    if (silent > 0) throw new Silent(silent, sent)
    return judged
  }

  /** Judges, and reads what is shown. */
  take(exchanges: Exchange[]): Judged[] {
    return exchanges.map((exchange) => {
      const judged = judge(exchange, this.ground)
      const { asked, answer, verdict } = judged
      const isShown = ['entered', 'open', 'told', 'public'].includes(verdict)
      if (isShown && !('failure' in answer) && answer.status < 300) {
        this.map.read(asked.target, answer)
      }
      const kept = this.#bodies.keep(judged)
      this.judged.push(kept)
      return kept
    })
  }

  /** All, judged again, now that all is known that the site says of itself. */
  async judgedAgain(): Promise<Judged[]> {
    // Some of the names may have been forgotten, and others learnt.
    this.#names = new NamesIn(this.map.names)
    const { ground } = this
    const again: Judged[] = []
    for (const one of this.judged) {
      // What rules of `--allow` open hangs on what was learnt later, and not on the body.
      const isSettled = this.#bodies.isShortened(one) && one.verdict !== 'told'
      again.push(isSettled ? one : judge(one, ground))
      await breath()
    }
    return again
  }

  /** What is left to ask plainly. */
  plainly(): Asked[] {
    const requests = plainRequests(this.map, this.#literals, this.random)
    return this.#fresh(inTurn(requests, this.#redirects()))
  }

  /** Plain requests that are refused, those first that somebody has got; of each kind one first. */
  get victims(): Asked[] {
    const there = new Set(this.served.map(({ asked }) => asked.target))
    const isThere = ({ target }: Asked) => Number(there.has(target))
    const worth = this.refused.filter(({ kind }) => !NOT_WORTH.includes(kind as Kind))
    const sorted = worth.sort((a, b) => isThere(b) - isThere(a))
    return inTurn(byKind(sorted.length > 0 ? sorted : this.refused))
  }

  get refused(): Asked[] {
    return this.judged
      .filter(({ asked, verdict }) => verdict === 'refused' && isPlain(asked) && !asked.overHttp)
      .map(({ asked }) => asked)
  }

  /** What somebody has got. */
  get served(): Judged[] {
    return this.judged.filter(({ verdict, answer }) => {
      return verdict === 'entered' && !('failure' in answer) && answer.status < 300
    })
  }

  /** Paths that are open on purpose: those that are found so, and those that rules name. */
  get open(): string[] {
    const told = this.judged.filter(({ verdict, asked }) => verdict === 'told' && !asked.trick)
    const paths = told.map(({ asked }) => pathOf(asked.target))
    return [...new Set([...this.#literals, ...paths])]
  }

  /** Paths that rules of `--allow` name, without wildcards. */
  get #literals(): string[] {
    return literalPaths(this.plan.rules, this.map.base)
  }

  /** Texts of pages that are shut, and of none that is open: what no open page may show. */
  async learnSecrets(): Promise<void> {
    const shut = new Set<string>()
    const open: Judged[] = []
    for (const one of this.judged) {
      const { asked, answer, verdict } = one
      if ('failure' in answer) continue
      if (verdict === 'told' || isAllowed(asked, this.#allow, this.map.base)) {
        open.push(one)
      } else if (verdict === 'entered') {
        for (const text of this.map.textsOf(asked.target)) shut.add(text)
      }
    }
    this.#secrets = await missingIn(open, shut)
  }

  /** Where nobody was sent on to, on this site: the same, asked there. */
  #redirects(): Asked[] {
    const { site } = this.map
    return this.judged.flatMap(({ verdict, asked, answer }) => {
      if (verdict !== 'elsewhere' || 'failure' in answer) return []
      if (!isPlain(asked) || asked.overHttp) return []
      const to = locationOf(answer, asked.target, site)
      // Without its query: what it asks for may be done by asking.
      const target = to?.page.slice(site.origin.length) ?? ''
      return to?.origin === site.origin && isSendable(target) ? [{ ...asked, target }] : []
    })
  }

  #fresh(requests: Asked[]): Asked[] {
    const fresh = new Map(requests.map((asked) => [keyOf(asked), asked]))
    return [...fresh]
      .filter(([key, asked]) => !this.#asked.has(key) && this.#isHarmless(asked))
      .map(([, asked]) => asked)
  }

  /** However it was found. The path that was given may have any name. */
  #isHarmless({ target }: Asked): boolean {
    const given = this.plan.site.path.replace(/\/$/, '')
    return isHarmless(isBelow(target, given) ? target.slice(given.length) : target)
  }
}
