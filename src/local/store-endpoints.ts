/** What the local API can be asked for of stores. */
import { limitsOf, planned } from './account.ts'
import { type Answer, json } from './answer.ts'
import type { Call, Endpoints } from './routes.ts'
import { findStore, storesOf, type VercelState } from './vercel-state.ts'
import { createStore, createToken, readSlug, removeTokens, tokensBody } from './vercel-store.ts'

const NOTHING: Answer = { status: 204, fields: {}, body: '' }

/** @param name as it stands in the paths */
export function storeEndpoints(state: VercelState, name: string): Endpoints {
  const storeOf = ({ names, scope }: Call) => findStore(state, names['store'] ?? '', scope)
  const all = `/v1/${name}`
  const one = `${all}/:store`
  return {
    // An array: what the program reads (64.0.2); the SDK's model (1.28.35) is of one alone.
    [`GET ${all}`]: ({ scope }) => {
      const bodies = storesOf(state, scope).map(({ body }) => body)
      return json(200, bodies)
    },
    [`POST ${all}`]: ({ scope, body }) => {
      const store = createStore(body, scope, () => state.url)
      const { stores } = limitsOf(scope.plan)
      planned(
        storesOf(state, scope).length < stores,
        `Your plan has at most ${stores} Global Config store.`,
      )
      state.stores.push(store)
      return json(201, store.body)
    },
    [`GET ${one}`]: (call) => json(200, storeOf(call).body),
    [`PUT ${one}`]: (call) => {
      const store = storeOf(call)
      store.slug = readSlug((call.body as { slug?: unknown } | undefined)?.slug)
      return json(200, store.body)
    },
    [`DELETE ${one}`]: (call) => {
      const store = storeOf(call)
      state.stores = state.stores.filter((each) => each !== store)
      return NOTHING
    },
    [`GET ${one}/items`]: (call) => json(200, storeOf(call).itemsBody),
    [`GET ${one}/item/:key`]: (call) => {
      return json(200, storeOf(call).itemBody(call.names['key'] ?? ''))
    },
    [`PATCH ${one}/items`]: (call) => {
      const isDryRun = call.query.get('dryRun') === '1' || call.query.get('dryRun') === 'true'
      return json(200, storeOf(call).write(call.body, call.scope, isDryRun))
    },
    [`GET ${one}/tokens`]: (call) => json(200, tokensBody(storeOf(call))),
    [`POST ${one}/token`]: (call) => json(201, createToken(storeOf(call), call.body)),
    [`DELETE ${one}/tokens`]: (call) => {
      removeTokens(storeOf(call), call.body)
      return NOTHING
    },
  }
}
