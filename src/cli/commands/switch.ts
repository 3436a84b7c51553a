/** `stagedoor on`, `off`, `open` and `close`: whether there is a gate, and whether it is open. */
import { ask } from '../ask.ts'
import { changePolicy, documentOf, tell } from '../change.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { openPlace } from '../places/open.ts'
import { did } from '../talk.ts'

/** Sets `STAGEDOOR`. */
export async function setSwitch(value: 'on' | 'off', options: PlaceOptions, io: Io): Promise<void> {
  const place = await openPlace(options, io)
  // A place that has no switch says so before anything is asked.
  const { changed } = await place.write(() => ({ switch: value }), true)
  if (value === 'off' && changed) {
    await ask(
      io,
      options,
      `switch the gate off in ${place.name}, so that everybody sees everything?`,
    )
  }
  const written = await place.write(() => ({ switch: value }), options.dryRun)
  const line = written.changed
    ? `${did(options, 'set', 'set')} STAGEDOOR=${value} in ${place.name}`
    : `STAGEDOOR is ${value} in ${place.name} already`
  await tell(io, options, place, { written, lines: [line], json: { switch: value } })
}

/** Sets the policy's `open`: everybody gets in, or only who may. */
export async function setOpen(open: boolean, options: PlaceOptions, io: Io): Promise<void> {
  const place = await openPlace(options, io)
  const { open: now = false } = documentOf(options, place, await place.read())
  if (open && !now) await ask(io, options, `open the policy in ${place.name} to everybody?`)
  const written = await changePolicy(place, options, (document) => {
    const { open: current = false, ...rest } = document
    if (current === open) return null
    return open ? { ...rest, open } : rest
  })
  const state = open ? 'open' : 'closed'
  const line = written.changed
    ? `${did(options, open ? 'open' : 'close', open ? 'opened' : 'closed')} the policy in ${place.name}`
    : `the policy in ${place.name} is ${state} already`
  await tell(io, options, place, { written, lines: [line], json: { open } })
}
