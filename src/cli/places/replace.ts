/**
 * Replacing a file so that a reader, or a crash at any instant, meets the old one or the new
 * one whole. All of it is synchronous: it runs under a lock and must not be interleaved.
 */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

/** Owner may read and write: what a file of credentials is made with. */
const PRIVATE = 0o600

/**
 * The name of a file of ours beside another. `.env.local` gives `.env.stagedoor-TAG.local`:
 * whatever pattern keeps the one out of git (`.env*`, `.env*.local`) keeps out the other.
 */
export function besideName(file: string, tag: string): string {
  const base = path.basename(file)
  const name = base.startsWith('.env')
    ? `.env.stagedoor-${tag}${base.slice(4)}`
    : `${base}.stagedoor-${tag}`
  return path.join(path.dirname(file), name)
}

/** Puts new contents in the place of a file, with its mode and owner; a new one is 0600. */
export function replaceFile(file: string, contents: Uint8Array): void {
  removeLeftovers(file)
  const temporary = besideName(file, `new-${randomBytes(6).toString('hex')}`)
  try {
    writeWhole(temporary, contents, statOf(file))
    fs.renameSync(temporary, file)
  } catch (error) {
    fs.rmSync(temporary, { force: true })
    throw error
  }
  syncFolder(path.dirname(file))
}

function writeWhole(temporary: string, contents: Uint8Array, old: fs.Stats | undefined): void {
  const descriptor = fs.openSync(temporary, 'wx', PRIVATE)
  try {
    fs.writeFileSync(descriptor, contents)
    if (old) keepOwner(descriptor, old)
    // After the owner: changing that clears bits of the mode.
    if (old) fs.fchmodSync(descriptor, old.mode & 0o7777)
    // Before the rename, or a power cut could leave the new name on an empty file.
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}

/** Only root may give a file away; for everybody else it is theirs now, as in any editor. */
function keepOwner(descriptor: number, old: fs.Stats): void {
  const { uid, gid } = fs.fstatSync(descriptor)
  if (uid === old.uid && gid === old.gid) return
  try {
    fs.fchownSync(descriptor, old.uid, old.gid)
  } catch {}
}

/** What a killed run left. Under the lock nobody else is writing one. */
function removeLeftovers(file: string): void {
  const [before, after] = path.basename(besideName(file, 'new-\0')).split('\0') as [string, string]
  for (const name of fs.readdirSync(path.dirname(file))) {
    const tag =
      name.startsWith(before) &&
      name.endsWith(after) &&
      name.slice(before.length, -after.length || undefined)
    if (tag && /^[0-9a-f]{12}$/.test(tag))
      fs.rmSync(path.join(path.dirname(file), name), { force: true })
  }
}

function statOf(file: string): fs.Stats | undefined {
  return fs.statSync(file, { throwIfNoEntry: false })
}

/** Makes the rename last. Windows cannot open a folder, and needs none of it. */
function syncFolder(folder: string): void {
  try {
    const descriptor = fs.openSync(folder, 'r')
    try {
      fs.fsyncSync(descriptor)
    } finally {
      fs.closeSync(descriptor)
    }
  } catch {}
}
