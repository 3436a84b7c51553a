/** Work that two files of tests, which run at the same time, would both begin. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** Does work while nobody else does work of that name. */
export async function lock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const file = `${name}.lock`
  await mkdir(path.dirname(file), { recursive: true })
  while (!(await take(file))) await new Promise((resolve) => setTimeout(resolve, 200))
  try {
    return await work()
  } finally {
    await rm(file, { force: true })
  }
}

/** Whether a lock is ours now. One whose process has gone is nobody's. */
async function take(file: string): Promise<boolean> {
  try {
    await writeFile(file, `${process.pid}`, { flag: 'wx' })
    return true
  } catch {
    const owner = Number(await readFile(file, 'utf8').catch(() => ''))
    if (owner && !isRunning(owner)) await rm(file, { force: true })
    return false
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
