/** Secrets that a build puts into what browsers get. */
import { propertiesOf } from './config-values.ts'
import type { Facts } from './facts.ts'
import type { Finding } from './finding.ts'
import { SECRETS, seenVariable, settingsOf } from './variables.ts'

/** What begins with NEXT_PUBLIC_, or stands in `env` of next.config, is built into scripts. */
export function publicSecrets(facts: Facts): Finding[] {
  const { values } = facts
  const secrets = new Map(
    SECRETS.flatMap((name) =>
      settingsOf(facts, name).map(({ value }): [string, string] => [value, name]),
    ),
  )
  const found = [...values].flatMap(([file, variables]) =>
    [...variables].flatMap(([name, value]) => {
      if (!name.startsWith('NEXT_PUBLIC_') || value === '') return []
      const secret = secrets.get(value) ?? SECRETS.find((one) => name === `NEXT_PUBLIC_${one}`)
      return secret === undefined
        ? []
        : [{ name, secret, seen: seenVariable(facts, file, name), file }]
    }),
  )
  return [
    ...found.map(({ name, secret, seen, file }) => ({
      ...publicFinding(`${name} of ${file} is ${secret}`),
      ...seen,
      mend: `take ${name} out of ${file}, and make ${secret} anew: browsers have had it`,
    })),
    ...inConfig(facts),
  ]
}

function inConfig({ config }: Facts): Finding[] {
  if (!config) return []
  return propertiesOf(config, 'env').flatMap((property) => {
    const body = config.plain.slice(property.start, property.start + 10_000).split('}')[0] ?? ''
    const name = SECRETS.find((one) => new RegExp(`\\b${one}\\b`).test(body))
    if (name === undefined || !body.trimStart().startsWith('{')) return []
    return [
      {
        ...publicFinding(`env in ${config.name} has ${name}`),
        seen: property.seen,
        mend: `take ${name} out of env there: the gate reads it by itself`,
      },
    ]
  })
}

function publicFinding(what: string): Omit<Finding, 'mend'> {
  return {
    id: 'secret-public',
    level: 'error',
    what,
    why: 'it is built into the scripts that browsers get',
  }
}
