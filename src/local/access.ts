/** Who asks the local API, and for whom. */
import type { Scope } from './account.ts'
import { forbidden, invalidToken, noToken, notYourTeam, wrongScope } from './refusal.ts'
import { findStore, type VercelState } from './vercel-state.ts'

/** Whose token it is: the account's, or that of a writable store. */
export type Bearer = 'account' | 'store'

/** What the token of a writable store may ask for. */
const WRITABLE =
  /^(?:GET|PATCH(?=.*\/items$)) \/v1\/(?:global|edge)-config\/(ecfg_\w+)(?:\/items|\/item\/[^/]+)?$/

/**
 * The account's token opens everything. That of a writable store opens its metadata and its
 * items, and nothing else; Vercel has no such tokens.
 *
 * @param authorization the field's value
 * @param request method and path
 * @throws {Refusal}
 */
export function authenticate(state: VercelState, authorization: string, request: string): Bearer {
  const [, bearer] = /^Bearer (.+)$/.exec(authorization) ?? []
  if (!bearer) throw noToken()
  if (bearer === state.token) return 'account'
  const store = state.stores.find((each) => each.accepts(bearer))
  if (!store?.writable) throw invalidToken()
  const [, asked] = WRITABLE.exec(request) ?? []
  if (asked !== store.id) throw forbidden()
  return 'store'
}

/** https://vercel.com/docs/rest-api, "Accessing resources owned by a team". @throws {Refusal} */
export function scopeOf(state: VercelState, query: URLSearchParams, path: string): Scope {
  const id = query.get('teamId')
  const slug = query.get('slug')
  const { user, tokenTeam } = state
  // Who asks, and for which teams, can be asked without naming one.
  const isFree = /^(\/v\d+)?\/(user|teams)(\/|$)/.test(path)
  if (id === null && slug === null) {
    if (tokenTeam !== null && !isFree) throw wrongScope(user.username)
    return { id: user.id, slug: user.username, plan: user.plan, team: undefined }
  }
  const team = state.teams.find((each) => each.id === id || each.slug === slug)
  if (!team) throw notYourTeam()
  if (tokenTeam !== null && tokenTeam !== team.id) throw wrongScope(team.slug)
  return { id: team.id, slug: team.slug, plan: team.plan, team }
}

/** Of who comes with a store's own token. @throws {Refusal} */
export function scopeOfStore(state: VercelState, id: string): Scope {
  const { ownerId } = findStore(state, id)
  const team = state.teams.find((each) => each.id === ownerId)
  return { id: ownerId, slug: 'local', plan: team?.plan ?? state.user.plan, team }
}
