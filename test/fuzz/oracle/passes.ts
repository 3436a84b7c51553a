/** Passes, as docs/passes.md has them. */
import { isUtf8 } from 'node:buffer'
import { type Fingerprint, hmac } from '../tokens.ts'
import type { Person, World } from '../vector.ts'
import { isRule } from './paths.ts'

/** Who is there, and what they may see. */
export interface Holder {
  userId: string
  use: string
  jti: string
  /** Everything where it is `null`. */
  paths: string[] | null
  roles: string[]
}

/** The secret that signs passes; empty where there is none, or a short one. */
export function secretOf({ environment }: World): string {
  const secret = environment['STAGEDOOR_SECRET'] ?? ''
  return Buffer.byteLength(secret) >= 32 ? secret : ''
}

/** When a person's credentials stop being right, in milliseconds. */
export function endOf({ expires }: Person): number {
  return expires === undefined ? Number.POSITIVE_INFINITY : new Date(expires).getTime()
}

/** Reads a pass of one of these uses. @param now milliseconds */
export function readPass(
  token: string,
  uses: string[],
  world: World,
  now: number,
  fingerprint: Fingerprint,
): Holder | null {
  const secret = secretOf(world)
  const [header = '', payload = '', signature = '', ...more] = token.split('.')
  if (secret === '' || token.length > 4096 || more.length > 0) return null
  const { alg, crit } = readJson(header)
  if (alg !== 'HS256' || crit !== undefined) return null
  if (signature !== hmac(`${header}.${payload}`, secret)) return null
  const claims = readJson(payload)
  const { iss, sub, use, iat, exp, jti, paths, roles, fpr, ...others } = claims
  if (Object.keys(others).length > 0 || iss !== 'stagedoor') return null
  if (typeof sub !== 'string' || typeof jti !== 'string' || typeof use !== 'string') return null
  if (typeof iat !== 'number' || typeof exp !== 'number' || !uses.includes(use)) return null
  if (iat - 60 > now / 1000 || exp + 60 <= now / 1000 || exp - iat > 366 * 86_400) return null
  if (!isTexts(paths) || !isTexts(roles) || !(fpr === undefined || typeof fpr === 'string')) {
    return null
  }
  if (world.revoked.includes(jti)) return null
  const person = use === 'session' ? world.people.find(({ userId }) => userId === sub) : undefined
  if (person) {
    if (endOf(person) <= now || !fpr || fpr !== markOf(person, fingerprint)) return null
    return { userId: sub, use, jti, paths: person.paths ?? null, roles: person.roles ?? [] }
  }
  if (paths?.some((rule) => !isRule(rule))) return null
  const userId = use === 'session' ? sub : `${use}:${sub}`
  const scope = paths && use === 'share' ? [...paths, 'GET,HEAD /_next/image'] : (paths ?? null)
  const holder = { userId, use, jti, paths: scope, roles: roles ?? [] }
  if (use === 'session') {
    return world.verifies && fpr && fpr === fingerprint('verified', '') ? holder : null
  }
  if (use !== 'bypass') return fpr === undefined ? holder : null
  const bypass = world.environment['VERCEL_AUTOMATION_BYPASS_SECRET'] ?? ''
  return bypass && fpr && fpr === fingerprint('bypass', bypass) ? holder : null
}

function markOf({ verifier, password }: Person, fingerprint: Fingerprint): string {
  return verifier ? fingerprint('user', verifier) : fingerprint('pair', password)
}

function isTexts(value: unknown): value is string[] | undefined {
  return (
    value === undefined || (Array.isArray(value) && value.every((item) => typeof item === 'string'))
  )
}

/** The JSON object of a segment; an empty one where it is none. */
function readJson(segment: string): { [name: string]: unknown } {
  if (!/^[A-Za-z0-9_-]+$/.test(segment) || segment.length % 4 === 1) return {}
  const bytes = Buffer.from(segment, 'base64url')
  if (!isUtf8(bytes)) return {}
  try {
    const value = JSON.parse(bytes.toString('utf8'))
    return value && typeof value === 'object' && !Array.isArray(value) ? value : {}
  } catch {
    return {}
  }
}
