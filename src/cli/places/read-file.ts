/** Finding and reading an env file: what is no regular file, or no UTF-8, is refused. */
import fs from 'node:fs'
import { CliError, errorCode, systemError } from '../errors.ts'

/** Reads an env file. @returns `''` where there is none */
export function readText(target: string, name: string): string {
  const bytes = readBytes(target, name)
  const text = bytes.toString('utf8')
  // Next.js would read U+FFFD for each bad byte, and writing them back would change the file.
  if (!Buffer.from(text).equals(bytes)) {
    throw new CliError(`${name} is not UTF-8`, {
      hint: 'save it as UTF-8, or name another file with `--to file:PATH`',
    })
  }
  return text
}

function readBytes(target: string, name: string): Buffer {
  try {
    if (fs.statSync(target).isFile()) return fs.readFileSync(target)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return Buffer.alloc(0)
    throw systemError(error, `read ${name}`)
  }
  throw new CliError(`${name} is not a regular file`, {
    hint: 'name another with `--to file:PATH`',
  })
}

/** Where a link leads: replacing the link itself would leave what it leads to as it was. */
export function followLinks(file: string, name: string): string {
  try {
    return fs.realpathSync(file)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw systemError(error, `read ${name}`)
    if (fs.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink()) {
      throw new CliError(`${name} is a link to ${fs.readlinkSync(file)}, which does not exist`, {
        hint: 'make that file, or remove the link',
      })
    }
    return file
  }
}
