/** The gate: request in, response out, alone or around the app's own middleware. */
import { admit, dropHeaders } from './admit.ts'
import { refuse } from './answer.ts'
import { type Decision, decide } from './decide.ts'
import { environment } from './environment.ts'
import { log } from './log.ts'
import type { PolicyDocument } from './policy.ts'
import { createSource, type Store } from './source.ts'
import { readSwitch } from './switch.ts'
import { readTarget } from './target.ts'

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
  let reported: string | undefined

  return async function gate(request, event = {}) {
    const next = async () => (await options.next?.(request, event)) as Response | undefined
    const { gated, fault } = readSwitch(environment.switch(), environment.name())
    if (!gated) return next()
    if (fault && fault !== reported) log('error', 'switch unreadable', { reason: fault })
    reported = fault

    const now = Date.now()
    const policy = await source(now, (work) => event.waitUntil?.(work))
    const target = readTarget(request)
    const decision = await decide(
      {
        method: request.method,
        path: target.path,
        authorization: request.headers.get('Authorization') ?? '',
        now,
        mayTry: (userId) => options.limiter?.(request, userId) ?? true,
      },
      policy,
    )
    options.onDecision?.(decision, request)
    if (decision.admit === false) {
      const path = target.pathname.slice(0, LOGGED_PATH)
      log('info', 'refused', { path, ...decision, admit: undefined })
      return refuse(request, decision, policy?.realm)
    }
    if (decision.reason === 'open') return next()

    const headers = new Headers(request.headers)
    const changed = dropHeaders(headers, decision, request.method)
    if (changed && options.next) dropHeaders(request.headers, decision, request.method)
    return admit(await next(), changed ? headers : undefined, target)
  }
}
