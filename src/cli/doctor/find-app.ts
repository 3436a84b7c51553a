/** The app, and the version of its Next.js: as installed, else of a lock file, else the least of a range. */
import path from 'node:path'
import { CliError } from '../errors.ts'
import { lookForNextApp, type NextApp } from '../project/next-app.ts'
import { parseVersion } from '../project/version.ts'
import { lockedNext } from './lock-file.ts'

export interface FoundApp {
  app: NextApp | null
  /** Why there is none, where a Next.js is there all the same. */
  appFault: CliError | null
  /** The lock file that named the version. */
  lock: string | null
}

export function findApp(dir: string): FoundApp {
  const { app, appFault } = lookForApp(dir)
  const isKnown = app ? app.versionFrom !== 'range' : appFault === null
  const locked = isKnown ? undefined : lockedNext(dir)
  const version = locked && parseVersion(locked.version)
  if (!locked || !version) return { app, appFault, lock: null }
  const { version: declared, file } = locked
  const packageManager = MANAGERS[path.basename(file)] ?? 'npm'
  const rest = app ?? { dir, packageManager, typed: true }
  return { app: { ...rest, version, versionFrom: 'range', declared }, appFault: null, lock: file }
}

/** A fault is a version such as `latest`, which a lock file may know. */
function lookForApp(dir: string): Omit<FoundApp, 'lock'> {
  try {
    return { app: lookForNextApp(dir) ?? null, appFault: null }
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    return { app: null, appFault: error }
  }
}

const MANAGERS: Record<string, NextApp['packageManager']> = {
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'bun.lock': 'bun',
}
