/** Who may enter the sites under test, and what is public there. */
import { createHash } from 'node:crypto'

/** The whole site. */
export const alice = basic('alice', 'mended-velvet-curtain')
/** Pricing only. */
export const paula = basic('paula', 'borrowed-top-hat')
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

/** The policy's JSON, with more rules where a test is about them. */
export function policy(more: string[] = []): string {
  return JSON.stringify({
    version: 1,
    users: {
      alice: { verifier: verifierOf('mended-velvet-curtain') },
      paula: { verifier: verifierOf('borrowed-top-hat'), paths: ['/pricing', '/pricing/**'] },
    },
    allow: [...allow, ...more],
  })
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
