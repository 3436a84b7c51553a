/**
 * One writer at a time, by a lock beside the file.
 *
 * The lock is a symbolic link whose target reads `PID@HOST`: made in one step with what it
 * says, so nobody meets a lock half written (Emacs locks files this way). Where links are not
 * to be had (Windows) it is a file with the same text.
 *
 * A lock whose process is gone is stale. Two waiters could both see that, and the slower one
 * remove the new lock of the faster; so removing takes a second lock, and looks again under
 * it. A lock of a process that lives, or of another machine, is never broken.
 */
import fs from 'node:fs'
import os from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { CliError, errorCode } from '../errors.ts'
import { besideName } from './replace.ts'

// Milliseconds. A run that writes a file holds the lock for some 10.
const PATIENCE = 10_000

/**
 * Runs `work` while no other run does so for the same file.
 *
 * @param patience milliseconds to wait for another run
 */
export async function withLock<T>(
  file: string,
  name: string,
  work: () => T | Promise<T>,
  patience = PATIENCE,
): Promise<T> {
  const lock = besideName(file, 'lock')
  const deadline = Date.now() + patience
  while (!take(lock)) {
    if (isStale(lock)) removeStale(lock, besideName(file, 'lock-guard'))
    if (Date.now() > deadline) {
      throw stillLocked(lock, besideName(file, 'lock-guard'), name, patience)
    }
    // Random, or waiters that started together would go on meeting.
    await sleep(5 + Math.random() * 25)
  }
  try {
    return await work()
  } finally {
    remove(lock)
  }
}

/** Not `rmSync`: on Node.js 24 that leaves a link that leads nowhere, as a lock does. */
function remove(lock: string): void {
  try {
    fs.unlinkSync(lock)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
}

/** Makes the lock. @returns false where there is one */
function take(lock: string): boolean {
  const owner = `${process.pid}@${os.hostname()}`
  try {
    makeLink(owner, lock)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

function makeLink(owner: string, lock: string): void {
  try {
    fs.symlinkSync(owner, lock)
  } catch (error) {
    if (process.platform !== 'win32') throw error
    fs.writeFileSync(lock, owner, { flag: 'wx' })
  }
}

/** Who holds the lock; `undefined` where nobody does, or where it cannot be read. */
function ownerOf(lock: string): string | undefined {
  try {
    return process.platform === 'win32' && !fs.lstatSync(lock).isSymbolicLink()
      ? fs.readFileSync(lock, 'utf8')
      : fs.readlinkSync(lock)
  } catch {
    return undefined
  }
}

function isStale(lock: string): boolean {
  const [, pid, host] = /^(\d+)@(.*)$/.exec(ownerOf(lock) ?? '') ?? []
  if (pid === undefined || host !== os.hostname()) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return errorCode(error) === 'ESRCH'
  }
}

function removeStale(lock: string, guard: string): void {
  if (!take(guard)) return
  try {
    if (isStale(lock)) remove(lock)
  } finally {
    remove(guard)
  }
}

function stillLocked(lock: string, guard: string, name: string, patience: number): CliError {
  const owner = ownerOf(lock)?.replace('@', ' on ') ?? 'unknown'
  // A run killed while it held the guard: a few microseconds, and nothing may break that one.
  const files = ownerOf(guard) === undefined ? lock : `${lock} and ${guard}`
  return new CliError(
    `another stagedoor has been writing ${name} for ${patience / 1000} seconds (process ${owner})`,
    {
      hint: `try again; if no such process runs any more, delete ${files} first`,
    },
  )
}
