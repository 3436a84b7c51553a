/** Whether the gate of an app is handed a store. For talk only: nothing here fails. */

import { CONNECTIONS } from '../vercel/connection.ts'
import { findMiddleware, findRouters } from './app-files.ts'
import { listsPackage, lookForNextApp } from './next-app.ts'
import { readNextConfig } from './next-config.ts'
import { codeOnly, withoutComments } from './source-text.ts'
import { readGateCall } from './store-steps.ts'
import { importedClient, STORE_NAMES, type StoreName, storeClient } from './store-wiring.ts'

export interface HandedStore {
  hands: boolean
  /** The client of Vercel's that it comes from, where the file says so. */
  client: StoreName | undefined
}

/** @returns `null` where the folder has no Next.js, or where that cannot be told */
export function handedStore(dir: string): HandedStore | null {
  try {
    const app = lookForNextApp(dir)
    if (!app) return null
    const found = findMiddleware(app.dir, findRouters(dir), readNextConfig(app.dir), app.version)
    const text = found.find(({ unread }) => unread === null)?.text ?? ''
    const code = codeOnly(text)
    const call = readGateCall({ text, code })
    // Called in a way that is not read here: by the name of the option.
    const hands = call?.hasStore ?? (/\bcreateGate\b/.test(code) && /\bstore\b/.test(code))
    return { hands, client: hands ? importedClient(withoutComments(text)) : undefined }
  } catch {
    return null
  }
}

/** Variables that the gate's client is told of the store by, the one that comes first in front. */
export function connectionNames(handed: HandedStore | null): string[] {
  return handed?.client === 'edge-config' ? [storeClient('edge-config').variable] : CONNECTIONS
}

/** The variable to set for the gate of an app: that of its client, else that of the package it lists. */
export function connectionName(dir: string): string {
  const client = handedStore(dir)?.client
  if (client) return storeClient(client).variable
  const [older, newer] = STORE_NAMES.map((name) => listsPackage(dir, storeClient(name).package))
  return storeClient(older && !newer ? 'edge-config' : 'global-config').variable
}
