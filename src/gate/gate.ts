/** The gate: request in, response out, alone or around the app's own middleware. */
import { admit, changeHeaders } from './admit.ts'
import { redirect } from './answer.ts'
import { forgetCookies } from './cookies.ts'
import { type Decision, decide, type Facts, judgeForm } from './decide.ts'
import { environment } from './environment.ts'
import { findFaults, readFacts, readKeys } from './facts.ts'
import { issueIdentity } from './issue.ts'
import { keepPass } from './keep.ts'
import { log } from './log.ts'
import type { Policy, PolicyDocument } from './policy.ts'
import { REALM } from './settings.ts'
import { deskOf, isMeant, readForm, refuseOrAsk, signInPage, signOut } from './sign-in.ts'
import { createSource, type Store } from './source.ts'
import { readSwitch } from './switch.ts'
import { readTarget } from './target.ts'
import { checkCredentials } from './users.ts'
import { createVerifier, type Verify } from './verify.ts'

/** What Next.js hands to a middleware beside the request. */
export type GateEvent = { waitUntil?(work: Promise<unknown>): void }
type MaybePromise<T> = T | Promise<T>

export interface GateOptions {
  /** Makes the client of the store that holds the policy. Called late, and after a failure. */
  store?: () => Store
  /** A policy in place of the environment's. */
  policy?: PolicyDocument
  /** The app's own middleware, for who is admitted. A method, so that it may take NextRequest. */
  next?(request: Request, event: GateEvent): MaybePromise<Response | null | undefined | void>
  /** Decides on users whom the policy does not name: by a backend's own sign-in, say. */
  verify?: Verify
  /** Asked before credentials are checked; `false` answers 429. */
  limiter?(request: Request, userId: string): MaybePromise<boolean>
  /** Told each decision, for logs and counters of your own. */
  onDecision?(decision: Decision, request: Request): void
}

// Characters: enough to know a page by, and no more for whoever would fill the log.
const LOGGED_PATH = 500

/** Returns nothing where the gate is off. */
export type Gate = (request: Request, event?: GateEvent) => Promise<Response | undefined>

/**
 * Makes a gate: what `middleware.ts` or `proxy.ts` exports by default.
 *
 * @example
 * export default createGate({ next: myMiddleware })
 */
export function createGate(options: GateOptions = {}): Gate {
  const source = createSource(options.store, options.policy)
  const verifier = options.verify && createVerifier(options.verify)
  const said = new Set<string>()
  let checked: Policy | null | undefined

  /** Says what is set wrong, once and not with each request. */
  function complain(event: string, reason: string) {
    if (!said.has(event + reason)) log('error', event, { reason })
    said.add(event + reason)
  }

  function createCheck(request: Request, policy: Policy | null, now: number): Facts['check'] {
    return async (credentials) => {
      const mayTry = (await options.limiter?.(request, credentials.userId)) ?? true
      if (!mayTry || !policy) return 'busy'
      return verifier && !policy.users.has(credentials.userId)
        ? verifier(credentials, request, now)
        : checkCredentials(credentials, policy, now)
    }
  }

  return async function gate(request, event = {}) {
    const next = async () => (await options.next?.(request, event)) as Response | undefined
    const { gated, fault } = readSwitch(environment.switch(), environment.name())
    if (!gated) return next()
    if (fault) complain('switch unreadable', fault)

    const now = Date.now()
    const policy = await source(now, (work) => event.waitUntil?.(work))
    const keys = readKeys(verifier !== undefined)
    if (policy !== checked) for (const fault of findFaults(keys, policy)) complain(...fault)
    checked = policy
    const target = readTarget(request)
    const check = createCheck(request, policy, now)
    const facts = { ...readFacts(request, target, keys, now), check }

    const { realm = REALM, open = true } = policy ?? {}
    const hasPage = environment.signIn() === 'page' && keys.secret !== '' && !open
    const site = { realm, basePath: target.basePath, hasPage }
    const desk = deskOf(target)
    if (desk === 'sign-out' && isMeant(request)) return signOut(request, site)
    const atPage = hasPage && desk === 'sign-in'
    const form = atPage && request.method === 'POST' ? await readForm(request) : null
    if (atPage && !form) return signInPage(request, 200, site, { userId: '', to: '' })

    const outcome = form ? await judgeForm(form, check) : await decide(facts, policy)
    const { decision, account } = outcome
    options.onDecision?.(decision, request)
    if (decision.admit === false) {
      const path = target.pathname.slice(0, LOGGED_PATH)
      log('info', 'refused', { path, ...decision, admit: undefined })
      return refuseOrAsk(request, decision, site, form)
    }
    if (decision.reason === 'open') return next()

    const kept = await keepPass(request, outcome, facts)
    const url = form ? new URL(form.to || `${target.basePath}/`, request.url).href : kept.url
    if (url) return withCookies(redirect(url), kept.cookies)
    const identity = account && keys.secret ? await issueIdentity(account, keys, now) : ''
    const change = (fields: Headers) =>
      changeHeaders(fields, outcome, request.method, identity, keys.bypass)
    const headers = new Headers(request.headers)
    const changed = change(headers)
    if (changed && options.next) {
      change(request.headers)
      forgetCookies(request, headers)
    }
    return withCookies(admit(await next(), changed ? headers : undefined, target), kept.cookies)
  }
}

function withCookies(response: Response, cookies: string[]): Response {
  for (const cookie of cookies) response.headers.append('Set-Cookie', cookie)
  return response
}
