/** What must stand in no answer and no line of the log. */
import type { World } from './vector.ts'

// Characters: shorter ones stand in texts by chance.
const TELLING = 8
const known = new WeakMap<World, string[]>()

/** Secrets of a world: passwords and what verifies them, what signs, what bypasses. */
export function secretsOf(world: World): string[] {
  const found = known.get(world)
  if (found) return found
  const { STAGEDOOR_SECRET, VERCEL_AUTOMATION_BYPASS_SECRET, AUTH_PASSWORD } = world.environment
  const secrets = [STAGEDOOR_SECRET, VERCEL_AUTOMATION_BYPASS_SECRET, AUTH_PASSWORD]
  for (const { password, verifier } of world.people) {
    secrets.push(password, password.normalize('NFC'), verifier, verifier.split(':').at(-1))
  }
  const telling = secrets.filter((secret) => secret && secret.length >= TELLING) as string[]
  known.set(world, telling)
  return telling
}

/** What a request shows that its log line must not: fields, tokens, and the query. */
export function shownBy(url: string, headers: Headers): string[] {
  const { search } = new URL(url)
  const fields = ['authorization', 'cookie', 'x-stagedoor-pass', 'x-vercel-protection-bypass']
  const shown = [search.slice(1), ...fields.map((name) => headers.get(name) ?? '')]
  return shown.filter((text) => text.length > 2 * TELLING)
}
