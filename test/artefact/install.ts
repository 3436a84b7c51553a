/** Next.js, installed once for each version below `.tmp/artefact`, where the apps are built. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { installOnce } from '../package/install.ts'

const HERE = fileURLToPath(new URL('.', import.meta.url))
export const WORK = fileURLToPath(new URL('../../.tmp/artefact', import.meta.url))

/** What there is to build with. */
const VERSIONS = ['next-16', 'next-15'] as const
export type Version = (typeof VERSIONS)[number]

/** Run by vitest before the tests. */
export default async function install(): Promise<void> {
  for (const version of VERSIONS) {
    await installOnce(path.join(HERE, version), path.join(WORK, version))
  }
}
