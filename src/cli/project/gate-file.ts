/** Which file the gate becomes in an app, and writing it. The user's own files stay theirs. */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { CliError, errorCode, systemError } from '../errors.ts'
import { besideName, replaceFile } from '../places/replace.ts'
import {
  conventionExtension,
  conventionName,
  type Found,
  findMiddleware,
  type Routers,
} from './app-files.ts'
import { type Kind, kindOf, withSettingsOf } from './drop-in.ts'
import type { NextApp } from './next-app.ts'
import type { NextConfig } from './next-config.ts'
import { readSource } from './source-text.ts'
import { readWiring, type Wiring } from './wiring.ts'

export interface GateFile {
  /** Absolute. */
  file: string
  /** `null` where there is none. */
  before: string | null
  after: string
  /** What `before` is. */
  kind: Kind | 'none'
  /** What is to be done around it in the user's own middleware; `null` where there is none. */
  wiring: Wiring | null
  notes: string[]
}

/** What was looked at. */
export interface Project {
  app: NextApp
  routers: Routers
  config: NextConfig
}

/**
 * Decides the gate's file.
 *
 * @param replace whether a gate of another version, or an edited one, may be replaced
 * @throws {CliError} where there is one and it may not, or where no name is right
 */
export function chooseGateFile(project: Project, dropIn: string, replace: boolean): GateFile {
  const { app, routers, config } = project
  const found = findMiddleware(app.dir, routers, config, app.version)
  const [main, second] = found.filter(({ unread }) => unread === null)
  if (main && second) throw tooMany(main, second, app)
  const unread = found.filter((file) => file.unread !== null).map((file) => unreadNote(file, app))
  if (main && kindOf(main.text, dropIn) === 'foreign') {
    const file = path.join(routers.folder, 'stagedoor.ts')
    const wiring = readWiring(relative(app, main.file), main.text, file)
    const gate = gateAt(file, app, dropIn, replace)
    return { ...gate, wiring, notes: [...unread, ...wiringNote(wiring), ...settingsNote(gate)] }
  }
  const name = `${conventionName(app.version)}.${conventionExtension(config)}`
  const file = main?.file ?? path.join(routers.folder, name)
  const gate = gateAt(file, app, dropIn, replace)
  const notes = [...unread, ...renameNote(file, app), ...settingsNote(gate)]
  return { ...gate, wiring: null, notes }
}

type Gate = Omit<GateFile, 'wiring' | 'notes'>

function gateAt(file: string, app: NextApp, dropIn: string, replace: boolean): Gate {
  const before = fs.existsSync(file) ? readSource(file) : null
  if (before === null) return { file, before, after: dropIn, kind: 'none' }
  const kind = kindOf(before, dropIn)
  if (kind === 'same' || kind === 'settings') return { file, before, after: before, kind }
  if (kind === 'foreign') throw notOurs(relative(app, file))
  if (!replace) throw notReplaced(relative(app, file), kind)
  return { file, before, after: withSettingsOf(before, dropIn) ?? dropIn, kind }
}

/** Writes it. @throws {CliError} where a file of that name came up meanwhile */
export function writeGateFile({ file, before, after }: GateFile, name: string): void {
  try {
    if (before === null) createFile(file, after)
    else if (before !== after) replaceFile(fs.realpathSync(file), Buffer.from(after))
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw systemError(error, `write ${name}`)
    throw new CliError(`${name} has just been made by something else, and was left alone`, {
      hint: 'run `npx stagedoor init` again',
      cause: error,
    })
  }
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

export function relative({ dir }: NextApp, file: string): string {
  return path.relative(dir, file).split(path.sep).join('/')
}

function unreadNote({ file, unread }: Found, app: NextApp): string {
  return `Next.js does not read ${relative(app, file)}, because ${unread}: it never runs, and the gate does not call it`
}

function wiringNote({ file, steps }: Wiring): string[] {
  if (steps.length === 0) return []
  return [`THERE IS NO GATE until you edit ${file}, which is yours and was not changed`]
}

function settingsNote({ before, after }: Gate): string[] {
  if (before === null || before === after || withSettingsOf(before, after)) return []
  return ['the settings on top of the gate are those of this version now: set yours again']
}

function renameNote(file: string, { version }: NextApp): string[] {
  const base = path.basename(file)
  if (version.major < 16 || !base.startsWith('middleware')) return []
  return [
    `Next.js ${version.major} still reads ${base}, but wants it called ${base.replace('middleware', 'proxy')}`,
  ]
}

function tooMany(one: Found, other: Found, app: NextApp): CliError {
  const names = [one, other].map(({ file }) => relative(app, file))
  return new CliError(`there are both ${names.join(' and ')}, of which Next.js takes one or none`, {
    hint: 'make one file of them, then run `npx stagedoor init` again',
  })
}

function notOurs(name: string): CliError {
  return new CliError(`${name} is there already, and is not a gate of ours`, {
    hint: 'give your file another name, then run `npx stagedoor init` again',
  })
}

function notReplaced(name: string, kind: Kind): CliError {
  const what =
    kind === 'other' ? 'a gate of another version' : 'a gate that was changed below its settings'
  return new CliError(`${name} is ${what}, and was left alone`, {
    hint: 'see `npx stagedoor init --diff`; to replace it, and keep its settings where there still are such, run `npx stagedoor init --force`',
  })
}
