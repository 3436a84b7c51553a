/** One thread of the fuzzer: plays worlds, each by the seed and its number, until it is told enough. */
import { parentPort, workerData } from 'node:worker_threads'
import { type Artefact, clock, learnFingerprints, setEnvironment, takeOver } from './gates.ts'
import { play } from './play.ts'
import { Random } from './random.ts'
import { shrink } from './shrink.ts'
import type { Fingerprint } from './tokens.ts'
import type { Vector, Visit, World } from './vector.ts'
import { makeVisit } from './visit.ts'
import { BYPASS_SECRETS, PASSWORDS, SECRETS, VERIFIERS } from './words.ts'
import { makeWorld } from './world.ts'

/** What a thread is told. */
export interface Task {
  /** Addresses of modules that export `createGate`. The worlds go round among them. */
  artefacts: string[]
  seed: number
  /** Number of the first world, and how many to go on each time. */
  first: number
  step: number
  /** Worlds at most. */
  worlds: number
  /** Requests at most. */
  requests: number
  /** Milliseconds at most. */
  milliseconds: number
  /** Vectors to play in place of random ones. */
  vectors?: Vector[]
}

/** What a thread has found; each fault once. */
export interface Found {
  fault: string
  artefact: string
  /** Number of the world; of a given vector its place. */
  number: number
  vector: Vector
}

/** What a thread says, now and then, and at the end. */
export interface Report {
  requests: number
  admitted: number
  worlds: number
  found: Found[]
  isDone: boolean
}

/** Requests that come to one world, and to one that lets in all of them or none. */
const VISITS = 300
const FEW_VISITS = 20
/** Requests at once: with more than ten, a gate of slow verifiers may answer 429. */
const AT_ONCE = 8

/** The world of a number, and its requests. */
export function makeVector(seed: number, number: number, fingerprint: Fingerprint): Vector {
  const random = new Random(seed, number)
  const world = makeWorld(random)
  setEnvironment(world.environment)
  let now = world.clock
  const visits: Visit[] = []
  const most = world.isFaulty || world.open ? FEW_VISITS : VISITS
  while (visits.length < most) {
    const visit = makeVisit(random, world, now, fingerprint)
    if (visits.slice(1 - AT_ONCE).every(({ joins }) => joins)) delete visit.joins
    now += visit.joins ? 0 : (visit.wait ?? 0)
    visits.push(visit)
  }
  return { world, visits }
}

/** Worlds in which each pass is given that random ones may have. */
export function worldsToLearn(): World[] {
  const world = makeWorld(new Random(1, 1))
  const people = PASSWORDS.flatMap((password) =>
    [...(VERIFIERS.get(password) ?? []), ''].map((verifier) => ({
      userId: 'h',
      password,
      verifier,
    })),
  )
  return SECRETS.map((secret, i) => ({
    ...world,
    people,
    environment: {
      STAGEDOOR_SECRET: secret,
      VERCEL_AUTOMATION_BYPASS_SECRET: BYPASS_SECRETS[i] as string,
    },
  }))
}

async function work(task: Task): Promise<void> {
  takeOver()
  const artefacts = await Promise.all(
    task.artefacts.map(async (address) => (await import(address)) as Artefact),
  )
  const started = performance.now()
  const report: Report = { requests: 0, admitted: 0, worlds: 0, found: [], isDone: false }
  const learnt: Fingerprint[] = []
  const toLearn = [...worldsToLearn(), ...(task.vectors ?? []).map(({ world }) => world)]
  for (const artefact of artefacts) learnt.push(await learnFingerprints(artefact, toLearn))
  const isOver = () =>
    report.requests >= task.requests || performance.now() - started > task.milliseconds
  for (let i = 0; i < task.worlds && !isOver(); i++) {
    const number = task.first + i * task.step
    const at = number % artefacts.length
    const [artefact, fingerprint] = [artefacts[at] as Artefact, learnt[at] as Fingerprint]
    const vector = task.vectors?.[number] ?? makeVector(task.seed, number, fingerprint)
    const { finding, asked, admitted } = await play(artefact, vector, fingerprint)
    report.requests += asked
    report.admitted += admitted
    report.worlds++
    const isNew = report.found.every(({ fault }) => fault !== finding?.fault)
    if (finding && isNew) {
      const { fault } = finding
      const cut = { ...vector, visits: vector.visits.slice(0, lastOf(vector, finding.at) + 1) }
      const small = await shrink(cut, async (tried) => {
        return (await play(artefact, tried, fingerprint)).finding?.fault === fault
      })
      report.found.push({ fault, artefact: task.artefacts[at] as string, number, vector: small })
    }
    if (finding || report.worlds % 16 === 0) parentPort?.postMessage(report)
  }
  clock.now = 0
  parentPort?.postMessage({ ...report, isDone: true })
}

/** The last of those requests that come at once with one. */
function lastOf({ visits }: Vector, at: number): number {
  let last = at
  while (visits[last + 1]?.joins) last++
  return last
}

if (parentPort) await work(workerData as Task)
