/** Who may enter the sites under test, and what is public there. */
import { createHash } from 'node:crypto'

/** The whole site. */
export const alice = basic('alice', 'mended-velvet-curtain')
/** Pricing only. */
export const paula = basic('paula', 'borrowed-top-hat')
/** The whole site, without the role that alice has. */
export const boris = basic('boris', 'painted-paper-moon')
export const wrong = basic('alice', 'borrowed-top-hat')

/** What is open to all. Each is one path, or one method of it, beside a path that is not. */
export const allow = [
  '/pricing-public',
  '/logo-public.png',
  '/open.txt',
  '/shows/open',
  '/legacy/open',
  'POST /api/hook',
]

/** Who is in the policy, by their passwords. */
export const users: Users = {
  alice: { password: 'mended-velvet-curtain', roles: ['admin', 'editor'] },
  boris: { password: 'painted-paper-moon', roles: ['editor'] },
  paula: { password: 'borrowed-top-hat', paths: ['/pricing', '/pricing/**'] },
}

export interface Users {
  [userId: string]: { password: string; paths?: string[]; roles?: string[] }
}

/** The policy's JSON, with more rules, other users, or ids of passes that are none any more. */
export function policy({ more = [] as string[], who = users, revoked = [] as string[] } = {}) {
  const entries = Object.entries(who).map(([userId, { password, ...rest }]) => {
    return [userId, { verifier: verifierOf(password), ...rest }]
  })
  const written = { version: 1, users: Object.fromEntries(entries), allow: [...allow, ...more] }
  return JSON.stringify({ ...written, revoked })
}

/** An `Authorization` field. */
function basic(userId: string, password: string): [name: string, value: string] {
  return ['Authorization', `Basic ${Buffer.from(`${userId}:${password}`).toString('base64')}`]
}

function verifierOf(password: string): string {
  const salt = Buffer.alloc(16, 7)
  const digest = createHash('sha256').update(salt).update(password).digest('base64url')
  return `sha256:${salt.toString('base64url')}:${digest}`
}
