/** Secrets of the `.env` files: whether they are secret, and strong enough to be. */
import path from 'node:path'
import { isSecret } from '../../gate/pass.ts'
import { readEnv } from '../places/env-file.ts'
import { NEXT_FILES, SHELL } from '../places/next-env.ts'
import type { Facts } from './facts.ts'
import type { Finding } from './finding.ts'
import { publicSecrets } from './public-secrets.ts'
import { textOf } from './read-safely.ts'
import { SECRETS, seenVariable, settingsOf } from './variables.ts'

const NEW = 'take the line out, and run `npx stagedoor init`, which makes a good one'

export function secretFindings(facts: Facts): Finding[] {
  return [
    ...strength(facts),
    ...shared(facts),
    ...examples(facts),
    ...publicSecrets(facts),
    ...passwords(facts),
  ]
}

function strength(facts: Facts): Finding[] {
  const name = 'STAGEDOOR_SECRET'
  const settings = settingsOf(facts, name)
  if (settings.length === 0 && facts.gate?.called) {
    return [
      {
        id: 'secret-missing',
        level: 'note',
        what: `no ${name} is set`,
        why: 'there are no sessions, share links or passes: everybody signs in by the password alone',
        mend: 'run `npx stagedoor init`, which makes one',
      },
    ]
  }
  return settings.flatMap(({ value, source }): Finding[] => {
    const seen = seenVariable(facts, source, name)
    if (!isSecret(value)) {
      return [
        {
          id: 'secret-short',
          level: 'warning',
          what: `${name} of ${source} has fewer than 32 bytes`,
          ...seen,
          why: 'it signs nothing: there are no sessions, share links or passes',
          mend: NEW,
        },
      ]
    }
    if (!isWeak(value)) return []
    return [
      {
        id: 'secret-weak',
        level: 'error',
        what: `${name} of ${source} is long, and can be guessed`,
        ...seen,
        why: 'who guesses it signs a pass for everything',
        mend: NEW,
      },
    ]
  })
}

/** A word again and again, one that people write, or few characters: 32 random ones have 16 or more. */
function isWeak(value: string): boolean {
  return (
    new Set(value).size < 10 ||
    /^(.{1,16}?)\1+.{0,16}$/s.test(value) ||
    /secret|password|changeme|change-me|example|stagedoor|0123456789|abcdefgh/i.test(value)
  )
}

const PRODUCTION = ['.env.production', '.env.production.local']

/** A file for production alone that sets what the others have: meant to be another, it is not. */
function shared(facts: Facts): Finding[] {
  const name = 'STAGEDOOR_SECRET'
  const { values } = facts
  const others = NEXT_FILES.filter((file) => !PRODUCTION.includes(file))
  return PRODUCTION.flatMap((file) => {
    const value = values.get(file)?.get(name)
    const same = value && others.find((other) => values.get(other)?.get(name) === value)
    return same ? [sharedFinding(`${file} and ${same}`, seenVariable(facts, file, name))] : []
  })
}

export function sharedFinding(where: string, seen: Pick<Finding, 'seen'>): Finding {
  return {
    id: 'secret-shared',
    level: 'warning',
    what: `${where} have the same STAGEDOOR_SECRET`,
    ...seen,
    why: 'a pass that is signed for one is good in the other, wherever both are gated',
    mend: 'give each its own: `node -p "crypto.randomBytes(32).toString(\'base64url\')"` makes one',
  }
}

const EXAMPLES = ['.env.example', '.env.sample', '.env.template', '.env.dist', '.env.local.example']

function examples(facts: Facts): Finding[] {
  const given = new Map(
    EXAMPLES.flatMap((file) =>
      [...readEnv(textOf(path.join(facts.dir, file)))]
        .filter(([name, value]) => SECRETS.includes(name) && value !== '')
        .map(([name, value]): [string, string] => [`${name}=${value}`, file]),
    ),
  )
  return SECRETS.flatMap((name) =>
    settingsOf(facts, name).flatMap(({ value, source }) => {
      const file = given.get(`${name}=${value}`)
      if (file === undefined || source === SHELL) return []
      return [
        {
          id: 'secret-example' as const,
          level: 'error' as const,
          what: `${name} of ${source} is the one of ${file}`,
          ...seenVariable(facts, source, name),
          why: 'whoever has seen the example knows it',
          mend: `empty it in ${file}, and make another: ${name === 'STAGEDOOR_SECRET' ? NEW : 'see docs/policy.md'}`,
        },
      ]
    }),
  )
}

// As for `--allow-weak-password` (docs/cli.md).
const SHORTEST = 12

function passwords(facts: Facts): Finding[] {
  return settingsOf(facts, 'AUTH_PASSWORD').flatMap(({ value, source }): Finding[] => {
    const isCommon =
      /^(?:password|passwort|letmein|changeme|qwerty|staging|admin|secret)[\d!.]*$/i.test(value)
    if ([...value].length >= SHORTEST && !isCommon) return []
    return [
      {
        id: 'password-short',
        level: 'warning',
        what: `AUTH_PASSWORD of ${source} ${isCommon ? 'is a common one' : `has fewer than ${SHORTEST} characters`}`,
        ...seenVariable(facts, source, 'AUTH_PASSWORD'),
        why: 'it can be tried out: the gate stops nobody from asking again and again',
        mend: 'make a user with a good one: `npx stagedoor user add NAME`, and take AUTH_USER and AUTH_PASSWORD out',
      },
    ]
  })
}
