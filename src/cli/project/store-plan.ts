/** Which client of a store an app gets from `init --store`, and whether it is to be installed. */
import fs from 'node:fs'
import path from 'node:path'
import { readEnv } from '../places/env-file.ts'
import { listsPackage, type NextApp } from './next-app.ts'
import { addPackage, type PackageCommand } from './packages.ts'
import { readSource, withoutComments } from './source-text.ts'
import { handsOwnStore } from './store-steps.ts'
import {
  importedClient,
  STORE_NAMES,
  type StoreClient,
  type StoreName,
  storeClient,
} from './store-wiring.ts'

export interface StorePlan {
  client: StoreClient
  /** What puts its package into package.json; `null` where it is there. */
  install: PackageCommand | null
}

/**
 * @param asked `true` where the app decides
 * @param middleware of the app, where it has one: what it imports stays
 * @returns `null` where that hands the gate a store of another kind, which stays
 */
export function planStore(
  app: NextApp,
  asked: StoreName | true,
  middleware: string | undefined,
  env: Record<string, string | undefined>,
): StorePlan | null {
  const imported = importedClient(withoutComments(middleware ?? ''))
  if (middleware !== undefined && imported === undefined && handsOwnStore(middleware)) return null
  const kept = asked === true || handsOwnStore(middleware ?? '') ? imported : undefined
  const name = kept ?? (asked === true ? knownName(app, env) : asked)
  const client = storeClient(name)
  const listed = listsPackage(app.dir, client.package)
  return { client, install: listed ? null : addPackage(app, client.package) }
}

/**
 * The older name only where nothing speaks for the newer: a store that is connected today sets
 * GLOBAL_CONFIG, and the newer package reads a store of either name.
 */
function knownName({ dir }: NextApp, env: Record<string, string | undefined>): StoreName {
  const named = new Set([...Object.keys(env).filter((name) => env[name]), ...namesInFiles(dir)])
  const [older, newer] = STORE_NAMES.map((name) => {
    const { package: own, variable } = storeClient(name)
    return named.has(variable) || listsPackage(dir, own)
  })
  return older && !newer ? 'edge-config' : 'global-config'
}

/** Variables of all `.env` files, also of those that no run here reads. */
function namesInFiles(dir: string): string[] {
  return fs
    .readdirSync(dir, { withFileTypes: true })
    .filter((entry) => /^\.env(?:\.[\w.-]+)?$/.test(entry.name) && !entry.isDirectory())
    .flatMap(({ name }) => [...readEnv(readSource(path.join(dir, name))).keys()])
}
