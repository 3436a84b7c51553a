/** `stagedoor ip`: addresses that need no credentials. */
import { changePolicy, documentOf, tell } from '../change.ts'
import { CliError } from '../errors.ts'
import type { Io, PlaceOptions } from '../io.ts'
import { checkNetwork, networkCautions, sameNetwork } from '../networks.ts'
import { openPlace } from '../places/open.ts'
import { advise, did, print, printable, printJson, say, warn } from '../talk.ts'

const WHERE =
  'addresses count on Vercel, and elsewhere only where STAGEDOOR_IP_HEADER names the header in which your own proxy tells them'

/** Adds addresses and networks. One that is there already is left as it is. */
export async function ipAdd(texts: string[], options: PlaceOptions, io: Io): Promise<void> {
  const wanted = texts.map(checkNetwork)
  // Each once, however it is spelled.
  const networks = wanted.filter((one, i) => i === wanted.findIndex((it) => sameNetwork(it, one)))
  const place = await openPlace(options, io)
  let added: string[] = []
  const written = await changePolicy(place, options, (document) => {
    const { ips = [] } = document
    added = networks.filter((network) => !ips.some((there) => sameNetwork(there, network)))
    return added.length > 0 ? { ...document, ips: [...ips, ...added] } : null
  })
  for (const caution of networks.flatMap(networkCautions)) warn(io, caution)
  const lines = networks.map((network) => {
    if (!added.includes(network)) return `${network} is in ${place.name} already`
    return `${did(options, 'add', 'added')} ${network} to ${place.name}`
  })
  const already = networks.filter((network) => !added.includes(network))
  const { ips = [] } = written.after.document ?? {}
  await tell(io, options, place, {
    written,
    lines: [...lines, WHERE],
    json: { added, already, ips },
  })
}

/** Removes them, all or none. @throws {CliError} for one that is not there */
export async function ipRemove(texts: string[], options: PlaceOptions, io: Io): Promise<void> {
  const place = await openPlace(options, io)
  let removed: string[] = []
  const written = await changePolicy(place, options, (document) => {
    const { ips = [] } = document
    const isNamed = (there: string) => texts.some((text) => sameNetwork(there, text))
    const unknown = texts.find((text) => !ips.some((there) => sameNetwork(there, text)))
    if (unknown !== undefined) throw unknownNetwork(unknown, options, place.name)
    removed = ips.filter(isNamed)
    return { ...document, ips: ips.filter((there) => !isNamed(there)) }
  })
  const lines = removed.map((network) => {
    return `${did(options, 'remove', 'removed')} ${printable(network)} from ${place.name}`
  })
  const { ips = [] } = written.after.document ?? {}
  await tell(io, options, place, { written, lines, json: { removed, ips } })
}

/** Prints them, one a line, as `ip remove` takes them. */
export async function ipList(options: PlaceOptions, io: Io): Promise<void> {
  const place = await openPlace(options, io)
  const { ips = [] } = documentOf(options, place, await place.read())
  if (options.json) return printJson(io, { ...place.id, ips })
  if (ips.length > 0) return print(io, ips.map((network) => `${printable(network)}\n`).join(''))
  say(
    io,
    options,
    `no addresses in ${place.name}: add one with ${advise(options, 'ip add 203.0.113.7')}`,
  )
}

function unknownNetwork(text: string, options: PlaceOptions, place: string): CliError {
  return new CliError(`'${printable(text)}' is not in ${place}`, {
    hint: `see which there are: ${advise(options, 'ip list')}`,
  })
}
