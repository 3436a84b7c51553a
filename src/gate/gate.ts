/** The gate: request in, response out, alone or around the app's own middleware. */
import { admit } from './admit.ts'
import { redirect } from './answer.ts'
import { createCircumstances, findFaults } from './circumstances.ts'
import { setCookies } from './cookies.ts'
import { type Decision, decide } from './decide.ts'
import { environment } from './environment.ts'
import { type Facts, readFacts } from './facts.ts'
import { keepPass } from './keep.ts'
import { log } from './log.ts'
import type { Policy, PolicyDocument } from './policy.ts'
import { REALM } from './settings.ts'
import { judgeForm, refuseOrAsk, visitDesk } from './sign-in.ts'
import { createSource, type Store } from './source.ts'
import { readSwitch } from './switch.ts'
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
  const circumstances = createCircumstances(verifier !== undefined)
  const said = new Set<string>()
  /** The policy whose faults have been looked for. */
  let checked: Policy | null | undefined

  /** Says what is set wrong, once and not with each request. */
  function complain(event: string, reason: string) {
    if (!said.has(event + reason)) log('error', event, { reason })
    said.add(event + reason)
  }

  function createCheck(request: Request, policy: Policy | null, now: number): Facts['check'] {
    return async (credentials) => {
      if (!credentials || !policy) return 'wrong credentials'
      const mayTry = (await options.limiter?.(request, credentials.userId)) ?? true
      if (!mayTry) return 'too many attempts'
      return verifier && !policy.users.has(credentials.userId)
        ? verifier(credentials, request, now)
        : checkCredentials(credentials, policy, now)
    }
  }

  return async function gate(request, event = {}) {
    const next = async () => (await options.next?.(request, event)) as Response | undefined
    const { gated, fault } = readSwitch(environment.switch(), environment.name())
    if (!gated) return next()

    const now = Date.now()
    const known = circumstances(now)
    const { signIn, isFramed } = known.environment
    const policy = await source(known.environment, now, (work) => event.waitUntil?.(work))
    if (fault) complain('switch unreadable', fault)
    if (policy !== checked) for (const found of findFaults(known, policy)) complain(...found)
    checked = policy
    const facts = readFacts(request, known, now, createCheck(request, policy, now))

    const hasPage = signIn === 'page' && known.keys.secret !== '' && policy?.open === false
    const { basePath } = facts
    const site = { realm: policy?.realm ?? REALM, basePath, hasPage, isFramed }
    const own = await visitDesk(request, facts, site)
    if (own instanceof Response) return own

    const outcome = own ? await judgeForm(own, facts.check) : await decide(facts, policy)
    const { decision } = outcome
    options.onDecision?.(decision, request)
    // Not `!decision.admit`: in an app that is not strict, TypeScript would not understand it.
    if (decision.admit === false) {
      const path = facts.pathname.slice(0, LOGGED_PATH)
      log('info', 'refused', { path, ...decision, admit: undefined })
      return refuseOrAsk(request, decision, site, own)
    }
    if (decision.reason === 'open') return next()

    const { cookies, url } = await keepPass(request, outcome, facts)
    const to = own ? new URL(own.to || `${basePath}/`, request.url).href : url
    const response = to ? redirect(to) : await admit(request, outcome, facts, options.next && next)
    return setCookies(response, cookies)
  }
}
