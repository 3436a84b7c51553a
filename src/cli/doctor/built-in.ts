/** Variables of the gate that the repository sets past the environment, for every deployment. */
import path from 'node:path'
import { readSwitch } from '../../gate/switch.ts'
import { environmentName } from '../places/next-env.ts'
import { readLiteral } from '../project/literal.ts'
import { lineAt } from '../project/source-text.ts'
import { bodyOf, propertiesOf } from './config-values.ts'
import type { Config, Facts } from './facts.ts'
import type { Finding, Seen } from './finding.ts'
import { textOf } from './read-safely.ts'
import { SECRETS } from './variables.ts'

/** All that the gate reads (src/gate/environment.ts). */
export const GATE_READS = [
  'AUTH_PASSWORD',
  'AUTH_USER',
  'NODE_ENV',
  'STAGEDOOR',
  'STAGEDOOR_COOKIE',
  'STAGEDOOR_IP_HEADER',
  'STAGEDOOR_KEY',
  'STAGEDOOR_MAX_STALE',
  'STAGEDOOR_POLICY',
  'STAGEDOOR_SECRET',
  'STAGEDOOR_SIGN_IN',
  'VERCEL',
  'VERCEL_AUTOMATION_BYPASS_SECRET',
  'VERCEL_ENV',
  'VERCEL_TARGET_ENV',
]

/** Values by name: `undefined` where one is not plain. */
type Values = Map<string, string | undefined>

export function builtInFindings({ dir, config }: Facts): Finding[] {
  const text = textOf(path.join(dir, 'vercel.json'))
  return [
    ...(config ? [...ofEnv(config), ...ofAssignments(config)] : []),
    ...ofVercel(text).flatMap(({ where, values }) =>
      found(`${where} of vercel.json`, values, (name) => ({
        file: 'vercel.json',
        line: lineAt(text, text.indexOf(`"${name}"`)),
      })),
    ),
  ]
}

/** `env` of next.config. What is secret in it is told apart: it is in browsers then. */
function ofEnv(config: Config): Finding[] {
  return propertiesOf(config, 'env').flatMap((property) => {
    const record = property.isLiteral ? recordOf(property.value) : null
    const body = record ? '' : bodyOf(config, property)
    const names = GATE_READS.filter(
      (name) =>
        !SECRETS.includes(name) &&
        (record ? name in record : new RegExp(`\\b${name}['"]?\\s*[:,}]`).test(body)),
    )
    const values: Values = new Map(names.map((name) => [name, plain(record?.[name], body, name)]))
    return found(`env of ${config.name}`, values, () => property.seen)
  })
}

/** A field's value, in a record or else in the text of one that is no literal as a whole. */
function plain(value: unknown, body: string, name: string): string | undefined {
  if (typeof value === 'string') return value
  const field = new RegExp(`\\b${name}['"]?\\s*:`).exec(body)
  const literal = field && readLiteral(body, field.index + field[0].length)
  return typeof literal?.value === 'string' ? literal.value : undefined
}

const ASSIGNMENT =
  /\bprocess\s*\.\s*env\s*(?:\.\s*(\w+)|\[\s*(['"`])(\w+)\2\s*\])\s*(?:\?\?|\|\||&&)?=(?!=)/g

/** `process.env.STAGEDOOR = …` in next.config, which runs before the app does. */
function ofAssignments({ text, code, name: file }: Config): Finding[] {
  return [...text.matchAll(ASSIGNMENT)].slice(0, 50).flatMap((match) => {
    const name = match[1] ?? match[3] ?? ''
    if (code[match.index] !== 'p' || !GATE_READS.includes(name)) return []
    const value = readLiteral(text, match.index + match[0].length)?.value
    const values: Values = new Map([[name, typeof value === 'string' ? value : undefined]])
    return found(`process.env in ${file}`, values, () => ({
      file,
      line: lineAt(text, match.index),
    }))
  })
}

function ofVercel(text: string): { where: string; values: Values }[] {
  const { env, build } = parse(text)
  const places: [where: string, value: unknown][] = [
    ['env', env],
    ['build.env', recordOf(build)?.env],
  ]
  return places.map(([where, value]) => {
    const record = recordOf(value) ?? {}
    const names = GATE_READS.filter((name) => name in record)
    const values = names.map((name): [string, string | undefined] => {
      const one = record[name]
      return [name, typeof one === 'string' ? one : undefined]
    })
    return { where, values: new Map(values) }
  })
}

function parse(text: string): Record<string, unknown> {
  try {
    return recordOf(JSON.parse(text)) ?? {}
  } catch {
    return {}
  }
}

function recordOf(value: unknown): Record<string, unknown> | null {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isRecord ? (value as Record<string, unknown>) : null
}

function found(where: string, values: Values, seenOf: (name: string) => Seen): Finding[] {
  const { gated } = readSwitch(
    values.get('STAGEDOOR'),
    environmentName((name) => values.get(name)),
  )
  return [...values.keys()].map((name) => ({
    id: 'variable-built-in',
    level: gated ? 'warning' : 'error',
    what: `${where} sets ${name}${gated ? '' : ', and so switches the gate off'}`,
    seen: seenOf(name),
    why: gated
      ? 'it counts in every deployment, whatever is set for that one'
      : 'no deployment is gated, whatever is set for it',
    mend: 'take it out, and set it where the deployment runs',
  }))
}
