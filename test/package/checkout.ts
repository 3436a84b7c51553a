/** The repository as somebody has it who has just cloned it: no build, nothing installed. */
import { createHash } from 'node:crypto'
import { cp, readFile } from 'node:fs/promises'
import path from 'node:path'
import { ROOT, run } from './pack.ts'

/** Files that git has, or would add: what is being worked on is tested too. */
async function filesOfRepository(): Promise<string[]> {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z']
  const { code, stdout, stderr } = await run('git', args)
  if (code !== 0) throw new Error(stderr)
  const names = [...new Set(stdout.split('\0').filter(Boolean))].sort()
  // One that is deleted, and not yet committed so, is listed all the same.
  const { stdout: deleted } = await run('git', ['ls-files', '--deleted', '-z'])
  return names.filter((name) => !deleted.split('\0').includes(name))
}

/** Copies all of it. */
export async function copyCheckout(to: string): Promise<void> {
  for (const name of await filesOfRepository()) {
    await cp(path.join(ROOT, name), path.join(to, name))
  }
}

/** Of all files whose names begin with one of these. */
export async function digestCheckout(beginnings: string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const name of await filesOfRepository()) {
    if (!beginnings.some((beginning) => name.startsWith(beginning))) continue
    hash.update(`\0${name}\0`).update(await readFile(path.join(ROOT, name)))
  }
  return hash.digest('hex')
}
