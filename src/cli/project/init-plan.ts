/** What `init` is to do, decided before it does anything. */
import fs from 'node:fs'
import path from 'node:path'
import { documentOf } from '../change.ts'
import { systemError } from '../errors.ts'
import type { CommonOptions, Io } from '../io.ts'
import type { NewPassword } from '../new-password.ts'
import { gitState } from '../places/git.ts'
import { openPlace } from '../places/open.ts'
import type { Place, Written } from '../places/place.ts'
import { advise } from '../talk.ts'
import { checkUserId, keyOf } from '../users.ts'
import { findMiddleware, findRouters } from './app-files.ts'
import { readDropIn } from './drop-in.ts'
import { type Addition, addToExample } from './env-example.ts'
import { knownSecret, readPresent, shortSecret, userToMake } from './first-credentials.ts'
import { checkFitness, type Fitness } from './fitness.ts'
import { chooseGateFile, type GateFile, type Project } from './gate-file.ts'
import { fromHere } from './install.ts'
import { findNextApp } from './next-app.ts'
import { readNextConfig } from './next-config.ts'
import { planStore, type StorePlan } from './store-plan.ts'
import type { StoreName } from './store-wiring.ts'

export interface InitOptions extends CommonOptions {
  /** Name of the first user; `false` for none. */
  user?: string | false
  force?: boolean
  diff?: boolean
  /** The store that the gate reads; `true` where the app is to decide which. */
  store?: StoreName | true
  /** Whether its package may be installed. */
  install?: boolean
}

/** What is to be done. */
export interface InitPlan {
  project: Project
  fitness: Fitness
  gate: GateFile
  /** `null` where the gate is handed none, or one that was there before. */
  store: StorePlan | null
  example: Addition & { file: string; before: string | null }
  /** Whether a secret is to be made. */
  secret: boolean
  /** Who is to be made a user. */
  user: string | null
  /** Why nobody is. */
  noUser: string
  place: Place
  /** How things are, should no user be made. */
  now: Written
  warnings: string[]
}

/** What became of the first user. */
export interface FirstUser {
  made: NewPassword
  written: Written
}

/** Why somebody is not made a user who is one. */
export const THERE = 'there already'

/** Looks at everything, and writes nothing. @throws {CliError} for whatever is to be refused */
export async function planInit(options: InitOptions, io: Io): Promise<InitPlan> {
  const app = findNextApp(io.cwd, options.cwd)
  const config = readNextConfig(app.dir)
  const fitness = checkFitness(app, config, options.force === true)
  const project = { app, config, routers: findRouters(app.dir) }
  const store = options.store ? planStoreOf(project, options.store, io) : null
  const gate = chooseGateFile(
    project,
    readDropIn(),
    options.force === true || options.diff === true,
    store?.client,
  )
  const example = readExample(app.dir, store?.client.variable)
  const present = await readPresent(app.dir)
  const place = await openPlace(options, io)
  // Whatever is wrong with the place comes out here, before anything is written.
  const checked = await place.write((now) => ({ document: documentOf(options, place, now) }), true)
  const now = await place.write(() => null, true)
  const wanted = userToMake(options.user, present)
  const user = wanted === null ? null : checkUserId(wanted)
  const known = user !== null && keyOf(now.after.document ?? { version: 1 }, user) !== undefined
  return {
    project,
    fitness,
    gate,
    store,
    example,
    secret: present.secret === undefined,
    user: known ? null : user,
    noUser: whyNoUser(options, known, present.access),
    place,
    now: { ...now, warnings: present.secret === undefined ? checked.warnings : [] },
    warnings: [
      ...fitness.warnings,
      ...gate.notes,
      ...storeNotes(options, store),
      ...shortSecret(present),
      ...knownSecret(present),
      ...(await exampleWarnings(example)),
    ],
  }
}

function whyNoUser(
  options: InitOptions,
  known: boolean,
  access?: { name: string; source: string },
): string {
  if (options.user === false) return '--no-user'
  if (known) return THERE
  const lost =
    access?.name === 'STAGEDOOR_POLICY'
      ? ` (${advise(options, 'user rotate NAME')} makes a new password)`
      : ''
  return `${access?.name} is in ${access?.source} already${lost}`
}

function planStoreOf(project: Project, asked: StoreName | true, io: Io): StorePlan | null {
  const { app, config, routers } = project
  const found = findMiddleware(app.dir, routers, config, app.version)
  return planStore(app, asked, found.find(({ unread }) => unread === null)?.text, io.env)
}

function storeNotes(options: InitOptions, store: StorePlan | null): string[] {
  if (options.store && !store) return ['your middleware hands the gate a store already: it stays']
  if (!store?.install || options.install !== false) return []
  const command = fromHere(store.install, options)
  return [
    `${store.client.package} is not installed: until you run \`${command}\` the app does not build`,
  ]
}

function readExample(dir: string, store?: string): InitPlan['example'] {
  const file = path.join(dir, '.env.example')
  try {
    const before = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null
    return { ...addToExample(before ?? '', store), file, before }
  } catch (error) {
    throw systemError(error, 'read .env.example')
  }
}

/** The .gitignore of create-next-app has `.env*`. */
async function exampleWarnings({ file, names }: InitPlan['example']): Promise<string[]> {
  if (names.length === 0 || (await gitState(file)) !== 'ignored') return []
  return ['git ignores .env.example: add the line !.env.example to .gitignore to share it']
}
