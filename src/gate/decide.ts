/** Deciding one request. To be read from top to bottom: the first answer is the answer. */
import { type Address, isWithin } from './address.ts'
import { sameText } from './bytes.ts'
import { type Credentials, isOtherScheme, parseCredentials } from './credentials.ts'
import { findHolder, type Holder } from './holder.ts'
import type { Keys } from './issue.ts'
import type { Use } from './pass.ts'
import type { Account, Policy, Verdict } from './policy.ts'
import { covers } from './rules.ts'
import { isUnder } from './target.ts'

/** What of a request decides. `path` is a target's; texts are empty where there are none. */
export interface Facts {
  method: string
  path: string[] | null
  /** Whether a browser is to show the answer as a page. */
  navigates: boolean
  authorization: string
  /** Passes as they came: in the URL, in a header of their own, in the cookie. */
  link: string
  pass: string
  cookie: string
  /** What stands for the platform's secret for automation. */
  bypass: string
  address: Address | null
  keys: Keys
  now: number
  check(credentials: Credentials): Promise<Verdict>
}

/** What to do, and why. `user` is named only where proven. */
export type Decision = Admission | Refusal

export interface Admission {
  admit: true
  reason:
    | 'open'
    | 'allowed'
    | 'link'
    | 'automation'
    | 'share'
    | 'session'
    | 'bypass'
    | 'address'
    | 'credentials'
  user?: string
}

export type Refusal = { admit: false; user?: string } & Why

type Why =
  | {
      status: 401
      challenge: 'Basic'
      reason: 'no credentials' | 'pass not valid' | 'wrong credentials'
    }
  | { status: 401; challenge: 'Bearer'; reason: 'other scheme' }
  | { status: 403; reason: 'path not covered' | 'cross-site post' }
  | { status: 429; reason: 'too many attempts' }
  | { status: 503; reason: 'no policy' | 'verify failed' }

/** A decision, and what comes of it beside the answer. */
export interface Outcome {
  decision: Decision
  /** Who it is, where proven. */
  account?: Account | null
  /** Whether `Authorization` was for the gate, and so is none of the app's business. */
  took?: boolean
  /** Whether the browser is to keep a pass of the account, and has none yet. */
  begins?: boolean
  /** When the pass of a share link ends. Seconds since the epoch. */
  expires?: number
}

const BEARER = /^bearer +([\w.-]+)$/i

/**
 * Decides one request. Refuses where there is no policy: a gate that nobody has configured
 * stays shut. Never throws for anything that a client can send.
 */
export async function decide(facts: Facts, policy: Policy | null): Promise<Outcome> {
  const { method, path, authorization, keys, now } = facts
  if (!policy) return refused({ status: 503, reason: 'no policy' })
  if (policy.open) return { decision: { admit: true, reason: 'open' } }

  const find = (token: string, ...uses: Use[]) => findHolder(token, uses, policy, keys, now)
  const linked = isRedirectable(facts) ? await find(facts.link, 'share') : null
  if (linked && sees(linked, facts)) {
    const session = await find(facts.cookie, 'session')
    const begins = !session || !sees(session, facts)
    return admitted('link', linked, { begins, expires: linked.pass.exp })
  }
  const [, bearer = ''] = BEARER.exec(authorization) ?? []
  const inBearer = await find(bearer, 'automation')
  const took = inBearer !== null
  if (covers(policy.allow, method, path)) return admitted('allowed', null, { took })

  const isBasic = authorization !== '' && !isOtherScheme(authorization)
  const machine = (await find(facts.pass, 'automation')) ?? inBearer
  const holder = machine ?? (await find(facts.cookie, 'session', 'share', 'bypass'))
  const known = holder && sees(holder, facts) ? holder : null
  // Beside a machine's pass Basic credentials are the app's. Beside a cookie they are ours, and
  // refused where they are wrong.
  if (known && (machine || !isBasic)) return byPass(known, took)
  if (keys.bypass && sameText(facts.bypass, keys.bypass)) {
    return admitted('bypass', known, { took, begins: known === null })
  }
  if (facts.address && isWithin(policy.ips, facts.address)) {
    return admitted('address', known, { took })
  }
  if (isBasic) return judgeBasic(facts, known)
  return refuseHolder(facts, holder)
}

/** Admits the holder of a pass. Who holds the platform's is nobody in particular. */
function byPass(holder: Holder, took: boolean): Outcome {
  const { use } = holder.pass
  return admitted(use as Admission['reason'], use === 'bypass' ? null : holder, { took })
}

async function judgeBasic(facts: Facts, known: Holder | null): Promise<Outcome> {
  const verdict = await judge(parseCredentials(facts.authorization), facts.check)
  if (verdict === 'wrong') return refuseVerdict(verdict)
  if (typeof verdict === 'object' && sees(verdict, facts)) {
    const begins = known?.pass.use !== 'session' || known.userId !== verdict.userId
    return admitted('credentials', verdict, { took: true, begins })
  }
  // The pass that came with them opens what they do not.
  if (known) return byPass(known, true)
  return typeof verdict === 'object' ? notCovered(verdict) : refuseVerdict(verdict)
}

/** What decides of a form that was posted. */
export interface SignIn {
  /** `null` where nobody could have such. */
  credentials: Credentials | null
  /** Whether it came from a page of this site. */
  isOurs: boolean
}

/** Judges what a sign-in page has sent. Which paths the user may see is judged afterwards. */
export async function judgeForm(form: SignIn, check: Facts['check']): Promise<Outcome> {
  if (!form.isOurs) return refused({ status: 403, reason: 'cross-site post' })
  const verdict = await judge(form.credentials, check)
  if (typeof verdict !== 'object') return refuseVerdict(verdict)
  return admitted('credentials', verdict, { begins: true })
}

async function judge(credentials: Credentials | null, check: Facts['check']): Promise<Verdict> {
  return credentials ? check(credentials) : 'wrong'
}

function refuseVerdict(verdict: 'wrong' | 'busy' | 'failed'): Outcome {
  if (verdict === 'busy') return refused({ status: 429, reason: 'too many attempts' })
  if (verdict === 'failed') return refused({ status: 503, reason: 'verify failed' })
  return refused({ status: 401, challenge: 'Basic', reason: 'wrong credentials' })
}

function notCovered({ userId }: Account): Outcome {
  return refused({ status: 403, reason: 'path not covered', user: userId })
}

function refuseHolder(facts: Facts, holder: Holder | null): Outcome {
  // Who follows a share link's page to another one may still sign in; its scripts may not ask.
  if (holder && !(holder.pass.use === 'share' && facts.navigates)) return notCovered(holder)
  // A Basic challenge to another scheme makes a browser drop the good credentials it holds.
  if (facts.authorization) {
    return refused({ status: 401, challenge: 'Bearer', reason: 'other scheme' })
  }
  const reason = facts.pass || facts.link ? 'pass not valid' : 'no credentials'
  return refused({ status: 401, challenge: 'Basic', reason })
}

/** Whether a browser may be sent on to the same URL: a path such as `//host` would lead away. */
export function isRedirectable({ method, path }: Pick<Facts, 'method' | 'path'>): boolean {
  return path !== null && (method === 'GET' || method === 'HEAD')
}

function sees({ paths }: Account, { method, path }: Facts): boolean {
  // Without the build's scripts and styles no page would work, whatever its visitor may see.
  return !paths || isUnder('static', path) || covers(paths, method, path)
}

function admitted(
  reason: Admission['reason'],
  account: Account | null,
  more: Omit<Outcome, 'decision'> = {},
): Outcome {
  const decision: Decision = { admit: true, reason, ...(account && { user: account.userId }) }
  return { decision, account, ...more }
}

function refused(why: Why & { user?: string }): Outcome {
  return { decision: { admit: false, ...why } }
}
