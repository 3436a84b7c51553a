/** Policies as they are found, and as they are shown: never a verifier. */
import { readPolicyText } from '../places/place.ts'
import { type ListedUser, listUsers } from '../users.ts'

/** A policy that was found somewhere, or that is known to be there. */
export type Held =
  | { kind: 'policy'; from: string; text: string }
  /** `AUTH_USER` and `AUTH_PASSWORD`. */
  | { kind: 'pair'; from: string }
  /** There, or perhaps there, and not known. */
  | { kind: 'unread'; from: string; why: string }

/** A policy as it is shown. */
export interface ShownPolicy {
  /** JSON path of what is wrong with it; `null` for a valid one. */
  fault: string | null
  open: boolean
  users: ListedUser[]
  allow: string[]
  ips: string[]
  /** How many passes are ended. */
  revoked: number
  /** Their ids. */
  revokedIds: string[]
}

export const NO_POLICY: ShownPolicy = {
  fault: null,
  open: false,
  users: [],
  allow: [],
  ips: [],
  revoked: 0,
  revokedIds: [],
}

/** @returns `null` for an empty text, which counts as none */
export function shownPolicy(text: string | undefined): ShownPolicy | null {
  if (!text) return null
  const { document, fault } = readPolicyText(text)
  return {
    fault: fault?.at ?? null,
    open: document?.open === true,
    users: document ? listUsers(document, Date.now()) : [],
    allow: document?.allow ?? [],
    ips: document?.ips ?? [],
    revoked: document?.revoked?.length ?? 0,
    revokedIds: document?.revoked ?? [],
  }
}
