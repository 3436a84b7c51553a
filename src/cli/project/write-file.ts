/** Writing the files of an app: whole or not at all, and never over what nobody has looked at. */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { CliError, errorCode, systemError } from '../errors.ts'
import { besideName, replaceFile } from '../places/replace.ts'
import { readSource } from './source-text.ts'

/** What becomes of a file. */
export interface FileChange {
  /** Absolute. */
  file: string
  /** `null` where there is none. */
  before: string | null
  after: string
}

/** Writes one. @throws {CliError} where the file is not what it was when that was decided */
export function writeChange({ file, before, after }: FileChange, name: string): void {
  if (before === after) return
  if (before !== null && readSource(file) !== before) throw changedMeanwhile(name, 'changed')
  try {
    if (before === null) createFile(file, after)
    else replaceFile(fs.realpathSync(file), Buffer.from(after))
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw systemError(error, `write ${name}`)
    throw changedMeanwhile(name, 'made', error)
  }
}

function changedMeanwhile(name: string, what: string, cause?: unknown): CliError {
  return new CliError(`${name} has just been ${what} by something else, and was left alone`, {
    hint: 'run `npx stagedoor init` again',
    cause,
  })
}

/** Makes a file whole or not at all, and never over another. */
export function createFile(file: string, text: string): void {
  const temporary = besideName(file, `new-${randomBytes(6).toString('hex')}`)
  try {
    fs.writeFileSync(temporary, text, { flag: 'wx' })
    fs.linkSync(temporary, file)
  } catch (error) {
    if (errorCode(error) === 'EEXIST' || !fs.existsSync(temporary)) throw error
    // A disk without hard links.
    fs.copyFileSync(temporary, file, fs.constants.COPYFILE_EXCL)
  } finally {
    fs.rmSync(temporary, { force: true })
  }
}
