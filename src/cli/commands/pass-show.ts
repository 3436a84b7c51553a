/** `stagedoor pass show`: what a pass is, and whether it is good. Never the pass itself. */
import { findHolder } from '../../gate/holder.ts'
import { type Claims, isSecret, sign, type Use } from '../../gate/pass.ts'
import { type Policy, parsePolicy } from '../../gate/policy.ts'
import { documentOf } from '../change.ts'
import { CliError, EXIT } from '../errors.ts'
import { showExpires } from '../expiry.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { isVercel, sealedSecret } from '../pass-secret.ts'
import { isPass } from '../passes.ts'
import { openPlace } from '../places/open.ts'
import type { RunSecret, Snapshot } from '../places/place.ts'
import { readSecretText } from '../secret.ts'
import { advise, print, printJson, table } from '../talk.ts'

const USES: Use[] = ['session', 'share', 'automation', 'bypass', 'identity']

/** A pass, taken apart. Nothing of it is proven. */
interface Shown {
  id: string
  name: string
  use: Use
  /** `null` for everything, or for what the policy says of a session's user. */
  paths: string[] | null
  roles: string[]
  /** Moments in UTC. */
  issued: string
  expires: string
}

/**
 * Prints it.
 *
 * @param args there should be none: a pass is read from stdin
 * @throws {CliError} after that, where no gate with the secret and the policy of the place takes it
 */
export async function passShow(args: string[], options: PlaceOptions, io: Io): Promise<void> {
  refuseArguments(args, options)
  const place = await openPlace(options, io)
  const snapshot = await place.read()
  if (isVercel(place)) throw sealedSecret(place, snapshot, options)
  const policy = parsePolicy(documentOf(options, place, snapshot))
  const token = tokenOf(await readSecretText(io, options, 'pass or link: '))
  const shown = readShown(token)
  const fault = await faultOf(token, shown, snapshot, policy, place.name)
  const good = fault === null
  if (options.json) await printJson(io, { ...shown, good, fault, ...place.id })
  else await print(io, showTable(io, shown, good, place.name))
  if (fault !== null) {
    throw new CliError(`this pass is not good: ${fault}`, { hint: hintOf(shown, options) })
  }
}

function refuseArguments(args: string[], options: PlaceOptions): void {
  if (args.length === 0) return
  const message = args.some(isPass)
    ? "that is a whole pass, and what is an argument stands in the shell's history"
    : 'a pass is read from stdin, and is no argument'
  const hint = `pipe it in: ${advise(options, 'pass show').replace(/`$/, ' < pass.txt`')}`
  throw new CliError(message, { hint, exitCode: EXIT.misused })
}

function hintOf({ use }: Shown, options: PlaceOptions): string {
  if (use === 'share') return `make another link with ${advise(options, 'share PATH')}`
  if (use === 'automation') return `make another with ${advise(options, 'pass create NAME')}`
  return 'the browser gets another when its user signs in'
}

/** Of a link the parameter, of a cookie its value, and else the text itself. */
function tokenOf(text: string): string {
  const [, parameter] = /(?:^|[?&;\s])(?:__Host-)?stagedoor=([\w.-]+)/.exec(text) ?? []
  return parameter ?? text.trim()
}

/** @throws {CliError} for what is no pass of ours */
function readShown(token: string): Shown {
  const { iss, sub, use, iat, exp, jti, paths, roles } = readPayload(token)
  const texts = [sub, jti].every((claim) => typeof claim === 'string')
  const times = [iat, exp].every(
    (time) => Number.isInteger(time) && Math.abs(time as number) < 1e12,
  )
  if (iss !== 'stagedoor' || !texts || !times || !USES.includes(use as Use)) {
    throw new CliError('that is no pass, and no link with one', {
      hint: 'pipe in the whole of it, as `share` or `pass create` printed it',
    })
  }
  return {
    id: jti as string,
    name: sub as string,
    use: use as Use,
    paths: Array.isArray(paths) ? paths.map(String) : null,
    roles: Array.isArray(roles) ? roles.map(String) : [],
    issued: showTime(iat as number),
    expires: showTime(exp as number),
  }
}

function readPayload(token: string): { [name in keyof Claims]?: unknown } {
  try {
    const payload: unknown = JSON.parse(
      Buffer.from(token.split('.')[1] ?? '', 'base64url').toString(),
    )
    return typeof payload === 'object' && payload !== null ? payload : {}
  } catch {
    return {}
  }
}

function showTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
}

/** Why the gate does not take it; `null` where it does. */
async function faultOf(
  token: string,
  shown: Shown,
  { secrets }: Snapshot,
  policy: Policy,
  place: string,
): Promise<string | null> {
  const now = Date.now()
  const usable = secrets.filter(({ value }) => isSecret(value))
  for (const { value: secret } of usable) {
    // A session of a user whom the policy does not name was given by the app's own check.
    const keys = { secret, bypass: '', verifies: true }
    if (await findHolder(token, USES, policy, keys, now)) return null
  }
  if (usable.length === 0) return noSecret(secrets, place)
  if (!(await isSigned(token, usable))) {
    return `it is not signed with STAGEDOOR_SECRET of ${sourcesOf(usable).join(' or ')}`
  }
  if (policy.revoked.has(shown.id)) return `it is revoked in ${place}`
  if (Date.parse(shown.expires) <= now) return 'it has expired'
  if (Date.parse(shown.issued) > now) return 'it begins later: two clocks differ'
  if (shown.use === 'session') return `its user is gone from ${place}, or has another password`
  return 'it hangs on something else than the secret, such as that of the platform'
}

function noSecret(secrets: RunSecret[], place: string): string {
  const [short] = sourcesOf(secrets.filter(({ value }) => value !== ''))
  return short === undefined
    ? `there is no STAGEDOOR_SECRET in ${place} to check it with`
    : `STAGEDOOR_SECRET in ${short} has fewer than 32 bytes, and signs nothing`
}

function sourcesOf(secrets: RunSecret[]): string[] {
  return [...new Set(secrets.map(({ source = '' }) => source))]
}

async function isSigned(token: string, secrets: RunSecret[]): Promise<boolean> {
  const [, input = '', signature] = /^(.+)\.([^.]*)$/s.exec(token) ?? []
  const right = await Promise.all(secrets.map(({ value }) => sign(input, value)))
  return right.includes(signature ?? '')
}

function showTable(io: Io, shown: Shown, good: boolean, place: string): string {
  const { id, name, use, paths, roles, issued, expires } = shown
  return table(io, [
    ['id', id],
    ['name', name],
    ['use', use],
    ['paths', paths?.join(' ; ') ?? EVERYTHING[use]],
    ['roles', roles.join(',') || '-'],
    ['issued', issued],
    ['expires', showExpires(expires, Date.now())],
    [
      'good',
      good ? { text: `yes, by ${place}`, colour: 'green' } : { text: 'no', colour: 'yellow' },
    ],
  ])
}

/** Without rules of its own. */
const EVERYTHING: Record<Use, string> = {
  share: 'everything',
  automation: 'everything',
  bypass: 'everything',
  session: 'what its user may see',
  identity: 'nothing: it tells the app who is there',
}
