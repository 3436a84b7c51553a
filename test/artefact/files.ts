/** Files of an artefact, and texts in them. */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'

/** Every file below a folder. */
export async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
}

/** Those that hold a text, as it is or in Base64, in which it may begin at any of three places. */
export async function filesWith(folder: string, text: string): Promise<string[]> {
  const encoded = [0, 1, 2].map((at) => {
    const base64 = Buffer.from(`${' '.repeat(at)}${text}`).toString('base64')
    // Neither what the bytes before have a part in, nor what the bytes after would.
    return base64.replace(/=+$/, '').slice(at === 0 ? 0 : at + 1, -1)
  })
  const found = []
  for (const file of await filesOf(folder)) {
    const bytes = await readFile(file)
    if ([text, ...encoded].some((one) => bytes.includes(one))) found.push(file)
  }
  return found
}
