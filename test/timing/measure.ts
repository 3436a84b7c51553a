/** A process that measures: `node measure.js <folder> <experiment>` prints what it found. */
import { EXPERIMENTS, type Modules } from './experiments.ts'
import { compare, gapOf, type Times } from './statistics.ts'

const [, , address = '', name = ''] = process.argv
const modules = {
  ...((await import(`${address}gate.js`)) as Pick<Modules, 'createGate'>),
  ...((await import(`${address}bytes.js`)) as Pick<Modules, 'sameText'>),
}
console.info = () => {}

const make = EXPERIMENTS[name]
if (!make) throw new Error(`no such experiment: ${name}`)
const { before, calls = 1, count, prepare } = make(modules)
await before?.()

/** Times of a number of measurements, of which kind each is being left to chance. */
async function measure(total: number): Promise<Times> {
  const times: Times = [[], []]
  for (let i = 0; i < total; i++) {
    const kind = Math.random() < 0.5
    const work = prepare(kind)
    const started = process.hrtime.bigint()
    let done: unknown
    for (let call = 0; call < calls; call++) done = work()
    if (done instanceof Promise) await done
    times[kind ? 1 : 0].push(Number(process.hrtime.bigint() - started) / 1000)
  }
  return times
}

// What is run for the first time is slower, and the engine compiles it meanwhile.
await measure(count / 4)
const times = await measure(count)
process.stdout.write(JSON.stringify({ t: compare(times), gap: gapOf(times) }))
