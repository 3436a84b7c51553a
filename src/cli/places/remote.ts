/**
 * Changing what lies on another machine: read, change, write, read back, and do it again where
 * somebody else wrote in between. Neither API has a conditional write. Runs on this machine take
 * turns; of others a look some time after the write tells whether it was written over.
 */
import { CliError } from '../errors.ts'
import type { Io } from '../io.ts'
import { Outdated, Unanswered } from '../vercel/errors.ts'
import { holds } from './holds.ts'
import type { Change, ChangeOf, Snapshot } from './place.ts'
import { inTurn, uninterrupted } from './turn.ts'

/** A place on another machine. */
export interface Remote {
  name: string
  /** The same for every run that writes there. */
  id: string
  read(): Promise<Snapshot>
  /** @throws {CliError} for a change that is not to be made; asks nobody */
  check?(change: Change): void
  put(change: Change, now: Snapshot): Promise<void>
}

export interface Put {
  before: Snapshot
  after: Snapshot
  changed: boolean
  warnings: string[]
  /** See `Written.doubt`. */
  doubt?: CliError
}

const ATTEMPTS = 5
// Milliseconds until what was read back is looked at once more: whoever had read before we wrote
// has written by then.
const SETTLE = 400

/** See `Place.write`. @throws {CliError} where others write all the time */
export async function writeRemote(
  remote: Remote,
  change: ChangeOf,
  dryRun: boolean,
  io: Io,
): Promise<Put> {
  if (dryRun) {
    const before = await remote.read()
    const wanted = wantedOf(remote, change, before)
    if (!wanted) return unchanged(before)
    return { before, after: withChange(before, wanted), changed: true, warnings: [] }
  }
  return inTurn(remote, () => writeAgain(remote, change, io))
}

async function writeAgain(remote: Remote, change: ChangeOf, io: Io): Promise<Put> {
  let tried: Tried | undefined
  for (let i = 0; i < ATTEMPTS; i++) {
    const before = await remote.read()
    // Whoever wrote over it may have put it back since, and then it is done: a user of that name
    // is ours.
    const done =
      tried && holds(tried.before, tried.wanted, before) && (await look(remote, tried, io))
    if (tried && done) return { before: tried.before, ...done, changed: true }
    const wanted = wantedOf(remote, change, before)
    if (!wanted) return unchanged(before)
    const put = await uninterrupted(io, () => putAndLook(remote, { before, wanted }, io))
    if (put.is === 'there') return { before, ...put.seen, changed: true }
    // What was not even written is not looked for: nobody would see that of a Secret.
    tried = put.is === 'lost' ? { before, wanted } : undefined
    // Not at once: whoever else writes does the same.
    await io.pause(Math.random() * 500)
  }
  throw new CliError(`${remote.name} is being changed by others, again and again`, {
    hint: 'nothing of theirs was lost; run the command again in a minute',
  })
}

/** A change, and what it was made to. */
interface Tried {
  before: Snapshot
  wanted: Change
}

/** @returns `null` where nothing is to do */
function wantedOf(remote: Remote, change: ChangeOf, before: Snapshot): Change | null {
  const wanted = change(before)
  if (!wanted || holds(before, wanted, before)) return null
  remote.check?.(wanted)
  return wanted
}

function unchanged(before: Snapshot): Put {
  return { before, after: before, changed: false, warnings: [] }
}

type Outcome = { is: 'there'; seen: Seen } | { is: 'lost' } | { is: 'unwritten' }

type Seen = Pick<Put, 'after' | 'warnings' | 'doubt'>

async function putAndLook(remote: Remote, tried: Tried, io: Io): Promise<Outcome> {
  const fault = await remote.put(tried.wanted, tried.before).then(
    () => undefined,
    (error: unknown) => error,
  )
  // What was read is old by now.
  if (fault instanceof Outdated) return { is: 'unwritten' }
  if (fault !== undefined && !(fault instanceof Unanswered)) throw fault
  const seen = await look(remote, tried, io, fault)
  return seen ? { is: 'there', seen } : { is: 'lost' }
}

/**
 * Looks whether a change is there, and stays.
 *
 * @param fault why nobody knows whether it was made
 * @returns `null` where it is not
 */
async function look(
  remote: Remote,
  { before, wanted }: Tried,
  io: Io,
  fault?: Unanswered,
): Promise<Seen | null> {
  const isOpen = (now: Snapshot) => fault !== undefined || holds(before, wanted, now)
  let after: Snapshot
  try {
    after = await readBack(remote, isOpen, io)
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    if (fault) return inDoubt(remote, before, wanted, fault)
    // Written it is: Vercel said so.
    const why = `it was written, but could not be read back (${error.message})`
    return { after: withChange(before, wanted), warnings: [why] }
  }
  if (fault && isUnseen(wanted, after)) return inDoubt(remote, before, wanted, fault)
  if (holds(before, wanted, after)) return { after, warnings: [] }
  if (fault) throw unwritten(fault)
  return null
}

function unwritten({ message, hint }: Unanswered): CliError {
  const more = hint === undefined ? {} : { hint }
  return new CliError(`${message}; a look afterwards finds that it was not written`, more)
}

/** Looks again after a while, where the first look is none that settles it. */
async function readBack(
  remote: Remote,
  isOpen: (now: Snapshot) => boolean,
  io: Io,
): Promise<Snapshot> {
  const now = await remote.read()
  if (!isOpen(now)) return now
  await io.pause(SETTLE)
  return remote.read()
}

/** Whether a change sets what cannot be read back. */
function isUnseen({ document, secret, switch: value }: Change, { sealed }: Snapshot): boolean {
  return (
    (document !== undefined && sealed.includes('STAGEDOOR_POLICY')) ||
    (secret !== undefined && sealed.includes('STAGEDOOR_SECRET')) ||
    (value !== undefined && sealed.includes('STAGEDOOR'))
  )
}

/** Written or not: a password that may count is shown all the same. */
function inDoubt({ name }: Remote, before: Snapshot, wanted: Change, cause: CliError): Seen {
  const doubt = new CliError(`${cause.message}; nobody knows whether ${name} was changed`, {
    hint: 'run `npx stagedoor status` when Vercel can be reached again',
    cause,
  })
  return { after: withChange(before, wanted), warnings: [], doubt }
}

/** What a place holds once a change is made. */
function withChange(before: Snapshot, { document, switch: value, secret }: Change): Snapshot {
  return {
    ...before,
    ...(document && { text: JSON.stringify(document), document, fault: undefined }),
    ...(value && { switch: value }),
    ...(secret && { secret }),
  }
}
