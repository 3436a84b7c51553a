/** Fuzzes with some threads at once. */
import { Worker } from 'node:worker_threads'
import type { Built } from './build.ts'
import type { Found, Report, Task } from './worker.ts'

/** What the threads came to, together. */
export interface Outcome {
  requests: number
  admitted: number
  worlds: number
  found: Found[]
  seconds: number
}

/** How much, at most. Fuzzing ends with the first of them that is reached. */
export type Limits = Partial<Pick<Task, 'worlds' | 'requests' | 'milliseconds' | 'vectors'>> & {
  threads?: number
  /** Whether what was found is enough; else the first is. */
  isEnough?: (found: Found[]) => boolean
}

const NONE: Report = { requests: 0, admitted: 0, worlds: 0, found: [], isDone: false }

/** Fuzzes artefacts from the world `first` of a seed on. `tell` hears now and then how far it is. */
export async function fuzz(
  built: Built,
  artefacts: string[],
  [seed, first]: [seed: number, first: number],
  limits: Limits = {},
  tell: (outcome: Outcome) => void = () => {},
): Promise<Outcome> {
  const { threads = 2, isEnough = (found) => found.length > 0, vectors } = limits
  const started = performance.now()
  const stops: (() => Promise<number>)[] = []
  const reports = Array.from({ length: threads }, () => NONE)
  const sum = (): Outcome => ({
    requests: reports.reduce((total, { requests }) => total + requests, 0),
    admitted: reports.reduce((total, { admitted }) => total + admitted, 0),
    worlds: reports.reduce((total, { worlds }) => total + worlds, 0),
    found: reports.flatMap(({ found }) => found),
    seconds: (performance.now() - started) / 1000,
  })
  const running = reports.map((_, i) => {
    const task: Task = {
      artefacts,
      seed,
      first: first + i,
      step: threads,
      worlds:
        limits.worlds === undefined ? Number.POSITIVE_INFINITY : Math.ceil(limits.worlds / threads),
      requests: (limits.requests ?? Number.POSITIVE_INFINITY) / threads,
      milliseconds: limits.milliseconds ?? Number.POSITIVE_INFINITY,
      ...(vectors && { vectors }),
    }
    const worker = new Worker(new URL(built.address('test/fuzz/worker.ts')), { workerData: task })
    return new Promise<void>((resolve, reject) => {
      worker.on('error', reject)
      worker.on('exit', () => resolve())
      worker.on('message', (report: Report) => {
        reports[i] = report
        tell(sum())
        if (isEnough(sum().found)) stopAll()
        else if (report.isDone) void worker.terminate()
      })
      stops.push(() => worker.terminate())
    })
  })
  await Promise.all(running)
  return sum()

  function stopAll() {
    for (const stop of stops) void stop()
  }
}

/** Findings, to be read and pasted. */
export function write(found: Found[], seed: number): string {
  return found
    .map(
      ({ fault, artefact, number, vector }) =>
        `${fault}\n  ${artefact.split('/').slice(-2).join('/')}; SEED=${seed}:${number} repeats it\n  ${JSON.stringify(vector)}`,
    )
    .join('\n\n')
}
