/**
 * Stagedoor: keeps a staging or preview deployment private.
 *
 * Copy this file into your app as `middleware.ts` (Next.js 13 to 15) or `proxy.ts` (16), next
 * to `app` or `pages`, and set `AUTH_USER` and `AUTH_PASSWORD`, or a policy. It imports nothing,
 * and it exports no `config`: every matcher leaves some page open, so the gate sees all requests
 * and decides inside.
 *
 * It refuses whatever it does not understand: no policy, an unreadable one, a path that could
 * mean two things, credentials that are not exactly those of RFC 7617.
 */
import './settings.ts'
import { createGate } from './gate.ts'

export { createGate } from './gate.ts'
export default createGate()
