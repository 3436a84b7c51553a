/** The runs on this machine: what the files of an app, and the shell, say of them. */
import path from 'node:path'
import type { Io } from '../io.ts'
import { describeRun, type RunEnvironment, readTexts, runEnvironments } from '../places/next-env.ts'
import type { Place } from '../places/place.ts'
import { connectionNames, type HandedStore } from '../project/handed-store.ts'
import { parseConnection } from '../vercel/connection.ts'
import { DEFAULT_KEY } from '../vercel/stores.ts'
import { addressState } from './addresses.ts'
import type { Held } from './policies.ts'
import { secretState, signInState } from './signing.ts'
import { type Source, sourcesOf } from './sources.ts'
import type { Connected, Subject } from './subject.ts'

export interface Machine {
  subjects: Subject[]
  sources: Source[]
}

/** @throws {CliError} where the file cannot be read */
export async function lookAtMachine(
  place: Place,
  handed: HandedStore | null,
  io: Io,
): Promise<Machine> {
  // Ends here where it cannot be read: a file that is skipped looks like one that is not there.
  await place.read()
  const file = place.id.file as string
  const base = path.basename(file)
  const texts = readTexts(path.dirname(file), base)
  const environments = runEnvironments(texts, io.env, base)
  return {
    subjects: environments.map((environment) => subjectOf(environment, handed)),
    sources: sourcesOf(texts, io.env),
  }
}

function subjectOf(environment: RunEnvironment, handed: HandedStore | null): Subject {
  const { run, environment: name, gated, because } = describeRun(environment)
  return {
    run,
    environment: name,
    gated,
    because: because ?? null,
    own: heldIn(environment),
    connected: connectedIn(environment, handed),
    key: environment.settings.get('STAGEDOOR_KEY')?.value || DEFAULT_KEY,
    secret: secretState(environment),
    signIn: signInState(environment),
    addresses: addressState(environment),
  }
}

function heldIn({ settings }: RunEnvironment): Held | null {
  const policy = settings.get('STAGEDOOR_POLICY')
  if (policy?.value) return { kind: 'policy', from: policy.source, text: policy.value }
  const user = settings.get('AUTH_USER')
  if (!user?.value || !settings.get('AUTH_PASSWORD')?.value) return null
  return { kind: 'pair', from: `AUTH_USER in ${user.source}` }
}

function connectedIn({ settings }: RunEnvironment, handed: HandedStore | null): Connected | null {
  const name = connectionNames(handed).find((each) => settings.get(each)?.value)
  const setting = name && settings.get(name)
  if (!setting) return null
  const by = `${name} in ${setting.source}`
  try {
    return { by, store: parseConnection(setting.value, by), fault: null }
  } catch {
    // One that is not Vercel's, or none at all; `--to store` says more.
    return { by, store: null, fault: `${by} is no connection string of a store of Vercel's` }
  }
}
