/** What each file, and the shell, say of the gate. */
import { expandEnv, readEnv } from '../places/env-file.ts'
import { SHELL } from '../places/next-env.ts'
import { type ShownPolicy, shownPolicy } from './policies.ts'

/** A file, or the shell, and what it sets. */
export interface Source {
  source: string
  switch: string | null
  policy: ShownPolicy | null
  authUser: string | null
}

type Values = (name: string) => string | undefined

/** What the shell and each file set; those that set nothing of ours are left out. */
export function sourcesOf(
  texts: Map<string, string>,
  env: Record<string, string | undefined>,
): Source[] {
  const files = [...texts].map(([name, text]) => {
    const values = expandEnv(readEnv(text), {})
    return sourceOf(name, (key) => values.get(key))
  })
  return [sourceOf(SHELL, (key) => env[key]), ...files].filter(
    ({ switch: value, policy, authUser }) => value !== null || policy !== null || authUser !== null,
  )
}

function sourceOf(source: string, get: Values): Source {
  return {
    source,
    switch: get('STAGEDOOR') || null,
    policy: shownPolicy(get('STAGEDOOR_POLICY')),
    authUser: get('AUTH_USER') || null,
  }
}
