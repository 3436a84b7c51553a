/** All that `status` knows: of this machine, of the project on Vercel, of the stores of either. */
import path from 'node:path'
import type { Io, PlaceOptions } from '../io.ts'
import type { Place } from '../places/place.ts'
import { type GateState, gateState } from '../project/gate-state.ts'
import { type HandedStore, handedStore } from '../project/handed-store.ts'
import type { Api } from '../vercel/api.ts'
import type { Environment } from '../vercel/environments.ts'
import { type LinkedProject, lookForLinkedProject } from '../vercel/linked-project.ts'
import { waiting } from '../waiting.ts'
import { type Difference, differencesOf, type Ending, endingOf, groupPolicies } from './compare.ts'
import { type Effective, effectivePolicies, type Row, rowOf } from './in-force.ts'
import { lookAtMachine, type Machine } from './machine.ts'
import { askVercel, type OnVercel } from './on-vercel.ts'
import { askStores, lookAtStore, type StoreState, storeHeld } from './stores.ts'
import { isNoAnswer, type NoAnswer, openQuietly, orNoAnswer } from './way.ts'

export interface Report {
  gate: GateState | null
  handed: HandedStore | null
  /** `null` where `--to` names another place. */
  machine: Machine | null
  /** The project on Vercel that the folder is linked to. */
  project: LinkedProject | null
  vercel: OnVercel | NoAnswer | null
  stores: StoreState[]
  rows: Row[]
  policies: Effective[]
  /** Names of places that have the very same policy. */
  alike: string[][]
  differences: Difference[]
  ending: Ending[]
}

/** Kinds of places that are looked at. */
type Kind = 'all' | 'file' | 'vercel' | 'store'

/** Looks at the place of `--to`, or at all of them. */
export async function makeReport(place: Place, options: PlaceOptions, io: Io): Promise<Report> {
  const kind = options.to === undefined ? 'all' : (place.id.place as Kind)
  const gate = gateState(io.cwd)
  const handed = handedStore(io.cwd)
  const isHere = kind === 'all' || kind === 'file'
  const machine = isHere ? await lookAtMachine(place, handed, io) : null
  const remote = await waiting(io, options, 'asking Vercel', () =>
    askRemote(kind, place, machine, handed, options, io),
  )
  const { vercel, stores } = remote
  const there = vercel && !isNoAnswer(vercel) ? vercel.subjects : []
  // A file elsewhere goes with an app elsewhere.
  const ours = kind !== 'file' || isInFolder(place, io)
  const rows = [...(machine?.subjects ?? []), ...there].map((subject) =>
    rowOf(subject, ours ? gate : null, kind === 'file' ? NOTHING_HANDED : handed, stores),
  )
  const all = [
    ...rows.flatMap(({ subject }) => subject.own ?? []),
    ...stores.flatMap((store) => storeHeld(store) ?? []),
  ]
  const groups = groupPolicies(all)
  return {
    gate,
    handed,
    machine,
    ...remote,
    rows,
    policies: effectivePolicies(rows, remote.stores),
    alike: groups.map(({ places }) => places),
    differences: differencesOf(groups),
    ending: endingOf(groups, Date.now()),
  }
}

/** Where only a file is asked for, what a store has is not looked at. */
const NOTHING_HANDED: HandedStore = { hands: false, client: undefined }

function isInFolder({ id }: Place, { cwd }: Io): boolean {
  return path.dirname(id.file ?? '') === cwd
}

/** What was asked for elsewhere. */
type Answers = Pick<Report, 'project' | 'vercel' | 'stores'>

async function askRemote(
  kind: Kind,
  place: Place,
  machine: Machine | null,
  handed: HandedStore | null,
  options: PlaceOptions,
  io: Io,
): Promise<Answers> {
  if (kind === 'file') return { project: null, vercel: null, stores: [] }
  if (kind === 'store') return { project: null, vercel: null, stores: [await lookAtStore(place)] }
  const linked = await orNoAnswer(io, () => ({ project: lookForLinkedProject(io) ?? null }))
  const project = isNoAnswer(linked) ? null : linked.project
  let opened: Api | undefined
  const open = () => (opened ??= openQuietly(project?.orgId, options, io))
  const vercel = isNoAnswer(linked)
    ? linked
    : project &&
      (await orNoAnswer(io, () =>
        askVercel({ api: open(), project, handed, only: environmentOf(kind, place) }, io),
      ))
  // Asked for by name: then it is an error like any other.
  if (kind === 'vercel' && vercel && isNoAnswer(vercel)) throw vercel.error
  const there = vercel && !isNoAnswer(vercel) ? vercel.subjects : []
  const subjects = [...(machine?.subjects ?? []), ...there]
  return { project, vercel, stores: await askStores(subjects, open, options, io) }
}

function environmentOf(kind: Kind, { id }: Place): Environment | undefined {
  if (kind !== 'vercel' || id.environment === undefined) return undefined
  return { name: id.environment, ...(id.gitBranch !== undefined && { branch: id.gitBranch }) }
}
