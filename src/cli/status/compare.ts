/** What places do not have in common, and which users of theirs are about to end. */
import type { PolicyDocument } from '../../gate/policy.ts'
import { expiresSoon } from '../expiry.ts'
import { same } from '../places/holds.ts'
import { readPolicyText } from '../places/place.ts'
import { type DiffLine, diffPolicies } from '../policy-diff.ts'
import { listUsers } from '../users.ts'
import type { Held } from './policies.ts'

/** What the policies of two places, or groups of places, do not have in common. */
export interface Difference {
  between: string[]
  and: string[]
  /** `-` is in the first only, `+` in the second. */
  lines: DiffLine[]
}

/** A user who ends within two weeks, or has ended. */
export interface Ending {
  user: string
  expires: string
  expired: boolean
  /** Places that have it so. */
  in: string[]
}

/** Places of one policy. */
interface Group {
  document: PolicyDocument
  places: string[]
}

/** Valid policies, each with all places that have just that; those of the first place first. */
export function groupPolicies(all: Held[]): Group[] {
  const groups: Group[] = []
  for (const held of all) {
    const document = held.kind === 'policy' ? readPolicyText(held.text).document : undefined
    if (!document) continue
    const alike = groups.find((group) => same(group.document, document))
    if (!alike) groups.push({ document, places: [held.from] })
    else if (!alike.places.includes(held.from)) alike.places.push(held.from)
  }
  return groups
}

/** Each against the first. */
export function differencesOf([first, ...others]: Group[]): Difference[] {
  if (!first) return []
  return others.map(({ document, places }) => ({
    between: first.places,
    and: places,
    lines: diffPolicies(first.document, document),
  }))
}

export function endingOf(groups: Group[], now: number): Ending[] {
  const found = new Map<string, Ending>()
  for (const { document, places } of groups) {
    for (const { user, expires, expired } of listUsers(document, now)) {
      if (expires === null || !(expired || expiresSoon(expires, now))) continue
      const key = JSON.stringify([user, expires])
      const known = found.get(key)
      if (known) known.in.push(...places)
      else found.set(key, { user, expires, expired, in: [...places] })
    }
  }
  return [...found.values()].sort((a, b) => Date.parse(a.expires) - Date.parse(b.expires))
}
