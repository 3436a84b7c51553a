/** What two policies do not have in common, in lines to read. Never a verifier. */
import type { PolicyDocument, UserDocument } from '../gate/policy.ts'
import { same } from './places/holds.ts'
import { printable } from './talk.ts'

/** A line of a difference: what comes, what goes, what becomes another. */
export interface DiffLine {
  sign: '+' | '-' | '~'
  /** `user alice`, `rule /robots.txt`, … */
  what: string
}

const LISTS = { allow: 'rule', ips: 'network', revoked: 'revoked id' } as const

export function diffPolicies(before: PolicyDocument, after: PolicyDocument): DiffLine[] {
  return [
    ...diffUsers(before.users ?? {}, after.users ?? {}),
    ...(['allow', 'ips', 'revoked'] as const).flatMap((field) =>
      diffLists(LISTS[field], before[field] ?? [], after[field] ?? []),
    ),
    ...diffValues('open', before.open ?? false, after.open ?? false),
    ...diffValues('realm', before.realm, after.realm),
  ]
}

function diffUsers(
  before: Record<string, UserDocument>,
  after: Record<string, UserDocument>,
): DiffLine[] {
  const [old, next] = [new Map(Object.entries(before)), new Map(Object.entries(after))]
  return [...new Set([...old.keys(), ...next.keys()])].flatMap((name): DiffLine[] => {
    const [was, is] = [old.get(name), next.get(name)]
    const what = `user ${printable(name)}`
    if (was === undefined || is === undefined) return [{ sign: was ? '-' : '+', what }]
    const fields = changedFields(was, is)
    return fields.length === 0 ? [] : [{ sign: '~', what: `${what} (${fields.join(', ')})` }]
  })
}

function changedFields(was: UserDocument, is: UserDocument): string[] {
  const fields = ['verifier', 'paths', 'roles', 'expires'] as const
  return fields
    .filter((field) => !same(was[field], is[field]))
    .map((field) => (field === 'verifier' ? 'another password' : field))
}

function diffLists(noun: string, before: string[], after: string[]): DiffLine[] {
  const line = (sign: '+' | '-') => (item: string) => ({ sign, what: `${noun} ${printable(item)}` })
  return [
    ...before.filter((item) => !after.includes(item)).map(line('-')),
    ...after.filter((item) => !before.includes(item)).map(line('+')),
  ]
}

function diffValues(name: string, before: unknown, after: unknown): DiffLine[] {
  if (before === after) return []
  return [{ sign: '~', what: `${name}: ${shown(before)} to ${shown(after)}` }]
}

function shown(value: unknown): string {
  return value === undefined ? 'the default' : printable(String(value))
}
