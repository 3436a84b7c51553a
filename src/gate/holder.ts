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

/** The holder of a pass; `null` where it does not count, or is for something else. */
export async function findHolder(
  token: string,
  uses: Use[],
  policy: Policy,
  keys: Keys,
  now: number,
): Promise<Holder | null> {
  const pass = token ? await readPass(token, uses, keys.secret, now) : null
  if (!pass || policy.revoked.has(pass.jti)) return null
  const isSession = pass.use === 'session'
  const account = isSession ? findUser(pass, policy, keys, now) : readAccount(pass, keys)
  // What hangs on something is no pass any more once that is another.
  const hangs = isSession || pass.fpr !== undefined
  if (!account || (hangs && pass.fpr !== (await fingerprint(account.mark, keys.secret))))
    return null
  return { ...account, pass }
}

/** Whose session it is. It shows what the policy lets its user see now. */
function findUser(pass: Pass, policy: Policy, keys: Keys, now: number): Account | null {
  const user = policy.users.get(pass.sub)
  if (user) return user.expires > now ? user : null
  // The policy names others than those whom `verify` let in.
  const verified = keys.verifies ? readAccount(pass, keys) : null
  return verified && { ...verified, userId: pass.sub, mark: VERIFIED }
}

/** What a pass itself says. */
function readAccount({ sub, use, paths, roles = [] }: Pass, keys: Keys): Account | null {
  const rules = paths ? readRules(paths) : null
  if (paths && !rules) return null
  return {
    // No user-id has a colon (RFC 7617 §2): a machine's name is never a person's.
    userId: `${use}:${sub}`,
    mark: bypassMark(keys),
    paths: rules && use === 'share' ? [...rules, ...ASSETS] : rules,
    roles,
  }
}
