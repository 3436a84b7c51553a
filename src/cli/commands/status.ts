/** `stagedoor status`: what the files of an app say, and what comes of it. Never a verifier. */
import path from 'node:path'
import { addressStates, addressText, type ShownAddresses } from '../address-state.ts'
import { invalidPolicy, painted } from '../change.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { describeRun, readTexts, runEnvironments } from '../places/next-env.ts'
import { noAppWarnings, openPlace } from '../places/open.ts'
import type { Run } from '../places/place.ts'
import { type GateState, gatedRuns, gateState, gateWarnings } from '../project/gate-state.ts'
import { opensWholeSite } from '../rule-cautions.ts'
import { secretStates, secretText, signInStates, signInText } from '../signing-state.ts'
import { type Effective, effectivePolicies, type Source, sourcesOf } from '../sources.ts'
import { advise, print, printable, printJson, say, table, warn } from '../talk.ts'
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
  const gate = gateState(io.cwd)
  const runs = gatedRuns(environments.map(describeRun), gate, place, io)
  const sources = sourcesOf(texts, io.env)
  const policies = effectivePolicies(environments)
  const secrets = secretStates(environments)
  const signIn = signInStates(environments)
  const addresses = addressStates(environments)
  if (options.json) {
    const shown = gate && { file: gate.file, wired: gate.wired }
    await printJson(io, { gate: shown, runs, policies, sources, secrets, signIn, addresses })
  } else {
    if (gate) await print(io, `${gateLine(gate)}\n\n`)
    await print(io, runTable(io, runs))
    if (sources.length > 0) await print(io, `\n${sourceTable(io, sources, policies)}`)
    await print(io, `\n${secretText(secrets)}${signInText(signIn)}`)
    for (const policy of policies) await print(io, policyText(io, policy, addresses))
    if (policies.every(({ from }) => from === null)) {
      say(io, options, '')
      say(io, options, `nothing is set up in ${name}: run ${advise(options, 'user add NAME')}`)
    }
  }
  const warnings = [...noAppWarnings(options, io), ...gateWarnings(gate, options)]
  for (const warning of warnings) warn(io, warning)
  const broken = policies.find(({ fault }) => fault !== null)
  if (broken) throw invalidPolicy(options, broken.from as string, broken.fault as string)
}

/** `gate: proxy.ts` */
function gateLine({ file, fault }: GateState): string {
  if (file === null) return 'gate: none in this app'
  return `gate: ${printable(file)}${fault === null ? '' : `, but ${printable(fault)}`}`
}

function runTable(io: Io, runs: Run[]): string {
  const rows = runs.map(({ run, gated, state, environment, because }) => {
    return [run, painted(gated, state), because ?? `${environment}, and STAGEDOOR is not set`]
  })
  const vercel = ['on Vercel', 'not told by these files', "the project's variables decide there"]
  return table(io, [['RUN', 'GATE', 'BECAUSE'], ...rows, vercel])
}

function sourceTable(io: Io, sources: Source[], policies: Effective[]): string {
  const paired = policies.some(({ from }) => from?.startsWith('AUTH_USER'))
  const rows = sources.map(({ source, switch: value, policy, authUser }) => [
    source,
    value ?? '-',
    policy === null ? '-' : policy.fault ? 'not valid' : summary(policy),
    authUser === null ? '-' : `${authUser} (${paired ? 'in use' : 'ignored'})`,
  ])
  return table(io, [['SET IN', 'STAGEDOOR', 'STAGEDOOR_POLICY', 'AUTH_USER'], ...rows])
}

function summary(policy: NonNullable<Source['policy']>): string {
  const { users, allow, ips, revoked, open } = policy
  return [
    count(users.length, 'user'),
    count(allow.length, 'rule'),
    ...(ips.length > 0 ? [count(ips.length, 'network')] : []),
    ...(revoked > 0 ? [`${revoked} revoked`] : []),
    ...(open ? ['open'] : []),
  ].join(', ')
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

function policyText(io: Io, policy: Effective, told: ShownAddresses[]): string {
  const { from, runs, fault, users, allow, ips, revoked, revokedIds, open } = policy
  if (from === null || fault !== null || from.startsWith('AUTH_USER')) return ''
  const toldHere = told.filter(({ run }) => runs.includes(run))
  const networks = ips.map((network) => `  ${printable(network)}\n`).join('')
  const rules = allow.map((rule) => `  ${printable(rule)}\n`).join('')
  return [
    `\npolicy of ${runs.join(' and ')}, from ${printable(from)}:\n`,
    open ? '\nopen: everybody gets in\n' : '',
    users.length > 0 ? `\n${userTable(io, users, Date.now())}` : '\nno users: nobody can sign in\n',
    allow.length > 0 ? `\neverybody may see:\n${rules}` : '',
    ips.length > 0
      ? `\nwithout credentials, where the client's address can be told:\n${networks}${addressText(toldHere)}`
      : '',
    revokedText(revoked, revokedIds),
    allow.some(opensWholeSite) ? '\neverything is public: a rule opens the whole site\n' : '',
  ].join('')
}

/** So many ids are said. */
const MOST_SAID = 5

function revokedText(revoked: number, ids: string[]): string {
  if (revoked === 0) return ''
  if (revoked > MOST_SAID) return `\nrevoked: ${count(revoked, 'id')}\n`
  return `\nrevoked:\n${ids.map((id) => `  ${printable(id)}\n`).join('')}`
}
