/** One environment on Vercel: what its deployments from now on will see. */
import { readSwitch } from '../../gate/switch.ts'
import { toldStoreId } from '../places/connections.ts'
import { BAD_SWITCH } from '../places/next-env.ts'
import { connectionNames, type HandedStore } from '../project/handed-store.ts'
import { type Environment, placeNameOf } from '../vercel/environments.ts'
import { DEFAULT_KEY } from '../vercel/stores.ts'
import { type Variable, variableOf } from '../vercel/variables.ts'
import type { Held } from './policies.ts'
import type { ShownSecret } from './signing.ts'
import type { Connected, Subject } from './subject.ts'
import { lookUp, ownerOf, type Reader, type Value, whyHidden } from './vercel-values.ts'

export async function vercelSubject(
  environment: Environment,
  reader: Reader,
  handed: HandedStore | null,
  exposesSystem: boolean,
): Promise<Subject> {
  const run = placeNameOf(environment)
  const { name, branch } = environment
  const connected = connectedIn(environment, reader, handed)
  const look = (variable: string) => lookUp(variable, environment, reader)
  const [told, own, key, signIn, header] = await Promise.all([
    look('STAGEDOOR'),
    heldIn(environment, reader),
    connected?.store ? look('STAGEDOOR_KEY') : null,
    look('STAGEDOOR_SIGN_IN'),
    look('STAGEDOOR_IP_HEADER'),
  ])
  const secret = secretIn(run, environment, reader)
  return {
    run,
    environment: name,
    ...(branch !== undefined && { branch }),
    // As the gate sees it, where nobody tells it.
    ...switchOf(told, exposesSystem ? name : 'self-hosted'),
    own,
    connected: key?.is === 'unread' && connected ? { ...connected, fault: key.why } : connected,
    key: key?.is === 'there' ? key.value : DEFAULT_KEY,
    secret,
    signIn: signInOf(run, signIn, secret),
    addresses:
      header.is === 'there'
        ? { run, header: header.value, from: `STAGEDOOR_IP_HEADER in ${run}` }
        : { run, header: 'x-real-ip', from: 'as Vercel does' },
  }
}

function switchOf(told: Value, environment: string) {
  if (told.is === 'unread') return { gated: null, unknown: told.why, because: null }
  const value = told.is === 'there' ? told.value : undefined
  const { gated, fault } = readSwitch(value, environment)
  const bad = fault === undefined ? '' : BAD_SWITCH
  return { gated, because: value ? `STAGEDOOR=${value} of the project${bad}` : null }
}

async function heldIn(environment: Environment, reader: Reader): Promise<Held | null> {
  const policy = await lookUp('STAGEDOOR_POLICY', environment, reader)
  if (policy.is !== 'absent') {
    const from = ownerOf(policy.variable, environment)
    if (policy.is === 'there') return { kind: 'policy', from, text: policy.value }
    return { kind: 'unread', from, why: policy.why }
  }
  const [user, password] = ['AUTH_USER', 'AUTH_PASSWORD'].map((name) =>
    variableOf(reader.variables, name, environment),
  )
  // Nobody needs a password in this memory: that they are there is enough.
  if (!user || !password) return null
  return { kind: 'pair', from: `AUTH_USER in ${ownerOf(user, environment)}` }
}

/** Whether there is one: what is in it is nobody's business. */
function secretIn(run: string, environment: Environment, { variables }: Reader): ShownSecret {
  const name = 'STAGEDOOR_SECRET'
  if (variableOf(variables, name, environment)) return { run, state: 'set', from: run }
  const isHidden = whyHidden(name, environment, variables) !== null
  return { run, state: isHidden ? 'hidden' : 'missing', from: null }
}

function signInOf(run: string, told: Value, { state }: ShownSecret) {
  const asks = told.is === 'there' && told.value === 'page'
  const page = told.is === 'unread' ? null : asks && state !== 'missing'
  return { run, page, from: asks ? run : null }
}

function connectedIn(
  environment: Environment,
  { variables }: Reader,
  handed: HandedStore | null,
): Connected | null {
  const names = connectionNames(handed)
  const [variable] = names.flatMap((name) => variableOf(variables, name, environment) ?? [])
  if (variable) return connectionOf(variable, ownerOf(variable, environment))
  const [name = ''] = names
  const fault = handed?.hands ? whyHidden(name, environment, variables) : null
  return fault === null ? null : { by: name, store: null, fault }
}

/** By what Vercel says of a connection string, or we wrote beside it: it is a Secret itself. */
function connectionOf(variable: Variable, owner: string): Connected {
  const storeId = toldStoreId(variable)
  const by = `${variable.name} in ${owner}`
  if (storeId !== undefined) return { by, store: { storeId }, fault: null }
  return { by, store: null, fault: `${by} does not say which store it is` }
}
