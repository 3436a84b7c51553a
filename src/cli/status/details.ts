/** What a policy says, in full: who gets in, and what everybody sees. Never a verifier. */
import type { Io } from '../io.ts'
import { publicBy } from '../rule-cautions.ts'
import { printable } from '../talk.ts'
import { userTable } from '../user-table.ts'
import { addressText, type ShownAddresses } from './addresses.ts'
import type { Effective } from './in-force.ts'
import { listed } from './signing.ts'
import { count } from './tables.ts'

/**
 * Each policy that can be shown, once; what is the same in several places is shown once.
 *
 * @param alike names of places that have the very same policy
 */
export function detailsText(
  io: Io,
  policies: Effective[],
  alike: string[][],
  told: ShownAddresses[],
): string {
  const groups = new Map<unknown, Effective[]>()
  for (const policy of policies.filter(isShown)) {
    const key = alike.find((places) => places.includes(policy.from as string))
    groups.set(key, [...(groups.get(key) ?? []), policy])
  }
  return [...groups.values()].map((group) => policyText(io, group, told)).join('')
}

function isShown({ from, fault, unread }: Effective): boolean {
  return from !== null && fault === null && unread === undefined && !from.startsWith('AUTH_USER')
}

function policyText(io: Io, group: Effective[], told: ShownAddresses[]): string {
  const [policy] = group as [Effective]
  const { users, allow, ips, revoked, revokedIds, open } = policy
  const runs = group.flatMap((one) => one.runs)
  const toldHere = told.filter(({ run }) => runs.includes(run))
  const networks = ips.map((network) => `  ${printable(network)}\n`).join('')
  const rules = allow.map((rule) => `  ${printable(rule)}\n`).join('')
  const shown = publicBy(allow)
  return [
    `\n${headOf(group, runs)}:\n`,
    open ? '\nopen: everybody gets in\n' : '',
    users.length > 0 ? `\n${userTable(io, users, Date.now())}` : '\nno users: nobody can sign in\n',
    allow.length > 0 ? `\neverybody may see:\n${rules}` : '',
    ips.length > 0
      ? `\nwithout credentials, where the client's address can be told:\n${networks}${addressText(toldHere)}`
      : '',
    revokedText(revoked, revokedIds),
    shown === null ? '' : `\n${shown} is public${byRules(allow)}\n`,
  ].join('')
}

function byRules(allow: string[]): string {
  const alone = allow.some((rule) => publicBy([rule]) === 'everything')
  return alone ? ': a rule opens the whole site' : ', by these rules'
}

function headOf(group: Effective[], runs: string[]): string {
  const from = (chosen: Effective[]) => listed(chosen.flatMap((one) => one.from ?? []))
  const [counting, others] = [true, false].map((counts) =>
    group.filter((one) => one.runs.length > 0 === counts),
  ) as [Effective[], Effective[]]
  if (counting.length > 0) {
    const alike = others.length > 0 ? ` (the same in ${from(others)})` : ''
    return `policy of ${listed(runs)}, from ${from(counting)}${alike}`
  }
  const isBehind = others.some(({ behind }) => behind !== undefined)
  return `policy in ${from(others)}${isBehind ? ', which counts where the store has none' : ''}`
}

/** So many ids are said. */
const MOST_SAID = 5

function revokedText(revoked: number, ids: string[]): string {
  if (revoked === 0) return ''
  if (revoked > MOST_SAID) return `\nrevoked: ${count(revoked, 'id')}\n`
  return `\nrevoked:\n${ids.map((id) => `  ${printable(id)}\n`).join('')}`
}
