/** The real `@next/env` of the Next.js that is installed: what an app will see of a file. */
import nextEnv from '@next/env'

/** Variables of one file as Next.js loads it, on top of this process's environment. */
export function loadLikeNext(contents: string): Record<string, string | undefined> {
  const before = { ...process.env }
  const file = { path: '.env.local', contents, env: {} }
  try {
    const quiet = { info: () => {}, error: () => {} }
    const [, loaded] = nextEnv.processEnv([file], undefined, quiet, true)
    return { ...(loaded as Record<string, string | undefined>) }
  } finally {
    // It writes into `process.env`, where the next file would find it.
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
    Object.assign(process.env, before)
  }
}

/** Variables of all files of a folder as `next dev` or `next start` loads them. */
export function loadFolderLikeNext(
  folder: string,
  dev: boolean,
): Record<string, string | undefined> {
  const before = { ...process.env }
  try {
    const quiet = { info: () => {}, error: () => {} }
    const mode = { NODE_ENV: dev ? 'development' : 'production' } as const
    Object.assign(process.env, mode)
    // It puts back what it saw at its first load, vitest's `test` too.
    nextEnv.updateInitialEnv({ ...before, ...mode })
    const { combinedEnv } = nextEnv.loadEnvConfig(folder, dev, quiet, true)
    return { ...combinedEnv }
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
    Object.assign(process.env, before)
  }
}
