/** How many requests the local API takes, and what it says of that. */
import { type Answer, json } from './answer.ts'

/** Requests that are left until `reset`, in seconds since 1970. */
export interface Limit {
  total: number
  remaining: number
  reset: number
}

/** Counts a request. @returns the answer to one that is too many */
export function countRequest(limit: Limit | null): Answer | undefined {
  if (!limit) return undefined
  if (Date.now() / 1000 >= limit.reset) limit.remaining = limit.total
  if (limit.remaining <= 0) return rateLimited(limit)
  limit.remaining -= 1
  return undefined
}

export function rateLimited({ total, reset }: Omit<Limit, 'remaining'>): Answer {
  const message = `The rate limit of ${total} exceeded for 'local-api'. Try again later`
  const limit = { remaining: 0, reset, resetMs: reset * 1000, total }
  return json(429, { error: { code: 'rate_limited', message, limit } }, limitFields(limit))
}

/** https://vercel.com/docs/rest-api, "Rate limits": three fields, and no `Retry-After`. */
export function limitFields(limit: Limit | null): Answer['fields'] {
  if (!limit) return {}
  return {
    'X-RateLimit-Limit': `${limit.total}`,
    'X-RateLimit-Remaining': `${limit.remaining}`,
    'X-RateLimit-Reset': `${limit.reset}`,
  }
}
