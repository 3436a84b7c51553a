/** The tarball that would be published, of what was built last. */
import { execFile } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export interface Ran {
  code: number
  stdout: string
  stderr: string
}

/** Runs a program to its end, whatever that is. */
export async function run(
  program: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Ran> {
  const { cwd = ROOT, env = process.env } = options
  try {
    const limits = { timeout: 580_000, maxBuffer: 64 * 1024 * 1024 }
    return { code: 0, ...(await promisify(execFile)(program, args, { cwd, env, ...limits })) }
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as Partial<Ran>
    return { code: typeof code === 'number' ? code : 1, stdout, stderr: stderr || `${error}` }
  }
}

/** Packs into a folder of its own. @returns the folder and the tarball in it */
export async function pack(): Promise<{ folder: string; tarball: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'stagedoor-package-'))
  // Without scripts: `prepare` would take the build away under what runs beside this.
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  const { code, stdout, stderr } = await run('npm', args)
  if (code !== 0) throw new Error(stderr)
  const [{ filename }] = JSON.parse(stdout)
  return { folder, tarball: path.join(folder, filename) }
}
