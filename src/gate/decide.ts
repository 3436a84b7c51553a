/** Deciding one request. To be read from top to bottom: the first answer is the answer. */
import { isWithin } from './address.ts'
import { isBasic, parseCredentials } from './credentials.ts'
import { type Facts, isRedirectable } from './facts.ts'
import { findHolder, type Holder } from './holder.ts'
import type { Use } from './pass.ts'
import type { Account, Policy } from './policy.ts'
import { covers } from './rules.ts'
import { isUnder } from './target.ts'

/** What to do, and why. `user` is named only where proven. */
export type Decision = Admission | Refusal

export interface Admission {
  admit: true
  reason: Exclude<Use, 'identity'> | 'open' | 'allowed' | 'link' | 'address' | 'credentials'
  user?: string
}

const REFUSALS = {
  'no policy': { status: 503 },
  'verify failed': { status: 503 },
  'too many attempts': { status: 429 },
  'path not covered': { status: 403 },
  'cross-site post': { status: 403 },
  'no credentials': { status: 401, challenge: 'Basic' },
  'pass not valid': { status: 401, challenge: 'Basic' },
  'wrong credentials': { status: 401, challenge: 'Basic' },
  // A Basic challenge to another scheme makes a browser drop the good credentials it holds.
  'other scheme': { status: 401, challenge: 'Bearer' },
} as const

type Refusals = { [R in keyof typeof REFUSALS]: { reason: R } & (typeof REFUSALS)[R] }
export type Refusal = { admit: false; user?: string } & Refusals[keyof Refusals]

/** A decision, and what comes of it beside the answer. */
export interface Outcome {
  decision: Decision
  /** Who it is, where proven. */
  account?: Account | null | undefined
  /** Whether `Authorization` was for the gate, and so is none of the app's business. */
  took?: boolean | undefined
  /** Whether the browser is to keep a pass of the account, and has none yet. */
  begins?: boolean | undefined
  /** When the pass of a share link ends. Seconds since the epoch. */
  expires?: number | undefined
}

// What a cookie may hold.
const KEPT: Use[] = ['session', 'share', 'bypass']
const BEARER = /^bearer +([\w.-]+)$/i

/**
 * Decides one request. Refuses where there is no policy: a gate that nobody has configured
 * stays shut. Never throws for anything that a client can send.
 */
export async function decide(facts: Facts, policy: Policy | null): Promise<Outcome> {
  const { method, path, authorization, keys, now } = facts
  if (!policy) return refused('no policy')
  if (policy.open) return admitted('open', null)

  const find = (token: string, uses: Use[]) => findHolder(token, uses, policy, keys, now)
  const link = facts.link && isRedirectable(facts) ? await find(facts.link, ['share']) : null
  if (link && sees(link, facts)) {
    const session = await find(facts.cookie, ['session'])
    const begins = !session || !sees(session, facts)
    return admitted('link', link, { begins, expires: link.pass.exp })
  }

  const token = BEARER.exec(authorization)?.[1]
  const bearer = token ? await find(token, ['automation']) : null
  const took = bearer !== null
  if (covers(policy.allow, method, path)) return admitted('allowed', null, { took })

  const machine = (facts.pass && (await find(facts.pass, ['automation']))) || bearer
  const holder = machine ?? (facts.cookie ? await find(facts.cookie, KEPT) : null)
  const known = holder && sees(holder, facts) ? holder : null
  // Beside a machine's pass Basic credentials are the app's. Beside a cookie they are ours, and
  // refused where they are wrong.
  if (known && (machine || !isBasic(authorization))) return byPass(known, took)
  if (facts.bypasses) return admitted('bypass', known, { took, begins: known === null })
  if (facts.address && isWithin(policy.ips, facts.address))
    return admitted('address', known, { took })
  return isBasic(authorization) ? judgeBasic(facts, known) : refuseHolder(facts, holder)
}

/** Admits the holder of a pass. */
function byPass(holder: Holder, took: boolean): Outcome {
  return admitted(holder.pass.use as Admission['reason'], holder, { took })
}

async function judgeBasic(facts: Facts, known: Holder | null): Promise<Outcome> {
  const verdict = await facts.check(parseCredentials(facts.authorization))
  if (typeof verdict === 'object' && sees(verdict, facts)) {
    const begins = known?.pass.use !== 'session' || known.userId !== verdict.userId
    return admitted('credentials', verdict, { took: true, begins })
  }
  // The pass that came with them opens what they do not.
  if (known && verdict !== 'wrong credentials') return byPass(known, true)
  return typeof verdict === 'object' ? refused('path not covered', verdict) : refused(verdict)
}

function refuseHolder({ navigates, authorization, pass, link }: Facts, holder: Holder | null) {
  // Who follows a share link's page to another one may still sign in; its scripts may not ask.
  if (holder && !(holder.pass.use === 'share' && navigates)) {
    return refused('path not covered', holder)
  }
  if (authorization) return refused('other scheme')
  return refused(pass || link ? 'pass not valid' : 'no credentials')
}

function sees({ paths }: Account, { method, path }: Facts): boolean {
  // Without the build's scripts and styles no page would work, whatever its visitor may see.
  return !paths || isUnder('static', path) || covers(paths, method, path)
}

export function admitted(
  reason: Admission['reason'],
  holder: Account | Holder | null,
  more: Omit<Outcome, 'decision'> = {},
): Outcome {
  // Who holds the platform's secret, or the pass for it, is nobody in particular.
  const account = holder && 'pass' in holder && holder.pass.use === 'bypass' ? null : holder
  const decision: Admission = { admit: true, reason }
  if (account) decision.user = account.userId
  // Spelled out: spreading what there is more of takes many times as long.
  const { took, begins, expires } = more
  return { decision, account, took, begins, expires }
}

export function refused(reason: keyof typeof REFUSALS, account?: Account): Outcome {
  const user = account && { user: account.userId }
  return { decision: { admit: false, reason, ...REFUSALS[reason], ...user } as Refusal }
}
