/** What runs and environments sign passes with, and how visitors sign in there. */
import { isSecret } from '../../gate/pass.ts'
import { type RunEnvironment, secretOf } from '../places/next-env.ts'
import { printable } from '../talk.ts'

/** Whether a run can sign passes, without which there are no sessions, share links or passes. */
export interface ShownSecret {
  run: string
  /** `set`: there, and not read. `hidden`: perhaps there. */
  state: 'there' | 'missing' | 'too short' | 'set' | 'hidden'
  from: string | null
}

/** How visitors of a run sign in: by the browser's own box, or at a page. */
export interface ShownSignIn {
  run: string
  /** `null` where that is not known. */
  page: boolean | null
  /** What asks for the page; it takes a secret too. */
  from: string | null
}

export function secretState(environment: RunEnvironment): ShownSecret {
  const { run, value, source = null } = secretOf(environment)
  if (value === '') return { run, state: 'missing', from: null }
  return { run, state: isSecret(value) ? 'there' : 'too short', from: source }
}

export function signInState(environment: RunEnvironment): ShownSignIn {
  const { run, settings } = environment
  const asked = settings.get('STAGEDOOR_SIGN_IN')
  const from = asked?.value === 'page' ? asked.source : null
  return { run, page: from !== null && isSecret(secretOf(environment).value), from }
}

/** `passes: signed with STAGEDOOR_SECRET of .env.local`; where the runs differ, a line for each. */
export function secretText(secrets: ShownSecret[]): string {
  return eachOnce(secrets, 'passes', ({ state, from }) => {
    const none = 'no sessions, share links or passes'
    if (state === 'there') return `signed with STAGEDOOR_SECRET of ${from}`
    if (state === 'set') return `signed with STAGEDOOR_SECRET, which is set there and not read back`
    if (state === 'hidden') return `not known, because this token does not see what is set there`
    return state === 'missing'
      ? `none, because STAGEDOOR_SECRET is missing: ${none}`
      : `none, because STAGEDOOR_SECRET of ${from} has fewer than 32 bytes: ${none}`
  })
}

export function signInText(signIn: ShownSignIn[]): string {
  return eachOnce(signIn, 'sign-in', ({ page, from }) => {
    if (page === null) return 'not known, because STAGEDOOR_SIGN_IN is not read back'
    if (from === null) return null
    return page
      ? `at a page (STAGEDOOR_SIGN_IN=page in ${from})`
      : `by the browser's own box, because the page takes a STAGEDOOR_SECRET`
  })
}

/** What is the same in all runs is said once, and `null` is not said. */
export function eachOnce<T extends { run: string }>(
  all: T[],
  label: string,
  text: (one: T) => string | null,
): string {
  const alike = new Map<string | null, string[]>()
  for (const one of all) alike.set(text(one), [...(alike.get(text(one)) ?? []), one.run])
  return [...alike]
    .filter(([said]) => said !== null)
    .map(([said, runs]) => {
      const of = runs.length === all.length ? '' : ` of ${listed(runs)}`
      return `${label}${of}: ${printable(said ?? '')}\n`
    })
    .join('')
}

/** `a`, `a and b`, `a, b and c` */
export function listed(names: string[]): string {
  const [last = '', ...before] = [...names].reverse().map(printable)
  return before.length === 0 ? last : `${before.reverse().join(', ')} and ${last}`
}
