/** How a write to another machine runs on this one: one after the other, and to its end. */
import { createHash } from 'node:crypto'
import os from 'node:os'
import path from 'node:path'
import { EXIT } from '../errors.ts'
import type { Io } from '../io.ts'
import { withLock } from './lock.ts'

// Milliseconds to wait for other runs. One takes about a second, and more where Vercel is slow.
const PATIENCE = 60_000

/**
 * Runs on this machine write one after the other. Where there is nowhere to say so, or one takes
 * too long, they do not: the look after the write is left.
 */
export async function inTurn<T>(
  { id, name }: { id: string; name: string },
  work: () => Promise<T>,
): Promise<T> {
  const tag = createHash('sha256').update(id).digest('hex').slice(0, 16)
  const file = path.join(os.tmpdir(), `stagedoor-${process.getuid?.() ?? ''}-${tag}`)
  let began = false
  const begin = () => {
    began = true
    return work()
  }
  try {
    return await withLock(file, name, begin, PATIENCE)
  } catch (error) {
    if (began) throw error
    return work()
  }
}

/**
 * Does work that should not be left half done. The first Ctrl-C waits for its end, and for what
 * is to be shown after it: a password that was written is shown once.
 */
export async function uninterrupted<T>(io: Io, work: () => Promise<T>): Promise<T> {
  let asked = 0
  const hold = () => {
    asked += 1
    if (asked > 1) process.exit(EXIT.interrupted)
    io.stderr.write('\nstagedoor: finishing what was begun; Ctrl-C again stops at once\n')
  }
  process.on('SIGINT', hold)
  try {
    return await work()
  } finally {
    process.off('SIGINT', hold)
  }
}
