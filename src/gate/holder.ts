/** Who holds a pass, as far as the policy in force lets it count. */
import { bypassMark, fingerprint, type Keys, VERIFIED } from './issue.ts'
import { type Pass, readPass, type Use } from './pass.ts'
import type { Account, Policy } from './policy.ts'
import { readRules } from './rules.ts'

/** A pass that counts, and what its holder may see. */
export interface Holder extends Account {
  pass: Pass
}

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
  const account =
    pass.use === 'session' ? findUser(pass, policy, keys, now) : readAccount(pass, keys)
  if (!account || !(await hangsOn(pass, account.mark, keys))) return null
  return { ...account, pass }
}

/** Whether what a pass hangs on is still the same. Most hang on nothing. */
async function hangsOn({ fpr }: Pass, mark: string, { secret }: Keys): Promise<boolean> {
  return fpr === (mark ? await fingerprint(mark, secret) : undefined)
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
  const rules = paths ? readRules(use === 'share' ? [...paths, REMOTE_IMAGES] : paths) : null
  if (paths && !rules) return null
  // No user-id has a colon (RFC 7617 §2): a machine's name is never a person's.
  const userId = `${use}:${sub}`
  return { userId, mark: use === 'bypass' ? bypassMark(keys) : '', paths: rules, roles }
}

/** Those of other hosts, which are public there. Those of the site are as their files are. */
const REMOTE_IMAGES = 'GET,HEAD /_next/image'
