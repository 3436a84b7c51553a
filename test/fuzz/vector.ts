/**
 * What the fuzzer tries: a world, which is a gate with its policy and environment, and the requests
 * that come to it one after the other. All of it is plain JSON, to be pasted into `vectors.json`.
 */

/** Somebody who may enter, with the password that the policy has only a verifier of. */
export interface Person {
  userId: string
  password: string
  verifier: string
  paths?: string[]
  roles?: string[]
  expires?: string
}

/** Where the policy comes from. `pair` is AUTH_USER and AUTH_PASSWORD; `none` is nothing at all. */
export type Place = 'option' | 'environment' | 'store' | 'pair' | 'none'

/** A policy, and where it is. */
export interface World {
  place: Place
  /** The document as it is written. */
  policy: string
  /** Whether it has a fault, which makes it no policy. */
  isFaulty: boolean
  people: Person[]
  allow: string[]
  ips: string[]
  revoked: string[]
  realm: string
  open: boolean
  environment: { [name: string]: string }
  /** Whether the app hands in a `verify` and a `limiter`: those of `world.ts`. */
  verifies: boolean
  limits: boolean
  /** What the app's own middleware answers, where it has one. */
  app: 'none' | 'nothing' | 'next' | 'redirect' | 'page' | 'override'
  /** Milliseconds since the epoch, at the start. */
  clock: number
}

/** What Next.js adds to a request. */
export interface NextUrl {
  pathname: string
  basePath: string
}

export interface Visit {
  method: string
  url: string
  headers: [name: string, value: string][]
  /** One character a byte. */
  body?: string
  nextUrl?: NextUrl
  /** Milliseconds that go by before it. */
  wait?: number
  /** Whether it does not wait for the one before to be answered. */
  joins?: boolean
}

export interface Vector {
  world: World
  visits: Visit[]
}
