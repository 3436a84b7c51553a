/** `stagedoor status`: what the files of an app say, and what comes of it. Never a verifier. */
import path from 'node:path'
import { invalidPolicy } from '../change.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { describeRun, readTexts, runEnvironments } from '../places/next-env.ts'
import { openPlace, type Run } from '../places/place.ts'
import { type Effective, effectivePolicies, type Source, sourcesOf } from '../sources.ts'
import { advise, paint, print, printable, printJson, say, table } from '../talk.ts'
import { userTable } from './user-list.ts'

/**
 * Prints it.
 *
 * @throws {CliError} after that, where a policy that is in force is not valid
 */
export async function status(options: PlaceOptions, io: Io): Promise<void> {
  const place = await openPlace(options, io)
  const { id, name } = place
  // Ends here where it cannot be read: a file that is skipped looks like one that is not there.
  await place.read()
  const file = id.file as string
  const base = path.basename(file)
  const texts = readTexts(path.dirname(file), base)
  const environments = runEnvironments(texts, io.env, base)
  const runs = environments.map(describeRun)
  const sources = sourcesOf(texts, io.env)
  const policies = effectivePolicies(environments)
  if (options.json) await printJson(io, { runs, policies, sources })
  else {
    await print(io, runTable(io, runs))
    if (sources.length > 0) await print(io, `\n${sourceTable(sources, policies)}`)
    for (const policy of policies) await print(io, policyText(policy))
    if (policies.every(({ from }) => from === null)) {
      say(
        io,
        options,
        `\nnothing is set up in ${printable(name)}: run ${advise(options, 'user add NAME')}`,
      )
    }
  }
  const broken = policies.find(({ fault }) => fault !== null)
  if (broken) throw invalidPolicy(broken.from as string, broken.fault as string)
}

function runTable(io: Io, runs: Run[]): string {
  const rows = runs.map(({ run, state, environment, because }) => {
    return [run, state, because ?? `${environment}, and STAGEDOOR is not set`]
  })
  const vercel = ['on Vercel', 'not told by these files', "the project's variables decide there"]
  const text = table([['RUN', 'GATE', 'BECAUSE'], ...rows, vercel])
  return text.replace(/(?<= {2})gated/g, paint(io, io.stdout, 'green', 'gated'))
}

function sourceTable(sources: Source[], policies: Effective[]): string {
  const paired = policies.some(({ from }) => from?.startsWith('AUTH_USER'))
  const rows = sources.map(({ source, switch: value, policy, authUser }) => [
    source,
    value ?? '-',
    policy === null ? '-' : policy.fault ? 'not valid' : summary(policy),
    authUser === null ? '-' : `${printable(authUser)} (${paired ? 'in use' : 'ignored'})`,
  ])
  return table([['SET IN', 'STAGEDOOR', 'STAGEDOOR_POLICY', 'AUTH_USER'], ...rows])
}

function summary({ users, allow, open }: NonNullable<Source['policy']>): string {
  return `${count(users.length, 'user')}, ${count(allow.length, 'rule')}${open ? ', open' : ''}`
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

function policyText({ from, runs, fault, users, allow, open }: Effective): string {
  if (from === null || fault !== null || from.startsWith('AUTH_USER')) return ''
  const rules = allow.map((rule) => `  ${printable(rule)}\n`).join('')
  return [
    `\npolicy of ${runs.join(' and ')}, from ${from}:\n`,
    open ? '\nopen: everybody gets in\n' : '',
    users.length > 0 ? `\n${userTable(users, Date.now())}` : '\nno users: nobody can sign in\n',
    allow.length > 0 ? `\neverybody may see:\n${rules}` : '',
  ].join('')
}
