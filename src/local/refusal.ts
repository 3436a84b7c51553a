/**
 * How the API refuses: a status and `{"error":{"code","message",…}}`.
 *
 * Codes and words are those of https://vercel.com/docs/rest-api/errors where that page has
 * them; the others say where they were seen, or that nobody confirmed them.
 */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  /** What stands in `error` beside code and message. */
  readonly more: { [name: string]: unknown }

  constructor(status: number, code: string, message: string, more = {}) {
    super(message)
    this.status = status
    this.code = code
    this.more = more
  }

  get body(): unknown {
    return { error: { code: this.code, message: this.message, ...this.more } }
  }
}

export function badRequest(message: string, more = {}): Refusal {
  return new Refusal(400, 'bad_request', message, more)
}

/** @param what the kind of thing and its name, such as `project: shop` */
export function notFound(what: string): Refusal {
  return new Refusal(404, 'not_found', `Could not find the ${what}`)
}

/** Seen by the program `vercel` 58.4.4 (its mock of teams): 403, not 401. */
export function noToken(): Refusal {
  const message = 'The request is missing an authentication token'
  return new Refusal(403, 'forbidden', message, { missingToken: true })
}

/** As above, and in public reports of 2026 with tokens that had ended. */
export function invalidToken(): Refusal {
  return new Refusal(403, 'forbidden', 'Not authorized', { invalidToken: true })
}

/** The token is good, the right is missing: the documentation's own example. */
export function forbidden(): Refusal {
  return new Refusal(403, 'forbidden', 'Not authorized')
}

/** A token of one team asks without that team: a public report of 2025-02-18, word for word. */
export function wrongScope(scope: string): Refusal {
  const message = `Not authorized: Trying to access resource under scope "${scope}". You must re-authenticate to this scope or use a token with access to this scope.`
  return new Refusal(403, 'forbidden', message, {
    saml: true,
    teamId: null,
    scope,
    enforced: false,
  })
}

/** As the program's mock of a team that is somebody else's. */
export function notYourTeam(): Refusal {
  return new Refusal(403, 'team_unauthorized', 'You are not authorized')
}
