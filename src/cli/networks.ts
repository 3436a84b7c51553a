/** Addresses and networks that need no credentials. */
import { isWithin, joinNetworks, parseAddress, parseNetwork } from '../gate/address.ts'
import { CliError, EXIT } from './errors.ts'
import { printable } from './talk.ts'

/** Returns the text. @throws {CliError} where the gate would not take it */
export function checkNetwork(text: string): string {
  if (parseNetwork(text)) return text
  throw new CliError(`'${printable(text)}' is no address and no network`, {
    hint: 'write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32, without a port',
    exitCode: EXIT.misused,
  })
}

/** Whether two texts name the same addresses: `10.0.0.0/8` and `10.1.2.3/8`. */
export function sameNetwork(one: string, other: string): boolean {
  const [a, b] = [parseNetwork(one), parseNetwork(other)]
  if (!a || !b) return one === other
  return a.bits === b.bits && isWithin(joinNetworks([a]), b.address)
}

// The first and the last address of each block that clients have theirs from: /8 of IPv4 but for
// private and loopback ones (RFC 1918, RFC 1122 §3.2.1.3), and the same of IPv6 (RFC 4291 §2.4).
const BLOCKS_4 = blocks(1, 223, (n) => [`${n}.0.0.0`, `${n}.255.255.255`]).filter(
  ([first]) => first !== '10.0.0.0' && first !== '127.0.0.0',
)
const BLOCKS_6 = blocks(0x20, 0x3f, (n) => {
  return [`${n.toString(16)}00::`, `${n.toString(16)}ff${':ffff'.repeat(7)}`]
})

function blocks(from: number, to: number, block: (n: number) => string[]): string[][] {
  return Array.from({ length: to - from + 1 }, (_, i) => block(from + i))
}

/** Whether networks together have every address, of IPv4 or of IPv6, that clients have. */
export function areEverybody(texts: string[]): boolean {
  const networks = joinNetworks(texts.flatMap((text) => parseNetwork(text) ?? []))
  // Both ends of a block stand for all of it: a list of all the others would be no list of guests.
  const has = (address: string) => isWithin(networks, parseAddress(address) as number[])
  return networks.size > 0 && [BLOCKS_4, BLOCKS_6].some((all) => all.flat().every(has))
}

/** What to warn of. */
export function networkCautions(text: string): string[] {
  if (!areEverybody([text])) return []
  return [`${text} is everybody: the whole site is open to them, without credentials`]
}
