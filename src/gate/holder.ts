/** Who holds a pass, as far as the policy in force lets it count. */
import { bypassMark, fingerprint, type Keys, VERIFIED } from './issue.ts'
import { type Pass, readPass, type Use } from './pass.ts'
import type { Account, Policy } from './policy.ts'
import { type Rule, readRules } from './rules.ts'

/** A pass that counts, and what its holder may see. */
export interface Holder extends Account {
  pass: Pass
}

// What a shared page needs beside its data: files that a browser shows in it or runs for it.
const ASSET_TYPES =
  'avif css gif ico jpeg jpg js mp4 otf png svg ttf wasm webm webp woff woff2'.split(' ')
const ASSETS = readRules([
  'GET,HEAD /_next/image',
  ...ASSET_TYPES.map((type) => `GET,HEAD /**/*.${type}`),
]) as Rule[]

/**
 * The holder of a pass. A session counts for as long as the policy has its user, with the
 * password that began it, and shows what the policy lets that user see now.
 */
export async function findHolder(
  token: string,
  uses: Use[],
  policy: Policy,
  keys: Keys,
  now: number,
): Promise<Holder | null> {
  const pass = token ? await readPass(token, uses, keys.secret, now) : null
  if (!pass || policy.revoked.has(pass.jti)) return null
  const { sub, use, paths, roles = [] } = pass
  const isSession = use === 'session'
  const user = isSession ? policy.users.get(sub) : undefined
  if (user ? user.expires <= now : isSession && !keys.verifies) return null
  const mark = user?.mark ?? (isSession ? VERIFIED : bypassMark(keys))
  if (isSession || pass.fpr !== undefined) {
    if (pass.fpr !== (await fingerprint(mark, keys.secret))) return null
  }
  if (user) return { ...user, pass }
  const rules = paths ? readRules(paths) : null
  if (paths && !rules) return null
  // No user-id has a colon (RFC 7617 §2): a machine's name is never a person's.
  const userId = isSession ? sub : `${use}:${sub}`
  return {
    pass,
    userId,
    mark,
    roles,
    paths: rules && use === 'share' ? [...rules, ...ASSETS] : rules,
  }
}
