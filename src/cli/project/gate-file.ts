/** Which file the gate becomes in an app, and which hands it a store. The user's own files stay theirs. */
import fs from 'node:fs'
import path from 'node:path'
import { CliError } from '../errors.ts'
import { relativePath } from '../relative-path.ts'
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
import { ownChallengeLine } from './own-challenge.ts'
import { cutText, readSource } from './source-text.ts'
import { isWiringText, type StoreClient, wiringText } from './store-wiring.ts'
import { readWiring, type Wiring } from './wiring.ts'
import type { FileChange } from './write-file.ts'

export interface GateFile extends FileChange {
  /** What `before` is. */
  kind: Kind | 'none'
  /** The file that it is moved out of, to make room for the wiring, from the app's folder. */
  movedFrom?: string
  /** What is to be done around it in the user's own middleware; `null` where there is none. */
  wiring: Wiring | null
  /** The app's middleware where it is ours and only wires a store; `null` where it is not. */
  entry: FileChange | null
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
 * @param client of the store that the gate is to be handed, if it is
 * @throws {CliError} where there is one and it may not, or where no name is right
 */
export function chooseGateFile(
  project: Project,
  dropIn: string,
  replace: boolean,
  client?: StoreClient,
): GateFile {
  const { app, routers, config } = project
  const found = findMiddleware(app.dir, routers, config, app.version)
  const [main, second] = found.filter(({ unread }) => unread === null)
  if (main && second) throw tooMany(main, second, app)
  const unread = found.filter((file) => file.unread !== null).map((file) => unreadNote(file, app))
  const beside = path.join(routers.folder, 'stagedoor.ts')
  const isForeign = main !== undefined && kindOf(main.text, dropIn) === 'foreign'
  const choice = { app, dropIn, replace, command: client ? 'init --store' : 'init' }
  if (isForeign && !(client && isWiringText(main.text))) {
    const wiring = readWiring(relative(app, main.file), main.text, beside, client)
    const gate = gateAt(beside, choice)
    const notes = [
      ...unread,
      ...wiringNote(wiring),
      ...challengeNote(wiring, main.text),
      ...settingsNote(gate),
    ]
    return { ...gate, wiring, entry: null, notes }
  }
  const name = `${conventionName(app.version)}.${conventionExtension(config)}`
  const file = main?.file ?? path.join(routers.folder, name)
  const notesOf = (gate: Gate) => [...unread, ...renameNote(file, app), ...settingsNote(gate)]
  if (!client) {
    const gate = gateAt(file, choice)
    return { ...gate, wiring: null, entry: null, notes: notesOf(gate) }
  }
  const copy = main && !isForeign ? gateAt(file, choice) : null
  const gate = copy ? movedTo(beside, copy, choice) : gateAt(beside, choice)
  const entry = entryAt(file, main?.text ?? null, client)
  return { ...gate, wiring: null, entry, notes: notesOf(copy ?? gate) }
}

type Gate = Omit<GateFile, 'wiring' | 'entry' | 'notes'>

/** What each file is decided by. */
interface Choice {
  app: NextApp
  dropIn: string
  replace: boolean
  /** The command that was given, for hints. */
  command: string
}

/** The wiring, with the line ends that it has already. */
function entryAt(file: string, before: string | null, client: StoreClient): FileChange {
  const text = wiringText(client)
  return { file, before, after: before?.replace(/\r\n/g, '\n') === text ? before : text }
}

/** The same gate with the same settings, in another file. */
function movedTo(file: string, copy: Gate, { app, dropIn, replace, command }: Choice): Gate {
  const { after } = copy
  const movedFrom = relative(app, copy.file)
  const before = fs.existsSync(file) ? readSource(file) : null
  if (before === null) return { file, before, after, kind: 'none', movedFrom }
  const kind = kindOf(before, dropIn)
  if (kind === 'foreign') throw notOurs(relative(app, file), command)
  // Of a gate without settings of its own nothing is lost.
  if (before === after || kind === 'same' || replace)
    return { file, before, after, kind, movedFrom }
  throw new CliError(`${relative(app, file)} and ${movedFrom} are two gates that differ`, {
    hint: `delete ${relative(app, file)}, which Next.js does not read, then run \`npx stagedoor ${command}\` again; --force replaces it`,
  })
}

function gateAt(file: string, { app, dropIn, replace, command }: Choice): Gate {
  const before = fs.existsSync(file) ? readSource(file) : null
  if (before === null) return { file, before, after: dropIn, kind: 'none' }
  const kind = kindOf(before, dropIn)
  if (kind === 'same' || kind === 'settings') return { file, before, after: before, kind }
  if (kind === 'foreign') throw notOurs(relative(app, file), command)
  if (!replace) throw notReplaced(relative(app, file), kind, command)
  return { file, before, after: withSettingsOf(before, dropIn) ?? dropIn, kind }
}

export function relative({ dir }: NextApp, file: string): string {
  return relativePath(dir, file)
}

function unreadNote({ file, unread }: Found, app: NextApp): string {
  return `Next.js does not read ${relative(app, file)}, because ${unread}: it never runs, and the gate does not call it`
}

function wiringNote({ file, steps, isGated }: Wiring): string[] {
  if (steps.length === 0) return []
  if (isGated)
    return [`the gate reads no store until you edit ${file}, which is yours and was not changed`]
  return [`THERE IS NO GATE until you edit ${file}, which is yours and was not changed`]
}

/** Before the gate stands around it that is a step. */
function challengeNote({ file, isGated }: Wiring, text: string): string[] {
  const line = isGated ? ownChallengeLine(cutText(text)) : null
  if (line === null) return []
  return [
    `${file}:${line} asks for a password of its own, after the gate: nobody gets past it, take that part out`,
  ]
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

function notOurs(name: string, command: string): CliError {
  return new CliError(`${name} is there already, and is not a gate of ours`, {
    hint: `give your file another name, then run \`npx stagedoor ${command}\` again`,
  })
}

function notReplaced(name: string, kind: Kind, command: string): CliError {
  const what =
    kind === 'other' ? 'a gate of another version' : 'a gate that was changed below its settings'
  return new CliError(`${name} is ${what}, and was left alone`, {
    hint: `see \`npx stagedoor ${command} --diff\`; to replace it, and keep its settings where there still are such, run \`npx stagedoor ${command} --force\``,
  })
}
